//! How much may each caller call, how fast?

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_domain::Rate;
use serde_json::{Map, Value, json};

use super::Managed;
use crate::{
    answer::{Refusal, faulty_page, page},
    form::{Errors, Fields, Sent},
    frame::Frame,
    session::SignedIn,
};

#[derive(Template)]
#[template(path = "manage/limits.html")]
struct LimitsPage {
    frame: Frame,
    errors: Errors,
    name: String,
    in_words: String,
    per_consumer: String,
    burst: String,
    per_person: String,
    per_address: String,
    operations: String,
    body: String,
    per_day: String,
    per_month: String,
}

/// A value as a field of the form shows it; a rate with a burst of its own shows its rate.
fn shown(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Object(limit)) => shown(limit.get("rate")),
        _ => String::new(),
    }
}

async fn form(person: &SignedIn, managed: &Managed, fields: Option<&Fields>) -> Result<LimitsPage, Refusal> {
    let (limits, quotas) = (managed.manifest.map("limits"), managed.manifest.map("quotas"));
    let typed = |name: &str, map: &Map<String, Value>| match fields {
        Some(fields) => fields.one(name).to_owned(),
        None => shown(map.get(name)),
    };
    let each = limits.get("operations").and_then(Value::as_object);
    let each = each.into_iter().flatten().map(|(operation, limit)| format!("{operation} {}", shown(Some(limit))));
    Ok(LimitsPage {
        frame: managed.frame(person, "Limits and quotas").await?,
        errors: Errors::default(),
        name: managed.seen.name(),
        in_words: managed.read().map_or_else(String::new, |manifest| manifest.limits.to_string()),
        per_consumer: typed("per_consumer", &limits),
        burst: typed("burst", &limits),
        per_person: typed("per_person", &limits),
        per_address: typed("per_address", &limits),
        operations: fields.map_or_else(|| each.collect::<Vec<_>>().join("\n"), |it| it.text("operations").to_owned()),
        body: typed("body", &limits),
        per_day: typed("per_day", &quotas),
        per_month: typed("per_month", &quotas),
    })
}

/// `GET /apis/{slug}/{major}/manage/limits`
pub(crate) async fn show(person: SignedIn, Path((slug, major)): Path<(String, String)>) -> Result<Response, Refusal> {
    let managed = Managed::find(&person, &slug, &major).await?;
    page(&form(&person, &managed, None).await?)
}

/// `POST /apis/{slug}/{major}/manage/limits`
pub(crate) async fn change(Path((slug, major)): Path<(String, String)>, sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let mut managed = Managed::find(&person, &slug, &major).await?;
    let mut errors = Errors::default();
    let limits = limits(managed.manifest.map("limits"), &fields, &mut errors);
    let quotas = quotas(managed.manifest.map("quotas"), &fields, &mut errors);
    if errors.is_empty() {
        managed.manifest.set("limits", filled(limits));
        managed.manifest.set("quotas", filled(quotas));
        errors = managed.faults("per_consumer");
    }
    if errors.is_empty() {
        return managed.keep(&person).await;
    }
    let blank = form(&person, &managed, Some(&fields)).await?;
    faulty_page(&LimitsPage { frame: blank.frame.faulty(true), errors, ..blank })
}

/// An empty map is no limit at all, and is not written.
fn filled(map: Map<String, Value>) -> Option<Value> {
    (!map.is_empty()).then_some(Value::Object(map))
}

/// Puts a value into a map, or takes it out.
fn put(map: &mut Map<String, Value>, key: &str, value: Option<Value>) {
    match value {
        Some(value) => {
            map.insert(key.into(), value);
        }
        None => {
            map.shift_remove(key);
        }
    }
}

/// A rate as it was written before, with another number: a burst of its own stays.
fn rated(old: Option<&Value>, rate: &str) -> Value {
    match old {
        Some(Value::Object(limit)) => {
            let mut limit = limit.clone();
            limit.insert("rate".into(), rate.into());
            Value::Object(limit)
        }
        _ => rate.into(),
    }
}

fn is_rate(text: &str) -> bool {
    text.parse::<Rate>().is_ok()
}

fn limits(mut limits: Map<String, Value>, fields: &Fields, errors: &mut Errors) -> Map<String, Value> {
    let wrong = "Enter a number and second, minute, hour or day, like 600/minute, or leave it empty";
    for name in ["per_consumer", "per_person", "per_address"] {
        let rate = fields.one(name);
        errors.when(!rate.is_empty() && !is_rate(rate), name, wrong);
        let value = (!rate.is_empty()).then(|| rated(limits.get(name), rate));
        put(&mut limits, name, value);
    }
    let burst = fields.one("burst");
    errors.when(
        !burst.is_empty() && burst.parse::<u32>().is_err(),
        "burst",
        "Enter a whole number, like 50, or leave it empty",
    );
    put(&mut limits, "burst", burst.parse::<u32>().ok().map(Value::from));
    let body = fields.one("body");
    let size = body.parse::<u64>().map(Value::from).unwrap_or_else(|_| body.into());
    put(&mut limits, "body", (!body.is_empty()).then_some(size));
    let old = limits.get("operations").and_then(Value::as_object).cloned().unwrap_or_default();
    let each = operations(&old, fields.text("operations"), errors);
    put(&mut limits, "operations", filled(each));
    limits
}

/// One operation and its rate in each line.
fn operations(old: &Map<String, Value>, text: &str, errors: &mut Errors) -> Map<String, Value> {
    let mut each = Map::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match line.split_once(char::is_whitespace).map(|(id, rate)| (id, rate.trim())) {
            Some((id, rate)) if is_rate(rate) => {
                each.insert(id.to_owned(), rated(old.get(id), rate));
            }
            _ => errors.when(
                true,
                "operations",
                &format!("{line} is no operation with its rate, like listRepairs 60/minute"),
            ),
        }
    }
    each
}

fn quotas(mut quotas: Map<String, Value>, fields: &Fields, errors: &mut Errors) -> Map<String, Value> {
    for name in ["per_day", "per_month"] {
        let calls = fields.one(name);
        let number = calls.parse::<u64>().ok();
        errors.when(
            !calls.is_empty() && number.is_none(),
            name,
            "Enter a number of calls, like 10000, or leave it empty",
        );
        put(&mut quotas, name, number.map(|number| json!(number)));
    }
    quotas
}
