//! What must be there is stated, and exists.
//!
//! Every request body says `required: true` or `false`, and every name in a schema's `required` is one of its
//! properties.
//!
//! # Why
//!
//! Without the word a body is optional, which hardly anybody means. And a required property that does not exist can
//! be sent by nobody, or is misspelt.
//!
//! # What to do
//!
//! Write `required: true` beside `content` if a call without a body is wrong. Correct the names in `required`.
//!
//! # Bad
//!
//! ```yaml
//! paths:
//!   /repairs:
//!     post:
//!       requestBody: # wrong
//!         content:
//!           application/json:
//!             schema: { $ref: '#/components/schemas/Repair' }
//! components:
//!   schemas:
//!     Repair:
//!       type: object
//!       required:
//!         - repairID # wrong
//!       properties:
//!         repairId: { type: string }
//! ```
//!
//! # Good
//!
//! ```yaml
//! paths:
//!   /repairs:
//!     post:
//!       requestBody:
//!         required: true
//!         content:
//!           application/json:
//!             schema: { $ref: '#/components/schemas/Repair' }
//! components:
//!   schemas:
//!     Repair:
//!       type: object
//!       required: [repairId]
//!       properties:
//!         repairId: { type: string }
//! ```
//!
//! # Sources
//!
//! - Belgif, REST guide: `opbody-req`, `prop-req`

use std::collections::HashSet;

use crate::{
    document::Node,
    fault::quoted,
    finding::{Complaint, Level},
    nearest::nearest,
    once::Once,
    rewriting,
    rule::{Evidence, Found, Rule, Settings},
    shape::{self, Shape},
    survey::{Survey, entries},
};

pub(crate) const RULE: Rule = Rule {
    id: "OAS-10",
    name: "stated-required",
    level: Level::Error,
    evidence: Evidence::Contract,
    parameters: &[],
    check: Some(check),
    text: include_str!("stated_required.rs"),
};

fn check<'d>(survey: &Survey<'d>, _: &Settings, found: &mut Found<'d>) {
    let mut once = Once::default();
    let shared = survey.root().get("components").into_iter().flat_map(|components| entries(components, "requestBodies"));
    let shared = shared.map(|(_, body)| survey.follow(body));
    for body in survey.operations.iter().filter_map(|operation| operation.body).chain(shared) {
        if !once.is_new(body) {
            continue;
        }
        found.expect(body.get("required").is_some(), || {
            // What is left out means false; only its author knows whether that was meant.
            let fix = rewriting::entry("say that the body is optional, which it is now", body, "required", "false");
            Complaint::at(body, "the request body does not say whether it is required").maybe_fix(fix)
        });
    }
    for schema in &survey.schemas {
        let Some(required) = schema.node.get("required").filter(|list| list.items().next().is_some()) else { continue };
        found.applies();
        let Some(known) = properties(survey, schema.node, found) else { continue };
        for name in required.items() {
            let Some(text) = name.as_str().filter(|text| !known.contains(text)) else { continue };
            let complaint = Complaint::at(name, format!("{} is required and no property", quoted(text)));
            found.complain(match nearest(text, known.iter().copied()) {
                Some(meant) => complaint.mend(format!("did you mean `{meant}`? Else add it below `properties`")),
                None => complaint.mend("add it below `properties`, or take it out of `required`"),
            });
        }
    }
}

/// The properties of a schema with all that holds beside it; none if not all of it is there to be read, or if it has
/// none at all and only asks something of a value that others describe.
fn properties<'d>(survey: &Survey<'d>, schema: Node<'d>, found: &mut Found<'d>) -> Option<HashSet<&'d str>> {
    let mut names = HashSet::new();
    let mut whole = true;
    for part in std::iter::once(schema).chain(shape::around(schema)) {
        let shape = Shape::with_branches(survey, part);
        whole &= shape.is_whole();
        let before = names.len();
        names.extend(shape.properties().map(|(name, _)| name));
        if !found.spend(1 + (names.len() - before) as u64) {
            return None;
        }
    }
    let asks = names.is_empty() && (shape::only_asks(schema) || schema.get("properties").is_none());
    if whole && !asks { Some(names) } else { None }
}
