//! What must not go live before somebody has looked?
//!
//! A store that shows no API any more, or less than half of what there was, is more likely broken, empty or another one than
//! meant; and a generation that has ended the process three times in a minute would do so again. Both wait, while the gateway
//! serves what it has, until the store shows something else or an operator says `hansom confirm` on this node.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use hansom_gateway::{Counts, Snapshot};

/// Of fewer things than this, more than half may go at once.
const FEW: usize = 10;

/// What waits to be confirmed, for everybody to see.
#[derive(Clone, Default)]
pub(crate) struct Held(Arc<Mutex<Option<(u64, String)>>>);

impl Held {
    /// The generation that waits, and why.
    pub(crate) fn now(&self) -> Option<(u64, String)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn put(&self, held: Option<(u64, String)>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = held;
    }
}

/// Holds a generation until it is confirmed.
pub(crate) struct Hold {
    held: Held,
    folder: PathBuf,
    blamed: Option<u64>,
    confirmed: Option<u64>,
}

impl Hold {
    /// Holds in a node's folder; the generation to blame for crashes waits from the beginning.
    pub(crate) fn new(folder: &Path, blamed: Option<u64>) -> Self {
        let hold = Self { held: Held::default(), folder: folder.to_owned(), blamed, confirmed: None };
        hold.tell(None);
        hold
    }

    /// What waits, for everybody to see.
    pub(crate) fn held(&self) -> Held {
        self.held.clone()
    }

    /// Whether this generation is known to wait still.
    pub(super) fn waits_for(&mut self, generation: u64) -> bool {
        if self.blamed == Some(generation) && self.held.now().is_none() {
            self.hold(generation, "the process ended three times within a minute on it".into());
        }
        if self.held.now().is_none_or(|(held, _)| held != generation) {
            return false;
        }
        if confirmed(&self.folder) != Some(generation) {
            return true;
        }
        tracing::warn!(generation, "confirmed: it goes live");
        self.confirmed = Some(generation);
        self.release();
        false
    }

    /// Whether what comes of a change has to wait.
    pub(super) fn holds(&mut self, present: Option<&Snapshot>, next: &Snapshot) -> bool {
        let lost = present.and_then(|present| lost(present.counts(), next.counts()));
        match lost {
            Some(lost) if self.confirmed != Some(next.generation()) => {
                self.hold(next.generation(), lost);
                true
            }
            _ => {
                if self.held.now().is_some() {
                    self.release();
                }
                self.blamed = None;
                false
            }
        }
    }

    fn hold(&mut self, generation: u64, why: String) {
        tracing::error!(generation, why, "held: the gateway serves what it has; say `hansom confirm` if this is meant");
        self.tell(Some((generation, why)));
    }

    fn release(&mut self) {
        self.tell(None);
    }

    fn tell(&self, held: Option<(u64, String)>) {
        let (file, confirmation) = (self.folder.join("held"), self.folder.join("confirmed"));
        let told = match &held {
            Some((generation, why)) => fs::write(&file, format!("{generation}\n{why}\n")),
            None => [&file, &confirmation].into_iter().try_for_each(|file| match fs::remove_file(file) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            }),
        };
        if let Err(error) = told {
            tracing::warn!(%error, file = %file.display(), "what is held could not be noted");
        }
        self.held.put(held);
    }
}

/// What is held in a node's folder: the generation and why.
pub(crate) fn noted(folder: &Path) -> Option<(u64, String)> {
    let text = fs::read_to_string(folder.join("held")).ok()?;
    let (generation, why) = text.split_once('\n')?;
    Some((generation.parse().ok()?, why.trim().to_owned()))
}

/// Confirms a generation for the platform that runs in a node's folder.
pub(crate) fn confirm(folder: &Path, generation: u64) -> std::io::Result<()> {
    fs::write(folder.join("confirmed"), format!("{generation}\n"))
}

fn confirmed(folder: &Path) -> Option<u64> {
    fs::read_to_string(folder.join("confirmed")).ok()?.trim().parse().ok()
}

/// What would be lost, if it is too much to be meant.
fn lost(before: Counts, after: Counts) -> Option<String> {
    let too_much = |before: usize, after: usize| before >= FEW && after < before.div_ceil(2);
    let lost = |what: &str, before: usize, after: usize| format!("it leaves {after} of {before} {what}");
    if (before.versions > 0 && after.versions == 0) || too_much(before.versions, after.versions) {
        Some(lost("versions of APIs", before.versions, after.versions))
    } else if too_much(before.applications, after.applications) {
        Some(lost("applications", before.applications, after.applications))
    } else if too_much(before.people, after.people) {
        Some(lost("people", before.people, after.people))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l126_what_takes_everything_or_most_away_is_too_much() {
        let counts = |versions, applications, people| Counts { versions, applications, people };
        for (before, after, expected) in [
            (counts(500, 50, 50), counts(0, 50, 50), Some("it leaves 0 of 500 versions of APIs")),
            (counts(1, 1, 1), counts(0, 1, 1), Some("it leaves 0 of 1 versions of APIs")),
            (counts(500, 50, 50), counts(249, 50, 50), Some("it leaves 249 of 500 versions of APIs")),
            (counts(500, 50, 50), counts(250, 25, 25), None),
            (counts(500, 50, 50), counts(500, 24, 50), Some("it leaves 24 of 50 applications")),
            (counts(500, 50, 50), counts(500, 50, 0), Some("it leaves 0 of 50 people")),
            (counts(9, 9, 9), counts(1, 0, 0), None),
            (counts(0, 0, 0), counts(0, 0, 0), None),
            (counts(0, 0, 0), counts(500, 50, 50), None),
        ] {
            assert_eq!(lost(before, after).as_deref(), expected, "{before:?} {after:?}");
        }
    }
}
