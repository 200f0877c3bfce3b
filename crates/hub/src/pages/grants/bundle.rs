//! What was asked for together, and decide it together.

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_control::GrantWord;
use hansom_domain::{Decision, GrantState};

use super::{grant::months, operations};
use crate::{
    answer::{Refusal, faulty_page, go_to, page},
    form::{Errors, Fields, Sent},
    frame::{Frame, Section},
    session::SignedIn,
    urls,
};

#[derive(Template)]
#[template(path = "grants/bundle.html")]
struct BundlePage {
    frame: Frame,
    errors: Errors,
    lines: Vec<Line>,
    may_decide: usize,
    decide: String,
    choice: String,
    reason: String,
    months: Vec<(u16, bool)>,
}

struct Line {
    href: String,
    application: String,
    api: String,
    environment: String,
    operations: String,
    state: GrantState,
}

async fn view(person: &SignedIn, bundle: &str, fields: &Fields) -> Result<BundlePage, Refusal> {
    let control = &person.hub.control;
    let actor = person.actor();
    let grants = control.bundle_for(actor, bundle).await?;
    let waits =
        |grant: &&hansom_store::GrantRow| grant.state == GrantState::Requested && actor.speaks_for(&grant.api_owner);
    let mut longest = control.settings().terms.grants.most_months;
    for grant in grants.iter().filter(waits) {
        longest = longest.min(control.longest_grant(grant).await?);
    }
    let usual = control.settings().terms.grants.usual_months.min(longest);
    let frame = person.frame("Asked for together", Section::Inbox).await?.under("Inbox", urls::INBOX);
    Ok(BundlePage {
        frame,
        errors: Errors::default(),
        may_decide: grants.iter().filter(waits).count(),
        decide: urls::decide_bundle(bundle),
        choice: fields.one("decision").to_owned(),
        reason: fields.one("reason").to_owned(),
        months: months(longest, usual),
        lines: grants
            .iter()
            .map(|grant| Line {
                href: urls::grant(&grant.id),
                application: grant.application_name.clone(),
                api: format!("{} {}", grant.title, grant.major),
                environment: grant.environment.to_string(),
                operations: operations(grant).join(", "),
                state: grant.state,
            })
            .collect(),
    })
}

/// `GET /bundles/{id}`
pub(crate) async fn show(person: SignedIn, Path(id): Path<String>) -> Result<Response, Refusal> {
    page(&view(&person, &id, &Fields::default()).await?)
}

/// `POST /bundles/{id}/decision`
pub(crate) async fn decide(Path(id): Path<String>, sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let control = &person.hub.control;
    control.bundle_for(person.actor(), &id).await?;
    let decision: Option<Decision> = fields.one("decision").parse().ok();
    let reason = fields.one("reason");
    let mut errors = Errors::default();
    errors.when(decision.is_none(), "decision", "Select whether you approve or refuse the requests");
    errors.when(reason.is_empty(), "reason", "Enter the reason for your decision");
    if let (Some(decision), true) = (decision, errors.is_empty()) {
        let word = GrantWord { decision, reason, months: fields.one("months").parse().ok(), shown: None };
        match control.decide_bundle(person.actor(), &id, word).await {
            Ok(_) => return Ok(go_to(&urls::bundle(&id))),
            Err(error) => errors = Errors::of_verb(error, &[("the reason", "reason"), ("request", "decision")])?,
        }
    }
    let blank = view(&person, &id, &fields).await?;
    faulty_page(&BundlePage { frame: blank.frame.faulty(true), errors, ..blank })
}

/// The address of the form is the bundle's own page.
pub(crate) async fn back(Path(id): Path<String>) -> Response {
    go_to(&urls::bundle(&id))
}
