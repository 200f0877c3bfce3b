//! As whom am I signed in, and where?

use askama::Template;
use axum::{http::HeaderMap, response::Response};
use hansom_control::ListedSession;

use crate::{
    answer::{Refusal, go_to, page},
    form::Sent,
    frame::{Frame, Section},
    moment,
    session::{SESSION_COOKIE, SignedIn, cookie},
    urls,
};

#[derive(Template)]
#[template(path = "platform/account.html")]
struct Account {
    frame: Frame,
    name: String,
    email: String,
    signed_in: String,
    acting: Vec<Acting>,
    groups: Vec<ToldGroup>,
    groups_unknown: bool,
    is_administrator: bool,
    sessions: Vec<Browser>,
}

/// An application that acts for the person, or may without asking.
struct Acting {
    name: String,
    owner: String,
    places: Vec<String>,
    used: String,
    withdraw: String,
}

async fn acting(person: &SignedIn) -> Result<Vec<Acting>, Refusal> {
    let control = &person.hub.control;
    let mut lines = vec![];
    for application in control.acting_applications(person.actor()).await? {
        let client = control.client(&application.client).await?;
        let places = application.places().into_iter().map(|(place, scope)| match scope.as_str() {
            "" if place != person.hub.hub => format!("{place}: everything that you may call"),
            scope => format!("{place} {scope}").trim().to_owned(),
        });
        let owner = client.as_ref().and_then(|client| client.owner.as_ref().map(ToString::to_string));
        lines.push(Acting {
            name: client.map_or_else(|| "An application that was revoked".to_owned(), |client| client.name),
            owner: owner.unwrap_or_default(),
            places: places.collect(),
            used: moment::written_or(
                application.families.iter().map(|row| row.last_used_at).max(),
                "Not signed in now",
            ),
            withdraw: urls::withdraw_consent(&application.client),
        });
    }
    Ok(lines)
}

struct ToldGroup {
    address: String,
    told_by: String,
}

/// A browser that is signed in.
struct Browser {
    handle: String,
    name: String,
    began: String,
    last_seen: String,
    is_this: bool,
}

impl From<ListedSession> for Browser {
    fn from(session: ListedSession) -> Self {
        Self {
            handle: session.handle,
            name: if session.browser.is_empty() { "A browser".into() } else { session.browser },
            began: moment::written(session.began_at),
            last_seen: moment::written(session.last_seen_at),
            is_this: session.is_this,
        }
    }
}

/// Who says that somebody is in a group, in words.
pub(crate) fn told_by(source: &str) -> &'static str {
    match source {
        "directory" => "told by the directory",
        "claim" => "told by the identity provider at sign-in",
        _ => "kept in the hub",
    }
}

/// `GET /account`
pub(crate) async fn show(person: SignedIn, headers: HeaderMap) -> Result<Response, Refusal> {
    let frame = person.frame("Your account", Section::Elsewhere).await?;
    let (session, control) = (&person.session, &person.hub.control);
    let told = control.reads().told_groups_of(&session.person.id).await?.into_iter();
    let groups =
        told.map(|told| ToldGroup { address: told.group_address.to_string(), told_by: told_by(&told.source).into() });
    let sessions = control.sessions_of(&session.person.id, cookie(&headers, SESSION_COOKIE)).await?;
    page(&Account {
        frame,
        name: session.person.name.clone(),
        email: session.person.email.clone(),
        signed_in: moment::written(session.person.signed_in_at),
        acting: acting(&person).await?,
        groups: groups.collect(),
        groups_unknown: session.groups_unknown,
        is_administrator: session.actor.is_administrator(),
        sessions: sessions.into_iter().map(Browser::from).collect(),
    })
}

/// `GET` of an address that takes a form: the account has it.
pub(crate) async fn back() -> Response {
    go_to(urls::ACCOUNT)
}

/// `POST /account/groups`: asks the directory now.
pub(crate) async fn refresh(sent: Sent) -> Result<Response, Refusal> {
    let person = sent.person;
    person.hub.sign_in.refresh_groups_now(&person.session.person.id).await?;
    Ok(go_to(urls::ACCOUNT))
}

/// `POST /account/sessions`: ends one session, or all others.
pub(crate) async fn end_sessions(headers: HeaderMap, sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let control = &person.hub.control;
    match fields.one("session") {
        "" => {
            control.end_other_sessions(person.actor(), cookie(&headers, SESSION_COOKIE)).await?;
        }
        session => control.end_session(person.actor(), session).await?,
    }
    Ok(go_to(urls::ACCOUNT))
}
