//! A compatible addition raises the minor version; nothing changed, nothing raised.
//!
//! A release with new operations, optional inputs or further properties in answers has a higher second number. A
//! release that only mends texts has a higher third. A contract that is the same keeps its version.
//!
//! # Why
//!
//! Consumers look at the number to learn whether there is something new. If it grows every night by itself, they stop
//! looking.
//!
//! # What to do
//!
//! Run `hansom diff` before publishing: it says which version the changes need.
//!
//! # Bad
//!
//! 1.4.0 gets a new operation and is published as 1.4.1.
//!
//! # Good
//!
//! 1.4.0 gets a new operation and is published as 1.5.0.
//!
//! # Sources
//!
//! - Semantic Versioning 2.0.0
//! - Logius, API Design Rules: `/core/semver`
//! - Belgif, REST guide: `evo-compat`

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "VER-06",
    name: "addition-needs-minor",
    level: Level::Warning,
    evidence: Evidence::Difference,
    parameters: &[],
    check: None,
    text: include_str!("addition_needs_minor.rs"),
};
