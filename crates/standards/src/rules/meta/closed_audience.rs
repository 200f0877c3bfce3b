//! An API says for whom it is.
//!
//! The manifest says it as `audience`; a contract by itself as `info.x-audience`. It is one of `public` (anyone may
//! see it and ask for access), `controlled` (anyone may see it, not everyone gets access) and `internal`.
//!
//! # Why
//!
//! Whether an API may be shown, needs a token or may be changed at short notice hangs on who it is for. Left open, it
//! is decided by accident.
//!
//! # What to do
//!
//! Write `audience: …` in the manifest, or `x-audience: …` under `info`.
//!
//! # Bad
//!
//! ```yaml
//! info:
//!   title: Repairs
//!   version: 1.0.0
//!   x-audience: friends # wrong
//! ```
//!
//! # Good
//!
//! ```yaml
//! info:
//!   title: Repairs
//!   version: 1.0.0
//!   x-audience: internal
//! ```
//!
//! # Sources
//!
//! - HMRC, API definition: type of access
//! - Zalando, RESTful API Guidelines: rule 219
//! - GSA (USA), API standards: categories of APIs

use crate::{
    declared::Wanted,
    finding::Level,
    rule::{Evidence, Found, Parameter, Rule, Settings},
    survey::Survey,
};

pub(crate) const RULE: Rule = Rule {
    id: "META-08",
    name: "closed-audience",
    level: Level::Error,
    evidence: Evidence::Contract,
    parameters: &[Parameter {
        name: "values",
        default: r#"["public", "controlled", "internal"]"#,
        about: "the audiences that there are",
    }],
    check: Some(check),
    text: include_str!("closed_audience.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let values: Vec<&str> = settings.list("values").collect();
    let fact = survey.facts.audience.as_deref();
    Wanted { fact, extension: "x-audience", called: "audience", values: &values }.expect(survey, found);
}
