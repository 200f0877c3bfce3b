//! Who does something too often?

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
};

use hansom_domain::Timestamp;

/// Those that are remembered at a time; beyond that nobody new is let.
const MOST_REMEMBERED: usize = 10_000;

/// So many times in so many seconds for each, on this node.
pub(crate) struct Allowance<K> {
    most: u32,
    seconds: i64,
    windows: Mutex<HashMap<K, (Timestamp, u32)>>,
}

impl<K: Eq + Hash> Allowance<K> {
    pub(crate) fn new(most: u32, seconds: i64) -> Self {
        Self { most, seconds, windows: Mutex::default() }
    }

    /// Counts it. Whether it may be done.
    pub(crate) fn allows(&self, who: K, now: Timestamp) -> bool {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        windows.retain(|_, (began, _)| now < began.plus_seconds(self.seconds));
        if windows.len() >= MOST_REMEMBERED && !windows.contains_key(&who) {
            return false;
        }
        let (_, times) = windows.entry(who).or_insert((now, 0));
        *times = times.saturating_add(1);
        *times <= self.most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_so_many_and_others_are_not_hindered() {
        let (allowance, now) = (Allowance::new(2, 60), Timestamp::from_seconds(1000));
        assert!(allowance.allows("ada", now) && allowance.allows("ada", now));
        assert!(!allowance.allows("ada", now));
        assert!(allowance.allows("ben", now));
        assert!(allowance.allows("ada", now.plus_seconds(60)));
    }

    #[test]
    fn strangers_without_number_take_no_more_memory_than_there_is_for_them() {
        let (allowance, now) = (Allowance::new(2, 60), Timestamp::from_seconds(1000));
        for who in 0..MOST_REMEMBERED {
            assert!(allowance.allows(who, now));
        }
        assert!(!allowance.allows(MOST_REMEMBERED, now));
        assert!(allowance.allows(0, now), "who is known is let as before");
    }
}
