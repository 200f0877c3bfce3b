//! Who asks for what, and who decides?

pub(crate) mod access;
pub(crate) mod bundle;
pub(crate) mod first_call;
pub(crate) mod grant;
pub(crate) mod inbox;
pub(crate) mod new_bundle;
pub(crate) mod requests;

use axum::{extract::Path, response::Response};
use hansom_domain::{GrantId, ProblemCode};
use hansom_store::GrantRow;

use crate::{
    answer::{Refusal, go_to},
    urls,
};

/// The id in an address.
fn parsed(id: &str) -> Result<GrantId, Refusal> {
    id.parse().map_err(|_| Refusal::new(ProblemCode::NotFound, "There is no such grant among those of your groups."))
}

/// The operations of a grant in words.
fn operations(grant: &GrantRow) -> Vec<String> {
    match grant.operations.to_list() {
        all if all == ["*"] => vec!["Every operation that takes granted applications".into()],
        named => named,
    }
}

/// The address of a form that is on the grant's own page.
pub(crate) async fn back(Path(id): Path<String>) -> Result<Response, Refusal> {
    Ok(go_to(&urls::grant(&parsed(&id)?)))
}
