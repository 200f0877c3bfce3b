//! Which applications do my groups have?

use askama::Template;
use axum::response::Response;

use crate::{
    answer::{Refusal, page},
    frame::{Frame, Section},
    moment,
    session::SignedIn,
    urls,
};

#[derive(Template)]
#[template(path = "applications/list.html")]
struct List {
    frame: Frame,
    lines: Vec<Line>,
    in_no_group: bool,
}

struct Line {
    name: String,
    href: String,
    owner: String,
    registered: String,
    revoked: bool,
}

/// `GET /applications`
pub(crate) async fn show(person: SignedIn) -> Result<Response, Refusal> {
    let applications = person.hub.control.applications_of(person.actor()).await?;
    let frame = person.frame("My applications", Section::Applications).await?;
    page(&List {
        frame,
        lines: applications
            .into_iter()
            .map(|application| Line {
                href: urls::application(&application.id),
                name: application.name,
                owner: application.owner.to_string(),
                registered: moment::day(application.created_at),
                revoked: application.revoked_at.is_some(),
            })
            .collect(),
        in_no_group: person.session.groups.is_empty(),
    })
}
