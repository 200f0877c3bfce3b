//! Nothing is answered that the contract does not describe.
//!
//! Every operation, every status and every error code in traffic is one of the contract's. Those of the contract that
//! traffic never showed are listed, so that somebody asks why.
//!
//! # Why
//!
//! What nobody described nobody guards: forgotten operations are a way in. And clients handle the errors they
//! read about.
//!
//! # What to do
//!
//! Describe it in the next release, or stop doing it. The finding names operation and status, with a count.
//!
//! # Bad
//!
//! `POST /repairs` answers 409 forty times a day; the contract knows 201 and 400.
//!
//! # Good
//!
//! Every status seen in 30 days is declared.
//!
//! # Sources
//!
//! - OWASP API Security Top 10, 2023: API9
//! - Logius, API Design Rules: issue 172
//! - HMRC, vat-api: documentation that named the wrong code

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "OAS-13",
    name: "documented-traffic",
    level: Level::Error,
    evidence: Evidence::Traffic,
    parameters: &[],
    check: None,
    text: include_str!("documented_traffic.rs"),
};
