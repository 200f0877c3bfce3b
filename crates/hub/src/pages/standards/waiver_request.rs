//! Ask that a finding is accepted in writing.

use askama::Template;
use axum::{
    extract::{Path, RawQuery},
    response::Response,
};
use chrono::NaiveDate;
use hansom_control::AskedWaiver;
use hansom_domain::Timestamp;
use hansom_standards::rules;

use crate::{
    answer::{Refusal, faulty_page, go_to, page},
    form::{Errors, Fields, Sent},
    frame::{Frame, Section},
    moment,
    pages::apis::Seen,
    session::SignedIn,
    urls,
};

#[derive(Template)]
#[template(path = "standards/waiver_request.html")]
struct RequestPage {
    frame: Frame,
    errors: Errors,
    name: String,
    rule: String,
    title: String,
    page: String,
    place: String,
    reason: String,
    answers_for_it: String,
    ends_on: String,
}

async fn form(person: &SignedIn, seen: &Seen, fields: &Fields) -> Result<RequestPage, Refusal> {
    let title = format!("Ask for a waiver of {}", fields.one("rule"));
    let verdict = urls::verdict(&seen.version.slug, seen.version.major);
    let frame = person.frame(&title, Section::Apis).await?.under("APIs", urls::HOME);
    let frame = frame
        .under(seen.name(), urls::version(&seen.version.slug, seen.version.major))
        .under(format!("{} by the playbook", seen.name()), verdict);
    let rule = rules::find(fields.one("rule"));
    Ok(RequestPage {
        frame,
        errors: Errors::default(),
        name: seen.name(),
        rule: fields.one("rule").to_owned(),
        title: rule.map_or_else(String::new, |rule| rule.page().title),
        page: rule.map_or_else(String::new, |rule| urls::standard(rule.id)),
        place: fields.one("place").to_owned(),
        reason: fields.one("reason").to_owned(),
        answers_for_it: fields.one("answers_for_it").to_owned(),
        ends_on: fields.one("ends_on").to_owned(),
    })
}

/// `GET /apis/{slug}/{major}/waiver?rule=&place=`
pub(crate) async fn show(
    person: SignedIn,
    Path((slug, major)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let seen = Seen::find(&person.visitor(), &slug, Some(&major)).await?;
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    page(&form(&person, &seen, &fields).await?)
}

/// `POST /apis/{slug}/{major}/waiver`
pub(crate) async fn ask(Path((slug, major)): Path<(String, String)>, sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let seen = Seen::find(&person.visitor(), &slug, Some(&major)).await?;
    let ends_at = day(fields.one("ends_on"));
    let mut errors = Errors::default();
    errors.when(fields.one("rule").is_empty(), "rule", "Enter the id of the standard, like URL-01");
    errors.when(fields.one("reason").is_empty(), "reason", "Enter why the finding should be accepted");
    errors.when(fields.one("answers_for_it").is_empty(), "answers_for_it", "Enter who answers for it");
    errors.when(ends_at.is_none(), "ends_on", "Enter the day on which the waiver ends, like 2027-04-01");
    let (Some(ends_at), true) = (ends_at, errors.is_empty()) else {
        return again(&person, &seen, errors, &fields).await;
    };
    let asked = AskedWaiver {
        api: &seen.version.slug,
        rule: fields.one("rule"),
        place: fields.one("place"),
        reason: fields.one("reason"),
        answers_for_it: fields.one("answers_for_it"),
        ends_at,
    };
    match person.hub.control.request_waiver(person.actor(), asked).await {
        Ok(id) => Ok(go_to(&urls::waiver(&id))),
        Err(error @ (hansom_control::Error::Invalid(_) | hansom_control::Error::Conflict(_))) => {
            let fields_by_words = [
                ("rule", "rule"),
                ("the place", "place"),
                ("the reason", "reason"),
                ("who answers", "answers_for_it"),
                ("the end date", "ends_on"),
                ("", "rule"),
            ];
            let errors = Errors::of_verb(error, &fields_by_words)?;
            again(&person, &seen, errors, &fields).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn again(person: &SignedIn, seen: &Seen, errors: Errors, fields: &Fields) -> Result<Response, Refusal> {
    let blank = form(person, seen, fields).await?;
    faulty_page(&RequestPage { frame: blank.frame.faulty(true), errors, ..blank })
}

/// The moment at which a day begins.
fn day(text: &str) -> Option<Timestamp> {
    let day: NaiveDate = text.parse().ok()?;
    Some(moment::beginning(day))
}
