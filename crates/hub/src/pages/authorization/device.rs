//! Is this device mine, and may it act for me?

use askama::Template;
use axum::{extract::RawQuery, response::Response};
use hansom_oauth::{Consent, DeviceQuestion};

use super::{
    Asked, NOTHING_CHOSEN,
    extent::{answer, is_empty},
};
use crate::{
    answer::{Refusal, faulty_page, page},
    form::{Errors, Fields, Sent},
    frame::{Frame, Section},
    moment,
    session::SignedIn,
};

#[derive(Template)]
#[template(path = "authorization/device.html")]
struct Device {
    frame: Frame,
    errors: Errors,
    code: String,
    stage: Stage,
}

/// How far the person has come.
enum Stage {
    /// The code is asked for.
    Code,
    /// The device is shown.
    Question(Box<Shown>),
    /// It was let in, or not.
    Done { allowed: bool },
}

/// The device, as far as a person can know it again.
struct Shown {
    asked: Asked,
    address: String,
    at: String,
    email: String,
}

/// `GET /device`, with the code in the query where the device showed a whole address.
pub(crate) async fn show(person: SignedIn, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let code = fields.one("user_code");
    if code.is_empty() {
        return page(&form(&person, code, Errors::default()).await?);
    }
    find(&person, code, Errors::default()).await
}

/// `POST /device`: the code that was typed, or the decision about the device that was shown.
pub(crate) async fn send(sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let code = fields.one("user_code");
    let Some(answer) = answer(&fields) else { return find(&person, code, Errors::default()).await };
    if is_empty(&answer) {
        let mut errors = Errors::default();
        errors.when(true, "scope", NOTHING_CHOSEN);
        return find(&person, code, errors).await;
    }
    if !person.hub.oauth.decide_device(&person.session, code, &answer).await? {
        return unknown(&person, code).await;
    }
    let allowed = answer != Consent::Refused;
    let title = if allowed { "You are signed in on your device" } else { "The device was not let in" };
    let frame = person.frame(title, Section::Elsewhere).await?;
    page(&Device { frame, errors: Errors::default(), code: String::new(), stage: Stage::Done { allowed } })
}

async fn find(person: &SignedIn, code: &str, errors: Errors) -> Result<Response, Refusal> {
    let Some(question) = person.hub.oauth.waiting_device(&person.session, code).await? else {
        return unknown(person, code).await;
    };
    let DeviceQuestion { client, address, asked_at, environment, asked, idle_seconds, absolute_seconds } = question;
    let title = format!("{} wants to act for you", client.name);
    let lives = (idle_seconds, absolute_seconds);
    let is_faulty = !errors.is_empty();
    let device = Device {
        frame: person.frame(&title, Section::Elsewhere).await?.faulty(is_faulty),
        errors,
        code: written(code),
        stage: Stage::Question(Box::new(Shown {
            asked: Asked::new(person, &client, (environment.as_ref(), &asked), lives).await?,
            address,
            at: moment::written(asked_at),
            email: person.session.person.email.clone(),
        })),
    };
    if is_faulty { faulty_page(&device) } else { page(&device) }
}

async fn unknown(person: &SignedIn, code: &str) -> Result<Response, Refusal> {
    let mut errors = Errors::default();
    errors.when(true, "user_code", "No device waits with this code: check it, or have the device begin again");
    faulty_page(&form(person, code, errors).await?)
}

async fn form(person: &SignedIn, code: &str, errors: Errors) -> Result<Device, Refusal> {
    let frame = person.frame("Sign in on a device", Section::Elsewhere).await?.faulty(!errors.is_empty());
    let code: String = code.chars().take(20).collect();
    Ok(Device { frame, errors, code, stage: Stage::Code })
}

/// The code as the device shows it.
fn written(code: &str) -> String {
    let letters: String = code.chars().filter(char::is_ascii_alphabetic).take(8).collect();
    let letters = letters.to_ascii_uppercase();
    match letters.split_at_checked(4) {
        Some((first, second)) => format!("{first}-{second}"),
        None => letters,
    }
}
