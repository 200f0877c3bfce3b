//! The contract can be fetched from the API itself.
//!
//! `openapi.json` lies under the base address, needs no token, may be read from any web page
//! (`Access-Control-Allow-Origin: *`), and says the same as `openapi.yaml` beside it. The gateway serves both.
//!
//! # Why
//!
//! Whoever knows the address of an API should not have to search for its description. Tools look for it there.
//!
//! # What to do
//!
//! Publish through the platform. An API that is served elsewhere answers these two addresses itself.
//!
//! # Bad
//!
//! ```http
//! GET /repairs/v1/openapi.json
//!
//! HTTP/1.1 401 Unauthorized
//! ```
//!
//! # Good
//!
//! ```http
//! GET /repairs/v1/openapi.json
//!
//! HTTP/1.1 200 OK
//! Content-Type: application/json
//! Access-Control-Allow-Origin: *
//! ```
//!
//! # Sources
//!
//! - Logius, API Design Rules: `/core/publish-openapi` (11 % of Dutch APIs did, in February 2025)

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "OAS-11",
    name: "served-document",
    level: Level::Error,
    evidence: Evidence::Traffic,
    parameters: &[],
    check: None,
    text: include_str!("served_document.rs"),
};
