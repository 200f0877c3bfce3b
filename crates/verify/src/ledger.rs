//! What came of it all?

use crate::{
    call::{Answer, Call, Silence},
    check::Check,
};

/// Failures of one promise of one operation that are kept whole.
const MOST_FAILINGS: usize = 5;
/// So much of a body is kept for the report.
const EXCERPT: usize = 600;

/// What came of holding a service against its contract.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The contract's title.
    pub title: String,
    /// The contract's version.
    pub version: String,
    /// What came of each promise of each operation, in the order in which they were tried.
    pub entries: Vec<Entry>,
    /// How many requests were sent.
    pub requests: usize,
    /// Operations that were not tried to the end, because there were requests enough.
    pub cut: Vec<String>,
    /// Records that this run made and could not remove.
    pub left_behind: Vec<String>,
}

/// One promise of one operation.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The operation's id; empty for the service as a whole.
    pub operation: String,
    /// Method and path.
    pub place: String,
    /// The promise.
    pub check: Check,
    /// How often it was kept.
    pub kept: usize,
    /// How often it was broken.
    pub broken: usize,
    /// How it was broken; the first few.
    pub failings: Vec<Failing>,
    /// Why it was not tried, if it was not.
    pub skipped: Option<String>,
}

/// A promise that was broken, and how to see it again.
#[derive(Clone, Debug)]
pub struct Failing {
    /// What was tried.
    pub tried: String,
    /// What was wrong.
    pub what: String,
    /// The request.
    pub call: Call,
    /// Status, header fields and the beginning of the body, or why there was none.
    pub answer: Result<Answer, Silence>,
}

impl Report {
    /// How many promises were broken.
    pub fn broken(&self) -> usize {
        self.entries.iter().filter(|entry| entry.broken > 0).count()
    }

    /// How many promises were kept.
    pub fn kept(&self) -> usize {
        self.entries.iter().filter(|entry| entry.broken == 0 && entry.kept > 0).count()
    }

    /// How many promises were not tried.
    pub fn skipped(&self) -> usize {
        self.entries.iter().filter(|entry| entry.broken == 0 && entry.kept == 0).count()
    }

    pub(crate) fn entry(&mut self, operation: &str, place: &str, check: Check) -> Option<&mut Entry> {
        let same = |entry: &Entry| entry.operation == operation && entry.place == place && entry.check == check;
        let number = self.entries.iter().position(same).unwrap_or_else(|| {
            self.entries.push(Entry {
                operation: operation.to_owned(),
                place: place.to_owned(),
                check,
                kept: 0,
                broken: 0,
                failings: Vec::new(),
                skipped: None,
            });
            self.entries.len() - 1
        });
        self.entries.get_mut(number)
    }
}

impl Entry {
    /// Notes that the promise was broken. The same words again are only counted.
    pub(crate) fn fail(&mut self, mut failing: Failing) {
        self.broken += 1;
        let is_known = self.failings.iter().any(|known| known.what == failing.what);
        if self.failings.len() >= MOST_FAILINGS || is_known {
            return;
        }
        if let Ok(answer) = &mut failing.answer {
            answer.is_cut |= answer.body.len() > EXCERPT;
            answer.body.truncate(EXCERPT);
        }
        self.failings.push(failing);
    }
}
