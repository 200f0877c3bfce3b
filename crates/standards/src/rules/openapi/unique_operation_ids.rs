//! Every operation has an identifier of its own.
//!
//! `operationId` is there, no two operations share one, and all are written in one casing.
//!
//! # Why
//!
//! Generated clients name their functions after it; grants, mocks and statistics refer to operations by it. Two of one
//! name overwrite each other, silently.
//!
//! # What to do
//!
//! Name the operation by a verb and what it is about: `listRepairs`, `getRepair`, `reportRepair`. Once published it
//! stays.
//!
//! # Bad
//!
//! ```yaml
//! paths:
//!   /repairs:
//!     get: # wrong
//!       summary: Repairs
//!     post:
//!       operationId: report_repair # wrong
//!   /repairs/{repairId}:
//!     get:
//!       operationId: getRepair
//!     head:
//!       operationId: getRepair # wrong
//! ```
//!
//! # Good
//!
//! ```yaml
//! paths:
//!   /repairs:
//!     get:
//!       operationId: listRepairs
//! ```
//!
//! # Sources
//!
//! - Belgif, REST guide: `openapi-opid`
//! - Logius, API Design Rules: linter
//! - OpenAPI Specification: operation object

use std::collections::{HashMap, HashSet};

use crate::{
    casing::Casing,
    fault::quoted,
    finding::{Complaint, Fix, Level},
    rewriting,
    rule::{Evidence, Found, Parameter, Rule, Settings},
    survey::{Operation, Survey, said},
};

pub(crate) const RULE: Rule = Rule {
    id: "OAS-05",
    name: "unique-operation-ids",
    level: Level::Error,
    evidence: Evidence::Contract,
    parameters: &[Parameter {
        name: "casing",
        default: r#""camelCase""#,
        about: "camelCase, snake_case, kebab-case or PascalCase; `any` for whichever",
    }],
    check: Some(check),
    text: include_str!("unique_operation_ids.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let casing = Casing::named(settings.text("casing"));
    let operations = || survey.operations.iter().chain(&survey.calls_back);
    let mut first: HashMap<&str, &Operation<'d>> = HashMap::new();
    let mut taken: HashSet<String> =
        operations().filter_map(|operation| said(operation.node, "operationId")).map(str::to_owned).collect();
    let linked = links(survey);
    for operation in operations() {
        found.applies();
        let (Some(id), Some(node)) = (said(operation.node, "operationId"), operation.node.get("operationId")) else {
            found.complain(Complaint::at(operation.node, format!("{operation} has no `operationId`")));
            continue;
        };
        // A path item that two paths share has its operations twice, and is one mistake.
        let other = *first.entry(id).or_insert(operation);
        if other.path != operation.path || other.method != operation.method {
            let shown = format!("{} {}", other.method.to_uppercase(), other.path);
            found.complain(Complaint::at(node, format!("{} is the id of {} already", quoted(id), quoted(&shown))));
        } else if let Some(casing) = casing.filter(|casing| !casing.fits(id)) {
            let right = casing.of(id);
            let free = casing.fits(&right) && !linked.contains(id) && survey.facts.api.is_none();
            let fix = if free && taken.insert(right.clone()) { renamed(node, &right, casing) } else { None };
            let what = format!("the id {} is not {}", quoted(id), casing.as_str());
            found.complain(Complaint::at(node, what).mend(format!("write {}", quoted(&right))).maybe_fix(fix));
        }
    }
}

fn renamed(node: crate::document::Node<'_>, right: &str, casing: Casing) -> Option<Fix> {
    rewriting::text(format!("write the id in {}", casing.as_str()), node, right)
}

/// The ids that links refer to. So do manifests: where there is one, ids are not renamed mechanically.
fn links<'d>(survey: &Survey<'d>) -> HashSet<&'d str> {
    let by_id = |node: &crate::document::Node<'d>| node.key().is_some_and(|key| key.text == "operationId");
    let within = |node: &crate::document::Node<'d>| node.parent().and_then(|link| link.parent()).and_then(|links| links.key());
    let nodes = survey.sources.documents().iter().flat_map(|document| document.nodes());
    nodes
        .filter(by_id)
        .filter(|node| within(node).is_some_and(|key| key.text == "links"))
        .filter_map(|node| node.as_str())
        .collect()
}
