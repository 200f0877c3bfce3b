//! Which standards about change does a release keep, held against the release before?

use hansom_domain::Status;
use hansom_standards::{
    difference::{Area, Change, Difference},
    lint::Answer,
};

/// The standard that a breaking change breaks.
pub(crate) fn broken_by(change: &Change) -> &'static str {
    match change.check.area {
        Area::Security => "VER-05",
        _ if change.id.contains("removed") => "VER-08",
        _ => "VER-04",
    }
}

/// Every change that breaks callers. That the version's number did not go up by enough is no change of its own: it
/// follows from the others.
pub(crate) fn breaking(difference: &Difference) -> impl Iterator<Item = &Change> {
    difference.breaking().filter(|change| change.check.area != Area::Info)
}

/// A change in a sentence.
pub(crate) fn told(change: &Change) -> String {
    match &change.operation {
        Some(operation) => format!("{operation}: {} ({}), which breaks callers", change.text, change.id),
        None => format!("{} ({}), which breaks callers", change.text, change.id),
    }
}

/// What a difference says of each standard about change. An alpha has made no promise yet.
pub(crate) fn kept(difference: &Difference, status: Status) -> Vec<(&'static str, Answer)> {
    let by_rule = |rule: &'static str| {
        let broken: Vec<String> = breaking(difference).filter(|change| broken_by(change) == rule).map(told).collect();
        match (status, broken.is_empty()) {
            (Status::Alpha, _) => (rule, Answer::NotApplicable),
            (_, true) => (rule, Answer::Kept),
            (_, false) => (rule, Answer::Broken(broken)),
        }
    };
    let enough = match difference.needed.is_enough() {
        _ if status == Status::Alpha => Answer::NotApplicable,
        Some(false) => Answer::Broken(vec![format!(
            "the changes need a new {} version, and `info.version` says otherwise",
            difference.needed.bump
        )]),
        Some(true) => Answer::Kept,
        None => Answer::NotApplicable,
    };
    // The changelog is made of the difference itself, and every release keeps its own.
    vec![by_rule("VER-04"), by_rule("VER-05"), ("VER-06", enough), by_rule("VER-08"), ("VER-09", Answer::Kept)]
}
