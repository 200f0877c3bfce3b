//! An API is described well enough to be found and understood.
//!
//! `info.description` says in at least 80 characters what the API is for; a summary of one line stands beside it, as
//! `info.summary` (OpenAPI 3.1 and later) or as `info.x-summary`.
//!
//! # Why
//!
//! Search finds words that are written down. A description of three words is found by nobody who does not know the API
//! already, and lists need one line that fits.
//!
//! # What to do
//!
//! Say in `info.description` whose data it is, what can be done with it and for whom it is meant; and in one line what
//! it is, as `info.summary`.
//!
//! # Bad
//!
//! ```yaml
//! info: # wrong
//!   title: Repairs
//!   version: 1.0.0
//!   description: The repairs API. # wrong
//! ```
//!
//! # Good
//!
//! ```yaml
//! info:
//!   title: Repairs
//!   version: 1.0.0
//!   summary: 'Repairs to council homes: report them, book them, see how they stand.'
//!   description: |
//!     Everything the council knows about repairs to its homes, from the first report to the finished job.
//!     For landlords' services, contractors and the tenants' account.
//! ```
//!
//! # Sources
//!
//! - Zalando, RESTful API Guidelines: rule 218
//! - HMRC, API definition: a description is required
//! - AgID (Italy), OpenAPI rules: `has-x-summary`

use crate::{
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    survey::{Survey, said},
};

pub(crate) const RULE: Rule = Rule {
    id: "META-02",
    name: "searchable-description",
    level: Level::Error,
    evidence: Evidence::Contract,
    parameters: &[
        Parameter { name: "shortest", default: "80", about: "how many characters a description has at least" },
        Parameter {
            name: "summary",
            default: r#""either""#,
            about: "where the line is: `summary`, `x-summary`, `either` of them, or `none` is needed",
        },
    ],
    check: Some(check),
    text: include_str!("searchable_description.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let info = survey.info();
    let shortest = settings.number("shortest");
    match (said(info, "description"), info.get("description")) {
        (Some(text), Some(node)) => {
            let length = text.trim().chars().count() as u64;
            found.expect(length >= shortest, || {
                Complaint::at(node, format!("the description has {length} characters; it needs at least {shortest}"))
            });
        }
        _ => found.complain(Complaint::at_key(info, "the contract has no `info.description`")),
    }
    let fields: &[&str] = match settings.text("summary") {
        "summary" => &["summary"],
        "x-summary" => &["x-summary"],
        "none" => return,
        _ => &["summary", "x-summary"],
    };
    let summary = fields.iter().find_map(|field| Some((said(info, field)?, info.get(field)?)));
    match summary {
        None => found.complain(Complaint::at_key(info, format!("nothing says in one line what it is: `{}`", fields[0]))),
        Some((text, node)) => found.expect(!text.trim().contains('\n'), || {
            Complaint::at(node, "the summary has more than one line").mend("move all but the first to the description")
        }),
    }
}
