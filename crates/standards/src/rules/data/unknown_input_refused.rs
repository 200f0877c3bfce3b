//! What the contract does not know is refused, not ignored.
//!
//! A request with a property or a query parameter that the contract does not describe is answered with 400, and the
//! answer names it.
//!
//! What a contract can show of it is that schemas of requests are closed (`additionalProperties: false`); that
//! unknown input is really refused, a probe and samples of traffic show. Answers stay open: a consumer ignores what
//! it does not know.
//!
//! Some traditions ask to ignore what is unknown. A profile that follows them switches the rule off.
//!
//! # Why
//!
//! A misspelt filter that is ignored returns every repair of the borough instead of one home's. A misspelt property
//! that is ignored is a change that never happened, and nobody is told.
//!
//! # What to do
//!
//! Close the schemas of request bodies, and let the service check query parameters against the contract's list.
//!
//! # Bad
//!
//! ```http
//! GET /repairs/v1/repairs?uprm=10008230525 HTTP/1.1
//!
//! HTTP/1.1 200 OK
//! ```
//!
//! # Good
//!
//! ```http
//! GET /repairs/v1/repairs?uprm=10008230525 HTTP/1.1
//!
//! HTTP/1.1 400 Bad Request
//! Content-Type: application/problem+json
//!
//! {"type": "https://hub.example.gov.uk/problems/invalid-request", "title": "The request is not valid", "status": 400,
//!  "errors": [{"parameter": "uprm", "detail": "There is no such parameter."}]}
//! ```
//!
//! # Sources
//!
//! - Belgif, REST guide: `req-valid`
//! - Italian guidelines for interoperability: no additional properties
//! - Hackney, API Playbook: unknown input is answered with 400

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "DATA-05",
    name: "unknown-input-refused",
    level: Level::Warning,
    evidence: Evidence::Traffic,
    parameters: &[],
    check: None,
    text: include_str!("unknown_input_refused.rs"),
};
