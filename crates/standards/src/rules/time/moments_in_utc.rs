//! Moments are sent in UTC and accepted with any offset.
//!
//! Every `date-time` in an answer is RFC 3339 in UTC, with a `Z` at its end. In requests any offset is accepted:
//! `2026-07-01T09:00:00+01:00` is as good as `2026-07-01T08:00:00Z`.
//!
//! A contract cannot show it, though a `pattern` that ends in `Z` says what is meant. Samples of answers and a probe
//! show it.
//!
//! # Why
//!
//! Twice a year the clocks change, and an hour without an offset is there twice or not at all. UTC sorts as text,
//! compares as text and is the same for everybody.
//!
//! # What to do
//!
//! Keep moments in UTC in the database and write them with `Z`. Turn them into London time where they are shown to
//! people, never in the API.
//!
//! # Bad
//!
//! ```http
//! HTTP/1.1 200 OK
//! Content-Type: application/json
//!
//! {"appointmentId": "APT-0551001", "startsAt": "2026-10-25T01:30:00"}
//! ```
//!
//! # Good
//!
//! ```http
//! HTTP/1.1 200 OK
//! Content-Type: application/json
//!
//! {"appointmentId": "APT-0551001", "startsAt": "2026-10-25T00:30:00Z"}
//! ```
//!
//! # Sources
//!
//! - RFC 3339, Date and Time on the Internet
//! - Logius, API Design Rules: `/core/date-time/timezone`
//! - Hackney, API Playbook: UTC with `Z`

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "TIME-02",
    name: "moments-in-utc",
    level: Level::Warning,
    evidence: Evidence::Traffic,
    parameters: &[],
    check: None,
    text: include_str!("moments_in_utc.rs"),
};
