//! How good is what is published, what is accepted in writing, and which edition of the playbook holds?

pub(crate) mod answers;
pub(crate) mod badge;
pub(crate) mod changes;
pub(crate) mod edition;
pub(crate) mod scores;
pub(crate) mod verdict;
pub(crate) mod waiver;
pub(crate) mod waiver_request;
pub(crate) mod waivers;

use axum::{extract::Path, response::Response};
use hansom_domain::{ProblemCode, WaiverId};

use crate::{
    answer::{Refusal, go_to},
    urls,
};

/// The id in an address.
fn parsed(id: &str) -> Result<WaiverId, Refusal> {
    id.parse().map_err(|_| Refusal::new(ProblemCode::NotFound, "There is no such waiver among those of your groups."))
}

/// The address of a form that is on the waiver's own page.
pub(crate) async fn back(Path(id): Path<String>) -> Result<Response, Refusal> {
    Ok(go_to(&urls::waiver(&parsed(&id)?)))
}

/// A score of 1,000 as people read it: `96.2`; a dash where no rule counts.
pub(crate) fn score(of_thousand: Option<i64>) -> String {
    of_thousand.map_or_else(|| "–".to_owned(), |score| format!("{}.{}", score / 10, score % 10))
}
