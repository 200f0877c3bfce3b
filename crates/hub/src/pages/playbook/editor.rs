//! What would the standards say of a contract that somebody is writing?
//!
//! With JavaScript the engine runs in the browser, in a worker, while somebody types, and the text stays there. Without,
//! a form sends the text here: it is checked, shown again, and forgotten.

use std::{borrow::Cow, time::Duration};

use askama::Template;
use axum::{
    body::to_bytes,
    extract::{FromRequestParts, RawQuery, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use hansom_domain::ProblemCode;
use hansom_standards::{Facts, Profile, Sources, document::Limits, lint, profile, rules};
use tokio::sync::Semaphore;

use crate::{
    Hub,
    answer::{Refusal, page},
    finding_line::FindingLine,
    form::{Errors, Fields},
    frame::Frame,
    playbook::level,
    protection,
    sentence::counted,
    urls,
};

use super::reader::Reader;

/// The largest contract that is checked.
const MOST_BYTES: usize = 1024 * 1024;
/// The largest form: a contract whose every byte is escaped, and a little.
const MOST_FORM_BYTES: usize = 3 * MOST_BYTES + 4096;
/// The most findings that are shown.
const MOST_SHOWN: usize = 500;
/// How many texts are checked at once, and how long one waits for its turn.
static TURNS: Semaphore = Semaphore::const_new(2);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

const EXAMPLE: &str = include_str!("../../../assets/editor-example.yaml");

#[derive(Template)]
#[template(path = "playbook/editor.html")]
struct EditorPage {
    frame: Frame,
    contract: String,
    profiles: Vec<Choice>,
    errors: Errors,
    /// What came of it, in words; empty before anything was checked.
    summary: String,
    findings: Vec<FindingLine>,
}

struct Choice {
    name: String,
    title: String,
    chosen: bool,
}

/// What somebody sent.
struct Text {
    contract: String,
    profile: String,
}

/// `GET /playbook/editor?example=…`: `yes`, or the id of a standard for its bad example.
pub(crate) async fn show(reader: Reader, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let asked = fields.one("example");
    let example = match rules::find(asked).filter(|rule| rule.check.is_some()) {
        Some(rule) => whole(&rule.page().bad),
        None if asked == "yes" => EXAMPLE.to_owned(),
        None => String::new(),
    };
    let text = Text { contract: example, profile: profile::DEFAULT.into() };
    answer(&editor(reader.frame().await?, text))
}

/// `POST /playbook/editor`: checks the text. Nothing is stored, so nobody needs to be signed in.
pub(crate) async fn check(State(hub): State<Hub>, request: Request) -> Result<Response, Refusal> {
    let (mut parts, body) = request.into_parts();
    let reader = Reader::from_request_parts(&mut parts, &hub).await?;
    refuse_other_media(&parts.headers)?;
    let bytes = to_bytes(body, MOST_FORM_BYTES).await.map_err(|_| {
        Refusal::new(ProblemCode::BodyTooLarge, "The contract is larger than 1 MiB. Use `hansom lint` in a terminal.")
    })?;
    let text = Text::read(&bytes);
    let mut page =
        editor(reader.frame().await?, Text { contract: text.contract.clone(), profile: text.profile.clone() });
    page.errors.when(text.contract.trim().is_empty(), "contract", "Write or paste a contract");
    let is_large = text.contract.len() > MOST_BYTES;
    page.errors.when(is_large, "contract", "The contract must not be larger than 1 MiB; use hansom lint in a terminal");
    if !page.errors.is_empty() {
        page.frame = page.frame.faulty(true);
        return Ok((StatusCode::BAD_REQUEST, answer(&page)?).into_response());
    }
    (page.summary, page.findings) = checked(text).await?;
    answer(&page)
}

impl Text {
    /// Reads the form. The text is taken as it is but for its line ends, which browsers change on the way: a space that
    /// goes would move every finding.
    fn read(bytes: &[u8]) -> Self {
        let mut text = Self { contract: String::new(), profile: profile::DEFAULT.into() };
        for (name, value) in url::form_urlencoded::parse(bytes).take(10) {
            match &*name {
                "contract" => text.contract = value.replace("\r\n", "\n"),
                "profile" if level::profile(&value).is_some() => text.profile = value.into_owned(),
                _ => {}
            }
        }
        text
    }
}

fn refuse_other_media(headers: &HeaderMap) -> Result<(), Refusal> {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_form = media_type
        .split(';')
        .next()
        .is_some_and(|it| it.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"));
    if is_form {
        return Ok(());
    }
    let detail = "This address takes forms, application/x-www-form-urlencoded. Scripts use `hansom lint`.";
    Err(Refusal::new(ProblemCode::UnsupportedMediaType, detail))
}

/// Checks a text in its turn, beside the threads that answer.
async fn checked(text: Text) -> Result<(String, Vec<FindingLine>), Refusal> {
    let busy = |_| {
        let detail =
            "Many contracts are being checked right now. Try again in a while, or use `hansom lint` in a terminal.";
        Refusal::new(ProblemCode::Unavailable, detail)
    };
    let turn = tokio::time::timeout(LONGEST_WAIT, TURNS.acquire()).await.map_err(busy)?;
    let work = move || {
        // The turn ends with the work, also where nobody waits for the answer any more.
        let _turn = turn;
        found(&text)
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| Refusal::internal(format!("the check failed: {error}")))
}

fn found(text: &Text) -> (String, Vec<FindingLine>) {
    let limits = Limits { bytes: MOST_BYTES, ..Limits::default() };
    let profile = level::profile(&text.profile).or(level::default_profile());
    let Some(profile) = profile else { return (String::new(), vec![]) };
    let lines: Vec<&str> = text.contract.split('\n').collect();
    match Sources::of_text("openapi.yaml", &text.contract, &limits) {
        Ok(sources) => of_verdict(&lint(&sources, Facts::default(), profile), &lines),
        Err(fault) => ("The text cannot be read as a contract.".into(), vec![FindingLine::unread(&fault, &lines)]),
    }
}

fn of_verdict(verdict: &hansom_standards::Verdict, lines: &[&str]) -> (String, Vec<FindingLine>) {
    let all = &verdict.findings;
    if all.is_empty() {
        return ("No findings.".into(), vec![]);
    }
    let count = |word: &str| all.iter().filter(|it| level::shown(Some(it.level)).word == word).count();
    let counts: Vec<String> = ["must", "should", "may"]
        .into_iter()
        .map(|word| (count(word), word))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let cut = if all.len() > MOST_SHOWN { format!(" The first {MOST_SHOWN} are shown.") } else { String::new() };
    let summary = format!("{}: {}.{cut}", counted(all.len(), "finding", "findings"), counts.join(", "));
    (summary, all.iter().take(MOST_SHOWN).map(|finding| FindingLine::of(finding, lines)).collect())
}

fn editor(frame: Frame, text: Text) -> EditorPage {
    let choice =
        |it: &Profile| Choice { name: it.name.to_string(), title: it.title.clone(), chosen: *it.name == *text.profile };
    let mut frame = frame.of_playbook("Live editor", urls::EDITOR).under("Playbook", urls::PLAYBOOK);
    frame.twin.clear();
    EditorPage {
        frame,
        profiles: level::profiles().iter().map(choice).collect(),
        errors: Errors::default(),
        summary: String::new(),
        findings: vec![],
        contract: text.contract,
    }
}

fn answer(editor: &EditorPage) -> Result<Response, Refusal> {
    let mut response = page(editor)?;
    protection::let_engine_run(response.headers_mut());
    Ok(response)
}

/// A fragment of a contract with what is missing below it, so that its lines keep their numbers.
fn whole(fragment: &str) -> String {
    let parts: [(&str, &str); 3] = [
        ("openapi:", "openapi: 3.1.0\n"),
        ("info:", "info:\n  title: Example\n  version: 1.0.0\n"),
        ("paths:", "paths: {}\n"),
    ];
    let missing = parts.iter().filter(|(key, _)| !fragment.lines().any(|line| line.starts_with(key)));
    let text: Cow<'_, str> = if fragment.ends_with('\n') { fragment.into() } else { format!("{fragment}\n").into() };
    missing.fold(text.into_owned(), |text, (_, filling)| text + filling)
}
