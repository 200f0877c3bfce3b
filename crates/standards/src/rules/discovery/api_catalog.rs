//! The public APIs are listed where machines look for them.
//!
//! `/.well-known/api-catalog` answers with a link set (`application/linkset+json`) that names every public API with
//! its contract (`service-desc`), its documentation (`service-doc`) and its state (`status`). A HEAD request gives
//! the `Link` to it.
//!
//! The hub serves it for all APIs of the platform; a probe shows that it answers and that no public API is missing.
//!
//! # Why
//!
//! A catalogue that only people can read is copied by hand into others, and the copies age. One well-known address
//! lets every other catalogue, search engine and tool keep up by itself.
//!
//! # What to do
//!
//! There is nothing to do for a producer but to publish with the audience `public`.
//!
//! # Bad
//!
//! ```http
//! GET /.well-known/api-catalog HTTP/1.1
//!
//! HTTP/1.1 404 Not Found
//! ```
//!
//! # Good
//!
//! ```http
//! GET /.well-known/api-catalog HTTP/1.1
//!
//! HTTP/1.1 200 OK
//! Content-Type: application/linkset+json
//!
//! {"linkset": [{"anchor": "https://api.example.gov.uk/bulky-waste/v1",
//!   "service-desc": [{"href": "https://hub.example.gov.uk/apis/bulky-waste/v1/openapi.json"}],
//!   "service-doc": [{"href": "https://hub.example.gov.uk/apis/bulky-waste"}]}]}
//! ```
//!
//! # Sources
//!
//! - RFC 9727, api-catalog: A Well-Known URI and Link Relation to Help Discovery of APIs
//! - RFC 9264, Linkset
//! - RFC 8631, link relation types for web services

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "DISC-01",
    name: "api-catalog",
    level: Level::Error,
    evidence: Evidence::Traffic,
    parameters: &[],
    check: None,
    text: include_str!("api_catalog.rs"),
};
