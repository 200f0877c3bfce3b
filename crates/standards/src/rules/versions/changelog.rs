//! Every version has an entry in the changelog.
//!
//! The platform makes one from the comparison of the releases; the owner adds what no comparison sees: a bug that was
//! mended, data that comes from elsewhere now.
//!
//! # Why
//!
//! Consumers want to know in a minute whether a release matters to them. Reading two contracts side by side takes an
//! hour.
//!
//! # What to do
//!
//! Let `hansom publish` write the entry, and add a sentence for people.
//!
//! # Bad
//!
//! Release 8 is there. What is new in it, nobody wrote.
//!
//! # Good
//!
//! 1.5.0: `GET /repairs` can filter by `trade`. Repairs from before 2019 are in the list now.
//!
//! # Sources
//!
//! - Logius, API Design Rules: `/core/changelog`
//! - HMRC, changelogs written by hand: 112 dated entries in one API

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "VER-09",
    name: "changelog",
    level: Level::Warning,
    evidence: Evidence::Difference,
    parameters: &[],
    check: None,
    text: include_str!("changelog.rs"),
};
