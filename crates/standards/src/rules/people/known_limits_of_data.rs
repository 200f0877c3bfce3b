//! The documentation says what data there is, and what there is not.
//!
//! Descriptions tell in plain language from when on and for whom there is data, how fresh it is, which rules decide,
//! and what a missing value means.
//!
//! # Why
//!
//! An empty list looks the same whether there were no repairs or they are kept elsewhere. Decisions get made on it.
//!
//! # What to do
//!
//! Ask the people who run the system what they would warn a newcomer of, and write that into the description.
//!
//! # Bad
//!
//! Returns repairs.
//!
//! # Good
//!
//! Repairs reported since April 2019. Repairs of leaseholders are not here. A job appears within five minutes.
//!
//! # Sources
//!
//! - GDS, API technical and data standards: documentation

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "HUM-06",
    name: "known-limits-of-data",
    level: Level::Warning,
    evidence: Evidence::People,
    parameters: &[],
    check: None,
    text: include_str!("known_limits_of_data.rs"),
};
