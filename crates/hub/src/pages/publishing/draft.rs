//! What would publishing a draft find and change, and shall it be published?

use std::time::Duration;

use askama::Template;
use axum::{
    extract::{Path, RawQuery},
    response::Response,
};
use hansom_control::{Draft, Error, PublishFault, Review};
use hansom_domain::ProblemCode;
use hansom_standards::{Level, difference::Bump, difference::Difference};
use tokio::sync::Semaphore;

use super::{
    parsed,
    patch::{self, PatchLine},
};
use crate::{
    answer::{Refusal, faulty_page, go_to, page},
    catalogue::alike,
    finding_line::FindingLine,
    form::{Errors, FieldError, Fields, Sent},
    frame::{Frame, Section},
    pages::{
        apis::existing::Found,
        standards::{changes, score},
    },
    sentence::{counted, sentence},
    session::SignedIn,
    urls,
};

/// Findings and faults that are shown of each kind.
const MOST_SHOWN: usize = 200;
const MOST_CHANGES: usize = 200;
/// How many drafts are judged at once, and how long one waits for its turn.
static TURNS: Semaphore = Semaphore::const_new(2);
const LONGEST_WAIT: Duration = Duration::from_secs(10);

#[derive(Template)]
#[template(path = "publishing/draft.html")]
struct DraftPage {
    frame: Frame,
    errors: Errors,
    heading: String,
    /// What came of it, in a sentence.
    summary: String,
    may_publish: bool,
    lost_comments: bool,
    /// APIs that are like it, if it is a new one.
    alike: Vec<Found>,
    against: Vec<FindingLine>,
    more_against: usize,
    patch: Vec<PatchLine>,
    changes: Option<changes::Release>,
    step: String,
    findings: Vec<FindingLine>,
    more_findings: usize,
    score: String,
    mark: String,
    texts: String,
    publish: String,
    discard: String,
    manage: String,
    waiver: String,
}

/// `GET /drafts/{id}?comments=lost`
pub(crate) async fn show(
    person: SignedIn,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let draft = person.hub.control.draft_for(person.actor(), &parsed(&id)?).await?;
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let shown = view(&person, &draft).await?;
    page(&DraftPage { lost_comments: fields.one("comments") == "lost", ..shown })
}

/// `POST /drafts/{id}/publication`
pub(crate) async fn publish(Path(id): Path<String>, sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let control = &person.hub.control;
    let draft = control.draft_for(person.actor(), &parsed(&id)?).await?;
    let looked = fields.one("looked") == "yes";
    let error = if looked || is_unlike(&person, &draft).await? {
        let turn = turn().await?;
        let done = control.publish_draft(person.actor(), &draft.id, fields.one("mark")).await;
        drop(turn);
        match done {
            Ok(published) => {
                return Ok(go_to(&urls::published(&published.api, published.major, published.release)));
            }
            // The page says what speaks against it.
            Err(Error::Faults(_)) => Errors::default(),
            Err(error) => Errors::of_verb(error, &[("", "publish")])?,
        }
    } else {
        let text = "Say that you looked at the APIs that are like it, and that none of them will do".to_owned();
        Errors(vec![FieldError { field: "looked".into(), text }])
    };
    let shown = view(&person, &draft).await?;
    faulty_page(&DraftPage { frame: shown.frame.faulty(true), errors: error, ..shown })
}

/// `POST /drafts/{id}/removal`
pub(crate) async fn discard(Path(id): Path<String>, sent: Sent) -> Result<Response, Refusal> {
    let person = sent.person;
    person.hub.control.discard_draft(person.actor(), &parsed(&id)?).await?;
    Ok(go_to(urls::PUBLISH))
}

async fn turn() -> Result<tokio::sync::SemaphorePermit<'static>, Refusal> {
    let busy =
        || Refusal::new(ProblemCode::Unavailable, "Many contracts are being judged right now. Try again in a while.");
    tokio::time::timeout(LONGEST_WAIT, TURNS.acquire()).await.map_err(|_| busy())?.map_err(|_| busy())
}

async fn review(person: &SignedIn, draft: &Draft) -> Result<Result<Review, Error>, Refusal> {
    let _turn = turn().await?;
    match person.hub.control.review_release(person.actor(), &draft.manifest, &draft.contract).await {
        Err(error @ (Error::Store(_) | Error::Internal(_) | Error::GroupsUnknown)) => Err(error.into()),
        done => Ok(done),
    }
}

/// Whether nothing is there that the draft is like.
async fn is_unlike(person: &SignedIn, draft: &Draft) -> Result<bool, Refusal> {
    if draft.of.is_some() {
        return Ok(true);
    }
    match review(person, draft).await? {
        Ok(review) => Ok(found(person, &review).await?.is_empty()),
        Err(_) => Ok(true),
    }
}

