//! GET, HEAD and DELETE take no request body.
//!
//! What a read or a removal needs to know stands in the path, in the query or in headers. This holds for the calls that
//! an API makes (webhooks and callbacks) as well.
//!
//! # Why
//!
//! HTTP gives a body no meaning with these methods. Clients cannot send one, caches leave it out of account, and
//! gateways drop or refuse it: the same call works from one place and fails from another.
//!
//! # What to do
//!
//! Put the values into the path or the query. If they are too long or too private for an address, make the call a POST
//! to a resource of its own, such as `/searches`.
//!
//! # Bad
//!
//! ```yaml
//! paths:
//!   /repairs:
//!     get:
//!       requestBody: # wrong
//!         content: { application/json: { schema: { type: object } } }
//!       responses: { '200': { description: Repairs } }
//! ```
//!
//! # Good
//!
//! ```yaml
//! paths:
//!   /repairs:
//!     get:
//!       parameters:
//!         - { name: status, in: query, schema: { type: string } }
//!       responses: { '200': { description: Repairs } }
//! ```
//!
//! # Sources
//!
//! - RFC 9110, sections 9.3.1, 9.3.2 and 9.3.5
//! - OpenAPI Specification 3.0: a body of GET, HEAD and DELETE shall be ignored
//! - Italian guidelines for interoperability: no body with GET
//! - Hackney, API Playbook: GET requests have no body

use crate::{
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    survey::Survey,
};

pub(crate) const RULE: Rule = Rule {
    id: "METH-02",
    name: "bodiless-reads",
    level: Level::Error,
    evidence: Evidence::Contract,
    parameters: &[Parameter {
        name: "methods",
        default: r#"["get", "head", "delete"]"#,
        about: "the methods that take no body, in lower case",
    }],
    check: Some(check),
    text: include_str!("bodiless_reads.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    for operation in survey.operations.iter().chain(&survey.calls_back) {
        if !settings.list("methods").any(|method| method.eq_ignore_ascii_case(operation.method)) {
            continue;
        }
        found.applies();
        if let Some(body) = operation.node.get("requestBody") {
            let method = operation.method.to_uppercase();
            found.complain(Complaint::at_key(body, format!("{operation} is a {method} and takes a request body")));
        }
    }
}
