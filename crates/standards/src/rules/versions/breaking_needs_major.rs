//! A change that can break a consumer needs a new major version.
//!
//! Whatever a working client could stumble over is breaking: an operation, a response or a property that is gone, a new
//! thing that must be sent, a type or a list of values that got narrower in requests or wider in answers. Releases are
//! compared at publishing, for requests and for answers.
//!
//! # Why
//!
//! Consumers are somebody's services. They find out that a field is gone when a resident cannot book a repair.
//!
//! # What to do
//!
//! Add instead of change: keep the old field beside the new one. Where that cannot be, publish the next major version
//! beside this one, and deprecate this one with notice.
//!
//! # Bad
//!
//! 1.4.0 answers with `dueBy`; 1.5.0 answers with `due` instead.
//!
//! # Good
//!
//! 1.5.0 answers with both, and `dueBy` is deprecated; 2.0.0 answers with `due` alone.
//!
//! # Sources
//!
//! - Semantic Versioning 2.0.0
//! - Logius, API Design Rules: `/core/semver`
//! - GSA (USA), API standards: list of breaking changes
//! - Zalando, RESTful API Guidelines: rule 106
//! - Hackney, API playbook: keep backward compatibility

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "VER-04",
    name: "breaking-needs-major",
    level: Level::Error,
    evidence: Evidence::Difference,
    parameters: &[],
    check: None,
    text: include_str!("breaking_needs_major.rs"),
};
