//! Properties are written in one casing.
//!
//! Every property of every schema follows the casing of the profile: camelCase (`repairId`) unless it says otherwise.
//! Names that begin with `_`, `$` or `@` belong to other standards (`_links`, `@context`) and are judged without it.
//!
//! # Why
//!
//! Programs read properties by name. Where three casings meet, every field has to be looked up, and generated clients
//! look as if three people had written them.
//!
//! # What to do
//!
//! Write the name in the profile's casing. In an API that is in use, that needs a new major version.
//!
//! # Bad
//!
//! ```yaml
//! components:
//!   schemas:
//!     Repair:
//!       properties:
//!         repairId: { type: string }
//!         due_by: { type: string } # wrong
//!         Status: { type: string } # wrong
//! ```
//!
//! # Good
//!
//! ```yaml
//! components:
//!   schemas:
//!     Repair:
//!       properties:
//!         repairId: { type: string }
//!         dueBy: { type: string }
//!         _links: { type: object }
//! ```
//!
//! # Sources
//!
//! - Hackney, API playbook: camelCase for property names
//! - Belgif, REST guide: naming of properties
//! - Zalando, RESTful API Guidelines: rule 118 (which asks for snake_case)
//! - GDS, API technical and data standards: be consistent

use crate::{
    casing::Casing,
    fault::quoted,
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    survey::{Survey, entries},
};

pub(crate) const RULE: Rule = Rule {
    id: "NAME-02",
    name: "property-casing",
    level: Level::Error,
    evidence: Evidence::Contract,
    parameters: &[
        Parameter {
            name: "casing",
            default: r#""camelCase""#,
            about: "camelCase, snake_case or PascalCase; `consistent` for whichever most properties have",
        },
        Parameter { name: "exempt", default: "[]", about: "names that may be written otherwise" },
    ],
    check: Some(check),
    text: include_str!("property_casing.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let casing = Casing::named(settings.text("casing")).or_else(|| most_used(survey)).unwrap_or(Casing::Camel);
    for (name, node) in survey.schemas.iter().flat_map(|schema| entries(schema.node, "properties")) {
        let bare = name.trim_start_matches(['_', '$', '@']);
        let exempt = bare.is_empty() || settings.list("exempt").any(|known| known == name);
        found.expect(exempt || casing.fits(bare), || {
            Complaint::at_key(node, format!("the property {} is not {}", quoted(name), casing.as_str()))
                .mend(format!("write {}", quoted(&casing.of(name))))
        });
    }
}

/// The casing that most of the properties fit which do not fit all of them.
fn most_used(survey: &Survey<'_>) -> Option<Casing> {
    let mut counts = Casing::ALL.map(|casing| (0_usize, casing));
    for (name, _) in survey.schemas.iter().flat_map(|schema| entries(schema.node, "properties")) {
        for (count, casing) in &mut counts {
            *count += usize::from(casing.fits(name));
        }
    }
    // The first of equals: they stand in order of preference.
    counts.into_iter().rev().max_by_key(|(count, _)| *count).map(|(_, casing)| casing)
}
