//! Where does it run, and what answers there?

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_domain::EnvironmentName;
use serde_json::{Map, Value, json};

use super::Managed;
use crate::{
    answer::{Refusal, faulty_page, page},
    choice::Choice,
    form::{Errors, Fields, Sent},
    frame::Frame,
    sentence::capital,
    session::SignedIn,
};

#[derive(Template)]
#[template(path = "manage/environments.html")]
struct EnvironmentsPage {
    frame: Frame,
    errors: Errors,
    name: String,
    environments: Vec<Environment>,
}

/// One environment of the platform.
struct Environment {
    name: String,
    title: String,
    target: Vec<Choice>,
    upstreams: String,
    timeout: String,
    /// Keys that this form does not know; they stay.
    kept: String,
}

/// What the form knows of an environment.
const KNOWN: [&str; 3] = ["mock", "upstreams", "timeout"];

/// The name of a field of an environment.
fn field(name: &EnvironmentName, part: &str) -> String {
    format!("{name}-{part}")
}

fn environment(name: &EnvironmentName, written: Option<&Value>, fields: Option<&Fields>) -> Environment {
    let map = written.and_then(Value::as_object).cloned().unwrap_or_default();
    let upstreams = map.get("upstreams").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let upstreams = upstreams.collect::<Vec<_>>().join("\n");
    let timeout = map.get("timeout").and_then(Value::as_str).unwrap_or_default().to_owned();
    let now = match (written, map.get("mock")) {
        (None, _) => "none",
        (Some(_), Some(Value::Bool(true))) => "mock",
        _ => "upstreams",
    };
    let typed = |part: &str, else_: String| match fields {
        Some(fields) => fields.text(&field(name, part)).to_owned(),
        None => else_,
    };
    let target = typed("target", now.to_owned());
    let kept: Vec<&str> = map.keys().map(String::as_str).filter(|key| !KNOWN.contains(key)).collect();
    Environment {
        name: name.to_string(),
        title: capital(name.as_str()),
        target: vec![
            Choice::plain("none", "It does not run here", target == "none"),
            Choice::plain("mock", "The examples of the contract answer", target == "mock"),
            Choice::plain("upstreams", "Servers answer", target == "upstreams"),
        ],
        upstreams: typed("upstreams", upstreams),
        timeout: typed("timeout", timeout),
        kept: kept.join(", "),
    }
}

async fn form(person: &SignedIn, managed: &Managed, fields: Option<&Fields>) -> Result<EnvironmentsPage, Refusal> {
    let written = managed.manifest.map("environments");
    let platform = &person.hub.control.settings().environments;
    Ok(EnvironmentsPage {
        frame: managed.frame(person, "Environments").await?,
        errors: Errors::default(),
        name: managed.seen.name(),
        environments: platform.iter().map(|name| environment(name, written.get(name.as_str()), fields)).collect(),
    })
}

/// `GET /apis/{slug}/{major}/manage/environments`
pub(crate) async fn show(person: SignedIn, Path((slug, major)): Path<(String, String)>) -> Result<Response, Refusal> {
    let managed = Managed::find(&person, &slug, &major).await?;
    page(&form(&person, &managed, None).await?)
}

/// `POST /apis/{slug}/{major}/manage/environments`
pub(crate) async fn change(Path((slug, major)): Path<(String, String)>, sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let mut managed = Managed::find(&person, &slug, &major).await?;
    let mut environments = managed.manifest.map("environments");
    let mut errors = Errors::default();
    for name in &person.hub.control.settings().environments {
        let old = environments.get(name.as_str()).and_then(Value::as_object).cloned().unwrap_or_default();
        match target(old, name, &fields, &mut errors) {
            Some(target) => {
                environments.insert(name.to_string(), Value::Object(target));
            }
            None => {
                environments.shift_remove(name.as_str());
            }
        }
    }
    errors.when(
        environments.is_empty(),
        "environments",
        "Let it run somewhere: a version that runs nowhere cannot be called",
    );
    if errors.is_empty() {
        managed.manifest.set("environments", Some(Value::Object(environments)));
        errors = managed.faults("environments");
    }
    if errors.is_empty() {
        return managed.keep(&person).await;
    }
    let before = Managed::find(&person, &slug, &major).await?;
    let blank = form(&person, &before, Some(&fields)).await?;
    faulty_page(&EnvironmentsPage { frame: blank.frame.faulty(true), errors, ..blank })
}

/// What the form says of an environment; keys that it does not know stay.
fn target(
    mut target: Map<String, Value>,
    name: &EnvironmentName,
    fields: &Fields,
    errors: &mut Errors,
) -> Option<Map<String, Value>> {
    match fields.one(&field(name, "target")) {
        "mock" if target.get("mock") == Some(&Value::Bool(true)) => Some(target),
        "mock" => Some(Map::from_iter([("mock".to_owned(), Value::Bool(true))])),
        "upstreams" => {
            let text = fields.text(&field(name, "upstreams"));
            let urls: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
            let nothing = format!("Enter the address of a server for {name}, like https://repairs.internal.example");
            errors.when(urls.is_empty(), "environments", &nothing);
            target.shift_remove("mock");
            target.insert("upstreams".into(), json!(urls));
            match fields.one(&field(name, "timeout")) {
                "" => target.shift_remove("timeout"),
                timeout => target.insert("timeout".into(), timeout.into()),
            };
            Some(target)
        }
        _ => None,
    }
}
