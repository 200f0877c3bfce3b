//! Collections are named in the plural.
//!
//! A segment that is followed by a variable holds several things, and is called by their plural: `/repairs/{repairId}`.
//!
//! # Why
//!
//! `/repair/7` reads well until somebody needs the list of them. One way for all, and nobody has to look up which
//! word took an s.
//!
//! # What to do
//!
//! Write the plural: `/repairs/{repairId}`. A profile can list words that have none.
//!
//! # Bad
//!
//! ```yaml
//! paths:
//!   /repair/{repairId}: {} # wrong
//! ```
//!
//! # Good
//!
//! ```yaml
//! paths:
//!   /repairs/{repairId}: {}
//!   /people/{personId}: {}
//!   /status: {}
//! ```
//!
//! # Sources
//!
//! - Logius, API Design Rules: `naming-collections`
//! - Zalando, RESTful API Guidelines: rule 134
//! - Belgif, REST guide: `col-name`
//! - Hackney, API playbook: plural resource names

use crate::{
    fault::quoted,
    finding::{Complaint, Level},
    plural::{self, is_plural},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    survey::Survey,
    template::{Segment, segments, version_of},
};

pub(crate) const RULE: Rule = Rule {
    id: "URL-05",
    name: "plural-collections",
    level: Level::Warning,
    evidence: Evidence::Contract,
    parameters: &[Parameter {
        name: "plurals",
        default: plural::ENGLISH,
        about: "endings of the plural, and words that have none of their own",
    }],
    check: Some(check),
    text: include_str!("plural_collections.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    for path in &survey.paths {
        let segments: Vec<Segment<'_>> = segments(path.template).collect();
        for pair in segments.windows(2) {
            let [Segment::Literal(name), Segment::Variable(_)] = pair else { continue };
            if version_of(name).is_some() {
                continue;
            }
            found.expect(is_plural(name, settings.list("plurals")), || {
                Complaint::at_key(path.written, format!("{} holds several things and is no plural", quoted(name)))
            });
        }
    }
}
