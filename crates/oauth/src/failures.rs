//! Who failed to prove themselves too often lately?

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use hansom_domain::Timestamp;

use crate::Error;

const MOST_REMEMBERED: usize = 10_000;

/// Failures of late, for a client by claimed id and address. By both, so that a stranger who knows a `client_id` cannot
/// lock the real one out from somewhere else.
pub(crate) struct Failures {
    windows: Mutex<HashMap<String, Window>>,
    /// So many are too many,
    most: u32,
    /// within so many seconds.
    seconds: i64,
}

struct Window {
    began: Timestamp,
    failures: u32,
}

impl Failures {
    /// Counts in which `most` within `seconds` are too many.
    pub(crate) fn new(most: u32, seconds: i64) -> Self {
        Self { windows: Mutex::default(), most, seconds }
    }

    /// Refuses a caller that has failed too often.
    pub(crate) fn refuse_if_too_many(&self, caller: &str, now: Timestamp) -> Result<(), Error> {
        let windows = self.windows();
        let Some(window) = windows.get(caller) else {
            return Ok(());
        };
        let left = window.began.plus_seconds(self.seconds).seconds() - now.seconds();
        if window.failures >= self.most && left > 0 {
            return Err(Error::TooManyFailures(left));
        }
        Ok(())
    }

    /// Counts a failure.
    pub(crate) fn count(&self, caller: &str, now: Timestamp) {
        let mut windows = self.windows();
        let is_over = |window: &Window| now >= window.began.plus_seconds(self.seconds);
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

    /// Counts a call that is no failure, and refuses it where it is one too many.
    pub(crate) fn count_call(&self, caller: &str, now: Timestamp) -> Result<(), Error> {
        self.refuse_if_too_many(caller, now)?;
        self.count(caller, now);
        Ok(())
    }

    fn windows(&self) -> MutexGuard<'_, HashMap<String, Window>> {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
