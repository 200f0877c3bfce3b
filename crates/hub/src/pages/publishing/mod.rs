//! How is an API published from a browser?

mod draft;
mod patch;
mod start;
mod texts;

use axum::{Router, extract::Path, response::Response, routing::get};
use hansom_control::Error;
use hansom_domain::{DraftId, ProblemCode};

use crate::{
    Hub,
    answer::{Refusal, go_to},
    form::{Errors, Fields},
    upload, urls,
    urls::route,
};

/// The pages from an upload to a release.
pub(crate) fn router() -> Router<Hub> {
    Router::new()
        .route(urls::PUBLISH, get(start::show).post(start::begin))
        .route(route::DRAFT_TEXTS, get(texts::show).post(texts::change))
        .layer(upload::limit())
        .route(route::DRAFT, get(draft::show))
        .route(route::PUBLISH_DRAFT, get(back).post(draft::publish))
        .route(route::DISCARD_DRAFT, get(back).post(draft::discard))
}

/// The id in an address.
fn parsed(id: &str) -> Result<DraftId, Refusal> {
    id.parse().map_err(|_| Refusal::new(ProblemCode::NotFound, "There is no such draft among yours."))
}

/// The address of a form that is on the draft's own page.
async fn back(Path(id): Path<String>) -> Result<Response, Refusal> {
    Ok(go_to(&urls::draft(&parsed(&id)?)))
}

/// A text of a form: the file that was chosen, or else what was typed.
fn sent<'f>(fields: &'f Fields, name: &str) -> &'f str {
    let file = fields.text(&format!("{name}_file"));
    if file.is_empty() { fields.text(name) } else { file }
}

/// What speaks against keeping the texts, beside their fields.
fn faults(error: Error) -> Result<Errors, Refusal> {
    Errors::of_verb(error, &[("the contract", "contract"), ("", "manifest")])
}
