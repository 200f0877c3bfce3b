//! A wrong method on a known path is answered with 405 and `Allow`.
//!
//! A request with a method that the path does not have is answered with 405, and the header `Allow` lists the methods
//! that it has. A path that does not exist at all is 404.
//!
//! The gateway answers so for every API behind it, from the contract's own paths and methods. A service that is
//! called in another way has to do it by itself. The gateway's records and a probe show it.
//!
//! # Why
//!
//! A client that mistook the method learns what is right from the answer itself. With 404 it looks for a spelling
//! mistake in the address; with 500 it waits for a mending that never comes.
//!
//! # What to do
//!
//! Behind the gateway there is nothing to do. Elsewhere switch on in the web framework that wrong methods are
//! answered with 405 and `Allow`, before anything else of the request is looked at.
//!
//! # Bad
//!
//! ```http
//! DELETE /repairs/v1/trades HTTP/1.1
//!
//! HTTP/1.1 404 Not Found
//! ```
//!
//! # Good
//!
//! ```http
//! DELETE /repairs/v1/trades HTTP/1.1
//!
//! HTTP/1.1 405 Method Not Allowed
//! Allow: GET, HEAD
//! Content-Type: application/problem+json
//! ```
//!
//! # Sources
//!
//! - RFC 9110, sections 10.2.1 and 15.5.6
//! - HMRC, reference guide: METHOD_NOT_ALLOWED

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "METH-04",
    name: "method-not-allowed",
    level: Level::Error,
    evidence: Evidence::Traffic,
    parameters: &[],
    check: None,
    text: include_str!("method_not_allowed.rs"),
};
