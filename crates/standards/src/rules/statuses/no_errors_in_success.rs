//! A success status never carries an error.
//!
//! An answer 2xx holds what was asked for. What went wrong is told under 4xx or 5xx, never as `{"success": false}` or
//! `{"error": …}` under 200. A batch whose parts fared differently is 207, with a status for each part.
//!
//! A contract cannot show it: samples of answers do. An answer 2xx counts against the rule where it is a problem, or
//! has one of the members that the parameter names and that the contract does not declare.
//!
//! # Why
//!
//! Clients, caches, retries and alarms look at the status. An error under 200 is cached as an answer, counted as a
//! success and never tried again.
//!
//! # What to do
//!
//! Answer with the status that says what happened and with problem details. Where an older service behind the API
//! answers 200 to everything, translate its errors at the boundary.
//!
//! # Bad
//!
//! ```http
//! HTTP/1.1 200 OK
//! Content-Type: application/json
//!
//! {"success": false, "error": "There is no such tenancy"}
//! ```
//!
//! # Good
//!
//! ```http
//! HTTP/1.1 404 Not Found
//! Content-Type: application/problem+json
//!
//! {"type": "https://hub.example.gov.uk/problems/not-found", "title": "Not found", "status": 404,
//!  "detail": "There is no tenancy with this id. Check the id."}
//! ```
//!
//! # Sources
//!
//! - Logius, API Design Rules: HTTP response codes
//! - Zalando, RESTful API Guidelines: rule 220
//! - Hackney, API Playbook: the most specific status code, 207 for batches

use crate::{
    finding::Level,
    rule::{Evidence, Parameter, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "STAT-03",
    name: "no-errors-in-success",
    level: Level::Warning,
    evidence: Evidence::Traffic,
    parameters: &[
        Parameter { name: "members", default: r#"["error", "errors", "fault", "exception"]"#, about: "members at the top of a success that say that it is none" },
    ],
    check: None,
    text: include_str!("no_errors_in_success.rs"),
};
