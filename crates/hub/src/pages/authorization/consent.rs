//! May this application act for me, there, and do that?

use askama::Template;
use axum::{extract::RawQuery, response::Response};
use hansom_oauth::{Question, Step};

use super::{
    Asked, NOTHING_CHOSEN,
    extent::{answer, is_empty},
    follow, leave,
};
use crate::{
    answer::{Refusal, faulty_page, page},
    form::{Errors, Fields, Sent},
    frame::{Frame, Section},
    protection,
    session::SignedIn,
};

#[derive(Template)]
#[template(path = "authorization/consent.html")]
struct Consent {
    frame: Frame,
    errors: Errors,
    asked: Asked,
    request: String,
    /// Where the answer goes, as far as a person can judge it.
    destination: String,
    is_own_machine: bool,
    email: String,
}

/// `GET /consent?request=`
pub(crate) async fn show(person: SignedIn, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    ask(&person, fields.one("request"), Errors::default()).await
}

/// `POST /consent`
pub(crate) async fn decide(sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let request = fields.one("request");
    let mut errors = Errors::default();
    let answer = answer(&fields);
    errors.when(answer.is_none(), "allow", "Choose whether you allow it");
    errors.when(answer.as_ref().is_some_and(is_empty), "scope", NOTHING_CHOSEN);
    match answer {
        Some(answer) if errors.is_empty() => {
            let leaving = person.hub.oauth.decide_authorization(request, &person.session, &answer).await?;
            leave(&person.visitor(), leaving).await
        }
        _ => ask(&person, request, errors).await,
    }
}

async fn ask(person: &SignedIn, request: &str, errors: Errors) -> Result<Response, Refusal> {
    let step = person.hub.oauth.continue_authorization(request, &person.session).await?;
    let Step::Ask(question) = step else {
        return follow(&person.visitor(), step).await;
    };
    let Question { request, client, redirect_uri, environment, asked, idle_seconds, absolute_seconds } = *question;
    let title = format!("{} wants to act for you", client.name);
    let frame = person.frame(&title, Section::Elsewhere).await?.faulty(!errors.is_empty());
    let lives = (idle_seconds, absolute_seconds);
    let origin = protection::origin(&redirect_uri);
    let is_faulty = !errors.is_empty();
    let consent = Consent {
        frame,
        errors,
        asked: Asked::new(person, &client, (environment.as_ref(), &asked), lives).await?,
        request,
        is_own_machine: origin.starts_with("http://"),
        destination: origin,
        email: person.session.person.email.clone(),
    };
    let mut response = if is_faulty { faulty_page(&consent)? } else { page(&consent)? };
    // Browsers hold the policy of the page with the form against where its answer leads.
    protection::let_form_leave(response.headers_mut(), &redirect_uri);
    Ok(response)
}
