//! What becomes of a service when its template has changed?

use std::collections::{BTreeMap, BTreeSet};

use diffy::{MergeOptions, create_patch};

use crate::Files;

/// What is to be done with one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The file.
    pub path: String,
    /// What it is in the service now; `None` if it is not there.
    pub before: Option<String>,
    /// What is to be done.
    pub outcome: Outcome,
}

/// What happens to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The template has it anew.
    Added(String),
    /// The template's change was taken over; what the owner changed beside it stays.
    Updated(String),
    /// Owner and template changed the same lines: both stand in it, between marks like git's.
    Conflicting(String),
    /// The template dropped it, and the owner had not changed it.
    Removed,
    /// The template dropped it, but the owner had changed it: it stays as it is.
    KeptThoughDropped,
    /// The template changed it, but the owner had taken it away: it stays away.
    StaysAway,
}

impl Outcome {
    /// The text that the file gets; `None` where there is nothing to write.
    pub fn text(&self) -> Option<&str> {
        match self {
            Outcome::Added(text) | Outcome::Updated(text) | Outcome::Conflicting(text) => Some(text),
            Outcome::Removed | Outcome::KeptThoughDropped | Outcome::StaysAway => None,
        }
    }
}

impl Change {
    /// The change as a patch, for people to read.
    pub fn patch(&self) -> String {
        let before = self.before.as_deref().unwrap_or_default();
        let after = match &self.outcome {
            Outcome::Removed => "",
            outcome => outcome.text().unwrap_or(before),
        };
        if before == after {
            return String::new();
        }
        let patch = create_patch(before, after).to_string();
        let lines = patch.split_once("+++ modified\n").map_or(patch.as_str(), |(_, lines)| lines);
        let (old, new) = match self.outcome {
            Outcome::Added(_) => ("/dev/null".to_owned(), format!("b/{}", self.path)),
            Outcome::Removed => (format!("a/{}", self.path), "/dev/null".to_owned()),
            _ => (format!("a/{}", self.path), format!("b/{}", self.path)),
        };
        format!("--- {old}\n+++ {new}\n{lines}")
    }
}

/// Three trees into one: the template as it was when the service last kept up, the service as it is, the template as it is now.
/// Only what the template changed is touched.
pub fn merge(base: &Files, ours: &BTreeMap<String, String>, theirs: &Files) -> Vec<Change> {
    let paths: BTreeSet<&String> = base.keys().chain(theirs.keys()).collect();
    let change = |path: &String| {
        let before = ours.get(path);
        let outcome = outcome(base.get(path), before, theirs.get(path))?;
        Some(Change { path: path.clone(), before: before.cloned(), outcome })
    };
    paths.into_iter().filter_map(change).collect()
}

fn outcome(base: Option<&String>, ours: Option<&String>, theirs: Option<&String>) -> Option<Outcome> {
    if base == theirs || ours == theirs {
        return None;
    }
    match (base, ours, theirs) {
        (None, None, Some(new)) => Some(Outcome::Added(new.clone())),
        (Some(_), None, Some(_)) => Some(Outcome::StaysAway),
        (Some(old), Some(own), None) if own == old => Some(Outcome::Removed),
        (Some(_), Some(_), None) => Some(Outcome::KeptThoughDropped),
        (Some(old), Some(own), Some(new)) if own == old => Some(Outcome::Updated(new.clone())),
        (base, Some(own), Some(new)) => Some(merged(base.map_or("", String::as_str), own, new)),
        (_, None, None) | (None, Some(_), None) => None,
    }
}

fn merged(base: &str, ours: &str, theirs: &str) -> Outcome {
    match MergeOptions::new().merge(base, ours, theirs) {
        Ok(text) => Outcome::Updated(text),
        Err(text) => Outcome::Conflicting(text),
    }
}
