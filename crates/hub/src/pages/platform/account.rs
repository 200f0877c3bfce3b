//! As whom am I signed in?

use std::collections::BTreeSet;

use askama::Template;
use axum::response::Response;

use crate::{
    answer::{Refusal, page},
    frame::{Frame, Section},
    moment,
    session::SignedIn,
    urls,
};

#[derive(Template)]
#[template(path = "platform/account.html")]
struct Account {
    frame: Frame,
    name: String,
    email: String,
    signed_in: String,
    groups: Vec<String>,
    acting: Vec<Acting>,
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
        let of_consents = application.consents.iter().map(|row| (&row.resource, &row.scope));
        let of_families = application.families.iter().map(|row| (&row.resource, &row.scope));
        let places: BTreeSet<String> =
            of_consents.chain(of_families).map(|(place, scope)| format!("{place} {scope}").trim().to_owned()).collect();
        let owner = client.as_ref().and_then(|client| client.owner.as_ref().map(ToString::to_string));
        lines.push(Acting {
            name: client.map_or_else(|| "An application that was revoked".to_owned(), |client| client.name),
            owner: owner.unwrap_or_default(),
            places: places.into_iter().collect(),
            used: moment::written_or(
                application.families.iter().map(|row| row.last_used_at).max(),
                "Not signed in now",
            ),
            withdraw: urls::withdraw_consent(&application.client),
        });
    }
    Ok(lines)
}

/// `GET /account`
pub(crate) async fn show(person: SignedIn) -> Result<Response, Refusal> {
    let frame = person.frame("Your account", Section::Elsewhere).await?;
    let session = &person.session;
    let acting = acting(&person).await?;
    page(&Account {
        frame,
        name: session.person.name.clone(),
        email: session.person.email.clone(),
        signed_in: moment::written(session.person.signed_in_at),
        groups: session.groups.iter().map(ToString::to_string).collect(),
        acting,
    })
}
