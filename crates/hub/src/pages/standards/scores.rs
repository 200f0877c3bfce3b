//! How do all APIs stand by the playbook?

use askama::Template;
use axum::{
    extract::RawQuery,
    http::header,
    response::{IntoResponse, Response},
};
use hansom_control::ChapterScore;
use hansom_store::{EditionScoreRow, ScoreRow};

use super::score;
use crate::{
    answer::{Refusal, page},
    csv,
    filter::{self, Choice, choices, typed},
    form::Fields,
    frame::{Frame, Section},
    moment,
    pagination::Pagination,
    playbook::family,
    session::SignedIn,
    urls,
};

/// Versions on one page.
const PER_PAGE: usize = 50;
const COLUMNS: [&str; 10] =
    ["edition", "api", "title", "owner", "major", "release", "score", "mustBroken", "shouldBroken", "waived"];

#[derive(Template)]
#[template(path = "standards/scores.html")]
struct Scores {
    frame: Frame,
    edition: String,
    profile: String,
    in_force: bool,
    editions: Vec<Choice>,
    owner: String,
    mean: String,
    keep_every_must: usize,
    count: usize,
    /// The chapters that any of the page's versions has a score in: code, title and address.
    chapters: Vec<(&'static str, &'static str, String)>,
    lines: Vec<Line>,
    trend: Vec<Trend>,
    pagination: Pagination,
    file: String,
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
    /// One for each of the page's chapters.
    chapters: Vec<String>,
}

/// How all stand together by one edition.
struct Trend {
    edition: String,
    since: String,
    versions: i64,
    mean: String,
    width: i64,
    keeping: i64,
    errors: i64,
    warnings: i64,
    waived: i64,
}

/// What is asked for.
struct Wanted {
    edition: String,
    owner: String,
}

impl Wanted {
    async fn read(person: &SignedIn, fields: &Fields) -> Result<Self, Refusal> {
        let edition = typed(fields, "edition");
        let edition = match edition.is_empty() {
            true => person.hub.control.profile_in_force().await?.edition.to_string(),
            false => edition,
        };
        Ok(Self { edition, owner: typed(fields, "owner").to_lowercase() })
    }

    /// What fits; who needs help first stands first.
    async fn found(&self, person: &SignedIn) -> Result<Vec<ScoreRow>, Refusal> {
        let mut rows = person.hub.control.scores(person.actor(), Some(&self.edition)).await?;
        rows.retain(|row| row.owner.as_str().contains(&self.owner));
        rows.sort_by_cached_key(|row| {
            (row.score.unwrap_or(i64::MAX), std::cmp::Reverse(row.errors), row.slug.clone(), row.major)
        });
        Ok(rows)
    }

    fn query(&self) -> String {
        filter::query([("edition", self.edition.as_str()), ("owner", &self.owner)])
    }
}

/// `GET /scores?edition=&owner=&page=`
pub(crate) async fn show(person: SignedIn, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let control = &person.hub.control;
    let profile = control.profile_in_force().await?;
    let wanted = Wanted::read(&person, &fields).await?;
    let rows = wanted.found(&person).await?;
    let trend = control.scores_by_edition(person.actor()).await?;
    let pagination = Pagination::of(rows.len(), PER_PAGE, fields.one("page"), urls::SCORES, &wanted.query());
    let mut shown = vec![];
    for row in rows.get(pagination.range()).unwrap_or_default() {
        shown.push((row, control.chapter_scores(row).await?));
    }
    let chapters = chapters(shown.iter().flat_map(|(_, chapters)| chapters));
    let lines = shown.into_iter().map(|(row, scores)| line(row, &scores, &chapters)).collect();
    page(&Scores {
        frame: person.frame("How our APIs stand", Section::Playbook).await?.under("Playbook", urls::PLAYBOOK),
        profile: profile.name.to_string(),
        in_force: wanted.edition == *profile.edition,
        editions: editions(&trend, &wanted.edition),
        mean: mean(&rows),
        keep_every_must: rows.iter().filter(|row| row.errors == 0).count(),
        count: rows.len(),
        chapters,
        lines,
        trend: trend.into_iter().map(step).collect(),
        pagination,
        file: urls::narrowed(urls::SCORES_CSV, &wanted.query()),
        keeps: control.speaks_for_standards(person.actor()),
        edition: wanted.edition,
        owner: wanted.owner,
    })
}

