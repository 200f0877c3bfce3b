//! No API that exists already would have done.
//!
//! Before a new API is built, somebody looked through the catalogue and wrote down why nothing there could be used or
//! extended.
//!
//! # Why
//!
//! Each API costs a team for years. Two about the same thing cost twice and disagree.
//!
//! # What to do
//!
//! Search the hub; talk to the owner of what comes near; record what you found.
//!
//! # Bad
//!
//! A second API for addresses, because nobody knew of the first.
//!
//! # Good
//!
//! The property API lacks trees; its owner added them in a minor release.
//!
//! # Sources
//!
//! - Technology Code of Practice (UK): share, reuse and collaborate
//! - Hackney, API playbook: return on investment of APIs

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "HUM-08",
    name: "no-reuse-possible",
    level: Level::Warning,
    evidence: Evidence::People,
    parameters: &[],
    check: None,
    text: include_str!("no_reuse_possible.rs"),
};
