//! What does one rule of access say?

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_domain::{GroupAddress, ProblemCode};
use serde_json::{Map, Value, json};

use super::Managed;
use crate::{
    answer::{Refusal, faulty_page, page},
    choice::Choice,
    form::{Errors, Fields, Sent},
    frame::Frame,
    session::SignedIn,
};

#[derive(Template)]
#[template(path = "manage/rule.html")]
struct RulePage {
    frame: Frame,
    errors: Errors,
    name: String,
    heading: String,
    reach: Vec<Choice>,
    operations: Vec<Choice>,
    groups: String,
    applications: bool,
    anyone: bool,
    is_public: bool,
    is_old: bool,
    /// Whether there is a rule before it.
    may_rise: bool,
}

/// The rules as the manifest writes them.
fn rules(managed: &Managed) -> Vec<Value> {
    managed.manifest.get("access").as_array().cloned().unwrap_or_default()
}

/// The position of the rule that an address names, counted from 0; none for a new one.
fn position(managed: &Managed, named: &str) -> Result<Option<usize>, Refusal> {
    if named == "new" {
        return Ok(None);
    }
    let at = named.parse::<usize>().ok().and_then(|position| position.checked_sub(1));
    let at = at.filter(|at| *at < rules(managed).len());
    at.map(Some).ok_or_else(|| {
        Refusal::new(
            ProblemCode::NotFound,
            "There is no such rule of access. The page of access lists those that there are.",
        )
    })
}

fn texts(value: Option<&Value>) -> Vec<String> {
    let items = value.and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// What was typed, or else what the rule says.
fn typed(rule: &Value, fields: Option<&Fields>) -> (Vec<String>, String, bool, bool) {
    match fields {
        Some(fields) => {
            let all = fields.one("reach") == "all";
            let operations = if all { vec!["*".to_owned()] } else { fields.all("operations") };
            let is_said = |name: &str| fields.all("callers").iter().any(|caller| caller == name);
            (operations, fields.text("groups").to_owned(), is_said("applications"), is_said("anyone"))
        }
        None => (
            texts(rule.get("operations")),
            texts(rule.get("groups")).join("\n"),
            rule.get("applications").is_some(),
            rule.get("anyone") == Some(&Value::Bool(true)),
        ),
    }
}

async fn form(
    person: &SignedIn,
    managed: &Managed,
    at: Option<usize>,
    fields: Option<&Fields>,
) -> Result<RulePage, Refusal> {
    let rules = rules(managed);
    let rule = at.and_then(|at| rules.get(at)).unwrap_or(&Value::Null);
    let (named, groups, applications, anyone) = typed(rule, fields);
    let all = named == ["*"];
    let heading = at.map_or_else(|| "A new rule of access".to_owned(), |at| format!("Rule {} of access", at + 1));
    let operation = |it: &hansom_standards::contract::Operation| Choice {
        hint: format!("{} {} {}", it.method, it.path, it.summary.as_deref().unwrap_or_default()),
        ..Choice::plain(it.id.clone(), it.id.clone(), named.contains(&it.id))
    };
    let frame = managed.frame(person, &heading).await?;
    let (slug, major) = (&managed.seen.version.slug, managed.seen.version.major);
    Ok(RulePage {
        frame: frame.under("Access", crate::urls::manage_part(slug, major, "access")),
        errors: Errors::default(),
        name: managed.seen.name(),
        heading,
        reach: vec![
            Choice::plain("these", "These operations", !all),
            Choice {
                hint: "Every one that no rule before it names, also those that later releases bring".into(),
                ..Choice::plain("all", "Every other operation", all)
            },
        ],
        operations: managed.operations().iter().map(operation).collect(),
        groups,
        applications,
        anyone,
        is_public: managed.manifest.word("audience") == "public",
        is_old: at.is_some(),
        may_rise: at.is_some_and(|at| at > 0),
    })
}

/// `GET /apis/{slug}/{major}/manage/access/{rule}`
pub(crate) async fn show(
    person: SignedIn,
    Path((slug, major, rule)): Path<(String, String, String)>,
) -> Result<Response, Refusal> {
    let managed = Managed::find(&person, &slug, &major).await?;
    let at = position(&managed, &rule)?;
    page(&form(&person, &managed, at, None).await?)
}

/// `POST /apis/{slug}/{major}/manage/access/{rule}`
pub(crate) async fn change(
    Path((slug, major, rule)): Path<(String, String, String)>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let mut managed = Managed::find(&person, &slug, &major).await?;
    let at = position(&managed, &rule)?;
    let mut all = rules(&managed);
    let mut errors = Errors::default();
    match (fields.one("do"), at) {
        ("remove", Some(at)) => {
            all.remove(at);
        }
        ("rise", Some(at)) if at > 0 => all.swap(at - 1, at),
        _ => {
            let old = at.and_then(|at| all.get(at)).and_then(Value::as_object).cloned().unwrap_or_default();
            let new = said(old, &fields, &mut errors);
            match at.and_then(|at| all.get_mut(at)) {
                Some(rule) => *rule = new,
                None => all.push(new),
            }
        }
    }
    if errors.is_empty() {
        managed.manifest.set("access", Some(all.into()));
        errors = managed.faults("operations");
    }
    if errors.is_empty() {
        return managed.keep(&person).await;
    }
    // The rules as they were, and the form as it was sent.
    let before = Managed::find(&person, &slug, &major).await?;
    let blank = form(&person, &before, at, Some(&fields)).await?;
    faulty_page(&RulePage { frame: blank.frame.faulty(true), errors, ..blank })
}

/// What the form says of a rule; keys that it does not know stay.
fn said(mut rule: Map<String, Value>, fields: &Fields, errors: &mut Errors) -> Value {
    let (operations, groups, applications, anyone) = typed(&Value::Null, Some(fields));
    let groups: Vec<&str> = groups.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    errors.when(operations.is_empty(), "operations", "Select the operations that the rule speaks of");
    let wrong = groups.iter().find(|group| group.parse::<GroupAddress>().is_err());
    if let Some(wrong) = wrong {
        errors.when(true, "groups", &format!("{wrong} is no address of a group; write one in each line"));
    }
    let nobody = groups.is_empty() && !applications && !anyone;
    errors.when(nobody, "callers", "Select who may call, or name a group");
    rule.insert("operations".into(), json!(operations));
    let mut put = |key: &str, value: Option<Value>| match value {
        Some(value) => {
            rule.insert(key.into(), value);
        }
        None => {
            rule.shift_remove(key);
        }
    };
    put("groups", (!groups.is_empty()).then(|| json!(groups)));
    put("applications", applications.then(|| "granted".into()));
    put("anyone", anyone.then_some(Value::Bool(true)));
    Value::Object(rule)
}
