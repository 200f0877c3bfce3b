//! Reading changes nothing, and what may be repeated can be repeated.
//!
//! `GET` and `HEAD` change nothing that a user would notice. `PUT` and `DELETE` leave the same state whether they came
//! once or twice.
//!
//! # Why
//!
//! Browsers, proxies and clients repeat such calls on their own, when a connection breaks or a crawler comes by.
//!
//! # What to do
//!
//! Go through the operations with whoever wrote them. What changes something becomes a `POST`.
//!
//! # Bad
//!
//! `GET /notices/{id}` marks the notice as read and starts the clock for an appeal.
//!
//! # Good
//!
//! `POST /notices/{id}/receipts` does; `GET` only shows.
//!
//! # Sources
//!
//! - Logius, API Design Rules: `/core/http-safety`
//! - RFC 9110, HTTP Semantics: safe and idempotent methods

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "HUM-03",
    name: "safe-reads",
    level: Level::Error,
    evidence: Evidence::People,
    parameters: &[],
    check: None,
    text: include_str!("safe_reads.rs"),
};
