//! Real requests and answers keep to their schemas.
//!
//! The gateway holds a sample of traffic against the contract: bodies and parameters of requests, bodies of answers.
//!
//! # Why
//!
//! Contract and service are written by different hands. Generated clients break on the first field that is null and was
//! not said to be.
//!
//! # What to do
//!
//! Look at the finding's path and keyword (never the value); correct the service, or the contract in a new release.
//!
//! # Bad
//!
//! `dueBy` is required; 3 % of the answers lack it.
//!
//! # Good
//!
//! All of 10,000 sampled answers keep to the schema.
//!
//! # Sources
//!
//! - Developer Overheid (Netherlands): validator of live APIs
//! - Kennisplatform APIs (Netherlands): issue 628

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "OAS-14",
    name: "valid-traffic",
    level: Level::Error,
    evidence: Evidence::Traffic,
    parameters: &[],
    check: None,
    text: include_str!("valid_traffic.rs"),
};
