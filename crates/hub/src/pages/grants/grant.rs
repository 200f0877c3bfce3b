//! What was asked, by whom, and what was decided?

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_control::GrantWord;
use hansom_domain::{Decision, GrantState};
use hansom_store::GrantRow;

use super::{operations, parsed};
use crate::{
    answer::{Refusal, faulty_page, go_to, page},
    form::{Errors, Fields, Sent},
    frame::{Frame, Section},
    moment,
    session::SignedIn,
    urls,
};

#[derive(Template)]
#[template(path = "grants/grant.html")]
struct GrantPage {
    frame: Frame,
    errors: Errors,
    heading: String,
    state: GrantState,
    waiting: bool,
    approved: bool,
    api: (String, String),
    application: String,
    application_href: String,
    application_owner: String,
    api_owner: String,
    environment: String,
    operations: Vec<String>,
    purpose: String,
    legal_basis: String,
    asked: String,
    decided: String,
    reason: String,
    may_decide: bool,
    own_request: bool,
    may_revoke: bool,
    decide: String,
    revoke: String,
    choice: String,
    decision_reason: String,
    revocation_reason: String,
    /// Where it is said how to call; empty for others, and while the grant is not in force.
    call: String,
    shown: String,
    ends: String,
    months: Vec<(u16, bool)>,
    may_renew: bool,
    renew: String,
    bundle: String,
    /// What the same application asked of the same API at other times.
    others: Vec<Other>,
}

/// Another grant of the same application for the same API.
struct Other {
    href: String,
    version: String,
    environment: String,
    operations: String,
    state: GrantState,
    asked: String,
    decided: String,
    reason: String,
}

/// Others that are shown.
const MOST_OTHERS: usize = 20;

fn other(grant: GrantRow) -> Other {
    let decided = grant.decided_by_name.as_ref();
    Other {
        href: urls::grant(&grant.id),
        version: grant.major.to_string(),
        environment: grant.environment.to_string(),
        operations: operations(&grant).join(", "),
        state: grant.state,
        asked: format!("{}, {}", grant.requested_by_name, moment::written(grant.requested_at)),
        decided: decided
            .map_or_else(String::new, |name| format!("{name}, {}", moment::written_or(grant.decided_at, ""))),
        reason: grant.reason.unwrap_or_default(),
    }
}

/// What the viewer is to the grant.
struct Part {
    owns_api: bool,
    owns_application: bool,
    asked: bool,
}

impl Part {
    fn of(person: &SignedIn, grant: &GrantRow) -> Self {
        let actor = person.actor();
        Self {
            owns_api: actor.speaks_for(&grant.api_owner),
            owns_application: actor.speaks_for(&grant.application_owner),
            asked: actor.id() == grant.requested_by.as_str(),
        }
    }
}

async fn frame(person: &SignedIn, heading: &str, part: &Part) -> Result<Frame, Refusal> {
    let frame = if part.owns_api {
        person.frame(heading, Section::Inbox).await?.under("Inbox", urls::INBOX)
    } else {
        let frame = person.frame(heading, Section::Applications).await?;
        frame.under("My applications", urls::APPLICATIONS)
    };
    Ok(frame)
}

async fn view(person: &SignedIn, grant: GrantRow) -> Result<GrantPage, Refusal> {
    let part = Part::of(person, &grant);
    let heading = format!("{} asks for {} {}", grant.application_name, grant.title, grant.major);
    let waiting = grant.state == GrantState::Requested;
    let approved = grant.state == GrantState::Approved;
    let decided = grant.decided_by_name.as_ref();
    let control = &person.hub.control;
    let shown = control.shown_grant(&grant);
    let longest = control.longest_grant(&grant).await?;
    let usual = control.settings().terms.grants.usual_months.min(longest);
    let others = control.other_grants(person.actor(), &grant).await?;
    Ok(GrantPage {
        others: others.into_iter().take(MOST_OTHERS).map(other).collect(),
        frame: frame(person, &heading, &part).await?,
        errors: Errors::default(),
        heading,
        state: grant.state,
        waiting,
        approved,
        api: (format!("{} {}", grant.title, grant.major), urls::version(&grant.slug, grant.major)),
        application_href: if part.owns_application { urls::application(&grant.application_id) } else { String::new() },
        application_owner: grant.application_owner.to_string(),
        api_owner: grant.api_owner.to_string(),
        environment: grant.environment.to_string(),
        operations: operations(&grant),
        asked: format!("{}, {}", grant.requested_by_name, moment::written(grant.requested_at)),
        decided: decided
            .map_or_else(String::new, |name| format!("{name}, {}", moment::written_or(grant.decided_at, ""))),
        may_decide: waiting && part.owns_api && !part.asked,
        own_request: waiting && part.owns_api && part.asked,
        may_revoke: approved || (waiting && part.owns_application),
        decide: urls::decide_grant(&grant.id),
        revoke: urls::revoke_grant(&grant.id),
        application: grant.application_name,
        purpose: grant.purpose,
        legal_basis: grant.legal_basis,
        reason: grant.reason.unwrap_or_default(),
        choice: String::new(),
        decision_reason: String::new(),
        revocation_reason: String::new(),
        call: if approved && part.owns_application { urls::first_call(&grant.id) } else { String::new() },
        shown,
        ends: moment::written_or(grant.expires_at, ""),
        months: months(longest, usual),
        may_renew: approved && part.owns_application,
        renew: urls::renew_grant(&grant.id),
        bundle: grant.bundle.as_deref().filter(|_| waiting && part.owns_api).map_or_else(String::new, urls::bundle),
    })
}

