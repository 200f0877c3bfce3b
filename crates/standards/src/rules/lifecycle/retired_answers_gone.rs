//! A retired version says that it is gone and what came after.
//!
//! Every call to a retired version is answered 410 with a `Link` to the successor; its page stays in the catalogue.
//!
//! # Why
//!
//! 404 looks like a mistyped address. 410 with a link tells the person who has to mend it, at three in the morning,
//! what happened.
//!
//! # What to do
//!
//! Set `status: retired`; the gateway answers for as long as the API is in the catalogue.
//!
//! # Bad
//!
//! ```http
//! HTTP/1.1 404 Not Found
//! ```
//!
//! # Good
//!
//! ```http
//! HTTP/1.1 410 Gone
//! Content-Type: application/problem+json
//! Link: </repairs/v2>; rel="successor-version"
//! ```
//!
//! # Sources
//!
//! - Developer Overheid (Netherlands): retired APIs stay findable
//! - RFC 9110, HTTP Semantics: 410 Gone

use crate::{
    finding::Level,
    rule::{Evidence, Rule},
};

pub(crate) const RULE: Rule = Rule {
    id: "LIFE-05",
    name: "retired-answers-gone",
    level: Level::Warning,
    evidence: Evidence::Traffic,
    parameters: &[],
    check: None,
    text: include_str!("retired_answers_gone.rs"),
};
