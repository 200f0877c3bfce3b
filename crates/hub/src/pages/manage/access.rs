//! Who may call which operation, by which rule?

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_domain::AccessRule;

use super::Managed;
use crate::{
    answer::{Refusal, page},
    frame::Frame,
    pages::apis::who_may_call,
    session::SignedIn,
    urls,
};

/// Operations that are listed.
const MOST: usize = 2_000;

#[derive(Template)]
#[template(path = "manage/access.html")]
struct AccessPage {
    frame: Frame,
    name: String,
    rules: Vec<Rule>,
    new: String,
    operations: Vec<(String, String)>,
    refused: usize,
}

struct Rule {
    position: usize,
    operations: String,
    who: String,
    href: String,
}

/// `GET /apis/{slug}/{major}/manage/access`
pub(crate) async fn show(person: SignedIn, Path((slug, major)): Path<(String, String)>) -> Result<Response, Refusal> {
    let managed = Managed::find(&person, &slug, &major).await?;
    let (slug, major) = (managed.seen.version.slug.clone(), managed.seen.version.major);
    let access = managed.read().map(|manifest| manifest.access).unwrap_or_default();
    let rule = |(at, rule): (usize, &AccessRule)| Rule {
        position: at + 1,
        operations: match rule.operations.to_list() {
            all if all == ["*"] => "Every other operation".into(),
            named => named.join(", "),
        },
        who: who_may_call(Some(rule)),
        href: urls::manage_rule(&slug, major, &(at + 1).to_string()),
    };
    let operations = managed.operations();
    let refused = operations.iter().filter(|operation| access.rule_for(&operation.id).is_none()).count();
    let who = |id: &str| who_may_call(access.rule_for(id));
    page(&AccessPage {
        frame: managed.frame(&person, "Access").await?,
        name: managed.seen.name(),
        rules: access.all().iter().enumerate().map(rule).collect(),
        new: urls::manage_rule(&slug, major, "new"),
        operations: operations.iter().take(MOST).map(|it| (it.id.clone(), who(&it.id))).collect(),
        refused,
    })
}