async fn found(person: &SignedIn, review: &Review) -> Result<Vec<Found>, Refusal> {
    if !review.is_new_api {
        return Ok(vec![]);
    }
    Ok(alike(&person.hub, person.actor(), &review.published).await?.iter().map(Found::of).collect())
}

async fn view(person: &SignedIn, draft: &Draft) -> Result<DraftPage, Refusal> {
    let frame = person.frame("Check and publish", Section::Publishing).await?;
    let blank = DraftPage {
        frame: frame.under("Publish an API", urls::PUBLISH),
        errors: Errors::default(),
        heading: "A draft".into(),
        summary: String::new(),
        may_publish: false,
        lost_comments: false,
        alike: vec![],
        against: vec![],
        more_against: 0,
        patch: vec![],
        changes: None,
        step: String::new(),
        findings: vec![],
        more_findings: 0,
        score: String::new(),
        mark: String::new(),
        texts: urls::draft_texts(&draft.id),
        publish: urls::publish_draft(&draft.id),
        discard: urls::discard_draft(&draft.id),
        manage: draft.of.as_ref().map_or_else(String::new, |(slug, major)| urls::manage(slug, *major)),
        waiver: String::new(),
    };
    match review(person, draft).await? {
        Ok(review) => reviewed(person, draft, &review, blank).await,
        Err(Error::Faults(faults)) => Ok(DraftPage {
            summary: "The texts do not read, so that nothing else can be told yet.".into(),
            more_against: faults.len().saturating_sub(MOST_SHOWN),
            against: against(draft, &faults),
            ..blank
        }),
        Err(error) => Ok(DraftPage { summary: sentence(&error.to_string()), ..blank }),
    }
}

async fn reviewed(person: &SignedIn, draft: &Draft, review: &Review, blank: DraftPage) -> Result<DraftPage, Refusal> {
    let published = &review.published;
    let judgement = &published.judgement;
    let lines: Vec<&str> = draft.contract.lines().collect();
    let lesser: Vec<_> = judgement.verdict.findings.iter().filter(|finding| finding.level != Level::Error).collect();
    let before = review.before.as_ref();
    let may_publish = review.refusals.is_empty() && !published.unchanged;
    Ok(DraftPage {
        heading: format!("{} {}, release {}", published.api, published.major, published.release),
        summary: summary(review),
        may_publish,
        alike: found(person, review).await?,
        more_against: review.refusals.len().saturating_sub(MOST_SHOWN),
        against: against(draft, &review.refusals),
        patch: before.map_or_else(Vec::new, |before| patch::between(&before.manifest_text, &draft.manifest)),
        changes: before.map(|_| changes::forecast(published, MOST_CHANGES)).transpose()?,
        step: published.difference.as_ref().map_or_else(String::new, step),
        more_findings: lesser.len().saturating_sub(MOST_SHOWN),
        findings: lesser.into_iter().take(MOST_SHOWN).map(|finding| FindingLine::of(finding, &lines)).collect(),
        score: score(judgement.scorecard().score.map(i64::from)),
        mark: draft.mark(before.map(|before| before.number)),
        waiver: before.map_or_else(String::new, |_| urls::ask_for_waiver(&published.api, published.major, "", "")),
        ..blank
    })
}

fn summary(review: &Review) -> String {
    let published = &review.published;
    if published.unchanged {
        return "Just this is in force already. Change the texts, or discard the draft.".into();
    }
    let operations = counted(published.operations, "operation", "operations");
    match review.refusals.len() {
        0 => format!("Nothing speaks against publishing it: {operations}, contract {}.", published.info_version),
        1 => "One thing speaks against publishing it.".into(),
        count => format!("{count} things speak against publishing it."),
    }
}

/// Which number of the version has to go up, and whether it did.
fn step(difference: &Difference) -> String {
    let word = match difference.needed.bump {
        Bump::None => return "The changes need no new version of the contract.".into(),
        Bump::Patch => "patch",
        Bump::Minor => "minor",
        Bump::Major => "major",
    };
    let versions = match (&difference.old_version, &difference.new_version) {
        (Some(old), Some(new)) => format!(" info.version goes from {old} to {new}"),
        _ => return format!("The changes need a new {word} version of the contract."),
    };
    let enough =
        if difference.needed.is_enough() == Some(false) { ", which is not enough." } else { ", as it should." };
    format!("The changes need a new {word} version of the contract:{versions}{enough}")
}

/// What speaks against it, each beside its line of its text.
fn against(draft: &Draft, faults: &[PublishFault]) -> Vec<FindingLine> {
    let manifest: Vec<&str> = draft.manifest.lines().collect();
    let contract: Vec<&str> = draft.contract.lines().collect();
    let line = |fault: &PublishFault| {
        let lines = if fault.file == "api.yaml" { &manifest } else { &contract };
        FindingLine::against(fault, lines)
    };
    faults.iter().take(MOST_SHOWN).map(line).collect()
}
