//! Who has signed in?

use askama::Template;
use axum::response::Response;
use hansom_domain::ProblemCode;

use crate::{
    answer::{Refusal, page},
    frame::{Frame, Section},
    moment,
    session::SignedIn,
    urls,
};

#[derive(Template)]
#[template(path = "people/list.html")]
struct List {
    frame: Frame,
    people: Vec<Line>,
}

struct Line {
    name: String,
    email: String,
    address: String,
    seen: String,
    is_suspended: bool,
}

/// Only administrators look at people.
pub(super) fn for_administrators(person: &SignedIn) -> Result<(), Refusal> {
    if person.actor().is_administrator() {
        return Ok(());
    }
    Err(Refusal::new(ProblemCode::NotFound, "The hub has no page at this address, or it is for others."))
}

/// `GET /people`
pub(crate) async fn show(person: SignedIn) -> Result<Response, Refusal> {
    for_administrators(&person)?;
    let frame = person.frame("People", Section::Elsewhere).await?;
    let people = person.hub.control.reads().people().await?;
    let line = |row: hansom_store::PersonRow| Line {
        address: urls::person(&row.id),
        name: row.name,
        email: row.email,
        seen: moment::written(row.signed_in_at),
        is_suspended: row.suspended_at.is_some(),
    };
    page(&List { frame, people: people.into_iter().map(line).collect() })
}
