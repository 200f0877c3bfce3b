//! What is new in an edition of the playbook?

use std::{borrow::Cow, fmt::Write};

use askama::Template;
use axum::{
    extract::{Path, RawQuery},
    response::Response,
};
use hansom_standards::{Profile, profile};
use hansom_store::EditionRow;

use super::{Leaf, reader::Reader};
use crate::{
    answer::Refusal,
    form::Fields,
    frame::Frame,
    moment::day,
    playbook::{
        self, Edition, Notes,
        edition::{Change, Changes, compare},
        markdown::{self, Heading},
    },
    urls,
};

#[derive(Template)]
#[template(path = "playbook/edition.html")]
pub(crate) struct EditionPage {
    frame: Frame,
    told: Told,
    /// What it is held against; empty where there is no other.
    with: String,
    profile: String,
    changes: Changes,
    others: Vec<Choice>,
    profiles: Vec<Choice>,
}

/// An edition as it is told.
pub(crate) struct Told {
    edition: Edition,
    date: String,
    summary: String,
    html: String,
    headings: Vec<Heading>,
    source: String,
}

/// An option of a form.
struct Choice {
    value: String,
    chosen: bool,
}

impl Told {
    /// One that comes with Hansom.
    pub(crate) fn bundled(notes: &'static Notes) -> Self {
        let rendered = notes.rendered();
        Self {
            edition: playbook::edition(notes.edition)
                .cloned()
                .unwrap_or_else(|| Edition { name: notes.edition.to_owned(), ..Edition::default() }),
            date: notes.day(),
            summary: notes.summary.clone(),
            html: rendered.html.clone(),
            headings: rendered.headings.clone(),
            source: notes.text.to_owned(),
        }
    }

    /// One that the platform published.
    fn published(row: &EditionRow) -> Self {
        let rendered = markdown::render(&row.notes, "Notes");
        let profile = Profile::read(&row.profile).ok();
        Self {
            edition: profile.map_or_else(
                || Edition { name: row.name.clone(), ..Edition::default() },
                |profile| Edition::of_profile(&row.name, &profile),
            ),
            date: day(row.published_at),
            summary: format!("Published on this platform by {}.", row.published_by),
            html: rendered.html,
            headings: rendered.headings,
            source: row.notes.clone(),
        }
    }
}

/// `GET /playbook/editions/{name}?with=…&profile=…`
pub(crate) async fn show(
    reader: Reader,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let rows = reader.visitor.hub.control.reads().editions().await?;
    let all: Vec<Told> =
        rows.iter().map(Told::published).chain(playbook::all_notes().iter().map(Told::bundled)).collect();
    let frame = reader.frame().await?;
    let leaf = leaf(frame, all, reader.name(&name), (fields.one("with"), fields.one("profile")));
    reader.answer(&leaf.ok_or_else(|| Reader::nothing("edition"))?)
}

/// The page of an edition among all, newest first, held against another by a profile: by default against the one before
/// it, by the profile that holds where nobody chose another.
pub(crate) fn leaf(frame: Frame, mut all: Vec<Told>, name: &str, (with, profile): (&str, &str)) -> Option<EditionPage> {
    let at = all.iter().position(|told| told.edition.name == name)?;
    let told = all.remove(at);
    all.retain(|other| other.edition.name != name);
    let other = all.iter().find(|other| other.edition.name == with).or_else(|| all.get(at));
    let known = |name: &str| told.edition.profiles.contains_key(name);
    let profile = [profile, profile::DEFAULT].into_iter().find(|name| known(name)).map(Cow::Borrowed);
    let profile =
        profile.or_else(|| told.edition.profiles.keys().next().map(|it| Cow::Owned(it.clone()))).unwrap_or_default();
    let choice = |value: &str, chosen: &str| Choice { value: value.to_owned(), chosen: value == chosen };
    let with = other.map_or_else(String::new, |other| other.edition.name.clone());
    Some(EditionPage {
        frame: frame
            .of_playbook(&format!("Edition {name}"), &urls::edition(name))
            .under("Playbook", urls::PLAYBOOK)
            .under("Editions", urls::EDITIONS),
        changes: other.map_or_else(Changes::default, |other| compare(&other.edition, &told.edition, &profile)),
        others: all.iter().map(|other| choice(&other.edition.name, &with)).collect(),
        profiles: told.edition.profiles.keys().map(|name| choice(name, &profile)).collect(),
        profile: profile.into_owned(),
        with,
        told,
    })
}

impl EditionPage {
    /// The page of a standard; empty where the standard is gone.
    fn href(&self, change: &Change) -> String {
        hansom_standards::rules::find(&change.id).map_or_else(String::new, |rule| urls::standard(rule.id))
    }
}

impl Leaf for EditionPage {
    fn markdown(&self) -> String {
        let Told { edition, date, summary, source, .. } = &self.told;
        let mut out = format!("# Edition {}\n\n{date}. {summary}\n\n{}", edition.name, markdown::twin(source, 1));
        if !self.with.is_empty() {
            let _ = writeln!(out, "\n## What is different from {} in the profile {}", self.with, self.profile);
            for (kind, changes) in self.changes.kinds() {
                if !changes.is_empty() {
                    let _ = writeln!(out, "\n### {kind}\n");
                }
                for Change { id, title, what } in changes {
                    let _ = writeln!(out, "- {id} {title} {what}");
                }
            }
        }
        out
    }
}
