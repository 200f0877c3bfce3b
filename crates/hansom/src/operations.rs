//! Is the platform well? For operators and their machines; never public.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::IntoResponse,
    routing::get,
};
use hansom_gateway::Gateway;
use hansom_store::Reads;
use prometheus_client::{encoding::text::encode, registry::Registry};

use crate::{exposition, publisher::Held, readiness::Readiness};

/// Longer than this nobody waits for the database to say that it is there.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a process must be able to do to be ready.
#[derive(Clone)]
pub(crate) enum Serves {
    /// Answer by a snapshot; with what is held of the next.
    Apis(Gateway, Held),
    /// Read its database, once that could be opened.
    Hub(Arc<OnceLock<Reads>>),
}

#[derive(Clone)]
struct Operations {
    serves: Serves,
    readiness: Readiness,
    registry: Arc<Registry>,
}

/// `/live`: the process runs. `/ready`: it can do its work and is not about to stop. `/metrics`: Prometheus text.
pub(crate) fn router(serves: Serves, readiness: Readiness, registry: Registry) -> Router {
    let state = Operations { serves, readiness, registry: Arc::new(registry) };
    Router::new()
        .route("/live", get(async || "live\n"))
        .route("/ready", get(ready))
        .route("/metrics", get(metrics))
        .with_state(state)
}

async fn ready(State(operations): State<Operations>) -> impl IntoResponse {
    let told = match &operations.serves {
        _ if operations.readiness.is_stopping() => Err("stopping"),
        Serves::Apis(gateway, held) => gateway.snapshot().ok_or("the gateway has no snapshot yet").map(|snapshot| {
            let held = held.now().map_or_else(String::new, |(generation, why)| {
                format!("held: generation {generation}: {why}; say `hansom confirm` on this node if this is meant\n")
            });
            format!("snapshot {}\n{held}", snapshot.generation())
        }),
        Serves::Hub(reads) => match reads.get() {
            Some(reads) => tokio::time::timeout(PATIENCE, reads.generation())
                .await
                .ok()
                .and_then(Result::ok)
                .map(|generation| format!("database at {generation}\n"))
                .ok_or("the database does not answer"),
            None => Err("the database is not open yet"),
        },
    };
    let notes = operations.readiness.notes();
    match told {
        Ok(told) => (StatusCode::OK, format!("ready: {told}{notes}")),
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {why}\n{notes}")),
    }
}

async fn metrics(State(operations): State<Operations>, asked: HeaderMap) -> impl IntoResponse {
    let mut text = String::new();
    match encode(&mut text, &operations.registry) {
        Ok(()) => {
            let accepts = asked.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
            let is_open = accepts.flat_map(|value| value.split(',')).any(exposition::is_openmetrics);
            let text = if is_open { text } else { exposition::classic(&text) };
            let kind = if is_open { exposition::OPENMETRICS } else { exposition::CLASSIC };
            ([(header::CONTENT_TYPE, kind), (header::VARY, "accept")], text).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
