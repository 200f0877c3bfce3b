//! Who failed to prove themselves too often lately?

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use hansom_domain::Timestamp;

use crate::Error;

const WINDOW_SECONDS: i64 = 60;
const MOST_FAILURES: u32 = 20;
const MOST_REMEMBERED: usize = 10_000;

/// Failures of the last minute by claimed client and address. By both, so that a stranger who knows a `client_id` cannot
/// lock the real one out from somewhere else.
#[derive(Default)]
pub(crate) struct Failures(Mutex<HashMap<String, Window>>);

struct Window {
    began: Timestamp,
    failures: u32,
}

impl Failures {
    /// Refuses a caller that has failed too often.
    pub(crate) fn refuse_if_too_many(&self, caller: &str, now: Timestamp) -> Result<(), Error> {
        let windows = self.windows();
        let Some(window) = windows.get(caller) else {
            return Ok(());
        };
        let left = window.began.plus_seconds(WINDOW_SECONDS).seconds() - now.seconds();
        if window.failures >= MOST_FAILURES && left > 0 {
            return Err(Error::TooManyFailures(left));
        }
        Ok(())
    }

    /// Counts a failure.
    pub(crate) fn count(&self, caller: &str, now: Timestamp) {
        let mut windows = self.windows();
        let is_over = |window: &Window| now >= window.began.plus_seconds(WINDOW_SECONDS);
        if windows.len() >= MOST_REMEMBERED {
            windows.retain(|_, window| !is_over(window));
        }
        // A flood of invented names is not remembered further: the proofs themselves cannot be guessed.
        if windows.len() >= MOST_REMEMBERED && !windows.contains_key(caller) {
            return;
        }
        let window = windows.entry(caller.to_owned()).or_insert(Window { began: now, failures: 0 });
        if is_over(window) {
            *window = Window { began: now, failures: 0 };
        }
        window.failures = window.failures.saturating_add(1);
    }

    fn windows(&self) -> MutexGuard<'_, HashMap<String, Window>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
