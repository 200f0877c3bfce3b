//! Where in the playbook is something said?

use std::fmt::Write;

use askama::Template;
use axum::{extract::RawQuery, response::Response};

use super::{Leaf, reader::Reader};
use crate::{
    answer::Refusal,
    form::Fields,
    frame::Frame,
    playbook::search::{self, Entry, LONGEST, MOST_FOUND, Piece, Wanted},
    sentence::counted,
    urls,
};

#[derive(Template)]
#[template(path = "playbook/search.html")]
pub(crate) struct Search {
    frame: Frame,
    asked: String,
    /// How many were found, in words.
    count: String,
    /// Whether they have every word.
    whole: bool,
    /// Whether there are more than are shown.
    cut: bool,
    lines: Vec<Line>,
    /// Everything there is, for pages that stand alone.
    all: &'static [Entry],
}

struct Line {
    entry: &'static Entry,
    title: Vec<Piece>,
    excerpt: Vec<Piece>,
}

/// `GET /playbook/search?q=…`
pub(crate) async fn show(reader: Reader, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    reader.answer(&leaf(reader.frame().await?, fields.one("q")))
}

/// The page with what was found.
pub(crate) fn leaf(frame: Frame, asked: &str) -> Search {
    let wanted = Wanted::read(asked);
    let (hits, whole) = search::find(&wanted);
    let count = hits.len();
    let lines = hits.into_iter().take(MOST_FOUND).map(|hit| Line {
        entry: hit.entry,
        title: search::marked(&hit.entry.title, &wanted),
        excerpt: search::around(&hit.entry.text, &wanted),
    });
    Search {
        asked: asked.chars().take(LONGEST).collect(),
        count: if wanted.is_empty() { String::new() } else { counted(count, "page", "pages") },
        whole,
        cut: count > MOST_FOUND,
        lines: lines.collect(),
        all: if frame.alone { search::entries() } else { &[] },
        frame: frame.of_playbook("Search the playbook", urls::PLAYBOOK_SEARCH).under("Playbook", urls::PLAYBOOK),
    }
}

impl Leaf for Search {
    fn markdown(&self) -> String {
        let mut out = "# Search the playbook\n\n".to_owned();
        if !self.count.is_empty() {
            let _ = writeln!(out, "{} found.\n", self.count);
        }
        let found = self.lines.iter().map(|line| line.entry).chain(self.all);
        for Entry { kind, id, title, href, .. } in found {
            let (page, fragment) =
                href.split_once('#').map_or((href.as_str(), String::new()), |(p, f)| (p, format!("#{f}")));
            let page = page.strip_prefix("/playbook/").unwrap_or(page);
            let space = if id.is_empty() { "" } else { " " };
            let _ = writeln!(out, "- {kind}: [{id}{space}{title}]({page}.md{fragment})");
        }
        out
    }
}
