//! Which editions of the playbook are there?

use std::fmt::Write;

use askama::Template;
use axum::response::Response;
use hansom_store::EditionRow;

use super::{Leaf, reader::Reader};
use crate::{answer::Refusal, frame::Frame, moment::day, playbook, urls};

#[derive(Template)]
#[template(path = "playbook/editions.html")]
pub(crate) struct Editions {
    frame: Frame,
    /// Newest first.
    lines: Vec<Line>,
}

struct Line {
    name: String,
    href: String,
    date: String,
    summary: String,
    in_force: bool,
}

/// `GET /playbook/editions`
pub(crate) async fn show(reader: Reader) -> Result<Response, Refusal> {
    let published = reader.visitor.hub.control.reads().editions().await?;
    let in_force = reader.in_force().await?;
    reader.answer(&leaf(reader.frame().await?, &published, &in_force.edition))
}

/// The page, with the editions that the platform published itself and the one that holds.
pub(crate) fn leaf(frame: Frame, published: &[EditionRow], in_force: &str) -> Editions {
    let own = published.iter().map(|row| Line {
        name: row.name.clone(),
        href: urls::edition(&row.name),
        date: day(row.published_at),
        summary: format!("Published on this platform by {}.", row.published_by),
        in_force: row.name == in_force,
    });
    let is_own = |name: &str| published.iter().any(|row| row.name == name);
    let bundled = playbook::all_notes().iter().filter(|notes| !is_own(notes.edition)).map(|notes| Line {
        name: notes.edition.to_owned(),
        href: urls::edition(notes.edition),
        date: notes.day(),
        summary: notes.summary.clone(),
        in_force: notes.edition == in_force,
    });
    Editions {
        lines: own.chain(bundled).collect(),
        frame: frame.of_playbook("Editions", urls::EDITIONS).under("Playbook", urls::PLAYBOOK),
    }
}

impl Leaf for Editions {
    fn markdown(&self) -> String {
        let mut out = "# Editions\n\nAn edition never changes once it is published.\n\n".to_owned();
        for Line { name, date, summary, in_force, .. } in &self.lines {
            let state = if *in_force { ", in force" } else { "" };
            let _ = writeln!(out, "- [{name}](editions/{name}.md), {date}{state}: {summary}");
        }
        out
    }
}
