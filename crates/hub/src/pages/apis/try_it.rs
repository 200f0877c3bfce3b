//! Try an operation: what is sent, and what comes back?

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_domain::{AccessRule, Actor, EnvironmentName, ProblemCode};
use hansom_standards::contract::{Location, Operation, Parameter};
use serde_json::Value;
use tokio::time::Instant;

use super::Seen;
use crate::{
    Hub,
    answer::{Refusal, faulty_page, page},
    calling::{Sent as Body, example, meant},
    form::{Errors, Fields, Sent},
    frame::{Frame, Section},
    session::{SignedIn, Visitor},
    trying::{Asked, QUOTA, TOKEN_SECONDS, Told, body_field, fillable, is_safe, media_of, parameter_field},
    urls,
};

/// Values that a field offers; of more, it only takes what is typed.
const MOST_CHOICES: usize = 100;

#[derive(Template)]
#[template(path = "apis/try_it.html")]
struct TryItPage {
    frame: Frame,
    name: String,
    version: String,
    operation: (String, String),
    form: Form,
    outcome: Outcome,
}

/// What the form led to.
enum Outcome {
    /// Nothing yet.
    None,
    /// It has to be said once more that it is meant.
    Confirm(Confirm),
    /// A call.
    Answered(Box<Answered>),
}

struct Confirm {
    environment: String,
    request: String,
    /// What the form said, to be sent again.
    fields: Vec<(String, String)>,
}

struct Answered {
    environment: String,
    request: String,
    curl: String,
    told: Result<Told, String>,
}

/// The form that is made from the contract.
pub(crate) struct Form {
    pub(crate) errors: Errors,
    pub(crate) token: String,
    pub(crate) action: String,
    /// What will come of a call by this person.
    pub(crate) expectation: String,
    pub(crate) environments: Vec<Place>,
    pub(crate) parameters: Vec<Field>,
    /// What has to be sent that no field is for.
    pub(crate) missing: Vec<String>,
    /// Whether a call may go without a body.
    pub(crate) bodiless: bool,
    pub(crate) bodies: Vec<BodyField>,
}

/// Where it can be called.
pub(crate) struct Place {
    pub(crate) name: String,
    pub(crate) hint: &'static str,
    /// Whether it is real.
    pub(crate) is_real: bool,
    pub(crate) is_chosen: bool,
}

/// The field of a parameter.
pub(crate) struct Field {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) hint: String,
    pub(crate) value: String,
    /// The only values that it takes, if it says so.
    pub(crate) choices: Vec<String>,
}

/// The body in a media type.
pub(crate) struct BodyField {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) media_type: String,
    pub(crate) text: String,
    pub(crate) is_chosen: bool,
}

type Names = Path<(String, String, String)>;

/// `GET /apis/{slug}/{major}/operations/{operation}/try`
pub(crate) async fn show(person: SignedIn, Path((slug, major, id)): Names) -> Result<Response, Refusal> {
    let visitor = person.visitor();
    let seen = Seen::find(&visitor, &slug, Some(&major)).await?;
    let operation = seen.operation(&id)?;
    let form = Form::blank(&visitor, &seen, operation);
    page(&view(&person, &seen, operation, form, Outcome::None).await?)
}

/// `POST` to the same address: makes the call, or asks once more.
pub(crate) async fn send(Path((slug, major, id)): Names, sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let visitor = person.visitor();
    let seen = Seen::find(&visitor, &slug, Some(&major)).await?;
    let operation = seen.operation(&id)?;
    if person.session.groups_unknown {
        return Err(hansom_control::Error::GroupsUnknown.into());
    }
    let form = Form::filled(&visitor, &seen, operation, &fields);
    let asked = match Asked::read(&person.hub, &seen, operation, &fields) {
        Ok(asked) => asked,
        Err(errors) => {
            let form = Form { errors, ..form.with_place(fields.one("environment")) };
            let view = view(&person, &seen, operation, form, Outcome::None).await?;
            return faulty_page(&TryItPage { frame: view.frame.faulty(true), ..view });
        }
    };
    let outcome = if asked.is_grave && fields.one("confirmed") != asked.mark(&seen) {
        Outcome::Confirm(confirm(&person.hub, &seen, &asked, &fields))
    } else {
        Outcome::Answered(Box::new(make(&person, asked).await?))
    };
    page(&view(&person, &seen, operation, form, outcome).await?)
}

