//! Is the platform well? For operators and their machines; never public.

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::get,
};
use hansom_gateway::Gateway;
use prometheus_client::{encoding::text::encode, registry::Registry};

use crate::{publisher::Held, readiness::Readiness};

#[derive(Clone)]
struct Operations {
    gateway: Gateway,
    readiness: Readiness,
    held: Held,
    registry: Arc<Registry>,
}

/// `/live`: the process runs. `/ready`: the gateway has a snapshot and is not about to stop. `/metrics`: Prometheus text.
pub(crate) fn router(gateway: Gateway, readiness: Readiness, held: Held, registry: Registry) -> Router {
    let state = Operations { gateway, readiness, held, registry: Arc::new(registry) };
    Router::new()
        .route("/live", get(async || "live\n"))
        .route("/ready", get(ready))
        .route("/metrics", get(metrics))
        .with_state(state)
}

async fn ready(State(operations): State<Operations>) -> impl IntoResponse {
    let notes = operations.readiness.notes();
    match operations.gateway.snapshot() {
        _ if operations.readiness.is_stopping() => {
            (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: stopping\n{notes}"))
        }
        Some(snapshot) => {
            let held = operations.held.now().map_or_else(String::new, |(generation, why)| {
                format!("held: generation {generation}: {why}; say `hansom confirm` on this node if this is meant\n")
            });
            (StatusCode::OK, format!("ready: snapshot {}\n{held}{notes}", snapshot.generation()))
        }
        None => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: the gateway has no snapshot yet\n{notes}")),
    }
}

async fn metrics(State(operations): State<Operations>) -> impl IntoResponse {
    let mut text = String::new();
    match encode(&mut text, &operations.registry) {
        Ok(()) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
