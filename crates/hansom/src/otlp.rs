//! How is a request told in OTLP?
//!
//! As JSON (OTLP 1.x, "JSON Protobuf Encoding"): ids in hexadecimal, 64-bit numbers as text. Attributes are those of
//! OpenTelemetry's stable conventions for HTTP, and `hansom.*`. Nobody is told who called: no address, no person, no query.

use hansom_gateway::{Asked, CLIENT_GONE, Entry, Span};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// OTLP's number for a span that answers.
const SERVER: u8 = 2;
/// OTLP's number for a span that asks.
const CLIENT: u8 = 3;
const ERROR: u8 = 2;
/// What a span of a request that is told has as its W3C flags.
const SAMPLED: u32 = 1;
const MICRO: u64 = 1000;

/// A request in OTLP: its span, and that of what was asked for it.
pub(crate) struct Told {
    server: OtlpSpan,
    client: Option<OtlpSpan>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OtlpSpan {
    trace_id: String,
    span_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_span_id: Option<String>,
    flags: u32,
    name: String,
    kind: u8,
    start_time_unix_nano: String,
    end_time_unix_nano: String,
    attributes: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Value>,
}

/// What a collector says that took not everything.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Answer {
    partial_success: Option<PartialSuccess>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PartialSuccess {
    rejected_spans: Value,
}

/// The body that tells a batch.
pub(crate) fn request(batch: &[Told]) -> Vec<u8> {
    let spans: Vec<&OtlpSpan> =
        batch.iter().flat_map(|told| [Some(&told.server), told.client.as_ref()]).flatten().collect();
    let version = env!("CARGO_PKG_VERSION");
    let body = json!({ "resourceSpans": [{
        "resource": { "attributes": [text("service.name", "hansom"), text("service.version", version)] },
        "scopeSpans": [{ "scope": { "name": "hansom.gateway", "version": version }, "spans": spans }],
    }] });
    body.to_string().into_bytes()
}

/// How many spans a collector says that it did not take. One that says nonsense took all, for all that is known.
pub(crate) fn rejected(answer: &[u8]) -> u64 {
    let answer: Answer = serde_json::from_slice(answer).unwrap_or_default();
    match answer.partial_success.unwrap_or_default().rejected_spans {
        Value::String(text) => text.parse().unwrap_or(0),
        number => number.as_u64().unwrap_or(0),
    }
}

impl Told {
    /// A request that is part of a trace that is told.
    pub(crate) fn of(entry: &Entry) -> Option<Self> {
        let (span, trace) = (entry.span.as_deref()?, entry.trace?);
        let server = OtlpSpan::of_request(entry, span, trace.to_string());
        let client = span.asked.as_ref().map(|asked| OtlpSpan::of_exchange(entry, span, asked, trace.to_string()));
        Some(Self { server, client })
    }

    /// How many spans it is.
    pub(crate) fn spans(&self) -> u64 {
        1 + u64::from(self.client.is_some())
    }
}

impl OtlpSpan {
    fn of_request(entry: &Entry, span: &Span, trace_id: String) -> Self {
        let method = method(entry);
        let mut attributes = vec![
            text("http.request.method", method),
            text("url.path", &entry.path),
            text("url.scheme", span.scheme),
            text("network.protocol.name", "http"),
            text("network.protocol.version", span.protocol),
            text("hansom.environment", entry.environment.as_str()),
            text("hansom.request_id", entry.request.as_str()),
        ];
        put_server(&mut attributes, &span.host);
        attributes.extend(span.route.as_deref().map(|route| text("http.route", route)));
        attributes.extend(entry.api.as_ref().map(|api| text("hansom.api", api.as_str())));
        attributes.extend(entry.major.map(|major| text("hansom.version", &major.to_string())));
        attributes.extend(entry.operation.as_deref().map(|operation| text("hansom.operation", operation)));
        attributes.extend(entry.refusal.map(|code| text("hansom.refusal", code)));
        // Of a server only its own faults are errors; what the client did wrong is not.
        let status = (entry.status != CLIENT_GONE).then_some(entry.status);
        let error = match status {
            None => Some("client-gone".to_owned()),
            Some(status) if status >= 500 => Some(entry.refusal.map_or_else(|| status.to_string(), str::to_owned)),
            Some(_) => None,
        };
        put_outcome(&mut attributes, status, error.as_deref());
        let links =
            span.linked.iter().map(|(trace, span)| json!({ "traceId": trace.to_string(), "spanId": span.to_string() }));
        Self {
            trace_id,
            span_id: span.id.to_string(),
            parent_span_id: span.parent.map(|parent| parent.to_string()),
            flags: SAMPLED,
            name: span
                .route
                .as_deref()
                .map_or_else(|| name_of(method).to_owned(), |route| format!("{} {route}", name_of(method))),
            kind: SERVER,
            start_time_unix_nano: nanos(entry, 0),
            end_time_unix_nano: nanos(entry, entry.duration_micros),
            attributes,
            links: links.collect(),
            status: error.map(|_| json!({ "code": ERROR })),
        }
    }

