//! An API uses the seven common HTTP methods and no others.
//!
//! Operations use GET, HEAD, OPTIONS, POST, PUT, PATCH and DELETE. Others (TRACE, CONNECT, QUERY, methods of one's own)
//! are neither described nor answered.
//!
//! The contract shows which methods are described. That no other is answered, traffic shows: the gateway refuses with
//! 405 whatever the contract does not describe, so a producer need not do so.
//!
//! # Why
//!
//! Every client, cache, firewall and log understands these methods and knows which of them may be repeated. A rare
//! method is blocked somewhere on the way, and TRACE gives away the headers of the request.
//!
//! # What to do
//!
//! Describe the operation under one of the common methods. A search that is too long for an address is a POST to a
//! resource of its own, such as `/searches`.
//!
//! # Bad
//!
//! ```yaml
//! paths:
//!   /repairs:
//!     get: { responses: { '200': { description: Repairs } } }
//!     trace: # wrong
//!       responses: { '200': { description: The request as it came } }
//! ```
//!
//! # Good
//!
//! ```yaml
//! paths:
//!   /repairs:
//!     get: { responses: { '200': { description: Repairs } } }
//!     post: { responses: { '201': { description: Created } } }
//! ```
//!
//! # Sources
//!
//! - Logius, API Design Rules: `/core/http-methods`
//! - RFC 9110, sections 9.1 and 9.3.8
//! - OWASP, REST Security Cheat Sheet: restrict HTTP methods

use crate::{
    fault::quoted,
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    survey::Survey,
};

pub(crate) const RULE: Rule = Rule {
    id: "METH-01",
    name: "standard-methods",
    level: Level::Error,
    evidence: Evidence::ContractAndTraffic,
    parameters: &[Parameter {
        name: "methods",
        default: r#"["get", "head", "options", "post", "put", "patch", "delete"]"#,
        about: "the methods that an API may use, in lower case",
    }],
    check: Some(check),
    text: include_str!("standard_methods.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    for operation in &survey.operations {
        let known = settings.list("methods").any(|method| method.eq_ignore_ascii_case(operation.method));
        found.expect(known, || {
            let method = quoted(&operation.method.to_uppercase());
            Complaint::at_key(operation.node, format!("the path {} has the method {method}", quoted(operation.path)))
        });
    }
}
