//! Register the address of public keys, so that the application changes them by itself.

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_control::Lasting;
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
#[template(path = "applications/key_set.html")]
struct KeySetPage {
    frame: Frame,
    errors: Errors,
    name: String,
    address: String,
}

async fn form(person: &SignedIn, application: &ApplicationRow) -> Result<KeySetPage, Refusal> {
    let frame = frame_under(person, application, "Register an address of keys").await?;
    Ok(KeySetPage { frame, errors: Errors::default(), name: application.name.clone(), address: String::new() })
}

/// `GET /applications/{id}/key-sets`
pub(crate) async fn show(person: SignedIn, Path(id): Path<String>) -> Result<Response, Refusal> {
    let application = find(&person, &id).await?;
    page(&form(&person, &application).await?)
}

/// `POST /applications/{id}/key-sets`
pub(crate) async fn register(Path(id): Path<String>, sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let application = find(&person, &id).await?;
    let address = fields.one("address");
    let errors = match registered(&person, &application, address).await? {
        Ok(()) => return Ok(go_to(&urls::application(&application.id))),
        Err(errors) => errors,
    };
    let blank = form(&person, &application).await?;
    faulty_page(&KeySetPage { frame: blank.frame.faulty(true), errors, address: address.to_owned(), ..blank })
}

async fn registered(
    person: &SignedIn,
    application: &ApplicationRow,
    address: &str,
) -> Result<Result<(), Errors>, Refusal> {
    let mut errors = Errors::default();
    errors.when(address.is_empty(), "address", "Enter the address of the keys");
    if !errors.is_empty() {
        return Ok(Err(errors));
    }
    let control = &person.hub.control;
    if let Err(error) = control.key_set_address(address) {
        return Ok(Err(Errors::of_verb(error, &[("address", "address")])?));
    }
    if let Err(error) = person.hub.oauth.look_at_key_set(address).await {
        errors.when(true, "address", &format!("The address cannot be used: {error}"));
        return Ok(Err(errors));
    }
    match control.register_key_set(person.actor(), &application.id, address, &Lasting::default()).await {
        Ok(_) => Ok(Ok(())),
        Err(error) => Ok(Err(Errors::of_verb(error, &[("address", "address")])?)),
    }
}