/// `GET /scores.csv?edition=&owner=`
pub(crate) async fn download(person: SignedIn, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let rows = Wanted::read(&person, &fields).await?.found(&person).await?;
    let codes: Vec<&str> = family::families(|_| true).iter().map(|family| family.code).collect();
    let mut out = csv::row(COLUMNS.iter().chain(&codes));
    for row in rows {
        // A file of all is made of what is at hand: what an older Hansom judged has no scores by chapter in it.
        let scores: Vec<ChapterScore> = serde_json::from_str(&row.chapters).unwrap_or_default();
        let chapters = codes.iter().map(|code| of_chapter(&scores, code));
        out.push_str(&csv::row(cells(&row).into_iter().chain(chapters)));
    }
    let name = "attachment; filename=\"scores.csv\"";
    Ok(([(header::CONTENT_TYPE, csv::MEDIA_TYPE), (header::CONTENT_DISPOSITION, name)], out).into_response())
}

fn cells(row: &ScoreRow) -> [String; 10] {
    [
        row.edition.clone(),
        row.slug.to_string(),
        row.title.clone(),
        row.owner.to_string(),
        row.major.to_string(),
        row.number.to_string(),
        row.score.map_or_else(String::new, |of_thousand| score(Some(of_thousand))),
        row.errors.to_string(),
        row.warnings.to_string(),
        row.waived.to_string(),
    ]
}

fn of_chapter(scores: &[ChapterScore], code: &str) -> String {
    let found = scores.iter().find(|known| known.chapter == code).and_then(|known| known.score);
    found.map_or_else(String::new, |of_thousand| score(Some(i64::from(of_thousand))))
}

/// Those of the catalogue in which there is a score, in its order.
fn chapters<'s>(scores: impl Iterator<Item = &'s ChapterScore> + Clone) -> Vec<(&'static str, &'static str, String)> {
    let counts = |code: &str| scores.clone().any(|known| known.chapter == code && known.score.is_some());
    let families = family::families(|_| true).into_iter().filter(|family| counts(family.code));
    families
        .map(|family| (family.code, family.title, format!("{}#{}", urls::STANDARDS, family.code.to_lowercase())))
        .collect()
}

/// The editions that judged any API, and the one that is asked for.
fn editions(trend: &[EditionScoreRow], wanted: &str) -> Vec<Choice> {
    let mut names: Vec<&str> = trend.iter().map(|row| row.edition.as_str()).collect();
    if !names.contains(&wanted) {
        names.insert(0, wanted);
    }
    choices(names.into_iter().map(|name| (name, name)), wanted)
}

fn mean(rows: &[ScoreRow]) -> String {
    let known: Vec<i64> = rows.iter().filter_map(|row| row.score).collect();
    let count = i64::try_from(known.len()).unwrap_or(i64::MAX);
    score((count > 0).then(|| known.iter().sum::<i64>() / count))
}

fn line(row: &ScoreRow, scores: &[ChapterScore], chapters: &[(&str, &str, String)]) -> Line {
    let cell =
        |code: &str| Some(of_chapter(scores, code)).filter(|text| !text.is_empty()).unwrap_or_else(|| "–".into());
    Line {
        name: format!("{} {}", row.title, row.major),
        href: urls::verdict_of(&row.slug, row.major, row.number),
        owner: row.owner.to_string(),
        score: score(row.score),
        width: row.score.unwrap_or_default() / 10,
        errors: row.errors,
        warnings: row.warnings,
        waived: row.waived,
        chapters: chapters.iter().map(|(code, _, _)| cell(code)).collect(),
    }
}

fn step(row: EditionScoreRow) -> Trend {
    Trend {
        edition: row.edition,
        since: moment::day(row.first_at),
        versions: row.versions,
        mean: score(row.mean),
        width: row.mean.unwrap_or_default() / 10,
        keeping: row.keeping,
        errors: row.errors,
        warnings: row.warnings,
        waived: row.waived,
    }
}
