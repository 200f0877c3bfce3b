//! How are changes told: in a terminal, in a file beside the code, on a page, to a program?
//!
//! Each is a function from a difference to a text. What concerns the whole document comes first, then each operation
//! with its changes, what breaks callers before what does not.

mod html;
mod json;
mod markdown;
mod pretty;

use std::sync::Arc;

use crate::finding::Level;

use super::{
    Difference,
    change::{Change, Operation, Unhandled},
};

pub use self::{
    html::{html, html_fragment},
    json::json,
    markdown::markdown,
    pretty::pretty,
};

/// What the changelog is of, as whoever asked names the two contracts.
#[derive(Clone, Copy, Debug)]
pub struct Names<'n> {
    /// The old contract: a file, or a release.
    pub old: &'n str,
    /// The new contract.
    pub new: &'n str,
}

/// How many changes there are of each weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// What breaks callers.
    pub breaking: usize,
    /// What may break callers.
    pub warning: usize,
    /// What does not.
    pub information: usize,
    /// What no check understands.
    pub unhandled: usize,
}

impl Counts {
    /// The counts of a difference.
    pub fn of(difference: &Difference) -> Counts {
        let count = |level| difference.changes.iter().filter(|change| change.level == level).count();
        Counts {
            breaking: count(Level::Error),
            warning: count(Level::Warning),
            information: difference.changes.len() - count(Level::Error) - count(Level::Warning),
            unhandled: difference.unhandled.len(),
        }
    }

    /// The counts in words: `2 breaking, 1 warning and 3 other changes`.
    pub fn in_words(self) -> String {
        let mut parts = Vec::new();
        if self.breaking > 0 {
            parts.push(format!("{} breaking", self.breaking));
        }
        if self.warning > 0 {
            parts.push(format!("{} that may break callers", self.warning));
        }
        if self.information > 0 {
            parts.push(format!("{} harmless", self.information));
        }
        if self.unhandled > 0 {
            parts.push(format!("{} that no check understands", self.unhandled));
        }
        let total = self.breaking + self.warning + self.information + self.unhandled;
        let noun = if total == 1 { "change" } else { "changes" };
        match parts.pop() {
            None => "no changes".to_owned(),
            Some(last) if parts.is_empty() => format!("{total} {noun}: {last}"),
            Some(last) => format!("{total} {noun}: {} and {last}", parts.join(", ")),
        }
    }
}

/// The changes of one operation, or of the document, those that break callers first.
pub(super) struct Group<'d> {
    pub(super) operation: Option<&'d Arc<Operation>>,
    pub(super) changes: Vec<&'d Change>,
}

impl<'d> Group<'d> {
    /// The document first, then the operations in the order of the contract.
    pub(super) fn all(difference: &'d Difference) -> Vec<Group<'d>> {
        let mut groups: Vec<Group<'d>> = Vec::new();
        let mut known = std::collections::HashMap::new();
        for change in &difference.changes {
            let key = change.operation.as_deref().map(|one| (one.path.as_str(), one.method.as_str()));
            let number = *known.entry(key).or_insert_with(|| {
                groups.push(Group { operation: change.operation.as_ref(), changes: Vec::new() });
                groups.len() - 1
            });
            if let Some(group) = groups.get_mut(number) {
                group.changes.push(change);
            }
        }
        groups.sort_by_key(|group| group.operation.is_some());
        groups.iter_mut().for_each(|group| group.changes.sort_by_key(|change| change.level));
        groups
    }

    pub(super) fn title(&self) -> String {
        self.operation.map_or_else(|| "The whole document".to_owned(), |operation| operation.to_string())
    }
}

/// What the changes need of the version, in one sentence.
pub(super) fn verdict(difference: &Difference) -> String {
    let needed = difference.needed;
    let does = match (difference.is_breaking(), Counts::of(difference)) {
        (true, _) => "Callers of the old contract break.",
        (false, Counts { warning: 0, unhandled: 0, .. }) => "Callers of the old contract go on working.",
        (false, Counts { unhandled: 0, .. }) => "Callers of the old contract may break; look at the warnings.",
        (false, _) => "What no check understands has to be looked at before anybody can say whether callers break.",
    };
    let asks = match needed.bump.as_str() {
        "none" => "No new version is needed".to_owned(),
        bump => format!("A new {bump} version is needed"),
    };
    let (Some(old), Some(new)) = (&difference.old_version, &difference.new_version) else {
        return format!("{does} {asks}; the versions are not semantic, so what was done cannot be judged.");
    };
    let went = if old == new { format!("it stays at {old}") } else { format!("it goes from {old} to {new}") };
    match needed.is_enough() {
        Some(false) => format!("{does} {asks}: {went}, which is not enough."),
        _ => format!("{does} {asks}: {went}."),
    }
}

/// Where a change was written, old and new.
pub(super) fn places(change: &Change) -> String {
    spots(change.old.as_ref(), change.new.as_ref())
}

/// Where an unhandled difference was written, old and new.
pub(super) fn unhandled_places(unhandled: &Unhandled) -> String {
    spots(unhandled.old.as_ref(), unhandled.new.as_ref())
}

fn spots(old: Option<&super::Spot>, new: Option<&super::Spot>) -> String {
    match (old, new) {
        (Some(old), Some(new)) => format!("{old} → {new}"),
        (Some(old), None) => format!("was at {old}"),
        (None, Some(new)) => format!("now at {new}"),
        (None, None) => String::new(),
    }
}

/// The word for how much a change weighs.
pub(super) fn weight(level: Level) -> &'static str {
    match level {
        Level::Error => "breaking",
        Level::Warning => "warning",
        Level::Information | Level::Hint => "information",
    }
}

/// What was left out, and what differs in words alone.
pub(super) fn notes(difference: &Difference) -> Vec<String> {
    let mut notes = Vec::new();
    if difference.words > 0 {
        notes.push(format!("{} words for people differ too: titles, descriptions, examples.", difference.words));
    }
    if difference.shortened > 0 {
        let count = difference.shortened;
        notes.push(format!("{count} further names for the same schemas were left out."));
    }
    notes
}
