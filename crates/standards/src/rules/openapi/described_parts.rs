//! Every parameter and every property is explained.
//!
//! Each has a description or an example, of its own or of the schema that it refers to. A property that an example of
//! the schema around it shows counts as explained.
//!
//! # Why
//!
//! `ref`: whose, in which form, from where? A name is clear to those who chose it.
//!
//! # What to do
//!
//! Write what it means, not its name once more; or show a value.
//!
//! # Bad
//!
//! ```yaml
//! paths:
//!   /repairs:
//!     get:
//!       parameters:
//!         - name: ref # wrong
//!           in: query
//!           schema: { type: string }
//! components:
//!   schemas:
//!     Repair:
//!       type: object
//!       properties:
//!         sor: { type: string } # wrong
//! ```
//!
//! # Good
//!
//! ```yaml
//! paths:
//!   /repairs:
//!     get:
//!       parameters:
//!         - name: ref
//!           in: query
//!           description: The reference on the letter.
//!           schema: { type: string }
//! components:
//!   schemas:
//!     Repair:
//!       type: object
//!       properties:
//!         sor: { type: string, description: Code of the schedule of rates., example: PLM04 }
//! ```
//!
//! # Sources
//!
//! - GDS, API technical and data standards: documentation
//! - Belgif, REST guide: `oas-doc`

use crate::{
    document::Node,
    fault::quoted,
    finding::{Complaint, Level},
    rule::{Evidence, Found, Rule, Settings},
    survey::{Survey, entries, said},
};

pub(crate) const RULE: Rule = Rule {
    id: "OAS-07",
    name: "described-parts",
    level: Level::Warning,
    evidence: Evidence::Contract,
    parameters: &[],
    check: Some(check),
    text: include_str!("described_parts.rs"),
};

fn check<'d>(survey: &Survey<'d>, _: &Settings, found: &mut Found<'d>) {
    for parameter in survey.parameters.iter().filter(|parameter| !parameter.answers) {
        let schema = parameter.node.get("schema");
        let explained = is_explained(parameter.node) || schema.is_some_and(|schema| is_explained_as(survey, schema));
        found.expect(explained, || {
            let what = format!("the parameter {} has neither description nor example", quoted(parameter.name));
            Complaint::at(parameter.node.get("name").unwrap_or(parameter.node), what)
        });
    }
    for schema in &survey.schemas {
        for (name, property) in entries(schema.node, "properties") {
            found.expect(is_explained_as(survey, property) || is_shown(schema.node, name), || {
                Complaint::at_key(property, format!("the property {} has neither description nor example", quoted(name)))
            });
        }
    }
}

/// Whether a schema, or the one that it refers to, is explained; that of a list by what its items are.
fn is_explained_as<'d>(survey: &Survey<'d>, schema: Node<'d>) -> bool {
    let meant = survey.follow(schema);
    let items = meant.get("items").map(|items| survey.follow(items));
    is_explained(schema) || is_explained(meant) || items.is_some_and(is_explained)
}

fn is_explained(node: Node<'_>) -> bool {
    let filled = |key: &str| node.get(key).is_some_and(|list| list.items().next().is_some() || list.entries().next().is_some());
    said(node, "description").is_some() || node.get("example").is_some() || filled("examples") || node.get("const").is_some()
}

/// Whether an example of a schema has the property.
fn is_shown(schema: Node<'_>, name: &str) -> bool {
    let several = schema.get("examples").into_iter().flat_map(Node::items);
    schema.get("example").into_iter().chain(several).any(|example| example.get(name).is_some())
}
