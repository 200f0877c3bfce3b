//! Each access to personal data is logged: who, when, what for, and not what was read.
//!
//! For every call of an API that carries personal data a line is kept: the caller, the person on whose behalf, the
//! time, the operation, the purpose of the grant and the request id. Neither the body of the request nor that of the
//! answer is in it.
//!
//! The gateway writes the log for every API behind it; its records show it.
//!
//! # Why
//!
//! A resident may ask who has looked at their record. An audit needs the same answer. A log that holds the data
//! itself is a second copy of them, with fewer locks.
//!
//! # What to do
//!
//! Behind the gateway there is nothing to do, but keep your own logs free of personal data too: log identifiers,
//! never names, addresses or bodies.
//!
//! # Bad
//!
//! ```text
//! 2026-11-23T09:14:07Z GET /rents/v1/tenancies/TEN-1004449 200 {"tenant": {"name": "Leah Rosenberg", "balance": "-126.21"}}
//! ```
//!
//! # Good
//!
//! ```text
//! 2026-11-23T09:14:07Z application=housing-app person=a.officer operation=getTenancy purpose="Show tenants their own balance"
//!   status=200 request=6f1c9b52-0d1e-4c55-9a4e-2b7d0a31c0de
//! ```
//!
//! # Sources
//!
//! - UK GDPR, articles 5(2), 15 and 32
//! - GDS, API technical and data standards: keep a log
//! - Logius, Logboek Dataverwerkingen
//! - NIIS, X-Road: message log

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "PRIV-02",
    name: "access-logged",
    level: Level::Error,
    evidence: Evidence::Traffic,
    parameters: &[],
    check: None,
    text: include_str!("access_logged.rs"),
};
