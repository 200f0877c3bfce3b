//! What was said in a thread of feedback?

use askama::Template;
use axum::{
    extract::{FromRequest, Path, RawQuery, Request, State},
    response::Response,
};
use hansom_control::{Correspondent, Thread};
use hansom_domain::{Actor, FeedbackId, FeedbackState, MessageId, ProblemCode};

use super::thread_id;
use crate::{
    Hub,
    answer::{Refusal, faulty_page, go_to, page},
    form::{Errors, Fields, Sent, Unsigned},
    frame::{Frame, Section},
    moment,
    session::Visitor,
    urls,
};

#[derive(Template)]
#[template(path = "community/thread.html")]
struct ThreadPage {
    frame: Frame,
    errors: Errors,
    id: String,
    title: String,
    about: (String, String),
    owner: String,
    state: FeedbackState,
    messages: Vec<Message>,
    answers: bool,
    /// The key of a stranger; empty for the others.
    key: String,
    text: String,
}

struct Message {
    id: String,
    by: String,
    at: String,
    is_of_owner: bool,
    text: String,
    removed: String,
}

/// Who sent a form of a thread, and what.
struct Written {
    visitor: Visitor,
    fields: Fields,
}

impl Written {
    /// With a key as a stranger, else from a session with its token.
    async fn read(hub: &Hub, request: Request) -> Result<Self, Refusal> {
        let by_key = !Fields::read(request.uri().query().unwrap_or_default().as_bytes()).one("key").is_empty();
        if by_key && hub.strangers_give_feedback {
            let Unsigned { visitor, fields, peer, .. } = Unsigned::from_request(request, hub).await?;
            if !hub.feedback_calls.allows(peer, hub.control.clock().now()) {
                return Err(Refusal::new(
                    ProblemCode::LimitReached,
                    "Much was written from your network just now. Try again in a quarter of an hour.",
                ));
            }
            return Ok(Self { visitor: Visitor { session: None, ..visitor }, fields });
        }
        let Sent { person, fields } = Sent::from_request(request, hub).await?;
        Ok(Self { visitor: person.visitor(), fields })
    }

    fn key(&self) -> String {
        key(&self.visitor)
    }
}

/// The key in the address of a page; empty without one.
fn key(visitor: &Visitor) -> String {
    let query = visitor.path.split_once('?').map_or("", |(_, query)| query);
    Fields::read(query.as_bytes()).one("key").to_owned()
}

/// As whom somebody comes to a thread: by a key, if the address has one.
fn correspondent<'v>(visitor: &'v Visitor, key: &'v str) -> Result<Correspondent<'v>, Refusal> {
    match (key, visitor.actor()) {
        ("", Some(actor)) => Ok(Correspondent::Known(actor)),
        ("", None) => Err(Refusal::sign_in_first(&visitor.path)),
        (key, _) => Ok(Correspondent::Key(key)),
    }
}

async fn view(visitor: &Visitor, thread: Thread, key: &str) -> Result<ThreadPage, Refusal> {
    let row = thread.row;
    let message = |it: hansom_store::MessageRow| Message {
        id: it.id.to_string(),
        by: it.by_name,
        at: moment::written(it.at),
        is_of_owner: it.is_of_owner,
        text: it.text,
        removed: it.removed_by_name.map_or_else(String::new, |name| {
            format!("{name} removed this message: {}", it.removed_because.unwrap_or_default())
        }),
    };
    let frame = visitor.frame(&row.title, Section::Elsewhere).await?;
    let signed_in = visitor.session.is_some();
    Ok(ThreadPage {
        frame: if signed_in { frame.under("Feedback", urls::FEEDBACK) } else { frame },
        errors: Errors::default(),
        id: row.id.to_string(),
        title: row.title,
        about: (row.about.clone(), row.api_title.unwrap_or(row.about)),
        owner: row.owner.to_string(),
        state: row.state,
        messages: thread.messages.into_iter().map(message).collect(),
        answers: thread.answers,
        key: key.to_owned(),
        text: String::new(),
    })
}

/// `GET /feedback/{id}`, or `GET /feedback/{id}?key=` for strangers
pub(crate) async fn show(visitor: Visitor, Path(id): Path<String>) -> Result<Response, Refusal> {
    let key = key(&visitor);
    let thread = visitor.hub.control.feedback_for(correspondent(&visitor, &key)?, &thread_id(&id)?).await?;
    page(&view(&visitor, thread, &key).await?)
}

/// The forms are on the page of the thread.
pub(crate) async fn back(Path(id): Path<String>, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    Ok(go_to(&urls::thread(&thread_id(&id)?, fields.one("key"))))
}

/// The same for a message's own.
pub(crate) async fn back_of_message(Path((id, _)): Path<(String, String)>) -> Result<Response, Refusal> {
    Ok(go_to(&urls::thread(&thread_id(&id)?, "")))
}

/// `POST /feedback/{id}/messages`
pub(crate) async fn write(
    State(hub): State<Hub>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Refusal> {
    let id = thread_id(&id)?;
    let written = Written::read(&hub, request).await?;
    let key = written.key();
    let who = correspondent(&written.visitor, &key)?;
    let text = written.fields.one("text");
    let thread = hub.control.feedback_for(who, &id).await?;
    let mut errors = Errors::default();
    errors.when(text.is_empty(), "text", "Enter what you have to say");
    if errors.is_empty() {
        match hub.control.write_to_feedback(who, &id, text).await {
            Ok(()) => return Ok(go_to(&urls::thread(&id, &key))),
            Err(error) => errors = Errors::of_verb(error, &[("", "text")])?,
        }
    }
    let blank = view(&written.visitor, thread, &key).await?;
    faulty_page(&ThreadPage { frame: blank.frame.faulty(true), errors, text: text.to_owned(), ..blank })
}

/// `POST /feedback/{id}/closure`
pub(crate) async fn close(
    State(hub): State<Hub>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Refusal> {
    let id = thread_id(&id)?;
    let written = Written::read(&hub, request).await?;
    let key = written.key();
    hub.control.close_feedback(correspondent(&written.visitor, &key)?, &id).await?;
    Ok(go_to(&urls::thread(&id, &key)))
}

/// `POST /feedback/{id}/messages/{message}/removal`
pub(crate) async fn remove(Path((id, message)): Path<(String, String)>, sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let id = thread_id(&id)?;
    let actor: &Actor = person.actor();
    let thread = person.hub.control.feedback_for(Correspondent::Known(actor), &id).await?;
    let message: MessageId =
        message.parse().map_err(|_| Refusal::new(ProblemCode::NotFound, "There is no such message."))?;
    match remove_one(&person.hub, actor, (&id, &message), fields.one("because")).await {
        Ok(()) => Ok(go_to(&urls::thread(&id, ""))),
        Err(error) => {
            let errors = Errors::of_verb(error, &[("", "because")])?;
            let blank = view(&person.visitor(), thread, "").await?;
            faulty_page(&ThreadPage { frame: blank.frame.faulty(true), errors, ..blank })
        }
    }
}

async fn remove_one(
    hub: &Hub,
    actor: &Actor,
    (id, message): (&FeedbackId, &MessageId),
    because: &str,
) -> Result<(), hansom_control::Error> {
    hub.control.remove_message(actor, id, message, because).await
}
