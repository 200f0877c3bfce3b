//! Put a new secret or key in the place of another, with both in force for a while.

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_control::Lasting;
use hansom_domain::{CredentialKind, Overlap, ProblemCode};
use hansom_store::{ApplicationRow, CredentialRow};

use super::{find, frame_under, secret};
use crate::{
    answer::{Refusal, faulty_page, go_to, page},
    form::{Errors, Fields, Sent},
    frame::Frame,
    session::SignedIn,
    urls,
};

#[derive(Template)]
#[template(path = "applications/replacement.html")]
struct Replacement {
    frame: Frame,
    errors: Errors,
    hint: String,
    is_key: bool,
    overlap: String,
    back: String,
}

async fn form(
    person: &SignedIn,
    application: &ApplicationRow,
    credential: &CredentialRow,
    fields: &Fields,
) -> Result<Replacement, Refusal> {
    let back = urls::application(&application.id);
    let frame = frame_under(person, application, &format!("Replace {}", credential.hint)).await?;
    Ok(Replacement {
        frame,
        errors: Errors::default(),
        hint: credential.hint.clone(),
        is_key: credential.kind == CredentialKind::PublicKey,
        overlap: fields.one("overlap").to_owned(),
        back,
    })
}

/// A credential in force that can be replaced: keys at an address are replaced there.
async fn credential_of(person: &SignedIn, application: &ApplicationRow, id: &str) -> Result<CredentialRow, Refusal> {
    let control = &person.hub.control;
    let credentials = control.reads().credentials_of(&application.id).await?;
    let mut known = credentials.into_iter().filter(|known| known.is_in_force(control.clock().now()));
    let found = known.find(|known| known.id.as_str() == id && is_replaced_here(known.kind));
    found.ok_or_else(|| {
        Refusal::new(
            ProblemCode::NotFound,
            "The application has no such credential in force. Its page lists those that it has.",
        )
    })
}

fn is_replaced_here(kind: CredentialKind) -> bool {
    matches!(kind, CredentialKind::PublicKey | CredentialKind::Secret)
}

/// `GET /applications/{id}/credentials/{credential}/replacement`
pub(crate) async fn show(
    person: SignedIn,
    Path((id, credential)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let application = find(&person, &id).await?;
    let credential = credential_of(&person, &application, &credential).await?;
    page(&form(&person, &application, &credential, &Fields::default()).await?)
}

/// `POST /applications/{id}/credentials/{credential}/replacement`
pub(crate) async fn replace(Path((id, credential)): Path<(String, String)>, sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let application = find(&person, &id).await?;
    let credential = credential_of(&person, &application, &credential).await?;
    let errors = match replaced(&person, &application, &credential, &fields).await? {
        Ok(response) => return Ok(response),
        Err(errors) => errors,
    };
    let blank = form(&person, &application, &credential, &fields).await?;
    faulty_page(&Replacement { frame: blank.frame.faulty(true), errors, ..blank })
}

async fn replaced(
    person: &SignedIn,
    application: &ApplicationRow,
    credential: &CredentialRow,
    fields: &Fields,
) -> Result<Result<Response, Errors>, Refusal> {
    let overlap: Option<Overlap> = fields.one("overlap").parse().ok();
    let is_key = credential.kind == CredentialKind::PublicKey;
    let public_key = fields.one("public_key");
    let mut errors = Errors::default();
    errors.when(is_key && public_key.is_empty(), "public_key", "Paste the new public key, as PEM or as a JWK");
    errors.when(overlap.is_none(), "overlap", "Select when the old one ends");
    let (Some(overlap), true) = (overlap, errors.is_empty()) else { return Ok(Err(errors)) };
    let lasting = Lasting { days: None, replaces: Some((credential.id.clone(), overlap)) };
    let control = &person.hub.control;
    let told = [("public key", "public_key"), ("credential", "overlap")];
    if is_key {
        return match control.register_key_for(person.actor(), &application.id, public_key, &lasting).await {
            Ok(_) => Ok(Ok(go_to(&urls::application(&application.id)))),
            Err(error) => Ok(Err(Errors::of_verb(error, &told)?)),
        };
    }
    match control.issue_secret_for(person.actor(), &application.id, &lasting).await {
        Ok(issued) => Ok(Ok(secret::shown(person, application, &issued).await?)),
        Err(error) => Ok(Err(Errors::of_verb(error, &told)?)),
    }
}
