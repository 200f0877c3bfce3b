//! As whom am I signed in?

use askama::Template;
use axum::response::Response;

use crate::{
    answer::{Refusal, page},
    frame::{Frame, Section},
    moment,
    session::SignedIn,
};

#[derive(Template)]
#[template(path = "platform/account.html")]
struct Account {
    frame: Frame,
    name: String,
    email: String,
    signed_in: String,
    groups: Vec<String>,
}

/// `GET /account`
pub(crate) async fn show(person: SignedIn) -> Result<Response, Refusal> {
    let frame = person.frame("Your account", Section::Elsewhere).await?;
    let session = &person.session;
    page(&Account {
        frame,
        name: session.person.name.clone(),
        email: session.person.email.clone(),
        signed_in: moment::written(session.person.signed_in_at),
        groups: session.groups.iter().map(ToString::to_string).collect(),
    })
}
