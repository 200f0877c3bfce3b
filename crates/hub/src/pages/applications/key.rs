//! Register a public key, so that no secret travels at all.

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_store::ApplicationRow;

use super::{find, frame_under};
use crate::{
    answer::{Refusal, faulty_page, go_to, page},
    form::{Errors, Sent},
    frame::Frame,
    session::SignedIn,
    urls,
};

#[derive(Template)]
#[template(path = "applications/key.html")]
struct KeyPage {
    frame: Frame,
    errors: Errors,
    name: String,
    public_key: String,
}

async fn form(person: &SignedIn, application: &ApplicationRow) -> Result<KeyPage, Refusal> {
    let frame = frame_under(person, application, "Register a public key").await?;
    Ok(KeyPage { frame, errors: Errors::default(), name: application.name.clone(), public_key: String::new() })
}

/// `GET /applications/{id}/keys`
pub(crate) async fn show(person: SignedIn, Path(id): Path<String>) -> Result<Response, Refusal> {
    let application = find(&person, &id).await?;
    page(&form(&person, &application).await?)
}

/// `POST /applications/{id}/keys`
pub(crate) async fn register(Path(id): Path<String>, sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let application = find(&person, &id).await?;
    let public_key = fields.one("public_key");
    let mut errors = Errors::default();
    errors.when(public_key.is_empty(), "public_key", "Paste the public key, as PEM or as a JWK");
    if errors.is_empty() {
        let control = &person.hub.control;
        match control.register_key(person.actor(), &application.id, public_key).await {
            Ok(_) => return Ok(go_to(&urls::application(&application.id))),
            Err(error) => errors = Errors::of_verb(error, &[("key", "public_key")])?,
        }
    }
    let blank = form(&person, &application).await?;
    // A private key that was pasted by mistake is not sent around once more.
    let kept = if public_key.contains("PRIVATE") || public_key.contains("\"d\"") {
        String::new()
    } else {
        public_key.to_owned()
    };
    faulty_page(&KeyPage { frame: blank.frame.faulty(true), errors, public_key: kept, ..blank })
}
