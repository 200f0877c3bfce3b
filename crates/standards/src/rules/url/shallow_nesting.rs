//! Resources are nested at most three deep.
//!
//! A path names at most three resources inside one another: `/accounts/{id}/bills/{id}/items` does, a fourth is too
//! many.
//!
//! # Why
//!
//! Each level is one more identifier that a client must know before it may ask, and one more thing that cannot move
//! elsewhere.
//!
//! # What to do
//!
//! Give the inner thing an address of its own: `/items/{itemId}`, and let the outer one link to it.
//!
//! # Bad
//!
//! ```yaml
//! paths:
//!   /estates/{estateId}/blocks/{blockId}/homes/{homeId}/repairs: {} # wrong
//! ```
//!
//! # Good
//!
//! ```yaml
//! paths:
//!   /estates/{estateId}/blocks/{blockId}/homes: {}
//!   /homes/{homeId}/repairs: {}
//! ```
//!
//! # Sources
//!
//! - GDS, API technical and data standards: sub-resources
//! - Zalando, RESTful API Guidelines: rule 147
//! - Hackney, API playbook: at most three levels

use crate::{
    fault::quoted,
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    survey::Survey,
    template::{Segment, segments, version_of},
};

pub(crate) const RULE: Rule = Rule {
    id: "URL-06",
    name: "shallow-nesting",
    level: Level::Warning,
    evidence: Evidence::Contract,
    parameters: &[Parameter { name: "deepest", default: "3", about: "how many resources lie inside one another at most" }],
    check: Some(check),
    text: include_str!("shallow_nesting.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let deepest = settings.number("deepest");
    for path in &survey.paths {
        let levels = levels(path.template);
        found.expect(levels <= deepest, || {
            let what = format!("{} nests {levels} resources; {deepest} are enough", quoted(path.template));
            Complaint::at_key(path.written, what)
        });
    }
}

/// Runs of written-out segments between variables: `/council-tax/accounts/{id}` has one.
fn levels(template: &str) -> u64 {
    let mut levels = 0;
    let mut inside = false;
    for segment in segments(template) {
        match segment {
            Segment::Literal(text) if version_of(text).is_some() => {}
            Segment::Literal(_) if inside => {}
            Segment::Literal(_) => {
                inside = true;
                levels += 1;
            }
            Segment::Variable(_) => inside = false,
        }
    }
    levels
}
