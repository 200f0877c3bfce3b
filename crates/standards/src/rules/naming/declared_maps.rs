//! Property names are names, not data; what is a map is declared as one.
//!
//! No property is named by a value (`2026-04-01`, `E08000001`, a number, a UUID), and no schema says `type: object`
//! and nothing about what is in it.
//!
//! # Why
//!
//! Where keys are data, no client can be generated and nothing can be checked: yesterday's contract lacks today's key.
//!
//! # What to do
//!
//! Make it a list of objects that each say their key (`{ "date": "2026-04-01", "amount": … }`), or declare the map:
//! `additionalProperties` with the schema of its values.
//!
//! # Bad
//!
//! ```yaml
//! components:
//!   schemas:
//!     Prices:
//!       type: object
//!       properties:
//!         2026-04-01: { type: number } # wrong
//!     Options: # wrong
//!       type: object
//! ```
//!
//! # Good
//!
//! ```yaml
//! components:
//!   schemas:
//!     Prices:
//!       type: object
//!       additionalProperties: { type: number }
//!     Address:
//!       type: object
//!       properties:
//!         line1: { type: string }
//! ```
//!
//! # Sources
//!
//! - GDS, API technical and data standards: JSON
//! - GSA (USA), API standards: no values in keys
//! - Zalando, RESTful API Guidelines: rule 216
//! - Belgif, REST guide: `addi-prop`

use crate::{
    document::{Kind, Node},
    fault::quoted,
    finding::{Complaint, Level},
    rule::{Evidence, Found, Rule, Settings},
    survey::{Survey, entries},
};

pub(crate) const RULE: Rule = Rule {
    id: "NAME-03",
    name: "declared-maps",
    level: Level::Warning,
    evidence: Evidence::Contract,
    parameters: &[],
    check: Some(check),
    text: include_str!("declared_maps.rs"),
};

/// Keywords that say what an object consists of.
const CONTENTS: [&str; 19] = [
    "properties",
    "patternProperties",
    "additionalProperties",
    "unevaluatedProperties",
    "propertyNames",
    "dependentSchemas",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "$ref",
    "$dynamicRef",
    "enum",
    "const",
    "maxProperties",
    "required",
    "x-additionalPropertiesName",
    "discriminator",
];

fn check<'d>(survey: &Survey<'d>, _: &Settings, found: &mut Found<'d>) {
    for schema in &survey.schemas {
        let node = schema.node;
        for (name, property) in entries(node, "properties") {
            found.expect(!is_data(name), || {
                Complaint::at_key(property, format!("the property name {} is a value", quoted(name)))
            });
        }
        if node.get("type").and_then(Node::as_str) == Some("object") && !is_branch(node) {
            found.expect(CONTENTS.iter().any(|keyword| node.get(keyword).is_some()), || {
                Complaint::at(node, "this is an object, and nothing says what is in it")
            });
        }
    }
}

/// Whether a schema is only a part of what is said about a value: its neighbours say the rest.
fn is_branch(node: Node<'_>) -> bool {
    let list = node.parent().filter(|list| list.kind() == Kind::List);
    list.and_then(Node::key).is_some_and(|key| matches!(key.text, "allOf" | "anyOf" | "oneOf"))
}

/// Whether a name begins with a digit, or is one of the codes that begin with a letter and go on in many digits.
fn is_data(name: &str) -> bool {
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let only_code = name.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase() || b"-_:".contains(&byte));
    let is_uuid = name.len() == 36 && name.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    name.starts_with(|c: char| c.is_ascii_digit()) || (only_code && digits >= 4) || is_uuid
}
