//! Answers carry no property that their schema does not declare.
//!
//! Every property in an answer is described in the schema of that answer, however deep it lies. Maps that are
//! declared as maps (`additionalProperties` with a schema) may have any keys.
//!
//! A contract cannot show it. Samples of answers, held against the schema, do.
//!
//! # Why
//!
//! A property that nobody described is one that nobody decided to give out: a note about a vulnerable resident, an
//! internal flag, a whole row of the database. And what is once seen is used, and can never be taken away.
//!
//! # What to do
//!
//! Map each property by hand, or generate the mapping from the contract; never write whole rows or objects of the
//! domain into an answer. If consumers need the property, describe it and release a new minor version.
//!
//! # Bad
//!
//! ```http
//! GET /repairs/v1/trades HTTP/1.1
//!
//! HTTP/1.1 200 OK
//! Content-Type: application/json
//!
//! {"trades": [{"code": "plumbing", "name": "Plumbing", "outOfHours": true, "_supplierMargin": 0.18}]}
//! ```
//!
//! # Good
//!
//! ```http
//! GET /repairs/v1/trades HTTP/1.1
//!
//! HTTP/1.1 200 OK
//! Content-Type: application/json
//!
//! {"trades": [{"code": "plumbing", "name": "Plumbing", "outOfHours": true}]}
//! ```
//!
//! # Sources
//!
//! - OWASP API Security Top 10 2023: API3, broken object property level authorisation
//! - GDS, API technical and data standards: answer fully and specifically

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "DATA-10",
    name: "no-undeclared-properties",
    level: Level::Error,
    evidence: Evidence::Traffic,
    parameters: &[],
    check: None,
    text: include_str!("no_undeclared_properties.rs"),
};
