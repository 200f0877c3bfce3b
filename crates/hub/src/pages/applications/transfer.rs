//! Give this application to another group.

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_domain::GroupAddress;
use hansom_store::ApplicationRow;

use super::{find, frame_under};
use crate::{
    answer::{Refusal, faulty_page, go_to, page},
    form::{Errors, Fields, Sent},
    frame::Frame,
    session::SignedIn,
    urls,
};

#[derive(Template)]
#[template(path = "applications/transfer.html")]
struct TransferPage {
    frame: Frame,
    errors: Errors,
    name: String,
    owner: String,
    new_owner: String,
}

async fn form(person: &SignedIn, application: &ApplicationRow, fields: &Fields) -> Result<TransferPage, Refusal> {
    let frame = frame_under(person, application, "Give it to another group").await?;
    Ok(TransferPage {
        frame,
        errors: Errors::default(),
        name: application.name.clone(),
        owner: application.owner.to_string(),
        new_owner: fields.one("new_owner").to_owned(),
    })
}

/// `GET /applications/{id}/transfer`
pub(crate) async fn show(person: SignedIn, Path(id): Path<String>) -> Result<Response, Refusal> {
    let application = find(&person, &id).await?;
    page(&form(&person, &application, &Fields::default()).await?)
}

/// `POST /applications/{id}/transfer`
pub(crate) async fn transfer(Path(id): Path<String>, sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let application = find(&person, &id).await?;
    let to: Option<GroupAddress> = fields.one("new_owner").parse().ok();
    let mut errors = Errors::default();
    errors.when(to.is_none(), "new_owner", "Enter the address of a group, like digital@hackney.example");
    if let Some(to) = to {
        match person.hub.control.transfer_application(person.actor(), &application.id, &to).await {
            Ok(()) if person.actor().speaks_for(&to) => return Ok(go_to(&urls::application(&application.id))),
            Ok(()) => return Ok(go_to(urls::APPLICATIONS)),
            Err(error) => errors = Errors::of_verb(error, &[("", "new_owner")])?,
        }
    }
    let blank = form(&person, &application, &fields).await?;
    faulty_page(&TransferPage { frame: blank.frame.faulty(true), errors, ..blank })
}
