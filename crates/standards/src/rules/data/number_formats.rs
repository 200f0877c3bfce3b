//! Numbers say how large and how exact they are, by a format.
//!
//! A schema of type `integer` or `number` has a `format` from the list. A closed list of values (`enum`, `const`) needs
//! none. A format that is said around it (beside `anyOf`, or by `allOf`) counts.
//!
//! # Why
//!
//! Code is generated from contracts. Without a format one language takes 32 bits and another 64, and a number that is too
//! large becomes another number, without any error.
//!
//! # What to do
//!
//! Whole numbers: `int32`, or `int64` if they can pass two thousand million. Others: `double`; for money see DATA-07.
//!
//! # Bad
//!
//! ```yaml
//! components:
//!   schemas:
//!     Slot:
//!       type: object
//!       properties:
//!         freePlaces: # wrong
//!           type: integer
//!         distance: # wrong
//!           type: [number, 'null']
//!           format: metres
//! ```
//!
//! # Good
//!
//! ```yaml
//! components:
//!   schemas:
//!     Slot:
//!       type: object
//!       properties:
//!         freePlaces: { type: integer, format: int32 }
//!         distance: { type: [number, 'null'], format: double }
//!         half: { type: integer, enum: [1, 2] }
//! ```
//!
//! # Sources
//!
//! - OpenAPI Initiative, Format Registry
//! - Zalando, RESTful API Guidelines: rule 171
//! - Italian guidelines for interoperability: formats of numbers
//! - Hackney, API Playbook: define the format of numbers

use crate::{
    document::Node,
    fault::quoted,
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    shape::{self, Shape},
    survey::Survey,
};

pub(crate) const RULE: Rule = Rule {
    id: "DATA-03",
    name: "number-formats",
    level: Level::Warning,
    evidence: Evidence::Contract,
    parameters: &[Parameter {
        name: "formats",
        default: r#"["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bigint", "float", "double", "decimal", "decimal128", "double-int"]"#,
        about: "the formats that a number may have",
    }],
    check: Some(check),
    text: include_str!("number_formats.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    for schema in &survey.schemas {
        let Some(kind) = shape::types(schema.node).find(|kind| matches!(*kind, "integer" | "number")) else { continue };
        let shape = Shape::of(survey, schema.node);
        if shape.has_any(&["enum", "const"]) || shape::only_asks(schema.node) {
            continue;
        }
        let outer = || shape::around(schema.node).find_map(|around| around.get("format"));
        let format = shape.says("format").or_else(outer).and_then(Node::as_str);
        let known = format.is_some_and(|format| settings.list("formats").any(|listed| listed == format));
        found.expect(known, || {
            let what = match format {
                Some(format) => format!("{} is no format of a number", quoted(format)),
                None => format!("{} has no format", if kind == "integer" { "a whole number" } else { "a number" }),
            };
            Complaint::at_key(schema.node, what)
        });
    }
}
