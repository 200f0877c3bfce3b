//! The impact on data protection was assessed, and the assessment is current.
//!
//! An API with personal data has a data protection impact assessment; the platform keeps its reference, its date and
//! who signed it, and asks again after a year or when the contract gains personal data.
//!
//! # Why
//!
//! The law asks for it. And an API makes easy what was hard before, which is what the assessment is about.
//!
//! # What to do
//!
//! Ask the data protection officer before publishing, and record the answer on the API's page.
//!
//! # Bad
//!
//! The assessment is of 2019 and speaks of a nightly file.
//!
//! # Good
//!
//! DPIA 2026-014, signed in January 2026, about this API and its three consumers.
//!
//! # Sources
//!
//! - UK GDPR, article 35
//! - GDS, API technical and data standards: personal data
//! - PDND (Italy): analysis of risk

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "HUM-04",
    name: "impact-assessment",
    level: Level::Error,
    evidence: Evidence::People,
    parameters: &[],
    check: None,
    text: include_str!("impact_assessment.rs"),
};
