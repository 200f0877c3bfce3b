//! What may this person do, and may they still?

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_domain::PersonId;

use super::list::for_administrators;
use crate::{
    answer::{Refusal, faulty_page, go_to, page},
    form::{Errors, Sent},
    frame::{Frame, Section},
    moment,
    pages::platform::account::told_by,
    session::SignedIn,
    urls,
};

#[derive(Template)]
#[template(path = "people/person.html")]
struct Shown {
    frame: Frame,
    errors: Errors,
    id: PersonId,
    name: String,
    email: String,
    issuer: String,
    seen: String,
    /// Address, page, and who tells of it.
    groups: Vec<(String, String, &'static str)>,
    applications: Vec<(String, String)>,
    /// Browser, since when, and when it was last seen.
    sessions: Vec<(String, String, String)>,
    suspended: Option<(String, String)>,
    is_self: bool,
    reason: String,
    place: String,
}

async fn shown(person: &SignedIn, id: &PersonId) -> Result<Shown, Refusal> {
    for_administrators(person)?;
    let control = &person.hub.control;
    let (reads, row) = (control.reads(), control.person_for(person.actor(), id).await?);
    let frame = person.frame(&row.name, Section::Elsewhere).await?.under("People", urls::PEOPLE);
    let told = reads.told_groups_of(id).await?.into_iter();
    let why = row.suspended_because.unwrap_or_default();
    let applications = reads.applications_of_person(id).await?.into_iter();
    let sessions = control.sessions_of(id, None).await?.into_iter();
    Ok(Shown {
        frame,
        errors: Errors::default(),
        id: id.clone(),
        name: row.name,
        email: row.email,
        issuer: row.issuer,
        seen: moment::written(row.signed_in_at),
        groups: told
            .map(|told| (told.group_address.to_string(), urls::group(&told.group_address), told_by(&told.source)))
            .collect(),
        applications: applications.map(|one| (one.name, urls::application(&one.id))).collect(),
        sessions: sessions
            .map(|one| (one.browser, moment::written(one.began_at), moment::written(one.last_seen_at)))
            .collect(),
        suspended: row.suspended_at.map(|at| (moment::written(at), why)),
        is_self: person.session.person.id == *id,
        reason: String::new(),
        place: urls::person(id),
    })
}

/// `GET /people/{id}`
pub(crate) async fn show(person: SignedIn, Path(id): Path<PersonId>) -> Result<Response, Refusal> {
    page(&shown(&person, &id).await?)
}

/// `POST /people/{id}/suspension`: suspends them, or lets them in again.
pub(crate) async fn suspend(Path(id): Path<PersonId>, sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let control = &person.hub.control;
    let done = match fields.one("decision") {
        "suspend" => control.suspend_person(person.actor(), &id, fields.one("reason")).await,
        _ => control.unsuspend_person(person.actor(), &id).await,
    };
    match done {
        Ok(()) => Ok(go_to(&urls::person(&id))),
        Err(error) => {
            let errors = Errors::of_verb(error, &[("the reason", "reason")])?;
            let blank = shown(&person, &id).await?;
            let reason = fields.one("reason").to_owned();
            faulty_page(&Shown { frame: blank.frame.faulty(true), errors, reason, ..blank })
        }
    }
}

/// `POST /people/{id}/groups`: asks the directory about them now.
pub(crate) async fn refresh(Path(id): Path<PersonId>, sent: Sent) -> Result<Response, Refusal> {
    for_administrators(&sent.person)?;
    sent.person.hub.sign_in.refresh_groups_now(&id).await?;
    Ok(go_to(&urls::person(&id)))
}
