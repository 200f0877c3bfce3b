//! Each address has one template, and each name one meaning in it.
//!
//! No two templates match the same addresses, a variable has the same name wherever it stands at the same place
//! (`/repairs/{id}` and `/repairs/{repairId}/notes` name one thing twice), no template has a variable twice, and no
//! operation has a parameter of one name in path and query.
//!
//! # Why
//!
//! Where two templates match, software decides by chance which one is meant: routes, grants and limits of one apply
//! to the other. And a reader takes two names for two things.
//!
//! # What to do
//!
//! Merge the two templates; give the variable one name everywhere.
//!
//! # Bad
//!
//! ```yaml
//! paths:
//!   /repairs/{repairId}: {}
//!   /repairs/{id}: {} # wrong
//!   /repairs/{number}/notes: {} # wrong
//!   /homes/{uprn}:
//!     get:
//!       parameters:
//!         - { name: uprn, in: path }
//!         - { name: uprn, in: query } # wrong
//! ```
//!
//! # Good
//!
//! ```yaml
//! paths:
//!   /repairs/{repairId}: {}
//!   /repairs/{repairId}/notes: {}
//!   /repairs/urgent: {}
//! ```
//!
//! # Sources
//!
//! - OpenAPI Specification: paths object, templates of one hierarchy must not exist twice
//! - HMRC, validators of versions and endpoints

use std::collections::{HashMap, HashSet};

use crate::{
    fault::quoted,
    finding::{Complaint, Level},
    rule::{Evidence, Found, Rule, Settings},
    survey::{PathItem, Survey},
    template::variables,
};

pub(crate) const RULE: Rule = Rule {
    id: "URL-08",
    name: "distinct-templates",
    level: Level::Error,
    evidence: Evidence::Contract,
    parameters: &[],
    check: Some(check),
    text: include_str!("distinct_templates.rs"),
};

fn check<'d>(survey: &Survey<'d>, _: &Settings, found: &mut Found<'d>) {
    let mut whole: HashMap<String, &str> = HashMap::new();
    let mut named: HashMap<String, &str> = HashMap::new();
    for path in &survey.paths {
        found.applies();
        if !found.spend(path.template.len() as u64) {
            return;
        }
        if let Some(what) = wrong(path, &mut whole, &mut named) {
            found.complain(Complaint::at_key(path.written, what));
        }
    }
    for operation in &survey.operations {
        let in_path: HashSet<&str> =
            operation.parameters.iter().filter(|known| known.location == "path").map(|known| known.name).collect();
        for parameter in operation.parameters.iter().filter(|known| known.location == "query") {
            if in_path.contains(parameter.name) {
                let place = parameter.node.get("name").unwrap_or(parameter.node);
                let what = format!("{} is a variable of the path and a query parameter", quoted(parameter.name));
                found.complain(Complaint::at(place, what).mend("give one of the two another name"));
            }
        }
    }
}

/// What is wrong with a template beside those before it: first the variables inside it, then the whole, then names.
fn wrong<'d>(
    path: &PathItem<'d>,
    whole: &mut HashMap<String, &'d str>,
    named: &mut HashMap<String, &'d str>,
) -> Option<String> {
    let template = path.template;
    let mut seen = HashSet::new();
    if let Some(twice) = variables(template).find(|name| !seen.insert(*name)) {
        return Some(format!("the variable {} stands twice in {}", quoted(twice), quoted(template)));
    }
    let mut shape = String::new();
    let mut misnamed = None;
    let mut names = variables(template);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        shape.push_str(before);
        let name = names.next().unwrap_or_default();
        let first = *named.entry(shape.clone()).or_insert(name);
        if first != name && misnamed.is_none() {
            misnamed = Some((first, name));
        }
        shape.push_str("{}");
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    shape.push_str(rest);
    if let Some(other) = whole.get(&shape) {
        return Some(format!("{} matches the same addresses as {}", quoted(template), quoted(other)));
    }
    whole.insert(shape, template);
    misnamed.map(|(first, name)| {
        format!("{} is called {} in another template at the same place", quoted(name), quoted(first))
    })
}
