//! An API keeps the service level that it promises.
//!
//! Over the last 30 days its measured availability is at least, and the time under which 95 of 100 calls were answered
//! at most, what `info.x-service-level` says. The gateway measures both.
//!
//! # Why
//!
//! A promise that nobody holds against what happened is decoration, and consumers notice before the owner does.
//!
//! # What to do
//!
//! Find out what was slow or down (the API's page shows when), mend it, or promise less in the next release.
//!
//! # Bad
//!
//! The contract promises 99.8 %; the gateway saw 98.9 % in 30 days.
//!
//! # Good
//!
//! The contract promises 99.5 % and 300 ms; the gateway saw 99.7 % and 180 ms.
//!
//! # Sources
//!
//! - GDS, API technical and data standards: service levels
//! - HMRC, status page: complaints about outages that it did not show

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "META-13",
    name: "service-level-met",
    level: Level::Warning,
    evidence: Evidence::Traffic,
    parameters: &[],
    check: None,
    text: include_str!("service_level_met.rs"),
};
