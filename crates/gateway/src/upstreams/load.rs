//! How many requests are under way, and how many have begun?

use std::sync::atomic::{AtomicU64, Ordering};

/// Two counts in one word, so that a request costs one step: above, how many have begun (it goes round), below, how many are
/// under way.
#[derive(Debug, Default)]
pub(super) struct Load(AtomicU64);

const ONE_BEGUN: u64 = (1 << 32) | 1;

impl Load {
    /// Counts one in and tells how many are under way with it.
    pub(super) fn begin(&self) -> u32 {
        low(self.0.fetch_add(ONE_BEGUN, Ordering::Relaxed)).saturating_add(1)
    }

    /// Counts one out.
    pub(super) fn end(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    /// As if the one had never begun.
    pub(super) fn undo(&self) {
        self.0.fetch_sub(ONE_BEGUN, Ordering::Relaxed);
    }

    /// How many are under way.
    pub(super) fn in_flight(&self) -> u32 {
        low(self.0.load(Ordering::Relaxed))
    }

    /// How many have begun so far, modulo 2³².
    pub(super) fn begun(&self) -> u32 {
        low(self.0.load(Ordering::Relaxed) >> 32)
    }
}

fn low(word: u64) -> u32 {
    u32::try_from(word & 0xffff_ffff).unwrap_or(u32::MAX)
}
