//! How is it going, in numbers?

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use hansom_domain::{ApiSlug, EnvironmentName, Major};
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::Registry,
};

use crate::{entrance::Turned, journal::Entry};

/// Labels of a request. All of them come from the snapshot or from this crate, never from a client.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    environment: String,
    api: String,
    version: String,
    class: &'static str,
    refusal: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct VersionLabels {
    environment: String,
    api: String,
    version: String,
}

/// From what a mock needs to what nobody waits for.
const SECONDS: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];
/// So many versions have labels of their own; what is more is counted under [`OTHERS`].
const MOST_VERSIONS: usize = 1000;
/// No API has such a name.
const OTHERS: &str = "(others)";

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TurnedLabels {
    why: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FloodLabels {
    frame: &'static str,
}

pub(crate) struct Metrics {
    requests: Family<RequestLabels, Counter>,
    /// Versions that have labels of their own.
    known: Mutex<HashSet<(EnvironmentName, ApiSlug, Major)>>,
    left_out: Counter,
    seconds: Family<VersionLabels, Histogram, fn() -> Histogram>,
    pub(crate) journal_dropped: Counter,
    pub(crate) token_hits: Counter,
    pub(crate) token_misses: Counter,
    pub(crate) connections_refused: Counter,
    pub(crate) panics: Counter,
    /// Tries to take a connection that the system refused, for want of descriptors or memory.
    pub(crate) accepts_failed: Counter,
    turned_away: Family<TurnedLabels, Counter>,
    floods: Family<FloodLabels, Counter>,
}

impl Metrics {
    pub(crate) fn register(registry: &mut Registry) -> Self {
        let metrics = Self {
            requests: Family::default(),
            known: Mutex::default(),
            left_out: Counter::default(),
            seconds: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            journal_dropped: Counter::default(),
            token_hits: Counter::default(),
            token_misses: Counter::default(),
            connections_refused: Counter::default(),
            panics: Counter::default(),
            accepts_failed: Counter::default(),
            turned_away: Family::default(),
            floods: Family::default(),
        };
        let registry = registry.sub_registry_with_prefix("hansom_gateway");
        registry.register(
            "requests",
            "Requests by environment, API, version, status class and reason",
            metrics.requests.clone(),
        );
        registry.register("request_seconds", "Time until the last byte of the answer", metrics.seconds.clone());
        registry.register(
            "requests_without_labels",
            "Requests counted under (others), as there are so many versions",
            metrics.left_out.clone(),
        );
        registry.register("journal_dropped", "Journal entries that found no room", metrics.journal_dropped.clone());
        registry.register("token_cache_hits", "Access tokens that were known already", metrics.token_hits.clone());
        registry.register("token_cache_misses", "Access tokens that had to be verified", metrics.token_misses.clone());
        registry.register("connections_refused", "Connections over the limit", metrics.connections_refused.clone());
        registry.register(
            "accepts_failed",
            "Tries to take a connection that failed for want of descriptors or memory; the connection waits",
            metrics.accepts_failed.clone(),
        );
        registry.register(
            "panics",
            "Requests and connections that a fault of the gateway ended",
            metrics.panics.clone(),
        );
        registry.register(
            "connections_turned_away",
            "Connections that spoke another protocol or failed the handshake",
            metrics.turned_away.clone(),
        );
        registry.register(
            "http2_floods",
            "Connections of HTTP/2 that were ended for too many frames of one kind",
            metrics.floods.clone(),
        );
        metrics
    }

    pub(crate) fn turned_away(&self, turned: Turned) {
        self.turned_away.get_or_create(&TurnedLabels { why: turned.as_str() }).inc();
    }

    /// Counts a connection that was ended for too many frames of a kind.
    pub(crate) fn flooded(&self, frame: &'static str) {
        self.floods.get_or_create(&FloodLabels { frame }).inc();
    }

    /// Counts entries. Those of one kind mostly stand together, so that their counters are looked up once.
    pub(crate) fn answered(&self, entries: &[Entry]) {
        for alike in entries.chunk_by(RequestLabels::are_alike) {
            let Some(first) = alike.first() else { continue };
            let labels = self.labels(first, alike.len() as u64);
            self.requests.get_or_create(&RequestLabels::of(first, &labels)).inc_by(alike.len() as u64);
            let seconds = self.seconds.get_or_create(&labels);
            for entry in alike {
                let micros = u32::try_from(entry.duration_micros).unwrap_or(u32::MAX);
                seconds.observe(f64::from(micros) / 1_000_000.0);
            }
        }
    }
}

impl Metrics {
    fn labels(&self, entry: &Entry, count: u64) -> VersionLabels {
        let environment = entry.environment.to_string();
        let (Some(api), Some(major)) = (&entry.api, entry.major) else {
            return VersionLabels { environment, api: String::new(), version: String::new() };
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (entry.environment.clone(), api.clone(), major);
        if !known.contains(&key) {
            if known.len() >= MOST_VERSIONS {
                self.left_out.inc_by(count);
                return VersionLabels { environment, api: OTHERS.into(), version: String::new() };
            }
            known.insert(key);
        }
        VersionLabels { environment, api: api.to_string(), version: major.to_string() }
    }
}

impl RequestLabels {
    fn of(entry: &Entry, of: &VersionLabels) -> Self {
        Self {
            environment: of.environment.clone(),
            api: of.api.clone(),
            version: of.version.clone(),
            class: class(entry.status),
            refusal: entry.refusal.unwrap_or_default(),
        }
    }

    fn are_alike(one: &Entry, other: &Entry) -> bool {
        one.api == other.api
            && one.major == other.major
            && one.environment == other.environment
            && one.refusal == other.refusal
            && class(one.status) == class(other.status)
    }
}

fn class(status: u16) -> &'static str {
    match status / 100 {
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        5 => "5xx",
        _ => "other",
    }
}
