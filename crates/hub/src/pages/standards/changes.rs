//! What changed with each release of a version?

use std::fmt::Write;

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_control::Published;
use hansom_store::ReleaseRow;
use serde::Deserialize;

use crate::{
    answer::Refusal,
    frame::{Frame, Section},
    moment,
    pages::apis::Seen,
    reader::Reader,
    sentence::sentence,
    session::Visitor,
    twin::{Leaf, code, inline},
    urls,
};

/// Releases that are shown.
const MOST: usize = 50;
/// Changes of one release that are shown; the rest is counted.
const MOST_CHANGES: usize = 200;

#[derive(Template)]
#[template(path = "standards/changes.html")]
struct ChangesPage {
    frame: Frame,
    name: String,
    releases: Vec<Release>,
    verdict: String,
}

/// A release and what is different from the one before.
pub(crate) struct Release {
    pub(crate) number: i64,
    pub(crate) info_version: String,
    pub(crate) at: String,
    pub(crate) first: bool,
    pub(crate) changes: Vec<Line>,
    pub(crate) unhandled: Vec<String>,
    pub(crate) more: usize,
}

pub(crate) struct Line {
    pub(crate) breaking: bool,
    pub(crate) operation: String,
    pub(crate) text: String,
    pub(crate) check: String,
}

/// A difference as it is kept with a release.
#[derive(Default, Deserialize)]
struct Kept {
    #[serde(default)]
    changes: Vec<KeptChange>,
    #[serde(default)]
    unhandled: Vec<KeptUnhandled>,
}

#[derive(Deserialize)]
struct KeptChange {
    id: String,
    level: String,
    operation: Option<KeptOperation>,
    text: String,
}

#[derive(Deserialize)]
struct KeptOperation {
    method: String,
    path: String,
}

#[derive(Deserialize)]
struct KeptUnhandled {
    text: String,
}

/// `GET /apis/{slug}/{major}/changes`
pub(crate) async fn show(reader: Reader, Path((slug, major)): Path<(String, String)>) -> Result<Response, Refusal> {
    let visitor = &reader.visitor;
    let seen = Seen::find(visitor, &slug, Some(&major)).await?;
    let reads = visitor.hub.control.reads();
    let title = format!("Changes of {}", seen.name());
    let frame = visitor
        .frame(&title, Section::Apis)
        .await?
        .under("APIs", urls::HOME)
        .under(seen.name(), urls::version(&seen.version.slug, seen.version.major))
        .with_twin(&urls::changes(&seen.version.slug, seen.version.major));
    let mut releases = vec![];
    for row in reads.releases_of(&seen.version.id).await?.into_iter().take(MOST) {
        releases.push(told(visitor, row, MOST_CHANGES).await?);
    }
    reader.answer(&ChangesPage {
        frame,
        name: seen.name(),
        releases,
        verdict: urls::verdict(&seen.version.slug, seen.version.major),
    })
}

/// A release with what the differ found, at most so many changes of it.
pub(crate) async fn told(visitor: &Visitor, row: ReleaseRow, most: usize) -> Result<Release, Refusal> {
    let text = visitor.hub.control.reads().difference(&row.version_id, row.number).await?.unwrap_or_default();
    let kept: Kept = serde_json::from_str(&text).map_err(|error| Refusal::internal(error.to_string()))?;
    let (number, info_version) = (row.number, row.info_version);
    Ok(Release { at: moment::day(row.published_at), ..kept.told((number, info_version), most) })
}

/// What a release would change, before it is one.
pub(crate) fn forecast(published: &Published, most: usize) -> Result<Release, Refusal> {
    let kept = match &published.difference {
        Some(difference) => serde_json::to_value(difference).and_then(serde_json::from_value),
        None => Ok(Kept::default()),
    };
    let kept: Kept = kept.map_err(|error| Refusal::internal(error.to_string()))?;
    Ok(kept.told((published.release, published.info_version.clone()), most))
}

impl Kept {
    fn told(self, (number, info_version): (i64, String), most: usize) -> Release {
        Release {
            number,
            info_version,
            at: String::new(),
            first: number == 1,
            more: self.changes.len().saturating_sub(most),
            unhandled: self.unhandled.into_iter().take(most).map(|one| sentence(&one.text)).collect(),
            changes: lines(self.changes, most),
        }
    }
}

/// What breaks callers first.
fn lines(mut changes: Vec<KeptChange>, most: usize) -> Vec<Line> {
    changes.sort_by_key(|change| change.level != "error");
    let line = |change: KeptChange| Line {
        breaking: change.level == "error",
        operation: change.operation.map_or_else(String::new, |at| format!("{} {}", at.method, at.path)),
        text: sentence(&change.text),
        check: change.id,
    };
    changes.into_iter().take(most).map(line).collect()
}

impl Leaf for ChangesPage {
    fn markdown(&self) -> String {
        let mut out = format!("# Changes of {}\n", inline(&self.name));
        for release in &self.releases {
            let _ =
                writeln!(out, "\n## {}\n\nRelease {}, {}\n", inline(&release.info_version), release.number, release.at);
            if release.first {
                out.push_str("The first release.\n");
            } else if release.changes.is_empty() && release.unhandled.is_empty() {
                out.push_str("Nothing that callers could notice.\n");
            }
            for line in &release.changes {
                let breaking = if line.breaking { "**Breaking** " } else { "" };
                let place =
                    if line.operation.is_empty() { String::new() } else { format!("{}: ", code(&line.operation)) };
                let _ = writeln!(out, "- {breaking}{place}{} ({})", inline(&line.text), line.check);
            }
            for text in &release.unhandled {
                let _ = writeln!(out, "- Not understood: {}", inline(text));
            }
            if release.more > 0 {
                let _ = writeln!(out, "- And {} more.", release.more);
            }
        }
        out
    }
}
