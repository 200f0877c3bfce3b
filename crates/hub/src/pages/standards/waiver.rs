//! Which finding is to be accepted, why, and what was decided?

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_domain::{Decision, WaiverState};
use hansom_standards::rules;
use hansom_store::WaiverRow;

use super::parsed;
use crate::{
    answer::{Refusal, faulty_page, go_to, page},
    form::{Errors, Fields, Sent},
    frame::{Frame, Section},
    moment,
    session::SignedIn,
    urls,
};

#[derive(Template)]
#[template(path = "standards/waiver.html")]
struct WaiverPage {
    frame: Frame,
    errors: Errors,
    heading: String,
    state: WaiverState,
    ended: bool,
    waiting: bool,
    group: String,
    rule: (String, String, String),
    api: (String, String),
    place: String,
    reason: String,
    answers_for_it: String,
    ends: String,
    asked: String,
    decided: String,
    decision_reason_given: String,
    may_decide: bool,
    own_request: bool,
    may_withdraw: bool,
    decide: String,
    withdraw: String,
    choice: String,
    decision_reason: String,
    withdrawal_reason: String,
}

async fn view(person: &SignedIn, waiver: WaiverRow) -> Result<WaiverPage, Refusal> {
    let control = &person.hub.control;
    let keeps = control.speaks_for_standards(person.actor());
    let asked_it = person.actor().id() == waiver.requested_by.as_str();
    let heading = format!("{} asks for a waiver of {}", waiver.title, waiver.rule);
    let waiting = waiver.state == WaiverState::Requested;
    let in_force = waiver.state.is_in_force(waiver.ends_at, control.clock().now());
    let title = rules::find(&waiver.rule).map_or_else(String::new, |rule| rule.page().title);
    let decided = waiver.decided_by_name.as_ref();
    Ok(WaiverPage {
        frame: person.frame(&heading, Section::Inbox).await?.under("Waivers", urls::WAIVERS),
        errors: Errors::default(),
        heading,
        state: waiver.state,
        ended: waiver.state == WaiverState::Approved && !in_force,
        waiting,
        group: control.settings().standards.group.to_string(),
        rule: (waiver.rule.clone(), title, urls::standard(&waiver.rule)),
        api: (waiver.title, urls::api(&waiver.slug)),
        place: if waiver.place.is_empty() { "The whole contract".into() } else { waiver.place },
        reason: waiver.reason,
        answers_for_it: waiver.answers_for_it,
        ends: moment::day(waiver.ends_at),
        asked: format!("{}, {}", waiver.requested_by_name, moment::written(waiver.requested_at)),
        decided: decided
            .map_or_else(String::new, |name| format!("{name}, {}", moment::written_or(waiver.decided_at, ""))),
        decision_reason_given: waiver.decision_reason.unwrap_or_default(),
        may_decide: waiting && keeps && !asked_it,
        own_request: waiting && keeps && asked_it,
        may_withdraw: waiting || in_force,
        decide: urls::decide_waiver(&waiver.id),
        withdraw: urls::withdraw_waiver(&waiver.id),
        choice: String::new(),
        decision_reason: String::new(),
        withdrawal_reason: String::new(),
    })
}

/// `GET /waivers/{id}`
pub(crate) async fn show(person: SignedIn, Path(id): Path<String>) -> Result<Response, Refusal> {
    let waiver = person.hub.control.waiver_for(person.actor(), &parsed(&id)?).await?;
    page(&view(&person, waiver).await?)
}

/// The page again with what is wrong and what was typed.
async fn again(person: &SignedIn, waiver: WaiverRow, errors: Errors, fields: &Fields) -> Result<Response, Refusal> {
    let blank = view(person, waiver).await?;
    faulty_page(&WaiverPage {
        frame: blank.frame.faulty(true),
        errors,
        choice: fields.one("decision").to_owned(),
        decision_reason: fields.one("reason").to_owned(),
        withdrawal_reason: fields.one("withdrawal_reason").to_owned(),
        ..blank
    })
}

/// `POST /waivers/{id}/decision`
pub(crate) async fn decide(Path(id): Path<String>, sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let control = &person.hub.control;
    let waiver = control.waiver_for(person.actor(), &parsed(&id)?).await?;
    let decision: Option<Decision> = fields.one("decision").parse().ok();
    let reason = fields.one("reason");
    let mut errors = Errors::default();
    errors.when(decision.is_none(), "decision", "Select whether you approve or refuse the request");
    errors.when(reason.is_empty(), "reason", "Enter the reason for your decision");
    let (Some(decision), true) = (decision, errors.is_empty()) else {
        return again(&person, waiver, errors, &fields).await;
    };
    match control.decide_waiver(person.actor(), &waiver.id, decision, reason).await {
        Ok(()) => Ok(go_to(&urls::waiver(&waiver.id))),
        Err(error @ hansom_control::Error::Invalid(_)) => {
            let errors = Errors::of_verb(error, &[("the reason", "reason")])?;
            again(&person, waiver, errors, &fields).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /waivers/{id}/withdrawal`
pub(crate) async fn withdraw(Path(id): Path<String>, sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let control = &person.hub.control;
    let waiver = control.waiver_for(person.actor(), &parsed(&id)?).await?;
    let reason = fields.one("withdrawal_reason");
    let mut errors = Errors::default();
    errors.when(reason.is_empty(), "withdrawal_reason", "Enter the reason why the waiver ends");
    if !errors.is_empty() {
        return again(&person, waiver, errors, &fields).await;
    }
    match control.withdraw_waiver(person.actor(), &waiver.id, reason).await {
        Ok(()) => Ok(go_to(&urls::waiver(&waiver.id))),
        Err(error @ hansom_control::Error::Invalid(_)) => {
            let errors = Errors::of_verb(error, &[("the reason", "withdrawal_reason")])?;
            again(&person, waiver, errors, &fields).await
        }
        Err(error) => Err(error.into()),
    }
}
