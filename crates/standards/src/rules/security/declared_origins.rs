//! Other sites may call from browsers only where that was decided.
//!
//! `Access-Control-Allow-Origin` names only origins that the API's list allows, or is `*` for what is open to
//! everybody. It is never `*`, and never the caller's origin repeated unseen, together with
//! `Access-Control-Allow-Credentials: true`.
//!
//! A probe with a foreign `Origin` shows it. The gateway answers preflight requests from the list and removes what a
//! service says about origins itself.
//!
//! # Why
//!
//! With credentials allowed for every origin, any page that a signed-in officer opens can read and change records in
//! their name.
//!
//! # What to do
//!
//! List the origins that call the API from browsers. Most APIs are called from servers and need none.
//!
//! # Bad
//!
//! ```http
//! GET /rents/v1/tenancies HTTP/1.1
//! Origin: https://evil.example
//!
//! HTTP/1.1 200 OK
//! Access-Control-Allow-Origin: https://evil.example
//! Access-Control-Allow-Credentials: true
//! ```
//!
//! # Good
//!
//! ```http
//! GET /rents/v1/tenancies HTTP/1.1
//! Origin: https://evil.example
//!
//! HTTP/1.1 401 Unauthorized
//! Content-Type: application/problem+json
//! ```
//!
//! # Sources
//!
//! - WHATWG, Fetch: CORS protocol
//! - Logius, API Design Rules: `/core/transport/cors`

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "SEC-04",
    name: "declared-origins",
    level: Level::Error,
    evidence: Evidence::Traffic,
    parameters: &[],
    check: None,
    text: include_str!("declared_origins.rs"),
};
