//! Only what was marked as deprecated in an earlier release is removed.
//!
//! An operation, parameter or property that a new major version lacks carried `deprecated: true` in a release of the
//! version before.
//!
//! # Why
//!
//! A mark in the contract is what generated clients, linters and readers see in time. Removal without it comes as a
//! surprise even in a new major version.
//!
//! # What to do
//!
//! Publish a minor release that marks it and names its replacement; remove it in the next major version.
//!
//! # Bad
//!
//! 1.9.0 has `reporter.phone` without a word; 2.0.0 has not.
//!
//! # Good
//!
//! 1.9.0 says of `reporter.phone`: `deprecated: true`, use `reporter.contact`; 2.0.0 has only that.
//!
//! # Sources
//!
//! - Belgif, REST guide: `evo-deprec`
//! - Logius, API Design Rules: deprecation schedule

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "VER-08",
    name: "deprecated-before-removed",
    level: Level::Error,
    evidence: Evidence::Difference,
    parameters: &[],
    check: None,
    text: include_str!("deprecated_before_removed.rs"),
};
