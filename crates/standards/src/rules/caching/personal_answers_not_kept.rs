//! Personal and restricted answers are not kept on the way.
//!
//! An answer of an API that carries personal data, and any answer to a request with a token, has `Cache-Control:
//! no-store`, or `private` where the caller itself may keep it. `public`, `s-maxage` and a missing header count
//! against the rule.
//!
//! A contract cannot show it, though the example of the header says what is meant. The gateway sees the header on
//! every answer.
//!
//! # Why
//!
//! A shared cache that keeps one resident's answer gives it to the next. It has happened to larger organisations than
//! any council.
//!
//! # What to do
//!
//! Send `no-store` by default in the whole service and `public` only in the operations that are open to everybody.
//!
//! # Bad
//!
//! ```http
//! GET /rents/v1/tenancies/TEN-1004449 HTTP/1.1
//! Authorization: Bearer eyJ…
//!
//! HTTP/1.1 200 OK
//! Cache-Control: public, max-age=3600
//! ```
//!
//! # Good
//!
//! ```http
//! GET /rents/v1/tenancies/TEN-1004449 HTTP/1.1
//! Authorization: Bearer eyJ…
//!
//! HTTP/1.1 200 OK
//! Cache-Control: no-store
//! ```
//!
//! # Sources
//!
//! - RFC 9111, sections 3.5 and 5.2.2
//! - GDS, API technical and data standards: never cache sensitive data
//! - Logius, API Design Rules: `/core/transport/security-headers`

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "CACHE-02",
    name: "personal-answers-not-kept",
    level: Level::Error,
    evidence: Evidence::Traffic,
    parameters: &[],
    check: None,
    text: include_str!("personal_answers_not_kept.rs"),
};
