//! What is a meetup about, and what was said there?

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_store::MeetupRow;

use super::meetup_id;
use crate::{
    answer::{Refusal, go_to},
    form::Sent,
    frame::{Frame, Section},
    moment,
    prose::{Prose, Stands},
    reader::Reader,
    twin::{Leaf, inline},
    urls,
};

#[derive(Template)]
#[template(path = "community/meetup.html")]
struct MeetupPage {
    frame: Frame,
    meetup: MeetupRow,
    begins: String,
    ends: String,
    cancelled: String,
    about: Prose,
    notes: Prose,
    change: Option<String>,
    cancel: String,
}

/// `GET /meetups/{id}`
pub(crate) async fn show(reader: Reader, Path(id): Path<String>) -> Result<Response, Refusal> {
    let id = meetup_id(reader.name(&id))?;
    let visitor = &reader.visitor;
    let control = &visitor.hub.control;
    let meetup = control.meetup_for(visitor.actor(), &id).await?;
    let calls = meetup.cancelled_at.is_none() && visitor.actor().is_some_and(|actor| control.may_call_meetups(actor));
    let frame = visitor.frame(&meetup.title, Section::Elsewhere).await?.under("Meetups", urls::MEETUPS);
    reader.answer(&MeetupPage {
        frame: frame.with_twin(&urls::meetup(&id)),
        begins: moment::written(meetup.begins_at),
        ends: moment::written(meetup.ends_at),
        cancelled: meetup.cancelled_at.map_or_else(String::new, moment::written),
        about: Prose::of(Some(&meetup.about), Stands::InPart),
        notes: Prose::of(Some(&meetup.notes), Stands::InPart),
        change: calls.then(|| urls::change_meetup(&id)),
        cancel: urls::cancel_meetup(&id),
        meetup,
    })
}

/// `GET /meetups/{id}/cancellation`: the form is on the page of the meetup.
pub(crate) async fn back(Path(id): Path<String>) -> Result<Response, Refusal> {
    Ok(go_to(&urls::meetup(&meetup_id(&id)?)))
}

/// `POST /meetups/{id}/cancellation`
pub(crate) async fn cancel(Path(id): Path<String>, sent: Sent) -> Result<Response, Refusal> {
    let id = meetup_id(&id)?;
    sent.person.hub.control.cancel_meetup(sent.person.actor(), &id).await?;
    Ok(go_to(&urls::meetup(&id)))
}

impl Leaf for MeetupPage {
    fn markdown(&self) -> String {
        let meetup = &self.meetup;
        let mut out =
            format!("# {}\n\n{} to {}, {}\n", inline(&meetup.title), self.begins, self.ends, inline(&meetup.place));
        if !self.cancelled.is_empty() {
            out.push_str(&format!("\nCalled off on {}.\n", self.cancelled));
        }
        if !meetup.link.is_empty() {
            out.push_str(&format!("\nJoin at <{}>\n", meetup.link));
        }
        for (heading, text) in [("What it is about", &self.about), ("Notes", &self.notes)] {
            if !text.source.is_empty() {
                out.push_str(&format!("\n## {heading}\n\n{}\n", text.source));
            }
        }
        out
    }
}
