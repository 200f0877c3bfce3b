//! Every answer says which version of the contract it keeps.
//!
//! Every response declares the header `API-Version`; where the declaration names a value, it is `info.version`.
//!
//! # Why
//!
//! The address tells the major version alone. When a consumer reports that a field is missing, the first question is
//! which release answered.
//!
//! # What to do
//!
//! Declare the header once under `components/headers`, refer to it in every response, and send `info.version`.
//!
//! # Bad
//!
//! ```yaml
//! info: { title: Repairs, version: 1.2.0 }
//! paths:
//!   /repairs:
//!     get:
//!       responses:
//!         '200': # wrong
//!           description: A page of repairs.
//!         '404':
//!           description: No such repair.
//!           headers:
//!             API-Version:
//!               schema: { type: string, const: 1.0.0 } # wrong
//! ```
//!
//! # Good
//!
//! ```yaml
//! info: { title: Repairs, version: 1.2.0 }
//! paths:
//!   /repairs:
//!     get:
//!       responses:
//!         '200':
//!           description: A page of repairs.
//!           headers:
//!             API-Version:
//!               schema: { type: string }
//!               example: 1.2.0
//! ```
//!
//! # Sources
//!
//! - Logius, API Design Rules: `/core/version-header`

use crate::{
    document::Node,
    fault::quoted,
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    survey::{Survey, entries, said},
};

pub(crate) const RULE: Rule = Rule {
    id: "VER-03",
    name: "version-header",
    level: Level::Error,
    evidence: Evidence::ContractAndTraffic,
    parameters: &[Parameter { name: "header", default: r#""API-Version""#, about: "the name of the header" }],
    check: Some(check),
    text: include_str!("version_header.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let header = settings.text("header");
    let is_it = |name: &str| name.eq_ignore_ascii_case(header);
    for response in &survey.responses {
        found.expect(entries(*response, "headers").any(|(name, _)| is_it(name)), || {
            Complaint::at(*response, format!("the response has no header {}", quoted(header)))
        });
    }
    let Some(version) = said(survey.info(), "version") else { return };
    let declared = survey.parameters.iter().filter(|parameter| parameter.answers && is_it(parameter.name));
    for parameter in declared {
        let schema = parameter.node.get("schema").map(|schema| survey.follow(schema));
        let said = ["example", "const", "default"];
        let values = said.iter().filter_map(|key| schema?.get(key)).chain(parameter.node.get("example"));
        for value in values.filter(|value| value.as_str() != Some(version)) {
            found.complain(complaint(value, version));
        }
    }
}

fn complaint<'d>(value: Node<'d>, version: &str) -> Complaint<'d> {
    let shown = value.as_str().map_or_else(|| value.kind().to_string(), quoted);
    Complaint::at(value, format!("the header says {shown}, and `info.version` is {}", quoted(version)))
}
