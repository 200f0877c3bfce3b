//! An API has a short title that no other API of the catalogue has.
//!
//! `info.title` is there, has at least 3 and at most 60 characters, and is not the title of another API of the same
//! catalogue. Whether it is, only the platform can tell; without a catalogue length alone is judged.
//!
//! # Why
//!
//! The title is what people see in lists, search results and mails. Two APIs of one name are mistaken for each other,
//! and a title of a hundred characters is cut off before its end.
//!
//! # What to do
//!
//! Name the API by what it is about, in a few words: `Council tax`. Leave out the organisation, `API` and the version.
//!
//! # Bad
//!
//! ```yaml
//! info:
//!   title: The application programming interface of the team for repairs of council homes # wrong
//!   version: 1.0.0
//! ```
//!
//! # Good
//!
//! ```yaml
//! info:
//!   title: Repairs
//!   version: 1.0.0
//! ```
//!
//! # Sources
//!
//! - HMRC, API definition: a name has at most 50 characters and is unique
//! - PDND (Italy), API catalogue: names of 5 to 60 characters
//! - Zalando, RESTful API Guidelines: rule 218

use crate::{
    fault::quoted,
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    survey::{Survey, said},
};

pub(crate) const RULE: Rule = Rule {
    id: "META-01",
    name: "short-unique-title",
    level: Level::Error,
    evidence: Evidence::Contract,
    parameters: &[
        Parameter { name: "shortest", default: "3", about: "how many characters a title has at least" },
        Parameter { name: "longest", default: "60", about: "how many characters a title has at most" },
    ],
    check: Some(check),
    text: include_str!("short_unique_title.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let info = survey.info();
    let (Some(title), Some(node)) = (said(info, "title"), info.get("title")) else {
        found.complain(Complaint::at_key(info, "the contract has no `info.title`"));
        return;
    };
    let length = title.trim().chars().count() as u64;
    let (shortest, longest) = (settings.number("shortest"), settings.number("longest"));
    found.expect((shortest..=longest).contains(&length), || {
        Complaint::at(node, format!("the title has {length} characters; it may have {shortest} to {longest}"))
    });
    let same = |other: &str| other.trim().to_lowercase() == title.trim().to_lowercase();
    if let Some(other) = survey.facts.neighbours.iter().find(|other| same(&other.title)) {
        found.complain(
            Complaint::at(node, format!("the API {} is called {} already", quoted(&other.api), quoted(title)))
                .mend("give this API a title of its own"),
        );
    }
}