async fn view(
    person: &SignedIn,
    seen: &Seen,
    operation: &Operation,
    form: Form,
    outcome: Outcome,
) -> Result<TryItPage, Refusal> {
    let (slug, major) = (&seen.version.slug, seen.version.major);
    let (version, reference) = (urls::version(slug, major), urls::operation(slug, major, &operation.id));
    let title = match &outcome {
        Outcome::None => format!("Try {} – {}", operation.id, seen.name()),
        Outcome::Confirm(_) => format!("Confirm: {} – {}", operation.id, seen.name()),
        Outcome::Answered(answered) => match &answered.told {
            Ok(told) => format!("{} {}: {} – {}", told.status, told.reason, operation.id, seen.name()),
            Err(_) => format!("No answer: {} – {}", operation.id, seen.name()),
        },
    };
    let frame = person.frame(&title, Section::Apis).await?;
    let frame = frame.under("APIs", urls::HOME).under(seen.name(), version.clone()).under(&operation.id, &reference);
    let name = operation.id.clone();
    Ok(TryItPage { frame, name, version: seen.name(), operation: (operation.method.clone(), reference), form, outcome })
}

fn confirm(hub: &Hub, seen: &Seen, asked: &Asked, fields: &Fields) -> Confirm {
    let same = fields.every().filter(|(name, _)| *name != "confirmed" && *name != crate::form::TOKEN_FIELD);
    let mut fields: Vec<_> = same.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    fields.push(("confirmed".into(), asked.mark(seen)));
    Confirm { environment: asked.environment.to_string(), request: asked.written(hub), fields }
}

/// Makes a call, as the person.
async fn make(person: &SignedIn, asked: Asked) -> Result<Answered, Refusal> {
    let (hub, session) = (&person.hub, &person.session);
    if !hub.trials.allows(&session.person.id, hub.control.clock().now()) {
        let detail = format!(
            "{QUOTA} calls a minute can be tried from here, and you have tried as many. Wait a minute, or call by the command."
        );
        return Err(Refusal::new(ProblemCode::LimitReached, detail));
    }
    let Some(_place) = hub.trials.place() else {
        let detail =
            "Many people are trying calls at the moment, so this one was not made. Send it again in a few seconds.";
        return Err(Refusal::new(ProblemCode::Unavailable, detail));
    };
    let token = match asked.call.token {
        true => {
            let (id, groups) = (&session.person.id, &session.groups);
            Some(hub.oauth.issue_brief_token(id, groups, &asked.environment, TOKEN_SECONDS).await?.token)
        }
        false => None,
    };
    let (environment, request, curl) = (asked.environment.to_string(), asked.written(hub), asked.call.curl());
    let began = Instant::now();
    let answer = hub.gateways.call(asked.into_call(token.clone())).await;
    let millis = began.elapsed().as_millis();
    let told = answer.map(|answer| Told::new(hub, answer, token.as_deref(), millis)).map_err(|unreached| {
        tracing::warn!(environment, cause = %unreached, "a call that was tried got no answer");
        crate::sentence::sentence(&unreached.to_string())
    });
    Ok(Answered { environment, request, curl, told })
}

impl Form {
    /// The form for somebody who has sent nothing yet: with the examples that a call cannot do without.
    pub(crate) fn blank(visitor: &Visitor, seen: &Seen, operation: &Operation) -> Self {
        let value = |it: &Parameter| {
            let is_needed = it.required || it.location == Location::Path;
            if is_needed && it.example.is_some() { example(it) } else { String::new() }
        };
        Self::new(visitor, seen, operation, &value, None)
    }

    /// The form with what was sent. The environment has to be chosen anew each time.
    fn filled(visitor: &Visitor, seen: &Seen, operation: &Operation, sent: &Fields) -> Self {
        let value = |it: &Parameter| sent.one(&parameter_field(it)).to_owned();
        Self::new(visitor, seen, operation, &value, Some(sent))
    }

