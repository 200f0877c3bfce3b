//! Without a token a call gets 401, with the wrong one 403.
//!
//! A call without a token, or with one that does not hold, is answered with 401 and `WWW-Authenticate`. A call with a
//! good token of a caller who may not is answered with 403, or with 404 where even the existence is secret.
//!
//! The platform proves it: it probes each protected operation without a token and with one of a group that has no
//! right. Only answers count, not the configuration.
//!
//! # Why
//!
//! Protection that nobody has tried is a belief. The probe is what would have found, on the first day, the API that
//! was open by default.
//!
//! # What to do
//!
//! Behind the gateway there is nothing to do. A service that can be reached beside it must refuse by itself, or not
//! be reachable.
//!
//! # Bad
//!
//! ```http
//! GET /rents/v1/tenancies/TEN-1004449 HTTP/1.1
//!
//! HTTP/1.1 200 OK
//! ```
//!
//! # Good
//!
//! ```http
//! GET /rents/v1/tenancies/TEN-1004449 HTTP/1.1
//!
//! HTTP/1.1 401 Unauthorized
//! WWW-Authenticate: Bearer
//! Content-Type: application/problem+json
//! ```
//!
//! # Sources
//!
//! - RFC 6750, section 3; RFC 9110, sections 11.6.1, 15.5.2 and 15.5.4
//! - HMRC, reference guide: the table of errors
//! - OWASP API Security Top 10 2023: API1 and API2

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "AUTH-07",
    name: "refusals-proved",
    level: Level::Error,
    evidence: Evidence::Traffic,
    parameters: &[],
    check: None,
    text: include_str!("refusals_proved.rs"),
};
