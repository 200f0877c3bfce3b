//! Answers say how much of the limit is left.
//!
//! Answers carry `RateLimit` and `RateLimit-Policy`, as the IETF draft defines them. A profile may ask for the older
//! `X-RateLimit-Limit`, `X-RateLimit-Remaining` and `X-RateLimit-Reset` instead or as well.
//!
//! The gateway sends the fields for every API behind it. Its records show it.
//!
//! # Why
//!
//! A client that sees its limit coming slows down by itself. One that meets it blind is refused, tries again, and is
//! refused again.
//!
//! # What to do
//!
//! Behind the gateway there is nothing to do but to set a limit in the manifest. A service of its own sends the
//! fields with every answer, not just with 429.
//!
//! # Bad
//!
//! ```http
//! HTTP/1.1 200 OK
//! X-Requests-Left: 12
//! ```
//!
//! # Good
//!
//! ```http
//! HTTP/1.1 200 OK
//! RateLimit-Policy: "consumer";q=600;w=60
//! RateLimit: "consumer";r=588;t=30
//! ```
//!
//! # Sources
//!
//! - IETF HTTPAPI working group, draft: RateLimit header fields for HTTP
//! - Italian guidelines for interoperability: `missing-ratelimit`
//! - GDS, API technical and data standards: rate limiting
//! - api.data.gov, rate limits

use crate::{
    finding::Level,
    rule::{Evidence, Parameter, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "RATE-02",
    name: "rate-limit-fields",
    level: Level::Warning,
    evidence: Evidence::Traffic,
    parameters: &[
        Parameter { name: "fields", default: r#"["RateLimit", "RateLimit-Policy"]"#, about: "the fields that an answer carries" },
    ],
    check: None,
    text: include_str!("rate_limit_fields.rs"),
};
