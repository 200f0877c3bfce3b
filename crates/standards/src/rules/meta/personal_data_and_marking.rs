//! An API says whether it carries personal data, and how its data is marked.
//!
//! The manifest says `personal_data: true` or `false`; a contract by itself says `info.x-personal-data`. The protective
//! marking, `info.x-marking`, is one of the Government Security Classifications.
//!
//! # Why
//!
//! Whether calls need a purpose, whether answers may be cached and who may approve access hang on it. An API about
//! which nothing is said gets treated as harmless.
//!
//! # What to do
//!
//! Ask the information asset owner; then write `personal_data` in the manifest and `x-marking: OFFICIAL` (or higher)
//! under `info`.
//!
//! # Bad
//!
//! ```yaml
//! info: # wrong
//!   title: Repairs
//!   version: 1.0.0
//!   x-personal-data: sometimes # wrong
//! ```
//!
//! # Good
//!
//! ```yaml
//! info:
//!   title: Repairs
//!   version: 1.0.0
//!   x-personal-data: true
//!   x-marking: OFFICIAL
//! ```
//!
//! # Sources
//!
//! - PDND (Italy): `personalData`
//! - Australian government, API design standard: protective markings
//! - Cabinet Office, Government Security Classifications

use crate::{
    declared::{self, Wanted},
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    survey::Survey,
};

pub(crate) const RULE: Rule = Rule {
    id: "META-11",
    name: "personal-data-and-marking",
    level: Level::Error,
    evidence: Evidence::Contract,
    parameters: &[
        Parameter {
            name: "markings",
            default: r#"["OFFICIAL", "OFFICIAL-SENSITIVE", "SECRET", "TOP SECRET"]"#,
            about: "the protective markings that there are",
        },
        Parameter { name: "marking", default: "true", about: "whether a marking is needed" },
    ],
    check: Some(check),
    text: include_str!("personal_data_and_marking.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let fact = survey.facts.personal_data;
    match declared::extension(survey, &["x-personal-data", "x-personalData"]) {
        Some(written) => match written.as_bool() {
            None => found.complain(Complaint::at(written, "whether it carries personal data is neither true nor false")),
            Some(said) => found.expect(fact.is_none_or(|fact| fact == said), || {
                Complaint::at(written, "the contract and the manifest contradict each other about personal data")
                    .mend("let both say the same, or leave it to the manifest")
            }),
        },
        None => found.expect(fact.is_some(), || {
            let what = "nothing says whether it carries personal data: neither a manifest nor `x-personal-data`";
            Complaint::at_key(survey.info(), what)
        }),
    }
    if settings.flag("marking") {
        let values: Vec<&str> = settings.list("markings").collect();
        Wanted { fact: None, extension: "x-marking", called: "protective marking", values: &values }
            .expect(survey, found);
    }
}