    fn of_exchange(entry: &Entry, span: &Span, asked: &Asked, trace_id: String) -> Self {
        let method = method(entry);
        // Below the API and its version, which the upstream does not see.
        let below = entry.path.splitn(4, '/').nth(3).map(|below| format!("/{below}")).unwrap_or_default();
        let mut attributes =
            vec![text("http.request.method", method), text("url.full", &format!("{}{below}", asked.base))];
        let authority = asked.base.split_once("://").map_or("", |(_, rest)| rest);
        put_server(&mut attributes, authority.split('/').next().unwrap_or_default());
        if asked.attempts > 1 {
            attributes.push(number("http.request.resend_count", u64::from(asked.attempts - 1)));
        }
        let answered = asked.status.is_some();
        attributes.extend(
            entry
                .upstream_micros
                .filter(|_| answered)
                .map(|micros| number("hansom.upstream.first_byte_us", micros.saturating_sub(asked.after_micros))),
        );
        let error = match asked.status {
            None => Some(entry.refusal.unwrap_or("client-gone").to_owned()),
            Some(status) => (status >= 400).then(|| status.to_string()),
        };
        put_outcome(&mut attributes, asked.status, error.as_deref());
        Self {
            trace_id,
            span_id: asked.id.to_string(),
            parent_span_id: Some(span.id.to_string()),
            flags: SAMPLED,
            name: name_of(method).to_owned(),
            kind: CLIENT,
            start_time_unix_nano: nanos(entry, asked.after_micros.min(entry.duration_micros)),
            end_time_unix_nano: nanos(entry, entry.duration_micros),
            attributes,
            links: vec![],
            status: error.map(|_| json!({ "code": ERROR })),
        }
    }
}

/// The methods that the conventions know; any other one could be anything.
fn method(entry: &Entry) -> &'static str {
    const KNOWN: [&str; 9] = ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];
    let method = entry.method.as_ref().map_or("", |method| method.as_str());
    KNOWN.into_iter().find(|known| *known == method).unwrap_or("_OTHER")
}

fn name_of(method: &'static str) -> &'static str {
    if method == "_OTHER" { "HTTP" } else { method }
}

fn put_server(attributes: &mut Vec<Value>, authority: &str) {
    let port = authority.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse::<u16>().ok()?)));
    let (host, port) = port.map_or((authority, None), |(host, port)| (host, Some(port)));
    attributes.push(text("server.address", host));
    attributes.extend(port.map(|port| number("server.port", u64::from(port))));
}

fn put_outcome(attributes: &mut Vec<Value>, status: Option<u16>, error: Option<&str>) {
    attributes.extend(status.map(|status| number("http.response.status_code", u64::from(status))));
    attributes.extend(error.map(|error| text("error.type", error)));
}

fn text(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": { "stringValue": value } })
}

fn number(key: &str, value: u64) -> Value {
    json!({ "key": key, "value": { "intValue": value.to_string() } })
}

fn nanos(entry: &Entry, after_micros: u64) -> String {
    let began = u64::try_from(entry.at.millis()).unwrap_or(0).saturating_mul(1_000_000);
    began.saturating_add(after_micros.saturating_mul(MICRO)).to_string()
}
