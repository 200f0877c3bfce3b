//! Real pages are never larger than declared, and no answer is huge without pages.
//!
//! No page that is answered holds more than the declared maximum, whatever `limit` was asked for; asking for more is
//! answered with 400. An answer of a list without pages that passes the size in the parameter counts against the rule
//! as well.
//!
//! A contract cannot show it: samples of answers do.
//!
//! # Why
//!
//! A maximum that is not kept is none. One answer of fifty megabytes takes the memory of a hundred others, and the
//! slow line of whoever asked.
//!
//! # What to do
//!
//! Check `limit` where the request comes in, against the same number that the contract says. Give the query of the
//! database its own limit too.
//!
//! # Bad
//!
//! ```http
//! GET /repairs/v1/repairs?limit=100000 HTTP/1.1
//!
//! HTTP/1.1 200 OK
//! Content-Length: 52428800
//! ```
//!
//! # Good
//!
//! ```http
//! GET /repairs/v1/repairs?limit=100000 HTTP/1.1
//!
//! HTTP/1.1 400 Bad Request
//! Content-Type: application/problem+json
//!
//! {"type": "https://hub.example.gov.uk/problems/invalid-request", "title": "The request is not valid", "status": 400,
//!  "errors": [{"parameter": "limit", "detail": "Must be between 1 and 100."}]}
//! ```
//!
//! # Sources
//!
//! - OWASP API Security Top 10 2023: API4, unrestricted resource consumption
//! - GDS, API technical and data standards: service levels

use crate::{
    finding::Level,
    rule::{Evidence, Parameter, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "PAGE-02",
    name: "pages-within-maximum",
    level: Level::Warning,
    evidence: Evidence::Traffic,
    parameters: &[
        Parameter { name: "largest_bytes", default: "1048576", about: "how many bytes an answer without pages may have" },
    ],
    check: None,
    text: include_str!("pages_within_maximum.rs"),
};
