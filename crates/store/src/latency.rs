//! How long did calls take?
//!
//! Not each by itself, but so many within each of a few fixed bounds. Only fixed ones can be added up over nodes, hours and days,
//! and the share within one (`99 % within 250 ms`) is exact. They go from what a mock needs to what no caller waits for, about
//! two and a half times each, so that an estimate between two is never far off.

/// The bounds in milliseconds.
pub const BOUNDS_MS: [u16; 11] = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];
/// The columns, one for each bound and one for what is beyond them all.
pub(crate) const COLUMNS: [&str; 12] = [
    "within_5",
    "within_10",
    "within_25",
    "within_50",
    "within_100",
    "within_250",
    "within_500",
    "within_1000",
    "within_2500",
    "within_5000",
    "within_10000",
    "beyond",
];

/// Calls by the first bound that they kept; the last number is of those that kept none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latency {
    pub(crate) counts: [i64; 12],
}

impl Latency {
    /// Counts one call.
    pub fn observe(&mut self, micros: u64) {
        let place = BOUNDS_MS.iter().position(|bound| micros <= u64::from(*bound) * 1000).unwrap_or(BOUNDS_MS.len());
        if let Some(count) = self.counts.get_mut(place) {
            *count = count.saturating_add(1);
        }
    }

    /// The bounds in milliseconds with the calls that kept them and none before; `None` is beyond them all.
    pub fn buckets(&self) -> impl Iterator<Item = (Option<u16>, i64)> {
        BOUNDS_MS.into_iter().map(Some).chain([None]).zip(self.counts)
    }

    /// An estimate of the milliseconds within which that share of the calls ended, as if those between two bounds lay evenly
    /// there. Beyond the last bound nothing is known, and it stands for more. `None`: no call has been timed.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let total: i64 = self.counts.iter().sum();
        if total <= 0 {
            return None;
        }
        let wanted = share.clamp(0.0, 1.0) * number(total);
        let (mut before, mut lower) = (0.0, 0.0);
        for (bound, count) in self.buckets() {
            let Some(upper) = bound.map(f64::from) else { break };
            let count = number(count);
            if count > 0.0 && before + count >= wanted {
                return Some(lower + (upper - lower) * ((wanted - before) / count));
            }
            (before, lower) = (before + count, upper);
        }
        Some(lower)
    }
}

/// Exact up to 2⁵³, which no count reaches.
fn number(count: i64) -> f64 {
    u32::try_from(count).map_or_else(
        |_| {
            let high = u32::try_from(count >> 32).unwrap_or(0);
            let low = u32::try_from(count & 0xffff_ffff).unwrap_or(0);
            f64::from(high) * 4_294_967_296.0 + f64::from(low)
        },
        f64::from,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_lies_between_the_bounds_of_its_calls() {
        let mut latency = Latency::default();
        assert_eq!(latency.quantile(0.5), None);
        for _ in 0..90 {
            latency.observe(5_000);
        }
        for _ in 0..10 {
            latency.observe(60_000);
        }
        assert_eq!(latency.quantile(0.9), Some(5.0));
        assert_eq!(latency.quantile(0.95), Some(75.0), "half of those between 50 and 100");
        latency.observe(u64::MAX);
        assert_eq!(latency.quantile(1.0), Some(10_000.0), "of what is beyond, only that is known");
        assert_eq!(latency.buckets().map(|(_, count)| count).sum::<i64>(), 101);
    }
}
