//! The limits in the catalogue are those that are enforced.
//!
//! The limits that the hub shows for an API, for each kind of consumer, equal those that the gateway enforces. Both
//! come from the manifest, so they cannot differ for an API behind the gateway; limits that the service enforces by
//! itself are told in the description.
//!
//! The platform's own records show it.
//!
//! # Why
//!
//! Consumers plan with the printed number: how many machines, how long the nightly run. Where the real one is lower,
//! the plan fails in production; where there is none, one consumer can crowd out all others.
//!
//! # What to do
//!
//! Set limits in the manifest and nowhere else. Where a service behind the API has limits of its own, make those of
//! the manifest lower, or write them into the description of the API.
//!
//! # Bad
//!
//! ```text
//! # Description: 1000 requests a minute.
//! HTTP/1.1 429 Too Many Requests
//! RateLimit-Policy: "consumer";q=60;w=60
//! ```
//!
//! # Good
//!
//! ```text
//! # Description: 600 requests a minute.
//! HTTP/1.1 429 Too Many Requests
//! RateLimit-Policy: "consumer";q=600;w=60
//! ```
//!
//! # Sources
//!
//! - GSA: issue 388, the documentation and the limit disagreed
//! - italia/anpr: issues 4982 and 5143
//! - GDS, API technical and data standards: enforce the quotas

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "RATE-03",
    name: "published-limits",
    level: Level::Warning,
    evidence: Evidence::Traffic,
    parameters: &[],
    check: None,
    text: include_str!("published_limits.rs"),
};
