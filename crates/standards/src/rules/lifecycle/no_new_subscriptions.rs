//! Nobody begins to use what is deprecated.
//!
//! The platform approves no new grant on a deprecated version. Grants that were there go on until the sunset.
//!
//! # Why
//!
//! Each new consumer of something old is one more that has to be moved.
//!
//! # What to do
//!
//! Point whoever asks to the successor. The hub does, in its refusal.
//!
//! # Bad
//!
//! A grant on `repairs` v1 is approved in May; v1 has been deprecated since March.
//!
//! # Good
//!
//! The request is refused with a link to v2.
//!
//! # Sources
//!
//! - HMRC, changelog of 15 April 2026
//! - NHS, API policy: deprecated APIs take no new consumers
//! - Hackney, API playbook: do not start using deprecated parts

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "LIFE-04",
    name: "no-new-subscriptions",
    level: Level::Error,
    evidence: Evidence::Traffic,
    parameters: &[],
    check: None,
    text: include_str!("no_new_subscriptions.rs"),
};
