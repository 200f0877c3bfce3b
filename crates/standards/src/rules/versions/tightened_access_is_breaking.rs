//! A rule of access that got stricter is a breaking change.
//!
//! An operation that was open and now needs a token, that needs one more scope or group, or whose audience became
//! narrower, needs a new major version like any other break.
//!
//! # Why
//!
//! The body is the same, the path is the same, and yet every call of yesterday is refused today.
//!
//! # What to do
//!
//! Grant the new scope to everybody who has the old one before you ask for it, or publish a new major version.
//!
//! # Bad
//!
//! 1.4.0 lets anyone list the prices; 1.5.0 asks for the scope `prices:read`.
//!
//! # Good
//!
//! 2.0.0 asks for the scope; 1.x stays open until its sunset.
//!
//! # Sources
//!
//! - HMRC, vat-api: complaints when access was tightened without a new version

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "VER-05",
    name: "tightened-access-is-breaking",
    level: Level::Error,
    evidence: Evidence::Difference,
    parameters: &[],
    check: None,
    text: include_str!("tightened_access_is_breaking.rs"),
};
