//! What is published stays where it is, under its name.
//!
//! A published version does not vanish: it is deprecated, then retired. Base path, identifier and slug of an API do not
//! change from release to release.
//!
//! # Why
//!
//! Links, grants and clients hang on all of them. An API that moves is, for its consumers, an API that is down.
//!
//! # What to do
//!
//! Keep the names. If one must change, publish a new API, let the old one point to it, and retire the old one with
//! notice.
//!
//! # Bad
//!
//! Release 7 of `repairs` is served under `/housing-repairs/v1`; `/repairs/v1` answers 404.
//!
//! # Good
//!
//! `/repairs/v1` is deprecated with a link to `/housing-repairs/v1`, and answers 410 after its sunset.
//!
//! # Sources
//!
//! - HMRC, validator of API definitions

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "VER-07",
    name: "published-stays",
    level: Level::Error,
    evidence: Evidence::Difference,
    parameters: &[],
    check: None,
    text: include_str!("published_stays.rs"),
};
