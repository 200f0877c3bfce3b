//! What is tried of an operation, and in which order?

pub(crate) mod methods;
pub(crate) mod negotiation;
pub(crate) mod nowhere;
pub(crate) mod paging;
pub(crate) mod reading;
pub(crate) mod removing;
pub(crate) mod repeating;
pub(crate) mod states;
pub(crate) mod strangers;
pub(crate) mod taking;
pub(crate) mod writing;

use crate::{check::Check, story::Visit, subject::Subject};

const NOT_ASKED: &str = "it may change something; --writes lets it be tried";

/// Tries one operation.
pub(crate) fn operation<'v>(visit: &mut Visit<'v>, subject: &'v Subject<'v>) {
    methods::probe(visit, subject);
    if subject.is_safe() {
        reading::probe(visit, subject);
    } else if !visit.writes {
        visit.skip(subject, Check::TakesValid, NOT_ASKED);
    } else if subject.is("DELETE") {
        removing::probe(visit, subject);
    } else {
        writing::probe(visit, subject);
    }
}
