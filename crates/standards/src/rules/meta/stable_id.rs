//! An API has an identifier that survives a new name.
//!
//! `info.x-api-id` holds it: up to 64 letters, digits, `.`, `:`, `_` and `-`. An API that is published by a manifest
//! has one already, its slug.
//!
//! # Why
//!
//! Names change, records stay: grants, waivers and statistics must not lose their API because a title was improved.
//!
//! # What to do
//!
//! Make a UUID once and write it as `x-api-id`. Never change it, never use it for another API.
//!
//! # Bad
//!
//! ```yaml
//! info: # wrong
//!   title: Repairs
//!   version: 1.0.0
//! ```
//!
//! # Good
//!
//! ```yaml
//! info:
//!   title: Repairs
//!   version: 1.0.0
//!   x-api-id: 0d7c9f0e-3a56-4d0c-8f0b-61c1a9b3e001
//! ```
//!
//! # Sources
//!
//! - Zalando, RESTful API Guidelines: rule 215
//! - AgID (Italy), OpenAPI rules: `has-x-api-id`

use crate::{
    declared,
    finding::{Complaint, Level},
    rule::{Evidence, Found, Rule, Settings},
    survey::Survey,
};

pub(crate) const RULE: Rule = Rule {
    id: "META-07",
    name: "stable-id",
    level: Level::Warning,
    evidence: Evidence::Contract,
    parameters: &[],
    check: Some(check),
    text: include_str!("stable_id.rs"),
};

fn check<'d>(survey: &Survey<'d>, _: &Settings, found: &mut Found<'d>) {
    let Some(written) = declared::extension(survey, &["x-api-id"]) else {
        found.expect(survey.facts.api.is_some(), || {
            Complaint::at_key(survey.info(), "the API has no stable identifier: no `info.x-api-id`")
        });
        return;
    };
    let fits = written.as_str().is_some_and(|id| {
        (1..=64).contains(&id.len()) && id.chars().all(|c| c.is_ascii_alphanumeric() || ".:_-".contains(c))
    });
    found.expect(fits, || {
        Complaint::at(written, "the identifier is no text of up to 64 letters, digits, `.`, `:`, `_` and `-`")
    });
}
