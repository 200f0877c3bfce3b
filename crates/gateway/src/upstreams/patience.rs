//! How long may an upstream take?

use std::time::Duration;

use hansom_domain::UpstreamOptions;
use tokio::time::Instant;

use crate::patience::present;

const LONGEST_CONNECT_MS: u64 = 60_000;
const LONGEST_FIRST_BYTE_MS: u64 = 300_000;
const LONGEST_IDLE_MS: u64 = 3_600_000;
const LONGEST_TOTAL_MS: u64 = 86_400_000;

/// The times of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Patience {
    /// Until a connection stands, TLS included.
    pub(crate) connect: Duration,
    /// From the request's last byte to the answer's first.
    pub(crate) first_byte: Duration,
    /// Between two bytes of a body.
    pub(crate) idle: Duration,
    /// From the request's first byte to the answer's last.
    pub(crate) total: Duration,
}

impl Patience {
    pub(super) fn new(timeout_ms: u64, options: &UpstreamOptions) -> Self {
        let within = |millis: u64, longest: u64| Duration::from_millis(millis.clamp(1, longest));
        Self {
            connect: within(options.connect_timeout_ms, LONGEST_CONNECT_MS),
            first_byte: within(timeout_ms, LONGEST_FIRST_BYTE_MS),
            idle: within(options.idle_timeout_ms, LONGEST_IDLE_MS),
            total: within(options.total_timeout_ms, LONGEST_TOTAL_MS),
        }
    }

    /// Until when the answer to a request that began then may pause now.
    pub(crate) fn deadline(&self, began: Instant) -> Instant {
        let (idle, total) = (present().checked_add(self.idle), began.checked_add(self.total));
        [idle, total].into_iter().flatten().min().unwrap_or(began)
    }

    /// Whether a request that began then has had all its time.
    pub(crate) fn is_over(&self, began: Instant) -> bool {
        present().saturating_duration_since(began) > self.total
    }
}
