//! What do callers feel, and how full are we? For Prometheus, on a port of its own that the gateway does not reach.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::get,
};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};
use sqlx::PgPool;

const BUCKETS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What is counted.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    answered: Family<Answered, Histogram>,
    connections: Family<InState, Gauge>,
    events: Family<InState, Gauge>,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answered {
    operation: String,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct InState {
    state: &'static str,
}

impl Metrics {
    /// Nothing is counted yet.
    pub fn new() -> Self {
        let answered = Family::new_with_constructor((|| Histogram::new(BUCKETS)) as fn() -> Histogram);
        let (connections, events) = (Family::default(), Family::default());
        let mut registry = Registry::default();
        let name = "http_server_request_duration_seconds";
        registry.register(name, "How long requests took, by operation and status", answered.clone());
        registry.register("database_connections", "Connections of the pool", connections.clone());
        registry.register("events", "Events that wait to be published, and dead ones", events.clone());
        Self { registry: Arc::new(registry), answered, connections, events }
    }

    /// Counts an answer.
    pub fn answered(&self, operation: &str, status: StatusCode, took: Duration) {
        let labels = Answered { operation: operation.to_owned(), status: status.as_u16() };
        self.answered.get_or_create(&labels).observe(took.as_secs_f64());
    }

    /// `GET /metrics`.
    pub fn routes(&self, database: PgPool) -> Router {
        Router::new().route("/metrics", get(tell)).with_state((self.clone(), database))
    }

    async fn look(&self, database: &PgPool) {
        let (size, idle) = (i64::from(database.size()), i64::try_from(database.num_idle()).unwrap_or(i64::MAX));
        for (state, connections) in [("busy", size - idle), ("idle", idle)] {
            self.connections.get_or_create(&InState { state }).set(connections);
        }
        let sql = "SELECT (SELECT count(*) FROM outbox_events WHERE published_at IS NULL), (SELECT count(*) FROM dead_letters)";
        // Without the database the gauges keep what they said last; that it is away is seen elsewhere.
        if let Ok((waiting, dead)) = sqlx::query_as::<_, (i64, i64)>(sql).fetch_one(database).await {
            for (state, events) in [("waiting", waiting), ("dead", dead)] {
                self.events.get_or_create(&InState { state }).set(events);
            }
        }
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

async fn tell(State((metrics, database)): State<(Metrics, PgPool)>) -> impl IntoResponse {
    metrics.look(&database).await;
    let mut text = String::new();
    match encode(&mut text, &metrics.registry) {
        Ok(()) => ([(header::CONTENT_TYPE, MEDIA_TYPE)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
