//! Which waivers wait for a decision, and which were decided?

use askama::Template;
use axum::{extract::RawQuery, response::Response};
use hansom_domain::WaiverState;
use hansom_store::WaiverRow;

use crate::{
    answer::{Refusal, page},
    filter::{AGES, Choice, choices, older_than, typed},
    form::Fields,
    frame::{Frame, Section},
    moment,
    sentence::capital,
    session::SignedIn,
    urls,
};

/// Decided waivers that are listed.
const MOST: usize = 200;

#[derive(Template)]
#[template(path = "standards/waivers.html")]
struct Waivers {
    frame: Frame,
    states: Vec<Choice>,
    api: String,
    ages: Vec<Choice>,
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
    /// How long it has waited; how long it waited, where it is decided.
    waits: String,
    asked: String,
}

/// `GET /waivers?state=&api=&age=`
pub(crate) async fn show(person: SignedIn, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let (state, api, age) = (typed(&fields, "state"), typed(&fields, "api"), typed(&fields, "age"));
    let control = &person.hub.control;
    let now = control.clock().now();
    let (wanted, before) = (state.parse().ok(), older_than(&age, now));
    let mut all = control.waivers_visible_to(person.actor()).await?;
    all.retain(|waiver| {
        wanted.is_none_or(|state: WaiverState| waiver.state == state)
            && (api.is_empty() || waiver.slug.as_str() == api)
            && before.is_none_or(|before| waiver.requested_at < before)
    });
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
        waits: moment::lasting(waiver.requested_at, waiver.decided_at.unwrap_or(now)).unwrap_or_else(|| "–".into()),
        asked: format!("{}, {}", waiver.requested_by_name, moment::written(waiver.requested_at)),
    };
    let states = WaiverState::ALL.iter().map(|state| (state.as_str(), capital(state.as_str())));
    page(&Waivers {
        states: choices(states, &state),
        ages: choices(AGES, &age),
        api,
        frame: person.frame("Waivers", Section::Inbox).await?,
        keeps: control.speaks_for_standards(person.actor()),
        group: control.settings().standards.group.to_string(),
        waiting: waiting.into_iter().map(line).collect(),
        decided: decided.into_iter().take(MOST).map(line).collect(),
    })
}
