//! No answer shows how the service is made inside.
//!
//! No answer holds a stack trace, a query of the database, the banner of a framework or a server, a path of a file or
//! the name of an internal host: not in its body, not in its headers, and least of all in an error.
//!
//! A contract cannot show it. Samples of answers do, and the gateway removes the headers that name server software.
//!
//! # Why
//!
//! A stack trace names the software with its version, and so the attacks that fit it. A query shows the tables. An
//! internal host name is the next address to try. None of it helps the caller.
//!
//! # What to do
//!
//! Catch every error at the boundary of the service: log it with the request id, and answer with a problem that says
//! what the caller can do. Switch off the framework's developer pages everywhere but on your own machine.
//!
//! # Bad
//!
//! ```http
//! HTTP/1.1 500 Internal Server Error
//! Server: Kestrel
//! X-Powered-By: ASP.NET
//!
//! Npgsql.PostgresException: 42P01: relation "tenancies" does not exist
//!    at RentsApi.V1.Gateways.TenancyGateway.Get(String id) in /src/Gateways/TenancyGateway.cs:line 41
//! ```
//!
//! # Good
//!
//! ```http
//! HTTP/1.1 500 Internal Server Error
//! Content-Type: application/problem+json
//! Request-Id: 6f1c9b52-0d1e-4c55-9a4e-2b7d0a31c0de
//!
//! {"type": "about:blank", "title": "Internal Server Error", "status": 500,
//!  "detail": "The service could not finish the request. Quote the request id when asking for help."}
//! ```
//!
//! # Sources
//!
//! - Zalando, RESTful API Guidelines: rule 177
//! - Belgif, REST guide: `err-sanit`
//! - Logius, API Design Rules: hide irrelevant implementation details
//! - Hackney, API Playbook: never expose stack traces
//! - OWASP API Security Top 10 2023: API8

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "ERR-06",
    name: "no-internals-in-answers",
    level: Level::Error,
    evidence: Evidence::Traffic,
    parameters: &[],
    check: None,
    text: include_str!("no_internals_in_answers.rs"),
};
