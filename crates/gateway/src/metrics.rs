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

pub(crate) struct Metrics {
    requests: Family<RequestLabels, Counter>,
    seconds: Family<EnvironmentLabels, Histogram, fn() -> Histogram>,
    pub(crate) journal_dropped: Counter,
    pub(crate) token_hits: Counter,
    pub(crate) token_misses: Counter,
    pub(crate) connections_refused: Counter,
    turned_away: Family<TurnedLabels, Counter>,
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
            turned_away: Family::default(),
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
            "connections_turned_away",
            "Connections that spoke another protocol or failed the handshake",
            metrics.turned_away.clone(),
        );
        metrics
    }

    pub(crate) fn turned_away(&self, turned: Turned) {
        self.turned_away.get_or_create(&TurnedLabels { why: turned.as_str() }).inc();
    }

    pub(crate) fn answered(&self, entry: &Entry) {
        let environment = entry.environment.as_str().to_owned();
        let labels = RequestLabels {
            environment: environment.clone(),
            api: entry.api.as_ref().map_or_else(String::new, |api| api.as_str().to_owned()),
            class: match entry.status / 100 {
                2 => "2xx",
                3 => "3xx",
                4 => "4xx",
                5 => "5xx",
                _ => "other",
            },
            refusal: entry.refusal.unwrap_or_default(),
        };
        self.requests.get_or_create(&labels).inc();
        let micros = u32::try_from(entry.duration_micros).unwrap_or(u32::MAX);
        self.seconds.get_or_create(&EnvironmentLabels { environment }).observe(f64::from(micros) / 1_000_000.0);
    }
}
