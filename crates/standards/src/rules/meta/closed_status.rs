//! An API says how far it has come.
//!
//! The manifest says it as `status`; a contract by itself as `info.x-status`. It is one of `alpha`, `beta`, `live`,
//! `deprecated` and `retired`.
//!
//! # Why
//!
//! Nobody should build on an alpha unaware of it, and nobody should begin with what will be switched off. The gateway,
//! too, treats them differently.
//!
//! # What to do
//!
//! Write `status: …` in the manifest, or `x-status: …` under `info`.
//!
//! # Bad
//!
//! ```yaml
//! info:
//!   title: Repairs
//!   version: 1.0.0
//!   x-status: nearly done # wrong
//! ```
//!
//! # Good
//!
//! ```yaml
//! info:
//!   title: Repairs
//!   version: 1.0.0
//!   x-status: beta
//! ```
//!
//! # Sources
//!
//! - HMRC, API definition: status of a version
//! - NHS, API catalogue: status
//! - AgID (Italy), OpenAPI rules: `x-status`

use crate::{
    declared::Wanted,
    finding::Level,
    rule::{Evidence, Found, Parameter, Rule, Settings},
    survey::Survey,
};

pub(crate) const RULE: Rule = Rule {
    id: "META-09",
    name: "closed-status",
    level: Level::Error,
    evidence: Evidence::Contract,
    parameters: &[Parameter {
        name: "values",
        default: r#"["alpha", "beta", "live", "deprecated", "retired"]"#,
        about: "the states that there are",
    }],
    check: Some(check),
    text: include_str!("closed_status.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let values: Vec<&str> = settings.list("values").collect();
    let fact = survey.facts.status.as_deref();
    Wanted { fact, extension: "x-status", called: "status", values: &values }.expect(survey, found);
}
