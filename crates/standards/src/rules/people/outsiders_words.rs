//! Somebody from outside understands the names.
//!
//! Names of paths, parameters and properties are words of the domain that a person outside the team knows, in one
//! language, without abbreviations but `id` and `ref`.
//!
//! # Why
//!
//! A name that only the team understands costs each consumer a question. Most don't ask; they guess.
//!
//! # What to do
//!
//! Show the contract to somebody who never worked with the system, and rename what they ask about. Keep a glossary.
//!
//! # Bad
//!
//! `GET /rsl-jobs?sor=PLM&sts=3`
//!
//! # Good
//!
//! `GET /repairs?trade=plumbing&status=scheduled`
//!
//! # Sources
//!
//! - Logius, API Design Rules: `interface-language`
//! - GDS, API technical and data standards: naming
//! - Hackney, API playbook: names that outsiders understand

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "HUM-01",
    name: "outsiders-words",
    level: Level::Warning,
    evidence: Evidence::People,
    parameters: &[],
    check: None,
    text: include_str!("outsiders_words.rs"),
};
