//! The document that is served is the one that is registered.
//!
//! A probe fetches the contract from where the API is served and compares its digest with the current release's.
//!
//! # Why
//!
//! Two documents drift apart from the day there are two. Nobody can tell which one the service keeps.
//!
//! # What to do
//!
//! Publish the new contract, or roll the service back to the one that is published.
//!
//! # Bad
//!
//! The catalogue shows 1.4.0; the service has served 1.5.0 since Tuesday.
//!
//! # Good
//!
//! Both have the same digest.
//!
//! # Sources
//!
//! - Developer Overheid (Netherlands): documents are compared every day
//! - HMRC, income-tax-mtd-changelog: a document that differed from the service

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "OAS-12",
    name: "served-equals-registered",
    level: Level::Error,
    evidence: Evidence::Traffic,
    parameters: &[],
    check: None,
    text: include_str!("served_equals_registered.rs"),
};
