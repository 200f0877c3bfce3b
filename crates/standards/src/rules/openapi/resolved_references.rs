//! Every reference leads somewhere, and comes to an end.
//!
//! Each `$ref`, each entry of a discriminator's `mapping` and each link's `operationId` names something that is there, in the
//! contract or in a file beside it. Nothing is fetched from elsewhere unless the profile lists its address. No schema
//! contains itself without a property or item between.
//!
//! # Why
//!
//! A tool that meets a broken reference stops, or quietly takes "anything". A document elsewhere can change or vanish
//! overnight, and takes the contract along.
//!
//! # What to do
//!
//! Correct the spelling, or add what is missing. Copy what lies elsewhere into a file beside the contract.
//!
//! # Bad
//!
//! ```yaml
//! paths:
//!   /repairs:
//!     get:
//!       responses:
//!         '200':
//!           $ref: '#/components/responses/Repiars' # wrong
//!         '404':
//!           $ref: https://elsewhere.example/errors.yaml#/NotFound # wrong
//! components:
//!   schemas:
//!     Circle:
//!       allOf:
//!         - $ref: '#/components/schemas/Circle' # wrong
//!     Pet:
//!       type: object
//!       discriminator:
//!         propertyName: kind
//!         mapping:
//!           cat: '#/components/schemas/Cat' # wrong
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
//!           $ref: '#/components/responses/Repairs'
//! components:
//!   responses:
//!     Repairs:
//!       description: The repairs.
//!   schemas:
//!     Tree:
//!       type: object
//!       properties:
//!         below: { type: array, items: { $ref: '#/components/schemas/Tree' } }
//! ```
//!
//! # Sources
//!
//! - OpenAPI Specification: reference object
//! - Logius, API Design Rules: `/core/publish-openapi`
//! - Zalando, RESTful API Guidelines: rule 234

use std::collections::HashSet;

use crate::{
    contract::{OpenApiVersion, Source, recursion},
    document::Node,
    fault::quoted,
    finding::{Complaint, Level},
    nearest::nearest,
    references::references,
    rule::{Evidence, Found, Parameter, Rule, Settings},
    sources::reference_of,
    survey::{Edition, Survey, entries, said},
};

pub(crate) const RULE: Rule = Rule {
    id: "OAS-03",
    name: "resolved-references",
    level: Level::Error,
    evidence: Evidence::Contract,
    parameters: &[Parameter {
        name: "remote",
        default: "[]",
        about: "how addresses begin that references may lead to, each with its version in it: they are not read here",
    }],
    check: Some(check),
    text: include_str!("resolved_references.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    for (node, _) in references(survey) {
        let Some(written) = node.get("$ref") else { continue };
        if !found.spend(1) {
            return;
        }
        let wrong = match written.as_str() {
            Some(text) => wrong(survey, settings, node, text),
            None => Some((format!("a reference must be a text, this is {}", written.kind()), None)),
        };
        found.expect(wrong.is_none(), || {
            let (what, mend) = wrong.unwrap_or_default();
            let complaint = Complaint::at(written, what);
            match mend {
                Some(mend) => complaint.mend(mend),
                None => complaint,
            }
        });
    }
    mappings(survey, found);
    links(survey, found);
    endless(survey, found);
}

type Wrong = (String, Option<String>);

fn wrong<'d>(survey: &Survey<'d>, settings: &Settings, node: Node<'d>, text: &str) -> Option<Wrong> {
    let (file, _) = text.split_once('#').unwrap_or((text, ""));
    if file.contains(':') || file.starts_with("//") {
        let allowed = settings.list("remote").any(|prefix| text.starts_with(prefix));
        let what = format!("the reference {} leads out of the contract", quoted(text));
        return (!allowed).then_some((what, Some("copy it into a file beside the contract".to_owned())));
    }
    let Some(target) = survey.sources.target(node, text) else {
        if let Some(missing) = survey.sources.missing_of(node, file) {
            return Some((missing.fault.what.clone(), Some(missing.fault.mend.clone())));
        }
        let what = format!("the reference {} leads to nothing", quoted(text));
        return Some((what, meant(survey, text)));
    };
    // Following a chain that comes back ends at a node that still refers.
    let end = survey.follow(target);
    if reference_of(end).is_some_and(|next| survey.sources.target(end, next).is_some()) {
        let what = format!("the reference {} begins a chain that has no end", quoted(text));
        return Some((what, Some("let one of the chain say what it is".to_owned())));
    }
    None
}

/// The component that was probably meant.
fn meant(survey: &Survey<'_>, text: &str) -> Option<String> {
    let (kind, name) = text.strip_prefix("#/components/")?.split_once('/')?;
    let names = survey.root().get("components").into_iter().flat_map(|components| entries(components, kind));
    let meant = nearest(name, names.map(|(name, _)| name))?;
    Some(format!("did you mean `#/components/{kind}/{meant}`?"))
}

fn mappings<'d>(survey: &Survey<'d>, found: &mut Found<'d>) {
    let schemas = survey.root().get("components").and_then(|components| components.get("schemas"));
    for schema in &survey.schemas {
        let Some(discriminator) = schema.node.get("discriminator") else { continue };
        for (_, node) in entries(discriminator, "mapping") {
            let Some(text) = node.as_str() else { continue };
            let named = schemas.is_some_and(|schemas| schemas.get(text).is_some());
            let remote = text.contains("://");
            found.expect(named || remote || survey.sources.target(schema.node, text).is_some(), || {
                let complaint = Complaint::at(node, format!("the mapping leads to nothing: {}", quoted(text)));
                match meant(survey, text) {
                    Some(mend) => complaint.mend(mend),
                    None => complaint,
                }
            });
        }
    }
}

fn links<'d>(survey: &Survey<'d>, found: &mut Found<'d>) {
    let operations = survey.operations.iter().chain(&survey.calls_back);
    let ids: HashSet<&str> = operations.filter_map(|operation| said(operation.node, "operationId")).collect();
    let components = survey.root().get("components").into_iter();
    let links = survey.responses.iter().copied().chain(components).flat_map(|around| entries(around, "links"));
    for (_, link) in links {
        let link = survey.follow(link);
        if let (Some(id), Some(node)) = (said(link, "operationId"), link.get("operationId")) {
            found.expect(ids.contains(id), || {
                Complaint::at(node, format!("the link leads to no operation: {}", quoted(id)))
            });
        }
    }
}

fn endless<'d>(survey: &Survey<'d>, found: &mut Found<'d>) {
    let openapi = match survey.edition {
        Some(Edition::V3_0) => OpenApiVersion::V3_0,
        _ => OpenApiVersion::V3_1,
    };
    let schemas = survey.schemas.iter().map(|schema| schema.node);
    for endless in recursion::search(Source::of(survey.sources, openapi), schemas) {
        found.complain(Complaint::at(endless.node, endless.what).mend(endless.mend));
    }
}
