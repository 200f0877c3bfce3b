//! Where did the time of a request go? Spans for OpenTelemetry, if somebody is there to take them.

use axum::{
    extract::{MatchedPath, Request},
    http::StatusCode,
};
use opentelemetry::{propagation::TextMapPropagator, trace::TracerProvider};
use opentelemetry_http::HeaderExtractor;
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig};
use opentelemetry_sdk::{
    Resource,
    propagation::TraceContextPropagator,
    trace::{SdkTracer, SdkTracerProvider},
};
use reqwest::Url;
use tracing::{Span, Subscriber, field::Empty, info_span};
use tracing_opentelemetry::{OpenTelemetryLayer, OpenTelemetrySpanExt};
use tracing_subscriber::registry::LookupSpan;

use crate::NAME;

/// Where spans go.
pub struct Traces(SdkTracerProvider);

/// Sends spans to an OTLP collector, if there is one.
pub fn start(collector: Option<&Url>) -> Result<Option<Traces>, ExporterBuildError> {
    let Some(collector) = collector else { return Ok(None) };
    let endpoint = format!("{}/v1/traces", collector.as_str().trim_end_matches('/'));
    let exporter = SpanExporter::builder().with_http().with_endpoint(endpoint).build()?;
    let resource = Resource::builder().with_service_name(NAME).build();
    Ok(Some(Traces(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())))
}

/// Sends the last ones.
pub async fn end(traces: Option<Traces>) {
    if let Some(Traces(provider)) = traces {
        // Whoever cannot be told that the last spans are lost is the collector. It may take its time, so it gets a thread.
        let _ = tokio::task::spawn_blocking(move || provider.shutdown()).await;
    }
}

impl Traces {
    /// What turns our spans into theirs.
    pub fn layer<S: Subscriber + for<'a> LookupSpan<'a>>(&self) -> OpenTelemetryLayer<S, SdkTracer> {
        tracing_opentelemetry::layer().with_tracer(self.0.tracer(NAME))
    }
}

/// A span for a request, below that of the caller. What is done for the request hangs below it; values are in none of them, as
/// they may be personal data.
pub fn span_of(request: &Request) -> Span {
    let method = request.method().as_str();
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let span = info_span!(
        "request",
        otel.name = format!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
    );
    // Without a collector there is nobody to hang it below.
    let _ = span.set_parent(TraceContextPropagator::new().extract(&HeaderExtractor(request.headers())));
    span
}

/// How it ended.
pub fn answered(span: &Span, status: StatusCode) {
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
}
