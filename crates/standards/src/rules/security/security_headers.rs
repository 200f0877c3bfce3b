//! Answers carry the headers that keep browsers safe, and no banner.
//!
//! Every answer has `Strict-Transport-Security`, `X-Content-Type-Options: nosniff` and `Content-Security-Policy:
//! frame-ancestors 'none'`. None has a `Server` or `X-Powered-By` that names software or a version.
//!
//! The gateway sets and removes these for every API behind it; a probe shows it.
//!
//! # Why
//!
//! APIs are called from browsers too, and an answer can be opened as a page. Without these headers a browser may
//! guess another type, show it in a frame, or come by plain http.
//!
//! # What to do
//!
//! Behind the gateway there is nothing to do. In front of a listener of your own, set the headers once, where all
//! answers pass.
//!
//! # Bad
//!
//! ```http
//! HTTP/1.1 200 OK
//! Server: nginx/1.18.0
//! X-Powered-By: Express
//! ```
//!
//! # Good
//!
//! ```http
//! HTTP/1.1 200 OK
//! Strict-Transport-Security: max-age=31536000
//! X-Content-Type-Options: nosniff
//! Content-Security-Policy: frame-ancestors 'none'
//! ```
//!
//! # Sources
//!
//! - Logius, API Design Rules: `/core/transport/security-headers`
//! - OWASP, REST Security Cheat Sheet: security headers
//! - RFC 6797, HTTP Strict Transport Security

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "SEC-03",
    name: "security-headers",
    level: Level::Error,
    evidence: Evidence::Traffic,
    parameters: &[],
    check: None,
    text: include_str!("security_headers.rs"),
};
