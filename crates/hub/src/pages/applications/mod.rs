//! What is mine, and how does it prove itself?

pub(crate) mod application;
pub(crate) mod key;
pub(crate) mod key_set;
pub(crate) mod list;
pub(crate) mod new;
pub(crate) mod oauth;
pub(crate) mod replacement;
pub(crate) mod revocation;
pub(crate) mod secret;
pub(crate) mod service_account;
pub(crate) mod transfer;
pub(crate) mod usage;

use axum::{extract::Path, response::Response};
use hansom_domain::{ApplicationId, ProblemCode};
use hansom_store::ApplicationRow;

use crate::{
    answer::{Refusal, go_to},
    frame::{Frame, Section},
    session::SignedIn,
    urls,
};

fn missing() -> Refusal {
    Refusal::new(
        ProblemCode::NotFound,
        "There is no such application among those of your groups. My applications lists them.",
    )
}

/// The id in an address.
fn parsed(id: &str) -> Result<ApplicationId, Refusal> {
    id.parse().map_err(|_| missing())
}

/// The application in an address, if it is the person's.
async fn find(person: &SignedIn, id: &str) -> Result<ApplicationRow, Refusal> {
    let control = &person.hub.control;
    Ok(control.application_for(person.actor(), &parsed(id)?).await?)
}

/// The frame of a page under the application's own.
async fn frame_under(person: &SignedIn, application: &ApplicationRow, title: &str) -> Result<Frame, Refusal> {
    let frame = person.frame(title, Section::Applications).await?.under("My applications", urls::APPLICATIONS);
    Ok(frame.under(&application.name, urls::application(&application.id)))
}

/// The address of a form that is on the application's own page.
pub(crate) async fn back(Path(id): Path<String>) -> Result<Response, Refusal> {
    Ok(go_to(&urls::application(&parsed(&id)?)))
}
