//! The consumers agreed to the date of the end.
//!
//! Before a version is retired, its consumers were asked whether they can have moved by then, and their answers are
//! kept.
//!
//! # Why
//!
//! A date that only one side knows is no agreement. The service that breaks belongs to the same council.
//!
//! # What to do
//!
//! Ask every owner on the list of consumers; record answer and name; move the date if somebody cannot.
//!
//! # Bad
//!
//! The sunset was set in a meeting of the team.
//!
//! # Good
//!
//! Four consumers agreed to 1 September; the fifth asked for October and got it.
//!
//! # Sources
//!
//! - Zalando, RESTful API Guidelines: rules 185 and 186
//! - Hackney, API playbook: consent of all clients

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "HUM-07",
    name: "agreed-sunset",
    level: Level::Warning,
    evidence: Evidence::People,
    parameters: &[],
    check: None,
    text: include_str!("agreed_sunset.rs"),
};
