//! True-or-false is never null, and a list with nothing in it is empty, not null.
//!
//! A schema of type `boolean` or `array` may not be null, in whichever form it is said: `nullable: true` (OpenAPI 3.0),
//! the type `null` beside it, or a branch for null (3.1).
//!
//! In a merge patch null means "remove", so what only merge patches carry may be null.
//!
//! # Why
//!
//! A third value of true-or-false is forgotten by everybody who writes `if`. A list that may be null makes every reader
//! write the same check, or crash on the day when there is nothing.
//!
//! # What to do
//!
//! Leave the property out where it is not known, or use an `enum` with a word for the third case. Send `[]` where there is
//! nothing.
//!
//! # Bad
//!
//! ```yaml
//! components:
//!   schemas:
//!     Repair:
//!       type: object
//!       properties:
//!         rechargeable: # wrong
//!           type: [boolean, 'null']
//!         photos: # wrong
//!           anyOf:
//!             - { type: array, items: { type: string } }
//!             - { type: 'null' }
//! ```
//!
//! # Good
//!
//! ```yaml
//! components:
//!   schemas:
//!     Repair:
//!       type: object
//!       properties:
//!         rechargeable: { type: boolean }
//!         photos: { type: array, items: { type: string } }
//!         accessNotes: { type: [string, 'null'] }
//! ```
//!
//! # Sources
//!
//! - Zalando, RESTful API Guidelines: rules 122 and 124
//! - Hackney, API Playbook: booleans are never null, empty lists are `[]`
//! - RFC 7396: null in a merge patch

use crate::{
    document::Node,
    finding::{Complaint, Level},
    media_type,
    once::Once,
    rule::{Evidence, Found, Rule, Settings},
    shape,
    survey::{Survey, entries},
};

pub(crate) const RULE: Rule = Rule {
    id: "DATA-06",
    name: "no-null-booleans-or-lists",
    level: Level::Warning,
    evidence: Evidence::Contract,
    parameters: &[],
    check: Some(check),
    text: include_str!("no_null_booleans_or_lists.rs"),
};

fn check<'d>(survey: &Survey<'d>, _: &Settings, found: &mut Found<'d>) {
    let patches = of_merge_patches(survey);
    for schema in &survey.schemas {
        let node = schema.node;
        let Some(kind) = kind(survey, node) else { continue };
        if shape::only_asks(node) || (patches.has(node) && !schema.in_responses) {
            continue;
        }
        found.expect(!shape::is_nullable(node), || Complaint::at_key(node, format!("{kind} may be null")));
    }
}

/// Whether a schema is one of those that the rule is about, also where it says so in branches.
fn kind<'d>(survey: &Survey<'d>, schema: Node<'d>) -> Option<&'static str> {
    let branches = ["anyOf", "oneOf"].into_iter().filter_map(|key| schema.get(key)).flat_map(Node::items);
    let beside_null = |branch: &Node<'d>| shape::types(*branch).next() != Some("null");
    let mut others = branches.map(|branch| survey.follow(branch)).filter(beside_null);
    let only = others.next().filter(|_| others.next().is_none()).unwrap_or(schema);
    [schema, only].into_iter().flat_map(shape::types).find_map(|kind| match kind {
        "boolean" => Some("true-or-false"),
        "array" => Some("a list"),
        _ => None,
    })
}

/// The properties that bodies of merge patches carry, however deep.
fn of_merge_patches(survey: &Survey<'_>) -> Once {
    let mut carried = Once::default();
    let patches = survey.bodies.iter().filter(|body| media_type::essence(body.media_type) == "application/merge-patch+json");
    let mut waiting: Vec<Node<'_>> = patches.filter_map(|body| body.node.get("schema")).collect();
    while let Some(schema) = waiting.pop() {
        let node = survey.follow(schema);
        if carried.is_new(node) {
            let branches = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|key| node.get(key)).flat_map(Node::items);
            waiting.extend(branches.chain(entries(node, "properties").map(|(_, property)| property)));
        }
    }
    carried
}
