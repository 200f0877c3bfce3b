//! How do all APIs stand by the playbook?

use askama::Template;
use axum::response::Response;
use hansom_store::ScoreRow;

use super::score;
use crate::{
    answer::{Refusal, page},
    frame::{Frame, Section},
    session::SignedIn,
    urls,
};

#[derive(Template)]
#[template(path = "standards/scores.html")]
struct Scores {
    frame: Frame,
    edition: String,
    profile: String,
    mean: String,
    keep_every_must: usize,
    lines: Vec<Line>,
    keeps: bool,
}

struct Line {
    name: String,
    href: String,
    owner: String,
    score: String,
    /// Of 100, for the bar.
    width: i64,
    errors: i64,
    warnings: i64,
    waived: i64,
}

/// `GET /scores`
pub(crate) async fn show(person: SignedIn) -> Result<Response, Refusal> {
    let control = &person.hub.control;
    let profile = control.profile_in_force().await?;
    let mut rows = control.scores(person.actor()).await?;
    // Who needs help first stands first.
    rows.sort_by_key(|row| (row.score.unwrap_or(i64::MAX), row.slug.clone()));
    let known: Vec<i64> = rows.iter().filter_map(|row| row.score).collect();
    let count = i64::try_from(known.len()).unwrap_or(i64::MAX);
    page(&Scores {
        frame: person.frame("How our APIs stand", Section::Playbook).await?.under("Playbook", urls::PLAYBOOK),
        edition: profile.edition.to_string(),
        profile: profile.name.to_string(),
        mean: score((count > 0).then(|| known.iter().sum::<i64>() / count)),
        keep_every_must: rows.iter().filter(|row| row.errors == 0).count(),
        lines: rows.into_iter().map(line).collect(),
        keeps: control.speaks_for_standards(person.actor()),
    })
}

fn line(row: ScoreRow) -> Line {
    Line {
        name: format!("{} {}", row.title, row.major),
        href: urls::verdict(&row.slug, row.major),
        owner: row.owner.to_string(),
        score: score(row.score),
        width: row.score.unwrap_or_default() / 10,
        errors: row.errors,
        warnings: row.warnings,
        waived: row.waived,
    }
}
