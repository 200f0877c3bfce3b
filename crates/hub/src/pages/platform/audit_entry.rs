//! What was one change, and what was before it?

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_domain::Actor;
use hansom_store::AuditRow;
use serde_json::{Map, Value};

use super::audit::who;
use crate::{
    answer::{Refusal, page},
    filter,
    frame::{Frame, Section},
    moment,
    sentence::capital,
    session::SignedIn,
    urls,
};

/// The member of an entry's detail that holds what was before.
const BEFORE: &str = "before";

#[derive(Template)]
#[template(path = "platform/audit_entry.html")]
struct Shown {
    frame: Frame,
    verb: String,
    at: String,
    who: String,
    actor: String,
    subject: String,
    thing: String,
    request: String,
    id: String,
    /// What the trail says more: name and value.
    details: Vec<(String, String)>,
    /// What was changed: name, before and after.
    changes: Vec<[String; 3]>,
}

/// `GET /audit/{id}`
pub(crate) async fn show(person: SignedIn, Path(id): Path<String>) -> Result<Response, Refusal> {
    let row = person.hub.control.audit_entry(person.actor(), &id).await?;
    let verb = capital(&row.verb.replace('_', " "));
    let (details, changes) = told(&row.detail);
    page(&Shown {
        frame: person.frame(&verb, Section::Elsewhere).await?.under("Audit trail", trail(person.actor(), &row)),
        at: moment::written(row.at),
        who: who(&row),
        actor: row.actor_id.clone(),
        thing: address(&row.subject),
        subject: row.subject,
        request: row.request_id,
        id: row.id,
        verb,
        details,
        changes,
    })
}

/// The trail that the reader may read: an owner's is that of the thing.
fn trail(actor: &Actor, row: &AuditRow) -> String {
    if actor.is_administrator() {
        return urls::AUDIT.to_owned();
    }
    match row.subject.split_once(' ') {
        Some(("api", name)) => urls::narrowed(urls::AUDIT, &filter::query([("api", name)])),
        Some(("application", name)) => urls::narrowed(urls::AUDIT, &filter::query([("application", name)])),
        _ => address(&row.subject),
    }
}

/// The page of the thing that was changed; empty if it has none.
fn address(subject: &str) -> String {
    let Some((kind, name)) = subject.split_once(' ') else { return String::new() };
    match kind {
        "api" => name.parse().map_or_else(|_| String::new(), |slug| urls::api(&slug)),
        "application" => name.parse().map_or_else(|_| String::new(), |id| urls::application(&id)),
        "grant" => name.parse().map_or_else(|_| String::new(), |id| urls::grant(&id)),
        "waiver" => name.parse().map_or_else(|_| String::new(), |id| urls::waiver(&id)),
        "person" => name.parse().map_or_else(|_| String::new(), |id| urls::person(&id)),
        "group" => name.parse().map_or_else(|_| String::new(), |address| urls::group(&address)),
        "edition" => urls::EDITIONS.to_owned(),
        _ => String::new(),
    }
}

/// Detail and change of an entry. What was before lies beside what is after, under the same names.
fn told(detail: &Value) -> (Vec<(String, String)>, Vec<[String; 3]>) {
    let Value::Object(members) = detail else { return (vec![], vec![]) };
    let nothing = Map::new();
    let before = members.get(BEFORE).and_then(Value::as_object).unwrap_or(&nothing);
    let named = |name: &str| capital(&name.replace('_', " "));
    let details = members.iter().filter(|(name, _)| *name != BEFORE && !before.contains_key(*name));
    let changes = before.iter().map(|(name, before)| {
        let after = members.get(name).map_or_else(String::new, written);
        [named(name), written(before), after]
    });
    (details.map(|(name, value)| (named(name), written(value))).collect(), changes.collect())
}

/// A value as people read it.
fn written(value: &Value) -> String {
    match value {
        Value::Null => "none".into(),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => "none".into(),
        Value::Array(items) => items.iter().map(written).collect::<Vec<_>>().join("\n"),
        Value::Object(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_was_before_lies_beside_what_is_after() {
        let detail = json!({ "public": true, "redirect_uris": ["a", "b"], "by": "x", "before": { "public": false, "redirect_uris": [] } });
        let (details, changes) = told(&detail);
        assert_eq!(details, [("By".to_owned(), "x".to_owned())]);
        let texts: Vec<_> = changes.iter().map(|change| change.join(" | ")).collect();
        assert_eq!(texts, ["Public | no | yes", "Redirect uris | none | a\nb"]);
        assert_eq!(told(&json!("text")), (vec![], vec![]));
    }
}
