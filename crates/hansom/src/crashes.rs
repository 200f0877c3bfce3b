//! What if a snapshot ends the process, again and again?
//!
//! Each start is noted with the newest generation that it came to serve, and forgotten once it has lived for a minute or has
//! ended in order. After three in a minute that came to the same generation and ended otherwise, the one before serves, and
//! that generation waits until a newer one is there or an operator confirms it.
//!
//! A thread of its own writes the notes: a disk that is slow, or hangs, keeps no change from going live.

use std::{
    fs, io,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, SyncSender},
    },
    time::Duration,
};

use hansom_domain::{Clock, Timestamp};
use tokio::{sync::watch, time::timeout};

const FILE: &str = "starts";
/// So long a generation waits for its note, which mostly takes much less. If it ends the process just then, that is laid to the
/// generation before.
const LONGEST_WAIT: Duration = Duration::from_millis(20);
/// So long the end of the process waits.
const LAST_WAIT: Duration = Duration::from_secs(1);
const CRASHES: usize = 3;
const WITHIN_MILLIS: i64 = 60_000;

/// The notes of this start.
#[derive(Clone)]
pub(crate) struct Crashes {
    notes: Arc<Mutex<Notes>>,
    /// Wakes the thread that writes.
    wake: SyncSender<()>,
    /// Up to which change the notes are written.
    written: watch::Receiver<u64>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Notes {
    /// The generation that ended the process too often.
    blamed: Option<u64>,
    /// When earlier processes started, and what they came to.
    earlier: Vec<(i64, u64)>,
    /// The same of this one.
    this: (i64, u64),
    /// How often they were changed by this process.
    changes: u64,
}

impl Crashes {
    /// Reads what became of the processes before this one, and is ready to write.
    pub(crate) fn read(folder: &Path, clock: &Clock) -> io::Result<Self> {
        let file = folder.join(FILE);
        let text = fs::read_to_string(&file).unwrap_or_default();
        let notes = Arc::new(Mutex::new(Notes::read(&text, clock.now())));
        let (wake, waiting) = mpsc::sync_channel(1);
        let (done, written) = watch::channel(0);
        let kept = Arc::clone(&notes);
        // It ends with the last of those who could wake it.
        std::thread::Builder::new().name("starts".into()).spawn(move || {
            while waiting.recv().is_ok() {
                let (text, changes) = {
                    let notes = lock(&kept);
                    (notes.text(), notes.changes)
                };
                write(&file, &text);
                done.send_replace(changes);
            }
        })?;
        Ok(Self { notes, wake, written })
    }

    /// The generation that is to blame for three crashes within a minute, if there is one.
    pub(crate) fn blamed(&self) -> Option<u64> {
        lock(&self.notes).blamed
    }

    /// Notes that this process is about to serve a generation. A newer one than the blamed is a new beginning.
    pub(crate) async fn serves(&self, generation: u64) {
        let change = |notes: &mut Notes| {
            notes.this.1 = generation;
            notes.blamed = notes.blamed.filter(|blamed| *blamed > generation);
        };
        self.note(change, LONGEST_WAIT).await;
    }

    /// Notes that this process lives, or has ended in order.
    pub(crate) async fn is_well(&self) {
        let change = |notes: &mut Notes| {
            notes.earlier.clear();
            notes.this.0 = i64::MIN;
        };
        self.note(change, LAST_WAIT).await;
    }

    /// Changes the notes, and waits until that is written, but no longer than so long.
    async fn note(&self, change: impl FnOnce(&mut Notes), longest: Duration) {
        let wanted = {
            let mut notes = lock(&self.notes);
            let before = notes.text();
            change(&mut notes);
            if notes.text() == before {
                return;
            }
            notes.changes += 1;
            notes.changes
        };
        // If it is woken already, it has yet to look.
        let _ = self.wake.try_send(());
        let mut written = self.written.clone();
        let _ = timeout(longest, written.wait_for(|written| *written >= wanted)).await;
    }
}

fn lock(notes: &Mutex<Notes>) -> std::sync::MutexGuard<'_, Notes> {
    notes.lock().unwrap_or_else(PoisonError::into_inner)
}

fn write(file: &Path, text: &str) {
    let beside = file.with_extension("new");
    let written = fs::write(&beside, text).and_then(|()| fs::rename(&beside, file));
    if let Err(error) = written {
        tracing::warn!(%error, file = %file.display(), "the start could not be noted");
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
