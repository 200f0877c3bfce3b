//! Connections use TLS 1.2 or later with a certificate that is not about to end, and plain http is refused.
//!
//! The gateway's listeners speak TLS 1.2 and 1.3 with the suites that the National Cyber Security Centre recommends.
//! No certificate ends within the days in the parameter. A request in plain http is refused, not redirected.
//!
//! A probe from outside and the operator's configuration show it; a producer behind the gateway has nothing to do.
//!
//! # Why
//!
//! Older versions are broken in practice. An expired certificate is the most common outage that everybody could have
//! foreseen. And a redirect from http comes after the token has travelled in the clear.
//!
//! # What to do
//!
//! Operators: let certificates renew by themselves, watch their end from outside, and close port 80 or answer 403 on
//! it. Producers with a listener of their own: the same.
//!
//! # Bad
//!
//! ```http
//! GET /repairs/v1/repairs HTTP/1.1
//! Host: api.example.gov.uk:80
//!
//! HTTP/1.1 301 Moved Permanently
//! Location: https://api.example.gov.uk/repairs/v1/repairs
//! ```
//!
//! # Good
//!
//! ```http
//! GET /repairs/v1/repairs HTTP/1.1
//! Host: api.example.gov.uk:80
//!
//! HTTP/1.1 403 Forbidden
//! Content-Type: application/problem+json
//! ```
//!
//! # Sources
//!
//! - NCSC, Using TLS to protect data
//! - Logius, API Design Rules: `/core/transport/tls`
//! - HMRC, reference guide: HTTPS_REQUIRED
//! - Hackney, API Playbook: an error for plain http, not a redirect

use crate::{
    finding::Level,
    rule::{Evidence, Parameter, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "SEC-02",
    name: "modern-tls",
    level: Level::Error,
    evidence: Evidence::Traffic,
    parameters: &[
        Parameter { name: "days_before_end", default: "21", about: "how many days before its end a certificate counts as ending" },
    ],
    check: None,
    text: include_str!("modern_tls.rs"),
};
