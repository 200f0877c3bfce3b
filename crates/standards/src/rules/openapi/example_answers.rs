//! Every answer with data shows an example.
//!
//! Each JSON body of a 2xx response has an example: its own, its schema's, or one for every property of it. A sandbox
//! answers with it.
//!
//! # Why
//!
//! With examples there is a sandbox on the day the contract is published, before the first line of the service is
//! written. And people understand an answer they see faster than the schema of it.
//!
//! # What to do
//!
//! Take a real answer, replace what is personal by something made up, and put it under `examples`.
//!
//! # Bad
//!
//! ```yaml
//! paths:
//!   /repairs:
//!     get:
//!       responses:
//!         '200':
//!           description: The repairs.
//!           content:
//!             application/json: # wrong
//!               schema:
//!                 type: object
//!                 properties:
//!                   repairs: { type: array, items: { type: string } }
//! ```
//!
//! # Good
//!
//! ```yaml
//! paths:
//!   /repairs:
//!     get:
//!       responses:
//!         '200':
//!           description: The repairs.
//!           content:
//!             application/json:
//!               schema: { type: object }
//!               example: { repairs: [REP-1, REP-2] }
//! ```
//!
//! # Sources
//!
//! - Developer Overheid (Netherlands): roadmap of the register, mocks from contracts

use crate::{
    document::Node,
    finding::{Complaint, Level},
    media_type::is_json,
    once::Once,
    rule::{Evidence, Found, Rule, Settings},
    shape::Shape,
    survey::{Survey, entries},
};

pub(crate) const RULE: Rule = Rule {
    id: "OAS-09",
    name: "example-answers",
    level: Level::Warning,
    evidence: Evidence::Contract,
    parameters: &[],
    check: Some(check),
    text: include_str!("example_answers.rs"),
};

/// How deep examples are looked for in properties of properties.
const DEEPEST: usize = 6;

fn check<'d>(survey: &Survey<'d>, _: &Settings, found: &mut Found<'d>) {
    let mut once = Once::default();
    for operation in &survey.operations {
        for (status, response) in operation.responses.iter().filter(|(status, _)| status.starts_with('2')) {
            for (_, written) in entries(*response, "content").filter(|(media_type, _)| is_json(media_type)) {
                let media = survey.follow(written);
                if !once.is_new(media) {
                    continue;
                }
                let shown = has_example(media)
                    || media.get("schema").is_some_and(|schema| is_shown(survey, schema, DEEPEST, found));
                found.expect(shown, || {
                    Complaint::at(media, format!("the answer {status} of {operation} shows no example"))
                });
            }
        }
    }
}

fn has_example(node: Node<'_>) -> bool {
    let any = |list: Node<'_>| list.items().next().is_some() || list.entries().next().is_some();
    node.get("example").is_some() || node.get("examples").is_some_and(any)
}

/// Whether an example of a whole value can be put together from those that a schema has.
fn is_shown<'d>(survey: &Survey<'d>, schema: Node<'d>, deep: usize, found: &mut Found<'d>) -> bool {
    if deep == 0 || !found.spend(1) {
        return false;
    }
    let shape = Shape::of(survey, schema);
    if shape.has_any(&["example", "const", "enum", "default"]) || shape.says("examples").is_some() {
        return true;
    }
    if shape.is_array() {
        return shape.says("items").is_some_and(|items| is_shown(survey, items, deep - 1, found));
    }
    let mut properties = shape.properties().peekable();
    properties.peek().is_some() && properties.all(|(_, property)| is_shown(survey, property, deep - 1, found))
}
