//! Is there memory enough to take more on?
//!
//! A process that its kernel ends for want of memory loses every request; one that refuses some in time loses those alone. Who
//! knows how much memory is used and how much there may be says so about once a second; the way of a request reads one number.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

/// Per cent of the limit from which new requests are refused, and below which they are taken again.
const SHED: (u64, u64) = (95, 93);
/// Per cent of the limit from which no connection is taken any more, and below which they are again.
const STOP: (u64, u64) = (98, 96);

/// How much the gateway takes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Everything.
    #[default]
    Calm,
    /// No new requests: they are answered with 503.
    Shed,
    /// No new connections either.
    Stop,
}

/// The present level, shared by all threads.
#[derive(Clone, Debug, Default)]
pub struct Pressure(Arc<AtomicU8>);

impl Pressure {
    /// How much to take on now.
    pub fn level(&self) -> Level {
        match self.0.load(Ordering::Relaxed) {
            0 => Level::Calm,
            1 => Level::Shed,
            _ => Level::Stop,
        }
    }

    /// Takes note of how many bytes are used of how many; gives the level from now on. Between two thresholds the level stays,
    /// so that it does not flutter.
    pub fn observe(&self, used: u64, limit: u64) -> Level {
        let per_cent = u128::from(used).saturating_mul(100).checked_div(u128::from(limit)).unwrap_or(0);
        let is_over = |(from, below): (u64, u64), before: bool| {
            per_cent >= u128::from(from) || (before && per_cent >= u128::from(below))
        };
        let before = self.level();
        let level = if is_over(STOP, before == Level::Stop) {
            Level::Stop
        } else if is_over(SHED, before >= Level::Shed) {
            Level::Shed
        } else {
            Level::Calm
        };
        self.0.store(level as u8, Ordering::Relaxed);
        level
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d60_memory_sheds_first_and_stops_then_and_neither_flutters() {
        let pressure = Pressure::default();
        for (used, level) in [
            (0, Level::Calm),
            (94, Level::Calm),
            (95, Level::Shed),
            (94, Level::Shed),
            (93, Level::Shed),
            (92, Level::Calm),
            (98, Level::Stop),
            (97, Level::Stop),
            (96, Level::Stop),
            (95, Level::Shed),
            (150, Level::Stop),
            (10, Level::Calm),
        ] {
            assert_eq!(pressure.observe(used, 100), level, "{used} per cent");
            assert_eq!(pressure.clone().level(), level);
        }
    }

    #[test]
    fn d60_without_a_limit_and_with_the_largest_numbers_there_is_no_fault() {
        let pressure = Pressure::default();
        assert_eq!(pressure.observe(u64::MAX, 0), Level::Calm);
        assert_eq!(pressure.observe(u64::MAX, u64::MAX), Level::Stop);
        assert_eq!(pressure.observe(1, u64::MAX), Level::Calm);
    }
}
