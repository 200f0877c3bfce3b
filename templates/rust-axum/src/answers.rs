//! What do all answers have in common, good and bad?

use std::time::Duration;

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::time::Instant;
use tracing::{Instrument, error, info};
use uuid::Uuid;

use crate::{app::App, identity::Caller, problem::Problem, traces};

const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
const API_VERSION: HeaderName = HeaderName::from_static("api-version");
const FIXED: [(HeaderName, &str); 3] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
];

/// The identifier of a request, among its extensions.
#[derive(Clone, Copy)]
pub struct RequestId(pub Uuid);

/// What the log says of a request, among the extensions of its answer.
#[derive(Clone)]
pub struct Noted {
    operation: String,
    resource: Option<String>,
    /// Who called, if that is known.
    pub caller: Option<Caller>,
}

impl Noted {
    /// Nobody is known to call yet.
    pub fn new(operation: &str, resource: Option<&str>) -> Self {
        Self { operation: operation.to_owned(), resource: resource.map(str::to_owned), caller: None }
    }
}

/// The outermost layer: it gives the request its id and a span, bounds what goes wrong within, and writes it down.
pub async fn every_answer(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let id = id_of(&request);
    request.extensions_mut().insert(RequestId(id));
    let span = traces::span_of(&request);
    // In a task of its own, so that neither a panic nor a caller who hangs up ends it half-way.
    let work = tokio::spawn(async move { next.run(request).await }.instrument(span.clone()));
    let answered = work.await.unwrap_or_else(|failure| Problem::internal(failure).into_response());
    let noted = answered.extensions().get::<Noted>().cloned();
    let response = finished(&app, id, answered);
    traces::answered(&span, response.status());
    write_down(&app, id, noted, response.status(), begun.elapsed());
    response
}

/// The gateway's id, with hyphens or without, if it has the form of one: it is written into logs.
fn id_of(request: &Request) -> Uuid {
    let sent = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let sent = sent.filter(|sent| [32, 36].contains(&sent.len())).and_then(|sent| sent.parse().ok());
    sent.unwrap_or_else(Uuid::new_v4)
}

/// With the headers of all answers, and the body of a problem.
fn finished(app: &App, id: Uuid, mut response: Response) -> Response {
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        if let Some(cause) = problem.cause() {
            error!(requestId = %id, error = &**cause as &dyn std::error::Error, "a request failed");
        }
        let headers = std::mem::take(response.headers_mut());
        response = (response.status(), Json(problem.body(&app.settings.hub_url, id))).into_response();
        response.headers_mut().extend(headers);
        let media_type = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, media_type);
    }
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    for (name, value) in [(REQUEST_ID, id.to_string()), (API_VERSION, app.contract.version.clone())] {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// One line for a request, and one observation. What succeeded at `/health` and beside the contract is not written.
fn write_down(app: &App, id: Uuid, noted: Option<Noted>, status: StatusCode, took: Duration) {
    let operation = noted.as_ref().map_or("none", |noted| noted.operation.as_str());
    app.metrics.answered(operation, status, took);
    let good = status.as_u16() < 400;
    if good && ["none", "getHealth"].contains(&operation) {
        return;
    }
    let (caller, resource) =
        noted.as_ref().map_or((None, None), |noted| (noted.caller.as_ref(), noted.resource.as_deref()));
    let of_kind = |kind: &str| caller.filter(|caller| caller.kind() == kind).map(Caller::id);
    info!(
        requestId = %id,
        operation,
        person = of_kind("person"),
        application = of_kind("application"),
        resource = resource.filter(|_| good),
        status = status.as_u16(),
        durationMs = (took.as_secs_f64() * 10_000.0).round() / 10.0,
        "answered"
    );
}
