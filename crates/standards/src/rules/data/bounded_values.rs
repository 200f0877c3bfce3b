//! Texts, lists and numbers have bounds.
//!
//! - A text has `maxLength`, `pattern`, `enum` or `const`, or a format whose values are short by definition: a date, a
//!   time, a UUID, an IP address.
//! - A list has `maxItems`.
//! - A number has a least and a greatest value: `minimum` or `exclusiveMinimum`, and `maximum` or `exclusiveMaximum`.
//!
//! Bounds that are said around a schema (beside `anyOf`, or by `allOf`) count. Files (`format: binary`) are bounded by the
//! gateway's limit for bodies. Schemas that only ask something of a value (below `not`, `if`, `contains`) are left out.
//!
//! # Why
//!
//! What has no bound will one day be megabytes long: in memory, in a database column, on a page. Bounds are also what a
//! consumer needs to lay out a form, and what lets the gateway refuse an attack before it reaches the service.
//!
//! # What to do
//!
//! Write the bounds that the service has anyway: the length of the database column, the size of a page, the range that
//! makes sense.
//!
//! # Bad
//!
//! ```yaml
//! components:
//!   schemas:
//!     Note:
//!       type: object
//!       properties:
//!         text: # wrong
//!           type: string
//!         tags: # wrong
//!           type: array
//!           items: { type: string, maxLength: 30 }
//!         pages: # wrong
//!           type: integer
//!           minimum: 1
//! ```
//!
//! # Good
//!
//! ```yaml
//! components:
//!   schemas:
//!     Note:
//!       type: object
//!       properties:
//!         text: { type: string, maxLength: 2000 }
//!         tags:
//!           type: array
//!           items: { type: string, maxLength: 30 }
//!           maxItems: 10
//!         pages: { type: integer, minimum: 1, maximum: 500 }
//!         writtenAt: { type: string, format: date-time }
//! ```
//!
//! # Sources
//!
//! - OWASP API Security Top 10 2023: API4, unrestricted resource consumption
//! - Italian guidelines for interoperability: the security profile
//! - Hackney, API Playbook: state formats, ranges and lengths

use crate::{
    document::{Kind, Node},
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    shape::{self, Shape},
    survey::{Schema, Survey},
};

pub(crate) const RULE: Rule = Rule {
    id: "DATA-04",
    name: "bounded-values",
    level: Level::Warning,
    evidence: Evidence::Contract,
    parameters: &[
        Parameter {
            name: "requests_only",
            default: "false",
            about: "whether only what requests carry needs bounds; else answers too",
        },
        Parameter {
            name: "short_formats",
            default: r#"["date", "time", "date-time", "duration", "uuid", "ipv4", "ipv6", "binary"]"#,
            about: "formats of texts that need no bound of their own",
        },
    ],
    check: Some(check),
    text: include_str!("bounded_values.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let requests_only = settings.flag("requests_only");
    for schema in &survey.schemas {
        let judged = !requests_only || schema.in_requests || !schema.in_responses;
        let bounded = shape::types(schema.node).any(|kind| matches!(kind, "string" | "array" | "integer" | "number"));
        if !judged || !bounded || shape::only_asks(schema.node) {
            continue;
        }
        let missing = missing(survey, schema, settings);
        found.expect(missing.is_none(), || Complaint::at_key(schema.node, missing.unwrap_or_default()));
    }
}

/// What bound a schema lacks, said in a sentence.
fn missing<'d>(survey: &Survey<'d>, schema: &Schema<'d>, settings: &Settings) -> Option<&'static str> {
    let shape = Shape::of(survey, schema.node);
    let has = |keywords: &[&str]| {
        shape.has_any(keywords)
            || shape::around(schema.node).any(|around| keywords.iter().any(|keyword| around.get(keyword).is_some()))
    };
    if has(&["enum", "const"]) {
        return None;
    }
    let format = shape.says("format").and_then(Node::as_str);
    let short = format.is_some_and(|format| settings.list("short_formats").any(|listed| listed == format));
    let closed = |items: Node<'d>| items.as_bool() == Some(false);
    shape::types(schema.node).find_map(|kind| match kind {
        "string" if !short && !has(&["maxLength", "pattern"]) => {
            Some("a text has no bound: `maxLength`, `pattern` or `enum`")
        }
        "array" if !has(&["maxItems"]) && !shape.says("items").is_some_and(closed) => {
            Some("a list has no bound: `maxItems`")
        }
        "integer" | "number" => {
            let least = has(&["minimum"]) || exclusive(&shape, "exclusiveMinimum");
            let greatest = has(&["maximum"]) || exclusive(&shape, "exclusiveMaximum");
            match (least, greatest) {
                (true, true) => None,
                (true, false) => Some("a number has no greatest value: `maximum`"),
                (false, true) => Some("a number has no least value: `minimum`"),
                (false, false) => Some("a number has no bounds: `minimum` and `maximum`"),
            }
        }
        _ => None,
    })
}

/// Whether a bound of its own is there; in 3.0 the keyword only says how `minimum` is meant.
fn exclusive(shape: &Shape<'_>, keyword: &str) -> bool {
    shape.says(keyword).is_some_and(|bound| matches!(bound.kind(), Kind::Integer | Kind::Number))
}
