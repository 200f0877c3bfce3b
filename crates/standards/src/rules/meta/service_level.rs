//! An API says what service it promises.
//!
//! `info.x-service-level` says its `availability` (a percentage), its `latency` (what 95 of 100 calls stay under) and
//! its hours of `support`. What it says is its own promise, not the platform's default copied.
//!
//! # Why
//!
//! Whoever builds a service on an API must know what to expect of it at night. In a catalogue where every API claims
//! the same 99.5 %, because the form said so, the number means nothing.
//!
//! # What to do
//!
//! Look at what the API did over the last months, ask the team what it will stand for, and write that down.
//!
//! # Bad
//!
//! ```yaml
//! info:
//!   title: Repairs
//!   version: 1.0.0
//!   x-service-level: # wrong
//!     availability: 104 # wrong
//!     latency: 300 ms
//! ```
//!
//! # Good
//!
//! ```yaml
//! info:
//!   title: Repairs
//!   version: 1.0.0
//!   x-service-level:
//!     availability: 99.8
//!     latency: 300 ms
//!     support: Monday to Friday, 9 to 17
//! ```
//!
//! # Sources
//!
//! - GDS, API technical and data standards: service levels
//! - Developer Overheid (Netherlands): every API claimed 99.5 %, since that was the default

use crate::{
    declared,
    document::{Kind, Node},
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    survey::Survey,
};

pub(crate) const RULE: Rule = Rule {
    id: "META-12",
    name: "service-level",
    level: Level::Warning,
    evidence: Evidence::Contract,
    parameters: &[
        Parameter {
            name: "fields",
            default: r#"["availability", "latency", "support"]"#,
            about: "what a promise consists of",
        },
        Parameter {
            name: "defaults",
            default: "[]",
            about: "availabilities that the platform fills in by itself, and that count as nothing said: `99.5`",
        },
    ],
    check: Some(check),
    text: include_str!("service_level.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    found.applies();
    let Some(level) = declared::extension(survey, &["x-service-level", "x-sla"]) else {
        return found.complain(Complaint::at_key(survey.info(), "the contract promises nothing: no `x-service-level`"));
    };
    for field in settings.list("fields") {
        let said = level.get(field).is_some_and(|node| node.kind() != Kind::Null && node.as_str().is_none_or(|t| !t.trim().is_empty()));
        found.expect(said, || Complaint::at_key(level, format!("the service level says no {field}")));
    }
    if let Some(node) = level.get("availability") {
        let percentage = percentage(node);
        let default = percentage.is_some_and(|share| settings.list("defaults").any(|known| known.parse() == Ok(share)));
        found.expect(percentage.is_some() && !default, || {
            let what = if default { "the availability is the platform's default" } else { "the availability is no percentage" };
            Complaint::at(node, what)
        });
    }
}

fn percentage(node: Node<'_>) -> Option<f64> {
    let number = match node.as_str() {
        Some(text) => text.trim().trim_end_matches('%').trim_end().parse().ok()?,
        None => node.as_f64()?,
    };
    (0.0..=100.0).contains(&number).then_some(number)
}
