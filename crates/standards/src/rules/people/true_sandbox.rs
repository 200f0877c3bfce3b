//! The sandbox behaves as production does, in errors too.
//!
//! Whoever has made their client work in the sandbox finds nothing new in production: the same checks, the same
//! errors, the same limits and edge cases, with made-up data.
//!
//! # Why
//!
//! What the sandbox forgives, production teaches, on the day of going live.
//!
//! # What to do
//!
//! Keep examples of every error in the contract; let testers of a consumer try the sandbox and report differences.
//!
//! # Bad
//!
//! The sandbox takes any date; production refuses weekends.
//!
//! # Good
//!
//! Both refuse weekends with the same problem, and the contract has an example of it.
//!
//! # Sources
//!
//! - GDS, API technical and data standards: provide a test service
//! - HMRC, vat-api: reports of a sandbox that was unlike production

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "HUM-05",
    name: "true-sandbox",
    level: Level::Warning,
    evidence: Evidence::People,
    parameters: &[],
    check: None,
    text: include_str!("true_sandbox.rs"),
};
