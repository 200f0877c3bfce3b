//! Is a change based on what is there now? `ETag` says the state, `If-Match` says it back.

use axum::http::{HeaderMap, header};

use crate::problem::Problem;

/// The state that a caller has seen.
pub struct Seen(String);

impl Seen {
    /// What the request says; without a word on it nothing is changed.
    pub fn by(headers: &HeaderMap) -> Result<Self, Problem> {
        let seen = headers.get(header::IF_MATCH).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        seen.filter(|seen| !seen.trim().is_empty()).map(Self).ok_or(Problem::PreconditionRequired)
    }

    /// Refuses a change that is based on another state. Weak tags never match (RFC 9110, 13.1.1).
    pub fn is_still(&self, version: i32) -> Result<(), Problem> {
        let Self(seen) = self;
        let matches = seen.trim() == "*" || seen.split(',').any(|tag| tag.trim() == etag(version));
        matches.then_some(()).ok_or(Problem::PreconditionFailed)
    }
}

/// The name of a record's state.
pub fn etag(version: i32) -> String {
    format!("\"{version}\"")
}
