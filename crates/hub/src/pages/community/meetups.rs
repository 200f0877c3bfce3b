//! Which meetups are there?

use askama::Template;
use axum::response::Response;
use hansom_domain::Timestamp;
use hansom_store::MeetupRow;

use crate::{
    answer::Refusal,
    frame::{Frame, Section},
    moment,
    reader::Reader,
    twin::{Leaf, inline},
    urls,
};

/// Meetups that are over and are listed.
const MOST_PAST: usize = 50;

#[derive(Template)]
#[template(path = "community/meetups.html")]
struct Meetups {
    frame: Frame,
    next: Vec<Line>,
    past: Vec<Line>,
    calls: bool,
}

struct Line {
    href: String,
    title: String,
    at: String,
    place: String,
    cancelled: bool,
    has_notes: bool,
    is_public: bool,
}

/// `GET /meetups`
pub(crate) async fn show(reader: Reader) -> Result<Response, Refusal> {
    let visitor = &reader.visitor;
    let control = &visitor.hub.control;
    let now = control.clock().now();
    let all = control.meetups_for(visitor.actor(), Timestamp::from_millis(0)).await?;
    let (mut next, past): (Vec<_>, Vec<_>) = all.into_iter().partition(|meetup| meetup.ends_at > now);
    next.reverse();
    reader.answer(&Meetups {
        frame: visitor.frame("Meetups", Section::Elsewhere).await?.with_twin(urls::MEETUPS),
        next: next.into_iter().map(line).collect(),
        past: past.into_iter().take(MOST_PAST).map(line).collect(),
        calls: visitor.actor().is_some_and(|actor| control.may_call_meetups(actor)),
    })
}

fn line(meetup: MeetupRow) -> Line {
    Line {
        href: urls::meetup(&meetup.id),
        title: meetup.title,
        at: moment::written(meetup.begins_at),
        place: meetup.place,
        cancelled: meetup.cancelled_at.is_some(),
        has_notes: !meetup.notes.is_empty(),
        is_public: meetup.is_public,
    }
}

impl Leaf for Meetups {
    fn markdown(&self) -> String {
        let mut out = "# Meetups\n".to_owned();
        for (heading, lines) in [("To come", &self.next), ("Past", &self.past)] {
            out.push_str(&format!("\n## {heading}\n\n"));
            if lines.is_empty() {
                out.push_str("None.\n");
            }
            for it in lines {
                let cancelled = if it.cancelled { " (called off)" } else { "" };
                let (title, place) = (inline(&it.title), inline(&it.place));
                out.push_str(&format!("- [{title}]({}.md){cancelled}: {}, {place}\n", it.href, it.at));
            }
        }
        out
    }
}