/// For how long a grant may be given, and what is usual.
pub(super) fn months(longest: u16, usual: u16) -> Vec<(u16, bool)> {
    let mut months: Vec<u16> = [1, 3, 6, 12, 18, 24, 36].into_iter().filter(|months| *months <= longest).collect();
    months.extend([usual, longest]);
    months.sort_unstable();
    months.dedup();
    months.into_iter().map(|months| (months, months == usual)).collect()
}

/// `GET /grants/{id}`
pub(crate) async fn show(person: SignedIn, Path(id): Path<String>) -> Result<Response, Refusal> {
    let control = &person.hub.control;
    let grant = control.grant_for(person.actor(), &parsed(&id)?).await?;
    page(&view(&person, grant).await?)
}

/// The page again with what is wrong and what was typed.
async fn again(person: &SignedIn, grant: GrantRow, errors: Errors, fields: &Fields) -> Result<Response, Refusal> {
    let blank = view(person, grant).await?;
    faulty_page(&GrantPage {
        frame: blank.frame.faulty(true),
        errors,
        choice: fields.one("decision").to_owned(),
        decision_reason: fields.one("reason").to_owned(),
        revocation_reason: fields.one("revocation_reason").to_owned(),
        ..blank
    })
}

/// `POST /grants/{id}/decision`
pub(crate) async fn decide(Path(id): Path<String>, sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let control = &person.hub.control;
    let grant = control.grant_for(person.actor(), &parsed(&id)?).await?;
    let decision: Option<Decision> = fields.one("decision").parse().ok();
    let reason = fields.one("reason");
    let mut errors = Errors::default();
    errors.when(decision.is_none(), "decision", "Select whether you approve or refuse the request");
    errors.when(reason.is_empty(), "reason", "Enter the reason for your decision");
    let (Some(decision), true) = (decision, errors.is_empty()) else {
        return again(&person, grant, errors, &fields).await;
    };
    let shown = Some(fields.one("shown")).filter(|shown| !shown.is_empty());
    let word = GrantWord { decision, reason, months: fields.one("months").parse().ok(), shown };
    match control.decide_grant_for(person.actor(), &grant.id, word).await {
        Ok(()) => Ok(go_to(&urls::grant(&grant.id))),
        Err(error @ hansom_control::Error::Invalid(_)) => {
            let errors = Errors::of_verb(error, &[("the reason", "reason")])?;
            again(&person, grant, errors, &fields).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /grants/{id}/revocation`
pub(crate) async fn revoke(Path(id): Path<String>, sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let control = &person.hub.control;
    let grant = control.grant_for(person.actor(), &parsed(&id)?).await?;
    let reason = fields.one("revocation_reason");
    let mut errors = Errors::default();
    errors.when(reason.is_empty(), "revocation_reason", "Enter the reason why the grant ends");
    if !errors.is_empty() {
        return again(&person, grant, errors, &fields).await;
    }
    match control.revoke_grant(person.actor(), &grant.id, reason).await {
        Ok(()) => Ok(go_to(&urls::grant(&grant.id))),
        Err(error @ hansom_control::Error::Invalid(_)) => {
            let errors = Errors::of_verb(error, &[("the reason", "revocation_reason")])?;
            again(&person, grant, errors, &fields).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `POST /grants/{id}/renewal`
pub(crate) async fn renew(Path(id): Path<String>, sent: Sent) -> Result<Response, Refusal> {
    let person = sent.person;
    let control = &person.hub.control;
    let grant = control.grant_for(person.actor(), &parsed(&id)?).await?;
    let new = control.renew_grant(person.actor(), &grant.id, None, ("", "")).await?;
    Ok(go_to(&urls::grant(&new)))
}
