//! Lists, components and headers are named as readers expect.
//!
//! A property that is a list is in the plural (`notes`), components are in PascalCase (`RepairStatus`), headers in
//! Train-Case (`Request-Id`), and no new header begins with `X-`.
//!
//! # Why
//!
//! A reader takes `note` for one note. Components become classes in generated code. And a name with `X-` must be
//! changed on the day it becomes a standard, which is why nobody should make one any more.
//!
//! # What to do
//!
//! Rename it. Names of components are free to change; names of properties and headers are part of the interface.
//!
//! # Bad
//!
//! ```yaml
//! components:
//!   schemas:
//!     repair_note: # wrong
//!       type: object
//!       properties:
//!         author: { type: array, items: { type: string } } # wrong
//!   responses:
//!     Found:
//!       headers:
//!         X-Correlation: { schema: { type: string } } # wrong
//!         request_id: { schema: { type: string } } # wrong
//! ```
//!
//! # Good
//!
//! ```yaml
//! components:
//!   schemas:
//!     RepairNote:
//!       type: object
//!       properties:
//!         authors: { type: array, items: { type: string } }
//!   responses:
//!     Found:
//!       headers:
//!         Request-Id: { schema: { type: string } }
//!         ETag: { schema: { type: string } }
//! ```
//!
//! # Sources
//!
//! - Zalando, RESTful API Guidelines: rule 120
//! - Hackney, API playbook: plural names of arrays
//! - AgID (Italy), OpenAPI rules: casing of headers
//! - RFC 6648, Deprecating the "X-" Prefix

use crate::{
    casing::Casing,
    document::{Kind, Node},
    fault::quoted,
    finding::{Complaint, Level},
    plural::{self, is_plural},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    survey::{Survey, entries},
};

pub(crate) const RULE: Rule = Rule {
    id: "NAME-04",
    name: "fitting-names",
    level: Level::Warning,
    evidence: Evidence::Contract,
    parameters: &[
        Parameter {
            name: "plurals",
            default: plural::ENGLISH,
            about: "endings of the plural, and words that have none of their own",
        },
        Parameter { name: "components", default: r#""PascalCase""#, about: "the casing of names of components" },
        Parameter {
            name: "x_headers",
            default: r#"["X-Content-Type-Options", "X-Frame-Options", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Robots-Tag"]"#,
            about: "headers that begin with `X-` and are as good as standards",
        },
    ],
    check: Some(check),
    text: include_str!("fitting_names.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    for (name, node) in survey.schemas.iter().flat_map(|schema| entries(schema.node, "properties")) {
        if is_list(survey.follow(node)) {
            found.expect(is_plural(name, settings.list("plurals")), || {
                Complaint::at_key(node, format!("the property {} is a list and no plural", quoted(name)))
            });
        }
    }
    components(survey, settings, found);
    for parameter in survey.parameters.iter().filter(|parameter| parameter.location == "header") {
        let wrong = header(parameter.name, settings);
        found.expect(wrong.is_none(), || {
            let what = format!("the header {} {}", quoted(parameter.name), wrong.unwrap_or_default());
            match parameter.node.get("name") {
                Some(name) => Complaint::at(name, what),
                None => Complaint::at_key(parameter.node, what),
            }
        });
    }
}

fn is_list(node: Node<'_>) -> bool {
    node.get("type").is_some_and(|kind| match kind.kind() {
        Kind::List => kind.items().any(|one| one.as_str() == Some("array")),
        _ => kind.as_str() == Some("array"),
    })
}

fn components<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let casing = Casing::named(settings.text("components")).unwrap_or(Casing::Pascal);
    let Some(components) = survey.root().get("components") else { return };
    for kind in ["schemas", "parameters", "responses", "requestBodies"] {
        for (name, node) in entries(components, kind) {
            // Versions and namespaces are joined by points: `Repair.V2`.
            found.expect(name.split('.').all(|part| casing.fits(part)), || {
                Complaint::at_key(node, format!("the component {} is not {}", quoted(name), casing.as_str()))
            });
        }
    }
}

fn header(name: &str, settings: &Settings) -> Option<&'static str> {
    let known = settings.list("x_headers").any(|known| known.eq_ignore_ascii_case(name));
    if known {
        None
    } else if name.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("x-")) {
        Some("begins with `X-`")
    } else if !Casing::Train.fits(name) {
        Some("is not Train-Case")
    } else {
        None
    }
}
