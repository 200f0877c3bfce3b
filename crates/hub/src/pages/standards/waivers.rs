//! Which waivers wait for a decision, and which were decided?

use askama::Template;
use axum::response::Response;
use hansom_domain::WaiverState;
use hansom_store::WaiverRow;

use crate::{
    answer::{Refusal, page},
    frame::{Frame, Section},
    moment,
    session::SignedIn,
    urls,
};

/// Decided waivers that are listed.
const MOST: usize = 200;

#[derive(Template)]
#[template(path = "standards/waivers.html")]
struct Waivers {
    frame: Frame,
    keeps: bool,
    group: String,
    waiting: Vec<Line>,
    decided: Vec<Line>,
}

struct Line {
    href: String,
    rule: String,
    api: String,
    state: WaiverState,
    ended: bool,
    ends: String,
    asked: String,
}

/// `GET /waivers`
pub(crate) async fn show(person: SignedIn) -> Result<Response, Refusal> {
    let control = &person.hub.control;
    let now = control.clock().now();
    let all = control.waivers_visible_to(person.actor()).await?;
    let (mut waiting, decided): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|waiver| waiver.state == WaiverState::Requested);
    waiting.reverse();
    let line = |waiver: WaiverRow| Line {
        href: urls::waiver(&waiver.id),
        rule: waiver.rule,
        api: waiver.title,
        state: waiver.state,
        ended: waiver.state == WaiverState::Approved && !waiver.state.is_in_force(waiver.ends_at, now),
        ends: moment::day(waiver.ends_at),
        asked: format!("{}, {}", waiver.requested_by_name, moment::written(waiver.requested_at)),
    };
    page(&Waivers {
        frame: person.frame("Waivers", Section::Inbox).await?,
        keeps: control.speaks_for_standards(person.actor()),
        group: control.settings().standards.group.to_string(),
        waiting: waiting.into_iter().map(line).collect(),
        decided: decided.into_iter().take(MOST).map(line).collect(),
    })
}
