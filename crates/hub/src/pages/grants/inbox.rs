//! What waits for my decision, and what was decided before?

use askama::Template;
use axum::response::Response;
use hansom_domain::GrantState;
use hansom_store::GrantRow;

use crate::{
    answer::{Refusal, page},
    frame::{Frame, Section},
    moment, sentence,
    session::SignedIn,
    urls,
};

/// Decided requests that are listed.
const MOST: usize = 100;
/// Characters of a purpose that the list shows.
const LONGEST_PURPOSE: usize = 120;

#[derive(Template)]
#[template(path = "grants/inbox.html")]
struct Inbox {
    frame: Frame,
    waiting: Vec<Line>,
    decided: Vec<Line>,
    waivers: usize,
}

struct Line {
    href: String,
    application: String,
    api: String,
    environment: String,
    state: GrantState,
    asked: String,
    decided: String,
    purpose: String,
    /// What was decided before for the same application and API.
    before: String,
}

/// `GET /inbox`
pub(crate) async fn show(person: SignedIn) -> Result<Response, Refusal> {
    let control = &person.hub.control;
    let actor = person.actor();
    let mut waiting = control.inbox(actor).await?;
    waiting.reverse();
    let mut decided = control.grants_visible_to(actor).await?;
    decided.retain(|grant| grant.state != GrantState::Requested && actor.speaks_for(&grant.api_owner));
    let frame = person.frame("Inbox", Section::Inbox).await?;
    let waiting = waiting.into_iter().map(|grant| Line { before: before(&grant, &decided), ..line(grant) });
    let waiting: Vec<Line> = waiting.collect();
    page(&Inbox {
        frame,
        waiting,
        decided: decided.into_iter().take(MOST).map(line).collect(),
        waivers: control.waivers_to_decide(actor).await?.len(),
    })
}

/// What was decided before for the same application and API, in a few words.
fn before(grant: &GrantRow, decided: &[GrantRow]) -> String {
    let same = decided.iter().filter(|other| other.application_id == grant.application_id && other.slug == grant.slug);
    let states: Vec<GrantState> = same.map(|other| other.state).collect();
    let count = |state: &GrantState| states.iter().filter(|other| *other == state).count();
    let told = GrantState::ALL.iter().filter(|state| count(state) > 0);
    let told: Vec<String> = told.map(|state| format!("{} {state}", count(state))).collect();
    if told.is_empty() { "Nothing".into() } else { told.join(", ") }
}

fn line(grant: GrantRow) -> Line {
    Line {
        purpose: shortened(&grant.purpose),
        before: String::new(),
        href: urls::grant(&grant.id),
        application: grant.application_name,
        api: format!("{} {}", grant.title, grant.major),
        environment: grant.environment.to_string(),
        state: grant.state,
        asked: format!("{}, {}", grant.requested_by_name, moment::written(grant.requested_at)),
        decided: grant
            .decided_by_name
            .map_or_else(String::new, |name| format!("{name}, {}", moment::written_or(grant.decided_at, ""))),
    }
}

/// The beginning of a text, in one line.
fn shortened(text: &str) -> String {
    let text = sentence::line(text);
    match text.char_indices().nth(LONGEST_PURPOSE) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default().trim_end()),
        None => text,
    }
}
