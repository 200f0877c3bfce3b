//! A contract is a valid OpenAPI document.
//!
//! It says `openapi: 3.0.x`, `3.1.x` or `3.2.x`, has at least one path, and everything in it is where the specification puts
//! it: fields that exist, with values of the right kind, none missing; path variables are declared as parameters; no
//! key stands twice.
//!
//! # Why
//!
//! Every tool reads over something else. A field in the wrong place is silently nothing: the limit was never there,
//! the operation was never public.
//!
//! # What to do
//!
//! Correct what the finding names. A document of Swagger 2.0 is converted once, and kept as OpenAPI from then on.
//!
//! # Bad
//!
//! ```yaml
//! openapi: 3.1.0
//! info: # wrong
//!   title: Repairs
//! paths:
//!   repairs: {} # wrong
//!   /repairs/{repairId}:
//!     get: # wrong
//!       sumary: One repair # wrong
//!       deprecated: no # wrong
//!       responses:
//!         OK: # wrong
//!           description: The repair.
//! ```
//!
//! # Good
//!
//! ```yaml
//! openapi: 3.1.0
//! info:
//!   title: Repairs
//!   version: 1.0.0
//! paths:
//!   /repairs/{repairId}:
//!     parameters:
//!       - { name: repairId, in: path, required: true, schema: { type: string } }
//!     get:
//!       summary: One repair
//!       responses:
//!         '200':
//!           description: The repair.
//! ```
//!
//! # Sources
//!
//! - OpenAPI Specification 3.0, 3.1 and 3.2
//! - Logius, API Design Rules: `/core/doc-openapi`
//! - AgID (Italy), OpenAPI rules: `no-swagger-2`
//! - Zalando, RESTful API Guidelines: rule 101

use std::collections::HashSet;

use crate::{
    document::{LapseKind, Node},
    fault::quoted,
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    structure,
    survey::Survey,
    template::variables,
};

pub(crate) const RULE: Rule = Rule {
    id: "OAS-01",
    name: "valid-openapi",
    level: Level::Error,
    evidence: Evidence::Contract,
    parameters: &[Parameter {
        name: "editions",
        default: r#"["3.0", "3.1", "3.2"]"#,
        about: "the editions of OpenAPI in which a contract may be written",
    }],
    check: Some(check),
    text: include_str!("valid_openapi.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    found.applies();
    let root = survey.root();
    let Some(edition) = survey.edition else {
        return found.complain(unread(root));
    };
    if !settings.list("editions").any(|known| known == edition.to_string()) {
        let known: Vec<&str> = settings.list("editions").collect();
        let place = root.get("openapi").unwrap_or(root);
        let what = format!("OpenAPI {edition} is not among the editions that are taken here");
        found.complain(Complaint::at(place, what).mend(format!("write it in one of {}", known.join(", "))));
    }
    for (number, lapse) in survey.sources.lapses() {
        let Some(document) = survey.sources.documents().get(*number as usize) else { continue };
        // `200:` without quotes is how most people write a status.
        if !matches!(lapse.kind, LapseKind::KeyIsNoText(_)) {
            let complaint = Complaint::at_key(lapse.node(document), lapse.fault.what.clone());
            found.complain(complaint.mend(lapse.fault.mend.clone()));
        }
    }
    let calls = ["webhooks", "components"].iter().any(|key| root.get(key).is_some());
    if survey.paths.is_empty() && (root.get("paths").is_some() || !calls) {
        let place = root.get("paths").unwrap_or(root);
        found.complain(Complaint::at_key(place, "the contract has no path").mend("write the operations under `paths`"));
    }
    structure::walk(survey, edition, found);
    path_variables(survey, found);
}

fn unread(root: Node<'_>) -> Complaint<'_> {
    let swagger = root.get("swagger").map(|node| (node, "this is Swagger, which OpenAPI replaced in 2017"));
    let other = root.get("asyncapi").map(|node| (node, "this is AsyncAPI, not OpenAPI"));
    match swagger.or(other) {
        Some((node, what)) => Complaint::at(node, what).mend("convert it to OpenAPI 3.1, and keep that"),
        None => match root.get("openapi") {
            Some(node) => Complaint::at(node, "this is no edition of OpenAPI that is read").mend("write `openapi: 3.1.0`"),
            None => Complaint::at(root, "nothing says that this is OpenAPI").mend("begin with `openapi: 3.1.0`"),
        },
    }
}

/// Every variable of a path is declared as a parameter, and every parameter in the path is a variable of it.
fn path_variables<'d>(survey: &Survey<'d>, found: &mut Found<'d>) {
    for operation in &survey.operations {
        let variables: HashSet<&str> = variables(operation.path).collect();
        let in_path = operation.parameters.iter().filter(|parameter| parameter.location == "path");
        let declared: HashSet<&str> = in_path.clone().map(|parameter| parameter.name).collect();
        let mut undeclared: Vec<&str> = variables.difference(&declared).copied().collect();
        undeclared.sort_unstable();
        for name in undeclared {
            let what = format!("{} is a variable of the path, and no parameter declares it", quoted(name));
            found.complain(Complaint::at(operation.node, what).mend("declare it with `in: path` and `required: true`"));
        }
        for parameter in in_path.filter(|parameter| !variables.contains(parameter.name)) {
            let place = parameter.node.get("name").unwrap_or(parameter.node);
            let what = format!("{} is no variable of {}", quoted(parameter.name), quoted(operation.path));
            found.complain(Complaint::at(place, what).mend("correct the name, here or in the path"));
        }
    }
}
