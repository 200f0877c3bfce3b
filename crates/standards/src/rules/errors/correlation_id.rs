//! Every answer carries an id of the request, made by the gateway.
//!
//! The gateway gives every request an id of its own making and returns it in the header `Request-Id`. It is never
//! copied from the caller. W3C trace context (`traceparent`) is passed on inside the platform; what comes with it
//! from outside is not trusted.
//!
//! The gateway does this for every API behind it. A service writes the id that it receives into every line of its log
//! and passes it on to the services that it calls.
//!
//! # Why
//!
//! One id leads from a caller's complaint to the lines in every log. An id that the caller may choose can be chosen
//! twice, or chosen to break the log.
//!
//! # What to do
//!
//! Behind the gateway, only log and pass on what you receive. Declare the header in the contract, so that consumers
//! know that it is there and quote it.
//!
//! # Bad
//!
//! ```http
//! GET /repairs/v1/repairs HTTP/1.1
//! Request-Id: 1
//!
//! HTTP/1.1 200 OK
//! Request-Id: 1
//! ```
//!
//! # Good
//!
//! ```http
//! GET /repairs/v1/repairs HTTP/1.1
//! Request-Id: 1
//!
//! HTTP/1.1 200 OK
//! Request-Id: 6f1c9b52-0d1e-4c55-9a4e-2b7d0a31c0de
//! ```
//!
//! # Sources
//!
//! - Belgif, REST guide: `trc-header`, `trace-w3c`
//! - W3C, Trace Context
//! - HMRC, VAT API: issue 222
//! - NIIS, X-Road: identifiers of faults

use crate::{
    finding::Level,
    rule::{Evidence, Parameter, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "ERR-07",
    name: "correlation-id",
    level: Level::Error,
    evidence: Evidence::Traffic,
    parameters: &[
        Parameter { name: "header", default: r#""Request-Id""#, about: "the header that carries the id" },
    ],
    check: None,
    text: include_str!("correlation_id.rs"),
};
