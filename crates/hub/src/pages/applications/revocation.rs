//! Is this application, or this credential of it, really to be revoked?

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_domain::{CredentialId, ProblemCode};

use super::{find, frame_under};
use crate::{
    answer::{Refusal, go_to, page},
    form::Sent,
    frame::Frame,
    session::SignedIn,
    urls,
};

#[derive(Template)]
#[template(path = "applications/revocation.html")]
struct Revocation {
    frame: Frame,
    question: String,
    consequence: &'static str,
    button: &'static str,
    back: String,
}

/// `GET /applications/{id}/revocation`
pub(crate) async fn show(person: SignedIn, Path(id): Path<String>) -> Result<Response, Refusal> {
    let application = find(&person, &id).await?;
    let question = format!("Revoke the application {}?", application.name);
    let back = urls::application(&application.id);
    let frame = frame_under(&person, &application, &question).await?;
    page(&Revocation {
        frame,
        question,
        consequence: "All its credentials and access tokens stop working within seconds, in every environment. This cannot be taken back.",
        button: "Revoke the application",
        back,
    })
}

/// `POST /applications/{id}/revocation`
pub(crate) async fn revoke(Path(id): Path<String>, sent: Sent) -> Result<Response, Refusal> {
    let person = sent.person;
    let application = find(&person, &id).await?;
    let control = &person.hub.control;
    control.revoke_application(person.actor(), &application.id).await?;
    Ok(go_to(&urls::application(&application.id)))
}

fn missing() -> Refusal {
    Refusal::new(ProblemCode::NotFound, "The application has no such credential. Its page lists those that it has.")
}

/// `GET /applications/{id}/credentials/{credential}/revocation`
pub(crate) async fn show_credential(
    person: SignedIn,
    Path((id, credential)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let application = find(&person, &id).await?;
    let reads = person.hub.control.reads();
    let credentials = reads.credentials_of(&application.id).await?;
    let found = credentials.into_iter().find(|known| known.id.as_str() == credential).ok_or_else(missing)?;
    let question = format!("Revoke the credential {}?", found.hint);
    let back = urls::application(&application.id);
    let frame = frame_under(&person, &application, &question).await?;
    page(&Revocation {
        frame,
        question,
        consequence: "Whatever uses it can get no more tokens, and the tokens that it got stop working within seconds. This cannot be taken back.",
        button: "Revoke the credential",
        back,
    })
}

/// `POST /applications/{id}/credentials/{credential}/revocation`
pub(crate) async fn revoke_credential(
    Path((id, credential)): Path<(String, String)>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let person = sent.person;
    let application = find(&person, &id).await?;
    let credential: CredentialId = credential.parse().map_err(|_| missing())?;
    let control = &person.hub.control;
    control.revoke_credential(person.actor(), &application.id, &credential).await?;
    Ok(go_to(&urls::application(&application.id)))
}
