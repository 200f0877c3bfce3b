//! Addresses name things, not actions.
//!
//! No segment of a path is a verb like `get`, `create` or `delete`, or begins with one: `/create-repair`,
//! `/getRepairs`.
//!
//! # Why
//!
//! The method is the verb already. With a second one in the address there are as many addresses as actions, and
//! nobody can guess the next.
//!
//! # What to do
//!
//! Name what the action makes or changes, and let the method say what is done with it: `POST /repairs` instead of
//! `/create-repair`; `POST /repairs/{id}/cancellation` instead of `/cancel`.
//!
//! # Bad
//!
//! ```yaml
//! paths:
//!   /create-repair: {} # wrong
//!   /repairs/{repairId}/delete: {} # wrong
//! ```
//!
//! # Good
//!
//! ```yaml
//! paths:
//!   /repairs: {}
//!   /repairs/{repairId}/cancellation: {}
//! ```
//!
//! # Sources
//!
//! - Logius, API Design Rules: `naming-resources`
//! - Zalando, RESTful API Guidelines: rule 141
//! - GDS, API technical and data standards: URLs name resources
//! - AgID (Italy), OpenAPI rules: `paths-http-method`
//! - Hackney, API playbook: verb-free URLs

use crate::{
    casing,
    fault::quoted,
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    survey::Survey,
    template::literals,
};

pub(crate) const RULE: Rule = Rule {
    id: "URL-04",
    name: "no-verbs",
    level: Level::Warning,
    evidence: Evidence::Contract,
    parameters: &[Parameter {
        name: "verbs",
        default: r#"["get", "fetch", "retrieve", "find", "list", "create", "add", "insert", "make", "save", "store", "update", "edit", "modify", "change", "put", "post", "patch", "delete", "remove", "cancel", "execute", "do", "submit", "send", "calculate", "validate", "approve", "reject"]"#,
        about: "the verbs that no segment begins with",
    }],
    check: Some(check),
    text: include_str!("no_verbs.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let verbs: Vec<&str> = settings.list("verbs").collect();
    let is_verb = |word: &&str| verbs.iter().any(|verb| verb.eq_ignore_ascii_case(word));
    for path in &survey.paths {
        let wrong = literals(path.template).find(|segment| casing::words(segment).first().is_some_and(is_verb));
        found.expect(wrong.is_none(), || {
            let segment = wrong.unwrap_or_default();
            Complaint::at_key(path.written, format!("the segment {} names an action", quoted(segment)))
        });
    }
}
