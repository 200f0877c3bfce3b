//! What waits for my decision, and what was decided before?

use askama::Template;
use axum::response::Response;
use hansom_domain::GrantState;
use hansom_store::GrantRow;

use crate::{
    answer::{Refusal, page},
    frame::{Frame, Section},
    moment,
    session::SignedIn,
    urls,
};

/// Decided requests that are listed.
const MOST: usize = 100;

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
    page(&Inbox {
        frame,
        waiting: waiting.into_iter().map(line).collect(),
        decided: decided.into_iter().take(MOST).map(line).collect(),
        waivers: control.waivers_to_decide(actor).await?.len(),
    })
}

fn line(grant: GrantRow) -> Line {
    Line {
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
