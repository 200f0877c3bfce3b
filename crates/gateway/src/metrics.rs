//! How is it going, in numbers?

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{
        counter::Counter,
        family::Family,
        histogram::{Histogram, exponential_buckets},
    },
    registry::Registry,
};

use crate::{entrance::Turned, journal::Entry};

/// Labels of a request. All of them come from the snapshot or from this crate, never from a client.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    environment: String,
    api: String,
    class: &'static str,
    refusal: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EnvironmentLabels {
    environment: String,
}

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
    seconds: Family<EnvironmentLabels, Histogram, fn() -> Histogram>,
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
            seconds: Family::new_with_constructor(|| Histogram::new(exponential_buckets(0.0001, 4.0, 9))),
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
            "Requests by environment, API, status class and reason",
            metrics.requests.clone(),
        );
        registry.register("request_seconds", "Time until the last byte of the answer", metrics.seconds.clone());
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
            self.requests.get_or_create(&RequestLabels::of(first)).inc_by(alike.len() as u64);
            let seconds = self.seconds.get_or_create(&EnvironmentLabels { environment: first.environment.to_string() });
            for entry in alike {
                let micros = u32::try_from(entry.duration_micros).unwrap_or(u32::MAX);
                seconds.observe(f64::from(micros) / 1_000_000.0);
            }
        }
    }
}

impl RequestLabels {
    fn of(entry: &Entry) -> Self {
        Self {
            environment: entry.environment.to_string(),
            api: entry.api.as_ref().map_or_else(String::new, ToString::to_string),
            class: class(entry.status),
            refusal: entry.refusal.unwrap_or_default(),
        }
    }

    fn are_alike(one: &Entry, other: &Entry) -> bool {
        one.api == other.api
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
