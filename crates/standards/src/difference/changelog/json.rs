//! What does a program get to read?
//!
//! The shape is kept: fields are added, never renamed or taken away.

use serde::Serialize;

use crate::{
    difference::{Bump, Change, Difference, Unhandled},
    report::harmless_json,
};

use super::{Counts, Names};

/// Everything, as JSON.
pub fn json(difference: &Difference, names: Names<'_>) -> String {
    let report = Report {
        old: names.old,
        new: names.new,
        breaking: difference.is_breaking(),
        counts: Counts::of(difference),
        version: Versions {
            old: difference.old_version.as_deref(),
            new: difference.new_version.as_deref(),
            needed: difference.needed.bump,
            done: difference.needed.done,
            enough: difference.needed.is_enough(),
        },
        changes: &difference.changes,
        unhandled: &difference.unhandled,
        words: difference.words,
        shortened: difference.shortened,
    };
    // Nothing in a report fails to be written: its maps have texts as keys.
    harmless_json(serde_json::to_string_pretty(&report).unwrap_or_default() + "\n")
}

#[derive(Serialize)]
struct Report<'d> {
    old: &'d str,
    new: &'d str,
    breaking: bool,
    counts: Counts,
    version: Versions<'d>,
    changes: &'d [Change],
    unhandled: &'d [Unhandled],
    words: usize,
    shortened: usize,
}

#[derive(Serialize)]
struct Versions<'d> {
    old: Option<&'d str>,
    new: Option<&'d str>,
    needed: Bump,
    done: Option<Bump>,
    enough: Option<bool>,
}
