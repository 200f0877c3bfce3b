//! What would another edition of the playbook change, and shall it be published?

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use hansom_control::{Error, Forecast};
use hansom_domain::ProblemCode;

use super::score;
use crate::{
    answer::{Refusal, faulty_page, go_to, page},
    form::{Errors, FieldError, Fields, Sent},
    frame::{Frame, Section},
    sentence::{counted, sentence},
    session::SignedIn,
    urls,
};

#[derive(Template)]
#[template(path = "standards/edition.html")]
struct EditionPage {
    frame: Frame,
    errors: Errors,
    in_force: String,
    profile: String,
    notes: String,
    forecast: Option<Vec<Line>>,
    summary: String,
}

struct Line {
    name: String,
    falls_short: bool,
    errors_now: usize,
    errors_then: usize,
    score_now: String,
    score_then: String,
    newly_broken: String,
}

/// What a draft begins with.
fn draft(name: &str, edition: &str) -> String {
    format!(
        "# What differs from the profile that it extends: levels (error, warning, information, off) and parameters.\n\
         profile: ours\ntitle: Our playbook\nsummary: What our standards group asks.\nedition: \"{edition}-next\"\n\
         extends: {name}\nrules:\n  URL-06: error\n"
    )
}

async fn form(person: &SignedIn, fields: Option<&Fields>) -> Result<EditionPage, Refusal> {
    let control = &person.hub.control;
    if !control.speaks_for_standards(person.actor()) {
        let group = &control.settings().standards.group;
        return Err(Refusal::new(ProblemCode::NotAllowed, format!("Only members of {group} keep the playbook.")));
    }
    let frame = person.frame("A new edition", Section::Playbook).await?.under("Playbook", urls::PLAYBOOK);
    let now = control.profile_in_force().await?;
    let bundled = hansom_standards::Profile::names().find(|name| *name == &*now.name).unwrap_or("uk-council");
    Ok(EditionPage {
        frame: frame.under("How our APIs stand", urls::SCORES),
        errors: Errors::default(),
        in_force: now.to_string(),
        profile: fields.map_or_else(|| draft(bundled, &now.edition), |fields| fields.one("profile").to_owned()),
        notes: fields.map_or_else(String::new, |fields| fields.one("notes").to_owned()),
        forecast: None,
        summary: String::new(),
    })
}

/// `GET /editions/new`
pub(crate) async fn show(person: SignedIn) -> Result<Response, Refusal> {
    page(&form(&person, None).await?)
}

/// `POST /editions/new`: a forecast, or the publication.
pub(crate) async fn send(sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let blank = form(&person, Some(&fields)).await?;
    let control = &person.hub.control;
    let done = if fields.one("do") == "publish" {
        control.publish_edition(person.actor(), fields.one("profile"), fields.one("notes")).await.map(|_| None)
    } else {
        match control.read_profile(fields.one("profile")) {
            Ok(profile) => control.forecast(person.actor(), &Arc::new(profile)).await.map(Some),
            Err(error) => Err(error),
        }
    };
    match done {
        Ok(None) => Ok(go_to(urls::SCORES)),
        Ok(Some(forecast)) => page(&EditionPage {
            summary: summary(&forecast),
            forecast: Some(forecast.into_iter().map(line).collect()),
            ..blank
        }),
        Err(error) => faulty_page(&EditionPage { frame: blank.frame.faulty(true), errors: faults(error)?, ..blank }),
    }
}

fn faults(error: Error) -> Result<Errors, Refusal> {
    match error {
        Error::Faults(faults) => {
            let line = |fault: hansom_control::PublishFault| FieldError {
                field: "profile".into(),
                text: format!("Line {}: {} {}", fault.line, sentence(&fault.what), sentence(&fault.mend)),
            };
            Ok(Errors(faults.into_iter().take(20).map(line).collect()))
        }
        other => Errors::of_verb(other, &[("the notes", "notes"), ("", "profile")]),
    }
}

fn summary(forecast: &[Forecast]) -> String {
    let short = forecast.iter().filter(|one| one.falls_short()).count();
    match short {
        0 => format!("None of {} would fall short.", counted(forecast.len(), "version", "versions")),
        _ => format!("{} of {} would fall short.", short, counted(forecast.len(), "version", "versions")),
    }
}

fn line(forecast: Forecast) -> Line {
    Line {
        falls_short: forecast.falls_short(),
        name: format!("{} {}", forecast.title, forecast.major),
        errors_now: forecast.errors_now,
        errors_then: forecast.errors_then,
        score_now: score(forecast.score_now.map(i64::from)),
        score_then: score(forecast.score_then.map(i64::from)),
        newly_broken: forecast.newly_broken.join(", "),
    }
}
