//! What if a snapshot ends the process, again and again?
//!
//! Each start is noted with the newest generation that it came to serve, and forgotten once it has lived for a minute or has
//! ended in order. After three in a minute that came to the same generation and ended otherwise, the one before serves, and
//! that generation waits until a newer one is there or an operator confirms it.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use hansom_domain::{Clock, Timestamp};

const FILE: &str = "starts";
const CRASHES: usize = 3;
const WITHIN_MILLIS: i64 = 60_000;

/// The notes of this start.
#[derive(Clone)]
pub(crate) struct Crashes {
    file: PathBuf,
    notes: Arc<Mutex<Notes>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Notes {
    /// The generation that ended the process too often.
    blamed: Option<u64>,
    /// When earlier processes started, and what they came to.
    earlier: Vec<(i64, u64)>,
    /// The same of this one.
    this: (i64, u64),
}

impl Crashes {
    /// Reads what became of the processes before this one.
    pub(crate) fn read(folder: &Path, clock: &Clock) -> Self {
        let file = folder.join(FILE);
        let text = fs::read_to_string(&file).unwrap_or_default();
        let notes = Notes::read(&text, clock.now());
        Self { file, notes: Arc::new(Mutex::new(notes)) }
    }

    /// The generation that is to blame for three crashes within a minute, if there is one.
    pub(crate) fn blamed(&self) -> Option<u64> {
        self.lock().blamed
    }

    /// Notes that this process serves a generation. A newer one than the blamed is a new beginning.
    pub(crate) fn serves(&self, generation: u64) {
        let mut notes = self.lock();
        let before = notes.text();
        notes.this.1 = generation;
        notes.blamed = notes.blamed.filter(|blamed| *blamed > generation);
        if notes.text() != before {
            self.write(&notes);
        }
    }

    /// Notes that this process lives, or has ended in order.
    pub(crate) fn is_well(&self) {
        let mut notes = self.lock();
        notes.earlier.clear();
        notes.this.0 = i64::MIN;
        self.write(&notes);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, notes: &Notes) {
        let beside = self.file.with_extension("new");
        let written = fs::write(&beside, notes.text()).and_then(|()| fs::rename(&beside, &self.file));
        if let Err(error) = written {
            tracing::warn!(%error, file = %self.file.display(), "the start could not be noted");
        }
    }
}

impl Notes {
    fn read(text: &str, now: Timestamp) -> Self {
        let mut notes = Self { this: (now.millis(), 0), ..Self::default() };
        for line in text.lines() {
            let numbers =
                line.split_once(' ').and_then(|(at, to)| Some((at.parse::<i64>().ok(), to.parse::<u64>().ok()?)));
            match numbers {
                Some((Some(at), to)) if (now.millis() - WITHIN_MILLIS..=now.millis()).contains(&at) => {
                    notes.earlier.push((at, to));
                }
                Some((None, blamed)) => notes.blamed = Some(blamed),
                _ => {}
            }
        }
        if let Some((_, last)) = notes.earlier.last().copied()
            && notes.earlier.iter().filter(|(_, to)| *to == last).count() >= CRASHES
        {
            notes.blamed = Some(last);
            notes.earlier.clear();
        }
        notes
    }

    fn text(&self) -> String {
        let mut text = self.blamed.map_or_else(String::new, |blamed| format!("blamed {blamed}\n"));
        for (at, to) in self.earlier.iter().chain([&self.this]).filter(|(at, _)| *at != i64::MIN) {
            text.push_str(&format!("{at} {to}\n"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A start at `seconds` that came to `generation` and crashed: what the next one reads, and whom it blames.
    fn crash(text: &str, seconds: i64, generation: u64) -> (String, Option<u64>) {
        let mut notes = Notes::read(text, Timestamp::from_seconds(seconds));
        let blamed = notes.blamed;
        notes.this.1 = generation;
        notes.blamed = notes.blamed.filter(|blamed| *blamed > generation);
        (notes.text(), blamed)
    }

    #[test]
    fn m139_the_third_crash_within_a_minute_on_one_generation_blames_it() {
        let mut text = String::new();
        for second in [100, 110, 120] {
            let blamed;
            (text, blamed) = crash(&text, second, 7);
            assert_eq!(blamed, None, "at {second}");
        }
        let (text, blamed) = crash(&text, 130, 6);
        assert_eq!(blamed, Some(7));
        let (text, blamed) = crash(&text, 500, 6);
        assert_eq!(blamed, Some(7), "it waits, however long the one before serves");
        assert_eq!(crash(&text, 510, 8).1, Some(7));
        assert_eq!(crash(&crash(&text, 510, 8).0, 520, 8).1, None, "a newer one is a new beginning");
    }

    #[test]
    fn m139_slow_or_different_crashes_blame_nobody() {
        for starts in [[(100, 7), (140, 7), (180, 7), (220, 7)], [(100, 7), (110, 8), (120, 9), (130, 10)]] {
            let mut text = String::new();
            for (second, generation) in starts {
                let blamed;
                (text, blamed) = crash(&text, second, generation);
                assert_eq!(blamed, None, "{starts:?}");
            }
        }
        assert_eq!(crash("nonsense\n\n7\nx y\n99 x\n", 100, 1).1, None);
    }
}
