//! How good is a version by the playbook, and what has to be done about it?

use std::fmt::Write;

use askama::Template;
use axum::{
    extract::{Path, RawQuery},
    response::Response,
};
use hansom_control::Judgement;
use hansom_domain::{GroupAddress, ProblemCode};
use hansom_standards::{
    Finding, Level, rules,
    scorecard::{Scorecard, Tally},
};
use hansom_store::VerdictRow;

use super::score;
use crate::{
    answer::Refusal,
    form::Fields,
    frame::{Frame, Section},
    moment,
    pages::apis::Seen,
    playbook::{self, level},
    reader::Reader,
    sentence::{counted, sentence},
    session::Visitor,
    twin::{Leaf, inline, table},
    urls,
};

/// Findings of one rule that are listed; the rest is counted.
const MOST_PLACES: usize = 20;

#[derive(Template)]
#[template(path = "standards/verdict.html")]
struct VerdictPage {
    frame: Frame,
    name: String,
    release: i64,
    info_version: String,
    profile: String,
    edition: String,
    judged: String,
    score: String,
    grade: String,
    seen: String,
    tally: Tally,
    broken: Vec<Broken>,
    waived: Vec<Accepted>,
    chapters: Vec<(String, String, Tally)>,
    trend: Vec<Trend>,
    may_ask: bool,
    changes: String,
    badge: String,
    checklists: Vec<(String, String)>,
    badge_markdown: String,
}

/// A rule that is broken, with its places.
struct Broken {
    rule: String,
    title: String,
    page: String,
    level: Level,
    why: String,
    mend: String,
    places: Vec<Place>,
    more: usize,
    ask: String,
}

struct Place {
    line: u32,
    column: u32,
    what: String,
    ask: String,
}

/// What is accepted in writing.
struct Accepted {
    href: String,
    rule: String,
    place: String,
    reason: String,
    answers_for_it: String,
    ends: String,
}

/// A release in the trend.
struct Trend {
    release: i64,
    info_version: String,
    edition: String,
    score: String,
    /// Of 100, for the bar.
    width: i64,
    errors: i64,
    warnings: i64,
    waived: i64,
}

fn no_verdict() -> Refusal {
    Refusal::new(
        ProblemCode::NotFound,
        "There is no verdict on this release. Releases are judged when they are published and when an edition of the playbook is.",
    )
}

