//! Is this signing key really to end?

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_domain::ProblemCode;

use super::keys;
use crate::{
    answer::{Refusal, faulty_page, go_to, page},
    form::{Errors, Sent},
    frame::{Frame, Section},
    session::SignedIn,
    urls,
};

#[derive(Template)]
#[template(path = "keys/end.html")]
struct End {
    frame: Frame,
    errors: Errors,
    question: String,
    /// Whether what it signed counts no more, either.
    withdraws: bool,
    reason: String,
}

async fn asked(person: &SignedIn, kid: &str, withdraws: bool) -> Result<End, Refusal> {
    let missing = || Refusal::new(ProblemCode::NotFound, "The platform has no such signing key.");
    let key = keys(person).await?.into_iter().find(|key| key.kid == kid).ok_or_else(missing)?;
    let verb = if withdraws { "Withdraw" } else { "Retire" };
    let question = format!("{verb} the signing key {}?", key.kid);
    let frame = person.frame(&question, Section::Elsewhere).await?.under("Signing keys", urls::SIGNING_KEYS);
    Ok(End { frame, errors: Errors::default(), question, withdraws, reason: String::new() })
}

/// `GET /signing-keys/{kid}/retirement`
pub(crate) async fn show_retirement(person: SignedIn, Path(kid): Path<String>) -> Result<Response, Refusal> {
    page(&asked(&person, &kid, false).await?)
}

/// `POST /signing-keys/{kid}/retirement`
pub(crate) async fn retire(Path(kid): Path<String>, sent: Sent) -> Result<Response, Refusal> {
    asked(&sent.person, &kid, false).await?;
    sent.person.hub.control.retire_signing_key(sent.person.actor(), &kid).await?;
    Ok(go_to(urls::SIGNING_KEYS))
}

/// `GET /signing-keys/{kid}/withdrawal`
pub(crate) async fn show_withdrawal(person: SignedIn, Path(kid): Path<String>) -> Result<Response, Refusal> {
    page(&asked(&person, &kid, true).await?)
}

/// `POST /signing-keys/{kid}/withdrawal`
pub(crate) async fn withdraw(Path(kid): Path<String>, sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let blank = asked(&person, &kid, true).await?;
    let reason = fields.one("reason");
    let mut errors = Errors::default();
    errors.when(reason.is_empty(), "reason", "Enter why the key is withdrawn");
    if errors.is_empty() {
        match person.hub.control.withdraw_signing_key(person.actor(), &kid, reason).await {
            Ok(_) => return Ok(go_to(urls::SIGNING_KEYS)),
            Err(error) => errors = Errors::of_verb(error, &[("", "reason")])?,
        }
    }
    faulty_page(&End { frame: blank.frame.faulty(true), errors, reason: reason.to_owned(), ..blank })
}
