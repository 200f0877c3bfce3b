//! Say something about a page or an API.

use askama::Template;
use axum::{
    extract::{FromRequest, RawQuery, Request, State},
    response::Response,
};
use hansom_control::{GivenFeedback, StrangersThread};
use hansom_domain::{FeedbackId, ProblemCode};

use crate::{
    Hub,
    answer::{Refusal, faulty_page, go_to, page},
    form::{Errors, Fields, Sent, Unsigned},
    frame::{Frame, Section},
    session::{SESSION_COOKIE, Visitor, cookie},
    urls,
};

/// What people do not see and programs fill in.
const TRAP: &str = "website";

#[derive(Template)]
#[template(path = "community/new_feedback.html")]
struct NewFeedback {
    frame: Frame,
    errors: Errors,
    stranger: bool,
    about: String,
    title: String,
    text: String,
    name: String,
}

#[derive(Template)]
#[template(path = "community/given.html")]
struct Given {
    frame: Frame,
    address: String,
}

async fn form(visitor: &Visitor, fields: &Fields) -> Result<NewFeedback, Refusal> {
    let stranger = visitor.session.is_none();
    if stranger && !visitor.hub.strangers_give_feedback {
        return Err(Refusal::sign_in_first(&visitor.path));
    }
    Ok(NewFeedback {
        frame: visitor.frame("Give feedback", Section::Elsewhere).await?,
        errors: Errors::default(),
        stranger,
        about: match fields.one("about") {
            "" => urls::HOME.to_owned(),
            about => about.to_owned(),
        },
        title: fields.one("title").to_owned(),
        text: fields.one("text").to_owned(),
        name: fields.one("name").to_owned(),
    })
}

/// `GET /feedback/new?about=`
pub(crate) async fn show(visitor: Visitor, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    page(&form(&visitor, &fields).await?)
}

/// `POST /feedback/new`: from a session with its token; without one as a stranger.
pub(crate) async fn give(State(hub): State<Hub>, request: Request) -> Result<Response, Refusal> {
    let may_be_known = cookie(request.headers(), SESSION_COOKIE).is_some();
    if may_be_known || !hub.strangers_give_feedback {
        let sent = Sent::from_request(request, &hub).await?;
        return by_person(sent).await;
    }
    by_stranger(Unsigned::from_request(request, &hub).await?).await
}

async fn by_person(sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let visitor = person.visitor();
    let errors = faults(&fields);
    if !errors.is_empty() {
        return again(&visitor, errors, &fields).await;
    }
    match person.hub.control.give_feedback(person.actor(), given(&fields)).await {
        Ok(id) => Ok(go_to(&urls::thread(&id, ""))),
        Err(error) => again(&visitor, of_verb(error)?, &fields).await,
    }
}

async fn by_stranger(sent: Unsigned) -> Result<Response, Refusal> {
    let Unsigned { visitor, fields, peer, .. } = sent;
    let control = &visitor.hub.control;
    if !visitor.hub.feedback_calls.allows(peer, control.clock().now()) {
        return Err(Refusal::new(
            ProblemCode::LimitReached,
            "Much feedback came from your network just now. Try again in a quarter of an hour, or sign in.",
        ));
    }
    let errors = faults(&fields);
    if !errors.is_empty() {
        return again(&visitor, errors, &fields).await;
    }
    if !fields.one(TRAP).is_empty() {
        // A program is told the same as a person, and learns nothing by it.
        let nowhere = StrangersThread { id: FeedbackId::random(control.chance()), key: control.chance().hex(16) };
        return told(&visitor, &nowhere).await;
    }
    match control.give_feedback_as_stranger(fields.one("name"), given(&fields)).await {
        Ok(thread) => told(&visitor, &thread).await,
        Err(error) => again(&visitor, of_verb(error)?, &fields).await,
    }
}

async fn told(visitor: &Visitor, thread: &StrangersThread) -> Result<Response, Refusal> {
    let frame = visitor.frame("Thank you", Section::Elsewhere).await?;
    let address = format!("{}{}", visitor.hub.hub, urls::thread(&thread.id, &thread.key));
    page(&Given { frame, address })
}

fn given(fields: &Fields) -> GivenFeedback<'_> {
    GivenFeedback { about: fields.one("about"), title: fields.one("title"), text: fields.one("text") }
}

fn faults(fields: &Fields) -> Errors {
    let mut errors = Errors::default();
    errors.when(fields.one("title").chars().count() < 3, "title", "Enter what it is about, in 3 characters or more");
    errors.when(
        fields.one("text").chars().count() < 10,
        "text",
        "Enter what you have to say, in 10 characters or more",
    );
    errors
}

fn of_verb(error: hansom_control::Error) -> Result<Errors, Refusal> {
    let spoken_of =
        [("the title", "title"), ("your name", "name"), ("the page", "about"), ("the text", "text"), ("", "text")];
    Errors::of_verb(error, &spoken_of)
}

async fn again(visitor: &Visitor, errors: Errors, fields: &Fields) -> Result<Response, Refusal> {
    let blank = form(visitor, fields).await?;
    faulty_page(&NewFeedback { frame: blank.frame.faulty(true), errors, ..blank })
}
