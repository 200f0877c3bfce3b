//! Every consumer of a deprecated version is known, and told before the end.
//!
//! The platform counts calls to deprecated versions and operations by application, and shows who was told when.
//!
//! # Why
//!
//! Without numbers the owner either never dares to switch off, or finds out by telephone whom it hit.
//!
//! # What to do
//!
//! Look at the list on the API's page; write to the owners of what still calls; retire when it is empty or the date
//! has come.
//!
//! # Bad
//!
//! v1 is switched off; 4 % of its calls came from an application whose owner never got a word.
//!
//! # Good
//!
//! Three applications called v1 in March; all three owners were told, the last has moved in August.
//!
//! # Sources
//!
//! - Zalando, RESTful API Guidelines: rules 185 and 188
//! - api.data.gov: practice of deprecation
//! - Hackney, API playbook: monitor use of deprecated parts

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "LIFE-06",
    name: "told-consumers",
    level: Level::Warning,
    evidence: Evidence::Traffic,
    parameters: &[],
    check: None,
    text: include_str!("told_consumers.rs"),
};
