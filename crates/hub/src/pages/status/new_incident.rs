//! Tell that something goes wrong.

use askama::Template;
use axum::{extract::RawQuery, response::Response};
use hansom_control::ToldIncident;
use hansom_domain::{ApiSlug, Impact, Timestamp};

use super::words;
use crate::{
    answer::{Refusal, faulty_page, go_to, page},
    form::{Errors, Fields, Sent},
    frame::{Frame, Section},
    moment,
    session::SignedIn,
    urls,
};

#[derive(Template)]
#[template(path = "status/new_incident.html")]
struct NewIncident {
    frame: Frame,
    errors: Errors,
    administrator: bool,
    title: String,
    impacts: Vec<(String, String)>,
    impact: String,
    apis: String,
    began_at: String,
    text: String,
}

async fn form(person: &SignedIn, fields: &Fields) -> Result<NewIncident, Refusal> {
    let frame = person.frame("Tell of an incident", Section::Elsewhere).await?.under("Status", urls::STATUS);
    let apis = if fields.one("apis").is_empty() { fields.one("api") } else { fields.one("apis") };
    Ok(NewIncident {
        frame,
        errors: Errors::default(),
        administrator: person.actor().is_administrator(),
        title: fields.one("title").to_owned(),
        impacts: Impact::ALL.iter().map(|impact| (impact.to_string(), words(*impact).to_owned())).collect(),
        impact: fields.one("impact").to_owned(),
        apis: apis.to_owned(),
        began_at: fields.one("began_at").to_owned(),
        text: fields.one("text").to_owned(),
    })
}

/// `GET /incidents/new?api=`
pub(crate) async fn show(person: SignedIn, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    page(&form(&person, &fields).await?)
}

/// `POST /incidents/new`
pub(crate) async fn open(sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let names = fields.one("apis").split([',', ' ', '\n', '\r']).filter(|name| !name.is_empty());
    let apis: Result<Vec<ApiSlug>, _> = names.map(str::parse).collect();
    let impact: Option<Impact> = fields.one("impact").parse().ok();
    let began_at = beginning(fields.one("began_at"));
    let mut errors = Errors::default();
    errors.when(fields.one("title").chars().count() < 5, "title", "Enter what it is, in 5 characters or more");
    errors.when(impact.is_none(), "impact", "Select how bad it is");
    errors.when(
        apis.is_err(),
        "apis",
        "Enter names of APIs as they stand in addresses, like repairs, with commas between",
    );
    errors.when(began_at.is_err(), "began_at", "Enter when it began, like 2026-11-25 09:30, in UTC");
    errors.when(fields.one("text").chars().count() < 5, "text", "Enter what is known, in 5 characters or more");
    if let (Some(impact), Ok(apis), Ok(began_at), true) = (impact, apis, began_at, errors.is_empty()) {
        let told = ToldIncident { title: fields.one("title"), impact, apis: &apis, began_at, text: fields.one("text") };
        match person.hub.control.open_incident(person.actor(), told).await {
            Ok(id) => return Ok(go_to(&urls::incident(&id))),
            Err(error @ (hansom_control::Error::Invalid(_) | hansom_control::Error::NotAllowed(_))) => {
                let spoken_of =
                    [("the title", "title"), ("the text", "text"), ("the beginning", "began_at"), ("APIs", "apis")];
                errors = Errors::of_verb(error, &spoken_of)?;
            }
            Err(hansom_control::Error::NotFound(_)) => {
                errors.when(true, "apis", "Enter names of APIs that there are, as they stand in addresses");
            }
            Err(error) => return Err(error.into()),
        }
    }
    let blank = form(&person, &fields).await?;
    faulty_page(&NewIncident { frame: blank.frame.faulty(true), errors, ..blank })
}

/// A moment like `2026-11-25 09:30`, or none.
fn beginning(text: &str) -> Result<Option<Timestamp>, chrono::ParseError> {
    if text.is_empty() {
        return Ok(None);
    }
    moment::read(text).map(Some)
}
