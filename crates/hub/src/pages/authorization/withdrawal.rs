//! Is an application to stop acting for me?

use axum::{extract::Path, response::Response};
use hansom_domain::{ApplicationId, ProblemCode};

use crate::{
    answer::{Refusal, go_to},
    form::Sent,
    urls,
};

/// `POST /account/applications/{id}/withdrawal`
pub(crate) async fn withdraw(Path(id): Path<String>, sent: Sent) -> Result<Response, Refusal> {
    let id: ApplicationId = id.parse().map_err(|_| {
        Refusal::new(ProblemCode::NotFound, "There is no such application. Your account lists those that act for you.")
    })?;
    sent.person.hub.control.withdraw_consent(sent.person.actor(), &id).await?;
    Ok(go_to(urls::ACCOUNT))
}

/// `GET` of the same address: the form is on the account's own page.
pub(crate) async fn back() -> Response {
    go_to(urls::ACCOUNT)
}