    fn new(
        visitor: &Visitor,
        seen: &Seen,
        operation: &Operation,
        value: &dyn Fn(&Parameter) -> String,
        sent: Option<&Fields>,
    ) -> Self {
        let rule = seen.published.manifest.access.rule_for(&operation.id);
        let known: Vec<&Parameter> = fillable(operation).map(|(_, it)| it).collect();
        let without = operation
            .parameters
            .iter()
            .filter(|it| it.required && !known.iter().any(|known| std::ptr::eq(*known, *it)));
        let form = Self {
            errors: Errors::default(),
            token: visitor.session.as_ref().map_or_else(String::new, |session| session.form_token.clone()),
            action: urls::try_it(&seen.version.slug, seen.version.major, &operation.id),
            expectation: expectation(visitor.actor(), rule),
            environments: seen.served(&visitor.hub).into_iter().map(|it| place(&it.environment, it.mock)).collect(),
            parameters: fillable(operation).map(|(id, it)| field(id, it, value(it))).collect(),
            missing: without.map(|it| format!("{} ({})", it.name, it.location.as_str())).collect(),
            bodiless: operation.request_body.as_ref().is_none_or(|body| !body.required),
            bodies: bodies(operation, sent),
        };
        form.with_place(EnvironmentName::sandbox().as_str())
    }

    fn with_place(mut self, name: &str) -> Self {
        self.environments.iter_mut().for_each(|place| place.is_chosen = place.name == name);
        self
    }

    /// Whether no media type is chosen.
    pub(crate) fn sends_no_body(&self) -> bool {
        self.bodies.iter().all(|body| !body.is_chosen)
    }
}

fn place(environment: &EnvironmentName, mock: bool) -> Place {
    let is_real = *environment != EnvironmentName::sandbox();
    Place {
        name: environment.to_string(),
        hint: match (is_real, mock) {
            (_, true) => "Answers with the examples of the contract; nothing is changed",
            (false, false) => "For trying out",
            (true, false) => "Real data: what you send is done, and what comes back is true",
        },
        is_real,
        is_chosen: false,
    }
}

fn field(id: String, parameter: &Parameter, value: String) -> Field {
    let schema = meant(&parameter.schema);
    let choices = match (schema.get("enum"), schema.get("type")) {
        (Some(Value::Array(values)), _) if values.len() <= MOST_CHOICES => {
            values.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect()
        }
        (None, Some(kind)) if kind == "boolean" => vec!["true".to_owned(), "false".to_owned()],
        _ => vec![],
    };
    let place = match parameter.location {
        Location::Path => "in the path",
        Location::Header => "header field",
        _ => "in the query",
    };
    let need = if parameter.required { "required" } else { "optional" };
    let example = parameter.example.as_ref().map(|_| format!(". Example: {}", example(parameter))).unwrap_or_default();
    Field {
        name: parameter_field(parameter),
        label: parameter.name.clone(),
        hint: format!("{need}, {place}{example}"),
        choices: if value.is_empty() || choices.contains(&value) { choices } else { vec![] },
        id,
        value,
    }
}

/// The bodies in each media type, with what was sent, else with the contract's example.
fn bodies(operation: &Operation, sent: Option<&Fields>) -> Vec<BodyField> {
    let chosen = sent.map(|sent| sent.one("media").to_owned());
    let required = operation.request_body.as_ref().is_some_and(|body| body.required);
    let bodies = media_of(operation).enumerate().map(|(number, (id, media))| {
        let name = body_field(media);
        let text = match sent.and_then(|sent| sent.all(&name).into_iter().next()) {
            Some(text) => text,
            None => {
                let body = Body::of(media);
                let laid_out = body.json.as_ref().and_then(|value| serde_json::to_string_pretty(value).ok());
                laid_out.unwrap_or(body.text)
            }
        };
        let is_chosen = chosen.as_ref().map_or(number == 0 && required, |chosen| *chosen == media.media_type);
        BodyField { id, name, media_type: media.media_type.clone(), text, is_chosen }
    });
    bodies.collect()
}

/// What will come of a call by this person, by the rule of the operation.
fn expectation(actor: Option<&Actor>, rule: Option<&AccessRule>) -> String {
    let Some(rule) = rule else { return "The manifest lets nobody call it, so that the gateway refuses.".into() };
    if rule.anyone {
        return "Anyone may call it, so it is sent without a token.".into();
    }
    let groups = rule.groups.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ");
    if groups.is_empty() {
        return "Only applications with a grant may call it. You call as yourself, so the gateway refuses, and you see how that looks; use the code samples with the token of your application.".into();
    }
    if actor.is_some_and(|actor| rule.groups.iter().any(|group| actor.is_in(group))) {
        return "You call as yourself, and one of your groups may.".into();
    }
    format!(
        "Of people, those in {groups} may call it. You are in none of these, so the gateway refuses, and you see how that looks."
    )
}

impl TryItPage {
    /// Whether it is a call that may change something.
    fn changes(&self) -> bool {
        !is_safe(&self.operation.0)
    }
}
