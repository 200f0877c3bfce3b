//! Make a secret, and show it this once.

use askama::Template;
use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::Response,
};
use hansom_control::{IssuedSecret, Lasting};
use hansom_domain::{ApplicationId, GrantState};
use hansom_store::ApplicationRow;

use super::{find, frame_under};
use crate::{
    Hub,
    answer::{Refusal, page},
    calling::{Call, curl},
    form::Sent,
    frame::Frame,
    pages::grants::first_call::first_operation,
    session::SignedIn,
    urls,
};

#[derive(Template)]
#[template(path = "applications/secret.html")]
struct SecretPage {
    frame: Frame,
    name: String,
    id: String,
    secret: String,
    application: String,
    calls: Vec<FirstCall>,
    token_only: String,
}

/// Two commands that work when pasted, for one grant.
struct FirstCall {
    what: String,
    environment: String,
    commands: String,
}

/// `POST /applications/{id}/secrets`
pub(crate) async fn make(Path(id): Path<String>, sent: Sent) -> Result<Response, Refusal> {
    let person = sent.person;
    let application = find(&person, &id).await?;
    let lasting = Lasting { days: sent.fields.one("days").parse().ok(), replaces: None };
    let issued = person.hub.control.issue_secret_for(person.actor(), &application.id, &lasting).await?;
    shown(&person, &application, &issued).await
}

/// The page that shows a new secret, this once.
pub(super) async fn shown(
    person: &SignedIn,
    application: &ApplicationRow,
    issued: &IssuedSecret,
) -> Result<Response, Refusal> {
    let hub = &person.hub;
    let secret = issued.secret.reveal();
    let frame = frame_under(person, application, "New secret").await?;
    let calls = first_calls(hub, &application.id, secret).await?;
    let token_only = match hub.environments.first() {
        Some((environment, _)) if calls.is_empty() => curl::token(hub, &application.id, secret, environment),
        _ => String::new(),
    };
    let mut response = page(&SecretPage {
        frame,
        name: application.name.clone(),
        id: application.id.to_string(),
        secret: secret.to_owned(),
        application: urls::application(&application.id),
        calls,
        token_only,
    })?;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    Ok(response)
}

/// A first call for each grant in force, at most five.
async fn first_calls(hub: &Hub, application: &ApplicationId, secret: &str) -> Result<Vec<FirstCall>, Refusal> {
    let mut calls = vec![];
    let grants = hub.control.reads().grants_of(application).await?;
    let in_force = grants.iter().filter(|grant| grant.state == GrantState::Approved);
    for grant in in_force.take(5) {
        let token = curl::token(hub, application, secret, &grant.environment);
        if let Some((served, operation)) = first_operation(hub, grant).await? {
            calls.push(FirstCall {
                what: format!("{} of {} {}", operation.id, grant.title, grant.major),
                environment: grant.environment.to_string(),
                commands: format!("{token}\n{}", Call::of(&served, &operation, true).curl()),
            });
        }
    }
    Ok(calls)
}
