//! Every operation says who may call it.
//!
//! Each operation has a security requirement, its own or the contract's. An explicit empty one (`security: []`, or `{}`
//! among several) says that anybody may call; that is allowed where the audience of the API is public. The audience is
//! what the manifest or `x-audience` says; where neither says it, an explicit empty requirement is accepted.
//!
//! The gateway lets nobody through whom no rule of the manifest lets through, whatever the contract says. But consumers
//! read the contract, and so does everybody who runs the service without the gateway.
//!
//! # Why
//!
//! An operation that says nothing is open by accident: nobody decided it. That is how most data is lost by APIs.
//!
//! # What to do
//!
//! Write `security` at the top of the contract, so that it holds for every operation, and `security: []` where an
//! operation is meant to be open.
//!
//! # Bad
//!
//! ```yaml
//! paths:
//!   /repairs:
//!     get: # wrong
//!       responses: { '200': { description: Repairs } }
//! ```
//!
//! # Good
//!
//! ```yaml
//! security:
//!   - hansom: ['repairs:read']
//! paths:
//!   /repairs:
//!     get:
//!       responses: { '200': { description: Repairs } }
//!   /trades:
//!     get:
//!       security: []
//!       responses: { '200': { description: Trades } }
//! ```
//!
//! # Sources
//!
//! - Zalando, RESTful API Guidelines: rule 104
//! - Italian guidelines for interoperability: `sec-protection-global`
//! - OWASP API Security Top 10 2023: API2 and API5
//! - Hackney, API Playbook: every operation but the documentation has an authoriser

use crate::{
    declared::extension,
    document::{Kind, Node},
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    survey::{Operation, Survey},
};

pub(crate) const RULE: Rule = Rule {
    id: "AUTH-01",
    name: "protected-operations",
    level: Level::Error,
    evidence: Evidence::Contract,
    parameters: &[Parameter {
        name: "open_audiences",
        default: r#"["public"]"#,
        about: "audiences whose APIs may have operations that anybody may call",
    }],
    check: Some(check),
    text: include_str!("protected_operations.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let written = extension(survey, &["x-audience"]).and_then(Node::as_str);
    let audience = survey.facts.audience.as_deref().or(written);
    let may_be_open =
        audience.is_none_or(|audience| settings.list("open_audiences").any(|open| open.eq_ignore_ascii_case(audience)));
    for operation in &survey.operations {
        // The contract's own requirements are read again for every operation.
        if !found.spend(operation.security.map_or(0, |security| security.items().count() as u64)) {
            return;
        }
        let wrong = wrong(operation, may_be_open);
        found.expect(wrong.is_none(), || {
            let (place, what) = wrong.unwrap_or((operation.node, ""));
            Complaint::at_key(place, format!("{operation} {what}"))
        });
    }
}

fn wrong<'d>(operation: &Operation<'d>, may_be_open: bool) -> Option<(Node<'d>, &'static str)> {
    let Some(security) = operation.security.filter(|security| security.kind() == Kind::List) else {
        return Some((operation.node, "does not say who may call it"));
    };
    let mut requirements = security.items().peekable();
    let asks = |requirement: Node<'_>| requirement.entries().next().is_some();
    let open = requirements.peek().is_none() || !requirements.all(asks);
    // Where the whole contract is open, each operation is one finding, at its own place.
    let place = operation.node.get("security").unwrap_or(operation.node);
    (open && !may_be_open).then_some((place, "may be called by anybody, and the audience is not public"))
}
