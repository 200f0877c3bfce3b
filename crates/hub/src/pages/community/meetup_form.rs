//! Call a meetup, change it, and add its notes.

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_domain::{ProblemCode, Timestamp};
use hansom_store::{MeetupRow, MeetupText};

use super::meetup_id;
use crate::{
    answer::{Refusal, faulty_page, go_to, page},
    form::{Errors, Fields, Sent},
    frame::{Frame, Section},
    moment,
    session::SignedIn,
    urls,
};

#[derive(Template)]
#[template(path = "community/meetup_form.html")]
struct MeetupForm {
    frame: Frame,
    errors: Errors,
    is_new: bool,
    title: String,
    place: String,
    link: String,
    begins: String,
    ends: String,
    audience: String,
    audiences: Vec<(String, String)>,
    about: String,
    notes: String,
}

/// What of a form can be read.
struct Read<'f> {
    text: MeetupText<'f>,
    errors: Errors,
}

async fn blank(person: &SignedIn, known: Option<&MeetupRow>) -> Result<MeetupForm, Refusal> {
    let control = &person.hub.control;
    if !control.may_call_meetups(person.actor()) {
        let keepers = &control.settings().standards.group;
        return Err(Refusal::new(
            ProblemCode::NotAllowed,
            format!("Only members of {keepers} call meetups. Ask one of them."),
        ));
    }
    let title = if known.is_some() { "Change the meetup" } else { "Call a meetup" };
    let frame = person.frame(title, Section::Elsewhere).await?.under("Meetups", urls::MEETUPS);
    let audiences = [("everybody", "Everybody"), ("people", "People who are signed in")];
    let of = |text: fn(&MeetupRow) -> String| known.map_or_else(String::new, text);
    Ok(MeetupForm {
        frame,
        errors: Errors::default(),
        is_new: known.is_none(),
        title: of(|it| it.title.clone()),
        place: of(|it| it.place.clone()),
        link: of(|it| it.link.clone()),
        begins: of(|it| moment::typed(it.begins_at)),
        ends: of(|it| moment::typed(it.ends_at)),
        audience: of(|it| if it.is_public { "everybody" } else { "people" }.to_owned()),
        audiences: audiences.map(|(value, text)| (value.to_owned(), text.to_owned())).to_vec(),
        about: of(|it| it.about.clone()),
        notes: of(|it| it.notes.clone()),
    })
}

/// `GET /meetups/new`
pub(crate) async fn show_new(person: SignedIn) -> Result<Response, Refusal> {
    page(&blank(&person, None).await?)
}

/// `GET /meetups/{id}/change`
pub(crate) async fn show(person: SignedIn, Path(id): Path<String>) -> Result<Response, Refusal> {
    let meetup = person.hub.control.meetup_for(Some(person.actor()), &meetup_id(&id)?).await?;
    page(&blank(&person, Some(&meetup)).await?)
}

/// `POST /meetups/new`
pub(crate) async fn announce(sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let form = blank(&person, None).await?;
    let Read { text, errors } = read(&fields);
    if !errors.is_empty() {
        return again(form, errors, &fields);
    }
    match person.hub.control.announce_meetup(person.actor(), text).await {
        Ok(id) => Ok(go_to(&urls::meetup(&id))),
        Err(error) => again(form, faults(error)?, &fields),
    }
}

/// `POST /meetups/{id}/change`
pub(crate) async fn change(Path(id): Path<String>, sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let id = meetup_id(&id)?;
    let meetup = person.hub.control.meetup_for(Some(person.actor()), &id).await?;
    let form = blank(&person, Some(&meetup)).await?;
    let Read { text, errors } = read(&fields);
    if !errors.is_empty() {
        return again(form, errors, &fields);
    }
    match person.hub.control.change_meetup(person.actor(), &id, text).await {
        Ok(()) => Ok(go_to(&urls::meetup(&id))),
        Err(error) => again(form, faults(error)?, &fields),
    }
}

fn read(fields: &Fields) -> Read<'_> {
    let (begins, ends) = (moment::read(fields.one("begins")), moment::read(fields.one("ends")));
    let audience = fields.one("audience");
    let mut errors = Errors::default();
    errors.when(fields.one("title").chars().count() < 3, "title", "Enter what it is called, in 3 characters or more");
    errors.when(fields.one("place").is_empty(), "place", "Enter where it is");
    errors.when(begins.is_err(), "begins", "Enter when it begins, like 2026-12-03 14:00, in UTC");
    errors.when(ends.is_err(), "ends", "Enter when it ends, like 2026-12-03 15:30, in UTC");
    errors.when(!matches!(audience, "everybody" | "people"), "audience", "Select who may know of it");
    let never = Timestamp::from_millis(0);
    let text = MeetupText {
        title: fields.one("title"),
        place: fields.one("place"),
        link: fields.one("link"),
        about: fields.one("about"),
        notes: fields.one("notes"),
        is_public: audience == "everybody",
        begins_at: begins.unwrap_or(never),
        ends_at: ends.unwrap_or(never),
    };
    Read { text, errors }
}

fn faults(error: hansom_control::Error) -> Result<Errors, Refusal> {
    let spoken_of = [
        ("the title", "title"),
        ("the place", "place"),
        ("the link", "link"),
        ("the beginning is", "begins"),
        ("the end is", "ends"),
        ("what it is about", "about"),
        ("the notes", "notes"),
    ];
    Errors::of_verb(error, &spoken_of)
}

fn again(form: MeetupForm, errors: Errors, fields: &Fields) -> Result<Response, Refusal> {
    let typed = |name: &str| fields.one(name).to_owned();
    faulty_page(&MeetupForm {
        frame: form.frame.faulty(true),
        errors,
        title: typed("title"),
        place: typed("place"),
        link: typed("link"),
        begins: typed("begins"),
        ends: typed("ends"),
        audience: typed("audience"),
        about: typed("about"),
        notes: typed("notes"),
        ..form
    })
}
