//! May this application act for me?

pub(crate) mod authorize;
pub(crate) mod consent;
pub(crate) mod device;
mod extent;
pub(crate) mod withdrawal;

use askama::Template;
use axum::{
    http::{HeaderValue, header},
    response::Response,
};
use hansom_control::Client;
use hansom_domain::EnvironmentName;
use hansom_oauth::{Leaving, Scope, Step};

use self::extent::{Choice, choices};
use crate::{
    answer::{Refusal, go_to, page},
    frame::{Frame, Section},
    protection,
    session::{SignedIn, Visitor},
    urls,
};

const DAY: i64 = 86_400;
const NOTHING_CHOSEN: &str = "Select what it may do, or do not allow it";

#[derive(Template)]
#[template(path = "authorization/leave.html")]
struct Leave {
    frame: Frame,
    action: String,
    fields: Vec<(&'static str, String)>,
}

/// What an application asks for, in words.
pub(crate) struct Asked {
    /// Its name.
    name: String,
    /// The group that owns it; empty for what comes with the platform.
    owner: String,
    /// Where it would act.
    place: String,
    /// What it could do there.
    rights: Vec<String>,
    /// What of it can be allowed alone; one thing cannot be parted.
    choices: Vec<Choice>,
    idle: String,
    absolute: String,
}

impl Asked {
    async fn new(
        person: &SignedIn,
        client: &Client,
        (environment, asked): (Option<&EnvironmentName>, &[String]),
        (idle_seconds, absolute_seconds): (i64, i64),
    ) -> Result<Self, Refusal> {
        let hub = &person.hub;
        let place = environment.map_or_else(
            || format!("This hub ({})", hub.hub),
            |name| format!("The environment {name} ({})", hub.base(name).unwrap_or_default()),
        );
        let choices = choices(person, environment, asked).await?;
        let rights = match (environment, asked) {
            (Some(_), []) => vec!["Call every operation that you may call there, as you".to_owned()],
            (Some(_), _) => choices.iter().map(|choice| format!("Call {}, as you", choice.text)).collect(),
            (None, []) => vec!["Learn who you are".to_owned()],
            (None, _) => choices.iter().map(|choice| choice.text.clone()).collect(),
        };
        Ok(Self {
            name: client.name.clone(),
            owner: client.owner.as_ref().map_or_else(String::new, ToString::to_string),
            place,
            rights,
            choices: if choices.len() > 1 || asked.is_empty() { choices } else { vec![] },
            idle: in_days(idle_seconds),
            absolute: in_days(absolute_seconds),
        })
    }
}

/// A right at the hub, for people.
pub(crate) fn right(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "Read everything that you may read here",
        Scope::Publish => "Publish releases of the APIs of your groups",
        Scope::Write => "Change everything that you may change here: applications, credentials, grants and groups",
    }
}

fn in_days(seconds: i64) -> String {
    match seconds {
        seconds if seconds >= 2 * DAY => format!("{} days", seconds / DAY),
        seconds if seconds >= 7200 => format!("{} hours", seconds / 3600),
        seconds => format!("{} minutes", seconds / 60),
    }
}

/// Does what comes next, where that is not a question.
pub(crate) async fn follow(visitor: &Visitor, step: Step) -> Result<Response, Refusal> {
    match step {
        Step::Leave(leaving) => leave(visitor, leaving).await,
        Step::SignIn { return_to, again: false } => Ok(go_to(&urls::sign_in(&return_to))),
        Step::SignIn { return_to, again: true } => Ok(go_to(&urls::sign_in_again(&return_to))),
        Step::Look(address) => Ok(go_to(&address)),
        Step::Ask(question) => Ok(go_to(&format!("{}?request={}", urls::CONSENT, urls::encoded(&question.request)))),
    }
}

/// Back to the application, with an answer that nobody keeps.
pub(crate) async fn leave(visitor: &Visitor, leaving: Leaving) -> Result<Response, Refusal> {
    let mut response = match leaving {
        Leaving::Redirect(address) => go_to(&address),
        Leaving::Form { action, fields } => {
            let frame = visitor.frame("Back to the application", Section::Elsewhere).await?;
            let mut response = page(&Leave { frame, action: action.clone(), fields })?;
            protection::let_form_leave(response.headers_mut(), &action);
            response
        }
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
