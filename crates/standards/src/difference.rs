//! What changed between two contracts, does it break callers, and which version does it need?
//!
//! Both contracts are read where they lie: a `$ref` is followed when something asks for it, and two schemas are held
//! against each other once, however many operations use them. What differs becomes a [`Change`] with a stable id, or,
//! where no check understands it, an [`Unhandled`] difference: nothing is passed over in silence.

mod alternatives;
mod book;
pub mod catalogue;
mod change;
pub mod changelog;
mod content;
mod contracts;
mod day;
mod endpoint;
mod equivalence;
mod families;
mod fingerprint;
mod flattening;
mod keyword;
mod ledger;
mod levels;
mod pairs;
mod remainder;
mod schemas;
mod version;
mod view;
mod walk;

use serde::Serialize;

use crate::{finding::Level, sources::Sources};

pub use catalogue::{Area, Check, Family};
pub use change::{Change, Direction, Operation, Spot, Unhandled};
pub use day::Day;
pub use endpoint::Notices;
pub use families::access::{Access, Admission, Audience};
pub use levels::Levels;
pub use version::{Bump, Version};

/// Whose judgement is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Reading {
    /// The playbook's: all checks, with its levels.
    #[default]
    Hansom,
    /// oasdiff's: its checks only, with its levels, and blind where it is blind. For comparing the two.
    Published,
}

impl Reading {
    /// How much a check weighs in this reading; none if it does not count.
    pub(crate) fn level_of(self, check: &Check) -> Option<Level> {
        match self {
            Reading::Hansom => Some(check.level),
            Reading::Published => check.published,
        }
    }
}

/// What a comparison needs to know besides the contracts.
#[derive(Clone, Debug)]
pub struct Question<'q> {
    /// Today: a sunset lies before or after it.
    pub today: Day,
    /// Whose judgement is asked for.
    pub reading: Reading,
    /// How many days of notice are asked for before something deprecated may end.
    pub notices: Notices,
    /// Weights to use instead of the reading's.
    pub levels: Levels,
    /// What the manifests of the old and of the new release say about access, if it is known.
    pub access: Option<(&'q Access, &'q Access)>,
}

impl Question<'_> {
    /// The playbook's judgement, as of a day.
    pub fn on(today: Day) -> Self {
        Question {
            today,
            reading: Reading::Hansom,
            notices: Notices::default(),
            levels: Levels::default(),
            access: None,
        }
    }
}

/// What changed between two contracts.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Difference {
    /// The changes, in the order of the contracts.
    pub changes: Vec<Change>,
    /// What differs without any check that understands it.
    pub unhandled: Vec<Unhandled>,
    /// How many words for people differ: titles, descriptions, examples.
    pub words: usize,
    /// How many further names for the same changes were left out.
    pub shortened: usize,
    /// The version of the old contract, if it is semantic.
    pub old_version: Option<String>,
    /// The version of the new contract, if it is semantic.
    pub new_version: Option<String>,
    /// Which number of the version has to go up.
    pub needed: Needed,
}

/// Which number of the version has to go up, and which did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Needed {
    /// What the changes need.
    pub bump: Bump,
    /// What `info.version` did; none if one of the two is not semantic.
    pub done: Option<Bump>,
}

impl Default for Needed {
    fn default() -> Self {
        Needed { bump: Bump::None, done: None }
    }
}

impl Needed {
    /// Whether the version went up by enough; unknown if one of the two is not semantic.
    pub fn is_enough(self) -> Option<bool> {
        self.done.map(|done| done >= self.bump)
    }
}

impl Difference {
    /// The changes that break callers.
    pub fn breaking(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.is_breaking())
    }

    /// Whether callers that follow the old contract may fail under the new one for certain.
    pub fn is_breaking(&self) -> bool {
        self.breaking().next().is_some()
    }

    /// Whether nothing differs at all, not even a word.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.unhandled.is_empty() && self.words == 0
    }
}

/// Compares two contracts.
pub fn compare(old: &Sources, new: &Sources, question: &Question<'_>) -> Difference {
    contracts::compare(old, new, question)
}
