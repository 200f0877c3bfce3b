//! What the platform signs with.

pub(crate) mod end;
pub(crate) mod list;

use hansom_control::ListedKey;
use hansom_domain::ProblemCode;

use crate::{answer::Refusal, session::SignedIn};

/// The keys, for administrators; for others there is no such page.
async fn keys(person: &SignedIn) -> Result<Vec<ListedKey>, Refusal> {
    if !person.actor().is_administrator() {
        return Err(Refusal::new(ProblemCode::NotFound, "The hub has no page at this address, or it is for others."));
    }
    Ok(person.hub.control.list_signing_keys(person.actor()).await?)
}
