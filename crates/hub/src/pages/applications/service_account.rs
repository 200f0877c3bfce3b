//! Let a service account prove the application, so that it keeps no secret.

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_control::ServiceAccount;
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
#[template(path = "applications/service_account.html")]
struct ServiceAccountPage {
    frame: Frame,
    errors: Errors,
    issuer: String,
    subject: String,
    email: String,
    audience: String,
}

async fn form(person: &SignedIn, application: &ApplicationRow) -> Result<ServiceAccountPage, Refusal> {
    let frame = frame_under(person, application, "Bind a service account").await?;
    Ok(ServiceAccountPage {
        frame,
        errors: Errors::default(),
        issuer: "https://accounts.google.com".to_owned(),
        subject: String::new(),
        email: String::new(),
        audience: person.hub.hub.clone(),
    })
}

/// `GET /applications/{id}/service-accounts`
pub(crate) async fn show(person: SignedIn, Path(id): Path<String>) -> Result<Response, Refusal> {
    let application = find(&person, &id).await?;
    page(&form(&person, &application).await?)
}

/// `POST /applications/{id}/service-accounts`
pub(crate) async fn bind(Path(id): Path<String>, sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let application = find(&person, &id).await?;
    let (issuer, subject, email) = (fields.one("issuer"), fields.one("subject"), fields.one("email"));
    let account = ServiceAccount { issuer, subject, email };
    let bound = person.hub.control.bind_service_account(person.actor(), &application.id, account).await;
    let words = [("the issuer", "issuer"), ("the address", "email"), ("the subject", "subject")];
    let errors = match bound {
        Ok(_) => return Ok(go_to(&urls::application(&application.id))),
        Err(error) => Errors::of_verb(error, &words)?,
    };
    let blank = form(&person, &application).await?;
    faulty_page(&ServiceAccountPage {
        frame: blank.frame.faulty(true),
        errors,
        issuer: issuer.to_owned(),
        subject: subject.to_owned(),
        email: email.to_owned(),
        audience: blank.audience,
    })
}
