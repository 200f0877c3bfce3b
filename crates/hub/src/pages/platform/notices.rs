//! Which mails were not sent, and do mails arrive at all?

use askama::Template;
use axum::response::Response;
use hansom_control::UnsentNotice;

use crate::{
    answer::{Refusal, faulty_page, go_to, page},
    form::{Errors, Sent},
    frame::{Frame, Section},
    moment,
    session::SignedIn,
    urls,
};

#[derive(Template)]
#[template(path = "platform/notices.html")]
struct Notices {
    frame: Frame,
    errors: Errors,
    sends_mail: bool,
    own_address: String,
    lines: Vec<Line>,
}

struct Line {
    address: String,
    subject: String,
    written: String,
    tries: i64,
    next: String,
    is_given_up: bool,
    why: String,
}

async fn view(person: &SignedIn, errors: Errors) -> Result<Notices, Refusal> {
    let unsent = person.hub.control.unsent_notices(person.actor()).await?;
    let frame = person.frame("Mails that were not sent", Section::Elsewhere).await?;
    Ok(Notices {
        frame: frame.under("How the platform is", urls::PLATFORM).faulty(!errors.is_empty()),
        errors,
        sends_mail: person.hub.sends_mail,
        own_address: person.session.person.email.clone(),
        lines: unsent.into_iter().map(line).collect(),
    })
}

fn line(UnsentNotice { row, is_given_up }: UnsentNotice) -> Line {
    Line {
        address: if row.address.is_empty() { "No address".into() } else { row.address },
        subject: row.subject,
        written: moment::written(row.created_at),
        tries: row.attempts,
        next: moment::written(row.due_at),
        is_given_up,
        why: row.unsent_because.unwrap_or_default(),
    }
}

/// `GET /notices`
pub(crate) async fn show(person: SignedIn) -> Result<Response, Refusal> {
    page(&view(&person, Errors::default()).await?)
}

/// `GET` of the address that takes the form.
pub(crate) async fn back() -> Response {
    go_to(urls::NOTICES)
}

/// `POST /notices/test`: sends a mail to whoever asks.
pub(crate) async fn test(sent: Sent) -> Result<Response, Refusal> {
    let person = sent.person;
    match person.hub.test_mail(person.actor()).await {
        Ok(()) => Ok(go_to(urls::NOTICES)),
        Err(error @ hansom_control::Error::Conflict(_)) => {
            faulty_page(&view(&person, Errors::of_verb(error, &[("", "test")])?).await?)
        }
        Err(error) => Err(error.into()),
    }
}
