//! What is deprecated says so in every answer.
//!
//! A deprecated operation answers with `Deprecation` (since when), `Sunset` (until when; not before the deprecation) and
//! `Link` to its successor or to a notice.
//!
//! # Why
//!
//! Nobody rereads a contract that works. A header is the one message that reaches the program that still calls.
//!
//! # What to do
//!
//! Set the dates in the contract (`x-deprecated`, `x-sunset`) or in the manifest; the gateway then sends the headers.
//!
//! # Bad
//!
//! ```http
//! HTTP/1.1 200 OK
//! Warning: 299 - "old"
//! ```
//!
//! # Good
//!
//! ```http
//! HTTP/1.1 200 OK
//! Deprecation: @1772323200
//! Sunset: Tue, 01 Sep 2026 00:00:00 GMT
//! Link: </repairs/v2>; rel="successor-version"
//! ```
//!
//! # Sources
//!
//! - RFC 9745, The Deprecation HTTP Response Header Field
//! - RFC 8594, The Sunset HTTP Header Field
//! - RFC 5829, Link Relation Types for Simple Version Navigation
//! - Zalando, RESTful API Guidelines: rule 189

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "LIFE-02",
    name: "deprecation-headers",
    level: Level::Error,
    evidence: Evidence::Traffic,
    parameters: &[],
    check: None,
    text: include_str!("deprecation_headers.rs"),
};
