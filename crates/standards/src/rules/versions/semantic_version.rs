//! A contract has a semantic version.
//!
//! `info.version` has three numbers, as Semantic Versioning 2.0.0 writes them: `1.4.0`, or `2.0.0-beta.1`.
//!
//! # Why
//!
//! The three numbers tell a consumer whether a new release can break them (first), offers more (second) or mends
//! something (third). A date or `v2` tells none of it.
//!
//! # What to do
//!
//! Write three numbers. Begin with `1.0.0` when the first consumer relies on it.
//!
//! # Bad
//!
//! ```yaml
//! info:
//!   title: Repairs
//!   version: v2 # wrong
//! ```
//!
//! # Good
//!
//! ```yaml
//! info:
//!   title: Repairs
//!   version: 2.0.0-beta.1
//! ```
//!
//! # Sources
//!
//! - Semantic Versioning 2.0.0
//! - Logius, API Design Rules: `/core/semver`
//! - Zalando, RESTful API Guidelines: rule 116
//! - Australian government, API design standard: versions

use crate::{
    contract::is_semantic,
    document::Kind,
    fault::quoted,
    finding::{Complaint, Level},
    rule::{Evidence, Found, Rule, Settings},
    survey::Survey,
};

pub(crate) const RULE: Rule = Rule {
    id: "VER-01",
    name: "semantic-version",
    level: Level::Error,
    evidence: Evidence::Contract,
    parameters: &[],
    check: Some(check),
    text: include_str!("semantic_version.rs"),
};

fn check<'d>(survey: &Survey<'d>, _: &Settings, found: &mut Found<'d>) {
    let info = survey.info();
    let Some(version) = info.get("version") else {
        return found.complain(Complaint::at_key(info, "the contract has no `info.version`"));
    };
    match version.as_str() {
        Some(text) => {
            found.expect(is_semantic(text), || {
                Complaint::at(version, format!("{} is no semantic version", quoted(text)))
            });
        }
        None if matches!(version.kind(), Kind::Number | Kind::Integer) => found.complain(
            Complaint::at(version, "the version is a number, not three of them").mend("write it like `'1.0.0'`"),
        ),
        None => found.complain(Complaint::at(version, "the version is no text")),
    }
}
