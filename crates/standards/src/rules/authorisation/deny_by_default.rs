//! Every route has a rule for who may call, and what has none is refused.
//!
//! Each operation of each version in each environment has a policy that names groups, grants or everybody. What no
//! policy allows is refused. Operations are matched by the contract's templates and methods, segment by segment,
//! never by a part of the text.
//!
//! The platform's own configuration shows it: `publish` refuses a manifest whose policy names operations that do not
//! exist, and lists those that nobody may call.
//!
//! # Why
//!
//! "The path contains this text" has opened private operations in real platforms: `/tenancies` also matches
//! `/tenancies-private`. An empty list that means everybody is the same mistake.
//!
//! # What to do
//!
//! List each operation under `access` in the manifest. Use `"*"` only where really all operations are for the same
//! callers.
//!
//! # Bad
//!
//! ```text
//! # Allowed for the token: "/tenancies"
//! GET /rents/v1/tenancies-private/TEN-1004449 HTTP/1.1
//!
//! HTTP/1.1 200 OK
//! ```
//!
//! # Good
//!
//! ```text
//! # Allowed for the token: listTenancies
//! GET /rents/v1/tenancies-private/TEN-1004449 HTTP/1.1
//!
//! HTTP/1.1 403 Forbidden
//! Content-Type: application/problem+json
//! ```
//!
//! # Sources
//!
//! - OWASP API Security Top 10 2023: API5, broken function level authorisation
//! - NIIS, X-Road: access rights of services
//! - Hackney, API Playbook: every endpoint has an authoriser

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "AUTH-06",
    name: "deny-by-default",
    level: Level::Error,
    evidence: Evidence::Traffic,
    parameters: &[],
    check: None,
    text: include_str!("deny_by_default.rs"),
};
