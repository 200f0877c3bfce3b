//! An API says which organisation answers for it, and where it belongs.
//!
//! `info.x-owner` is the address of the organisation in an official register, as `https://…`; on a platform the group
//! that the manifest names as `owner` does. `info.x-category` is a word from the platform's list of categories.
//!
//! # Why
//!
//! Organisations merge and are renamed; an entry of a register stays. And a catalogue can only be browsed by subject
//! if the subjects are the same words everywhere.
//!
//! # What to do
//!
//! Write `owner: …` in the manifest or `x-owner: https://…` under `info`, and choose an `x-category` from the list.
//!
//! # Bad
//!
//! ```yaml
//! info:
//!   title: Repairs
//!   version: 1.0.0
//!   x-owner: Hackney # wrong
//!   x-category: stuff # wrong
//! ```
//!
//! # Good
//!
//! ```yaml
//! info:
//!   title: Repairs
//!   version: 1.0.0
//!   x-owner: https://www.gov.uk/api/organisations/hackney
//!   x-category: housing
//! ```
//!
//! # Sources
//!
//! - Developer Overheid (Netherlands): organisations by TOOI URI
//! - UK government API catalogue: `provider`
//! - HMRC, API definition: categories

use crate::{
    declared::{self, Wanted},
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    survey::Survey,
};

pub(crate) const RULE: Rule = Rule {
    id: "META-10",
    name: "owner-and-category",
    level: Level::Error,
    evidence: Evidence::Contract,
    parameters: &[
        Parameter {
            name: "registers",
            default: r#"["https://"]"#,
            about: "how the address of an organisation begins, in the registers that count",
        },
        Parameter {
            name: "categories",
            default: r#"["benefits", "births-deaths-marriages", "business", "children", "council-tax", "democracy", "education", "environment", "finance", "health", "housing", "jobs", "leisure", "libraries", "licensing", "parking", "people", "planning", "platform", "property", "roads", "social-care", "transport", "waste"]"#,
            about: "the categories that there are; any, if the list is empty",
        },
        Parameter { name: "category", default: "true", about: "whether a category is needed" },
    ],
    check: Some(check),
    text: include_str!("owner_and_category.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    match declared::extension(survey, &["x-owner", "x-provider"]) {
        Some(written) => {
            let owner = written.as_str().unwrap_or_default();
            let registered = settings.list("registers").any(|register| owner.len() > register.len() && owner.starts_with(register));
            // A contract may repeat the group that the manifest names.
            found.expect(registered || survey.facts.owner.as_deref() == Some(owner), || {
                Complaint::at(written, "the owner is no address in a register of organisations")
            });
        }
        None => found.expect(survey.facts.owner.is_some(), || {
            Complaint::at_key(survey.info(), "nothing says who owns the API: neither a manifest nor `x-owner`")
        }),
    }
    if settings.flag("category") {
        let values: Vec<&str> = settings.list("categories").collect();
        Wanted { fact: None, extension: "x-category", called: "category", values: &values }.expect(survey, found);
    }
}
