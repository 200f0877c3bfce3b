//! Every error that is really sent is a problem, whoever sends it.
//!
//! Every answer 4xx and 5xx that leaves the platform is `application/problem+json`: the service's own, the gateway's,
//! and those of anything between them. A page in HTML from a web server or a load balancer never reaches the caller.
//!
//! The gateway's own refusals are problems already. Where an upstream answers an error in another media type, the
//! gateway's records show it.
//!
//! # Why
//!
//! A client reads JSON and meets a page of HTML exactly when something is broken: so it breaks too, and what it tells
//! its user is that there was an unexpected `<`.
//!
//! # What to do
//!
//! Set the error handling of the whole service (framework, server, proxy), not just of your own code, to problem
//! details. Try it out: an unknown path, a body that is no JSON, a body that is too large, a service whose database
//! is down.
//!
//! # Bad
//!
//! ```http
//! HTTP/1.1 502 Bad Gateway
//! Content-Type: text/html
//!
//! <html><body><h1>Oops</h1></body></html>
//! ```
//!
//! # Good
//!
//! ```http
//! HTTP/1.1 502 Bad Gateway
//! Content-Type: application/problem+json
//!
//! {"type": "https://hub.example.gov.uk/problems/upstream-failed", "title": "The service did not answer", "status": 502,
//!  "detail": "The service behind this API closed the connection. Try again in a minute."}
//! ```
//!
//! # Sources
//!
//! - RFC 9457, Problem Details for HTTP APIs
//! - HMRC, VAT API: issue 867, a page in HTML in the place of an error

use crate::{
    finding::Level,
    rule::{Evidence, Parameter, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "ERR-03",
    name: "every-error-a-problem",
    level: Level::Error,
    evidence: Evidence::Traffic,
    parameters: &[
        Parameter { name: "media_types", default: r#"["application/problem+json"]"#, about: "an error is told in one of these" },
    ],
    check: None,
    text: include_str!("every_error_a_problem.rs"),
};