/// `GET /apis/{slug}/{major}/standards?release=`
pub(crate) async fn show(
    reader: Reader,
    Path((slug, major)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let visitor = &reader.visitor;
    let seen = Seen::find(visitor, &slug, Some(&major)).await?;
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let number = fields.one("release").parse().unwrap_or(seen.version.current_release);
    let reads = visitor.hub.control.reads();
    let row = reads.verdict(&seen.version.id, number).await?.ok_or_else(no_verdict)?;
    let judgement: Judgement =
        serde_json::from_str(&row.verdict).map_err(|error| Refusal::internal(error.to_string()))?;
    let may_ask = visitor.actor().is_some_and(|actor| actor.speaks_for(&seen.version.owner));
    let title = format!("{} by the playbook", seen.name());
    let frame = visitor
        .frame(&title, Section::Apis)
        .await?
        .under("APIs", urls::HOME)
        .under(seen.name(), urls::version(&seen.version.slug, seen.version.major))
        .with_twin(&urls::verdict(&seen.version.slug, seen.version.major));
    let trend = reads.verdicts_of(&seen.version.id).await?;
    let card = judgement.scorecard();
    let badge = urls::badge(&seen.version.slug, seen.version.major);
    reader.answer(&VerdictPage {
        frame,
        name: seen.name(),
        release: row.number,
        info_version: row.info_version.clone(),
        profile: row.profile.clone(),
        edition: row.edition.clone(),
        judged: moment::written(row.judged_at),
        score: score(row.score),
        grade: card.grade.map_or_else(|| "–".to_owned(), |grade| grade.to_string()),
        seen: format!("{} %", card.seen / 10),
        tally: card.tally,
        broken: broken(&seen, &judgement.verdict.findings),
        waived: accepted(visitor, &seen).await?,
        chapters: chapters(&card),
        trend: trend.into_iter().map(step).collect(),
        may_ask,
        changes: urls::changes(&seen.version.slug, seen.version.major),
        badge_markdown: format!("![{} by the playbook]({}{badge})", seen.name(), visitor.hub.hub),
        badge,
        checklists: checklists(visitor, &seen),
    })
}

/// The checklists, for those who are signed in: answers name people.
fn checklists(visitor: &Visitor, seen: &Seen) -> Vec<(String, String)> {
    let lists = playbook::checklists().iter().filter(|_| visitor.actor().is_some());
    let address = |slug: &str| urls::answers(&seen.version.slug, seen.version.major, slug);
    lists.map(|list| (list.title.clone(), address(list.slug))).collect()
}

/// The findings by rule, the weightiest first, then in the order of the catalogue.
fn broken(seen: &Seen, findings: &[Finding]) -> Vec<Broken> {
    let mut broken: Vec<Broken> = vec![];
    for finding in findings {
        let ask = |place: &str| urls::ask_for_waiver(&seen.version.slug, seen.version.major, &finding.rule, place);
        let at = broken.iter().position(|known| known.rule == *finding.rule).unwrap_or_else(|| {
            let rule = rules::find(&finding.rule);
            broken.push(Broken {
                rule: finding.rule.to_string(),
                title: rule.map_or_else(String::new, |rule| rule.page().title),
                page: urls::standard(&finding.rule),
                level: finding.level,
                why: sentence(&finding.why),
                mend: sentence(&finding.mend),
                places: vec![],
                more: 0,
                ask: ask(""),
            });
            broken.len() - 1
        });
        let Some(group) = broken.get_mut(at) else { continue };
        if group.places.len() >= MOST_PLACES {
            group.more += 1;
            continue;
        }
        group.places.push(Place {
            line: finding.span.start.line,
            column: finding.span.start.column,
            what: sentence(&finding.what),
            ask: ask(&finding.pointer),
        });
    }
    broken.sort_by_key(|group| (group.level, rules::ALL.iter().position(|rule| rule.id == group.rule)));
    broken
}

async fn accepted(visitor: &Visitor, seen: &Seen) -> Result<Vec<Accepted>, Refusal> {
    let waivers = visitor.hub.control.waivers_in_force(&seen.version.slug).await?;
    let concerned = |owner: &GroupAddress| {
        visitor.actor().is_some_and(|actor| actor.speaks_for(owner) || visitor.hub.control.speaks_for_standards(actor))
    };
    Ok(waivers
        .into_iter()
        .map(|waiver| Accepted {
            href: if concerned(&waiver.api_owner) { urls::waiver(&waiver.id) } else { String::new() },
            rule: waiver.rule,
            place: if waiver.place.is_empty() { "The whole contract".into() } else { waiver.place },
            reason: waiver.reason,
            answers_for_it: waiver.answers_for_it,
            ends: moment::day(waiver.ends_at),
        })
        .collect())
}

fn chapters(card: &Scorecard) -> Vec<(String, String, Tally)> {
    let chapters = card.chapters.iter();
    chapters.map(|one| (one.chapter.clone(), score(one.score.map(i64::from)), one.tally)).collect()
}

fn step(row: VerdictRow) -> Trend {
    Trend {
        release: row.number,
        info_version: row.info_version,
        edition: row.edition,
        score: score(row.score),
        width: row.score.unwrap_or_default() / 10,
        errors: row.errors,
        warnings: row.warnings,
        waived: row.waived,
    }
}

impl Broken {
    fn count(&self) -> String {
        counted(self.places.len() + self.more, "place", "places")
    }
}

impl Leaf for VerdictPage {
    fn markdown(&self) -> String {
        let mut out = format!("# {} by the playbook\n\n", inline(&self.name));
        let _ = writeln!(
            out,
            "Score {} of 100, grade {}; {} of what applies has been looked at. Release {} (contract {}), held against the profile {} \
             in edition {} on {}.\n\n## Findings\n",
            self.score,
            self.grade,
            self.seen,
            self.release,
            inline(&self.info_version),
            inline(&self.profile),
            inline(&self.edition),
            self.judged
        );
        if self.broken.is_empty() {
            out.push_str("None.\n");
        }
        for group in &self.broken {
            let word = level::shown(Some(group.level)).word;
            let _ =
                writeln!(out, "### [{}]({}) {} ({word})\n", group.rule, urls::twin(&group.page), inline(&group.title));
            let _ = writeln!(out, "{} What to do: {}\n", inline(&group.why), inline(&group.mend));
            for place in &group.places {
                let _ = writeln!(out, "- Line {}, column {}: {}", place.line, place.column, inline(&place.what));
            }
            if group.more > 0 {
                let _ = writeln!(out, "- And {} more.", group.more);
            }
            out.push('\n');
        }
        let waived = self.waived.iter().map(|waiver| {
            let texts = [&waiver.rule, &waiver.place, &waiver.reason, &waiver.answers_for_it, &waiver.ends];
            texts.map(|text| inline(text))
        });
        out.push_str("\n## Accepted in writing\n\n");
        out.push_str(&table(["Standard", "Place", "Reason", "Answers for it", "Ends"], waived));
        let chapters = self.chapters.iter().map(|(chapter, score, _)| [inline(chapter), score.clone()]);
        out.push_str("\n## By chapter\n\n");
        out.push_str(&table(["Chapter", "Score"], chapters));
        out
    }
}
