//! What is known of an incident?

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_domain::{IncidentId, IncidentState, ProblemCode};

use super::words;
use crate::{
    answer::{Refusal, faulty_page, go_to},
    form::{Errors, Sent},
    frame::{Frame, Section},
    moment,
    reader::Reader,
    sentence::capital,
    session::Visitor,
    twin::{Leaf, inline},
    urls,
};

#[derive(Template)]
#[template(path = "status/incident.html")]
struct IncidentPage {
    frame: Frame,
    errors: Errors,
    title: String,
    impact: &'static str,
    state: String,
    began: String,
    ended: String,
    apis: Vec<(String, String)>,
    updates: Vec<Update>,
    tell: Option<String>,
    states: Vec<(String, String)>,
    chosen: String,
    text: String,
}

struct Update {
    at: String,
    state: String,
    text: String,
}

fn parsed(id: &str) -> Result<IncidentId, Refusal> {
    id.parse()
        .map_err(|_| Refusal::new(ProblemCode::NotFound, "There is no such incident. The page of status leads to all."))
}

async fn view(visitor: &Visitor, id: &IncidentId) -> Result<IncidentPage, Refusal> {
    let control = &visitor.hub.control;
    let (incident, updates) = control.incident_for(visitor.actor(), id).await?;
    let row = incident.row;
    let tells =
        row.ended_at.is_none() && visitor.actor().is_some_and(|actor| control.may_tell_of(actor, &incident.apis));
    let frame = visitor.frame(&row.title, Section::Elsewhere).await?.under("Status", urls::STATUS);
    let update = |it: hansom_store::IncidentUpdateRow| Update {
        at: moment::written(it.at),
        state: capital(it.state.as_str()),
        text: it.text,
    };
    Ok(IncidentPage {
        frame: frame.with_twin(&urls::incident(id)),
        errors: Errors::default(),
        impact: words(row.impact),
        state: capital(row.state.as_str()),
        began: moment::written(row.began_at),
        ended: row.ended_at.map_or_else(String::new, moment::written),
        title: row.title,
        apis: incident.apis.into_iter().map(|api| (urls::api_status(&api.slug), api.title)).collect(),
        updates: updates.into_iter().map(update).collect(),
        tell: tells.then(|| urls::incident_updates(id)),
        states: IncidentState::ALL.iter().map(|it| (it.to_string(), capital(it.as_str()))).collect(),
        chosen: row.state.to_string(),
        text: String::new(),
    })
}

/// `GET /incidents/{id}`
pub(crate) async fn show(reader: Reader, Path(id): Path<String>) -> Result<Response, Refusal> {
    let id = parsed(reader.name(&id))?;
    reader.answer(&view(&reader.visitor, &id).await?)
}

/// `GET /incidents/{id}/updates`: the form is on the page of the incident.
pub(crate) async fn back(Path(id): Path<String>) -> Result<Response, Refusal> {
    Ok(go_to(&urls::incident(&parsed(&id)?)))
}

/// `POST /incidents/{id}/updates`
pub(crate) async fn tell(Path(id): Path<String>, sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let id = parsed(&id)?;
    let control = &person.hub.control;
    control.incident_for(Some(person.actor()), &id).await?;
    let state: Option<IncidentState> = fields.one("state").parse().ok();
    let text = fields.one("text");
    let mut errors = Errors::default();
    errors.when(state.is_none(), "state", "Select where the incident stands");
    errors.when(text.chars().count() < 5, "text", "Enter what is known now, in 5 characters or more");
    if let (Some(state), true) = (state, errors.is_empty()) {
        match control.tell_of_incident(person.actor(), &id, state, text).await {
            Ok(()) => return Ok(go_to(&urls::incident(&id))),
            Err(error @ hansom_control::Error::Invalid(_)) => errors = Errors::of_verb(error, &[("the text", "text")])?,
            Err(error) => return Err(error.into()),
        }
    }
    let blank = view(&person.visitor(), &id).await?;
    let (chosen, text) = (fields.one("state").to_owned(), text.to_owned());
    faulty_page(&IncidentPage { frame: blank.frame.faulty(true), errors, chosen, text, ..blank })
}

impl Leaf for IncidentPage {
    fn markdown(&self) -> String {
        let mut out = format!("# {}\n\n{}. {}. Began {}.", inline(&self.title), self.impact, self.state, self.began);
        if !self.ended.is_empty() {
            out.push_str(&format!(" Over since {}.", self.ended));
        }
        out.push('\n');
        if !self.apis.is_empty() {
            let names = self.apis.iter().map(|(href, title)| format!("[{}]({href}.md)", inline(title)));
            out.push_str(&format!("\nConcerns {}.\n", names.collect::<Vec<_>>().join(", ")));
        }
        for it in &self.updates {
            out.push_str(&format!("\n## {}, {}\n\n{}\n", it.state, it.at, inline(&it.text)));
        }
        out
    }
}
