//! Which trace is a request part of, what is the upstream told of it, and what is noted?

use std::sync::Arc;

use hansom_domain::Network;
use hansom_gateway::{Entrance, Entry, Follows, ForwardedHeader, Sampling, TrustedProxies};

use crate::{
    raw_frames::{END_HEADERS, END_STREAM, End, HEADERS, RST_STREAM, Raw, fields, frame},
    stage::*,
};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SAMPLED: &str = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const UNSAMPLED: &str = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

/// A gateway that follows everybody.
fn following(ratio: f64) -> Stage {
    Stage::tracing(Sampling::new(ratio, Follows::Everybody), Entrance::default())
}

/// What the upstream saw last.
fn last(stage: &Stage) -> Seen {
    stage.upstream.seen().pop().expect("the upstream was asked")
}

/// Calls with these fields; the entry, and what the upstream was told.
fn call(stage: &Stage, fields: &[&str]) -> (Entry, String) {
    let token = bearer(&stage.token());
    let fields: Vec<&str> = fields.iter().copied().chain([token.as_str()]).collect();
    assert_eq!(stage.call("GET", "/rents/v1/accounts", &fields, "").status, 200);
    let seen = last(stage);
    let told: Vec<&str> = seen.head.lines().filter(|line| line.to_lowercase().starts_with("traceparent")).collect();
    assert_eq!(told.len(), 1, "one, never two: {}", seen.head);
    let told = told.first().and_then(|line| line.split_once(": ")).expect("a field").1.to_owned();
    (stage.entry(), told)
}

#[test]
fn a_trace_that_is_followed_goes_on_with_a_span_of_the_gateways_own() {
    let stage = following(0.0);
    let (entry, told) = call(&stage, &[SAMPLED]);
    let span = entry.span.expect("it is told, as its parent is");
    let asked = span.asked.expect("an upstream was asked");
    assert_eq!(entry.trace.expect("it is part of one").to_string(), TRACE);
    assert_eq!(span.parent.expect("a parent").to_string(), "00f067aa0ba902b7");
    assert_eq!(told, format!("00-{TRACE}-{}-01", asked.id));
    assert_ne!(asked.id, span.id);
    assert_eq!((asked.status, asked.attempts), (Some(200), 1));
    assert!(asked.base.ends_with("/base"), "{}", asked.base);
    assert_eq!(span.route.as_deref(), Some("/rents/v1/accounts"));
    assert_eq!((span.host.as_str(), span.protocol), ("gateway.example", "1.1"));
    assert!(entry.upstream_micros.is_some_and(|micros| micros <= entry.duration_micros));
}

#[test]
fn a_trace_that_is_not_told_goes_on_and_costs_no_span() {
    let stage = following(1.0);
    let (entry, told) = call(&stage, &[UNSAMPLED]);
    assert_eq!(entry.span, None);
    assert!(told.starts_with(&format!("00-{TRACE}-")) && told.ends_with("-00"), "{told}");
    assert!(!told.contains("00f067aa0ba902b7"), "the parent is the gateway now: {told}");
    let stage = following(0.0);
    let (entry, told) = call(&stage, &[]);
    assert_eq!(entry.span, None);
    assert_eq!(told, format!("00-{}-{}-00", entry.trace.expect("it has a trace"), &told[36..52]));
}

#[test]
fn w3c_3_2_what_is_no_traceparent_or_comes_twice_begins_a_new_trace() {
    let stage = following(1.0);
    for bad in [
        "traceparent: ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "traceparent: 00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "traceparent: 00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-longer",
        "traceparent: nonsense",
        "traceparent:",
        "TraceParent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\ntraceparent: 00-5bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\ntraceparent: nonsense",
    ] {
        let (entry, told) = call(&stage, &[bad, "tracestate: vendor=1"]);
        let span = entry.span.expect("it is told");
        assert!(span.parent.is_none() && span.linked.is_none(), "{bad}");
        assert!(!told.contains(TRACE), "{bad} became {told}");
    }
    let with_underscore = "trace_parent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    assert!(!call(&stage, &[with_underscore]).1.contains(TRACE));
}

#[test]
fn a_stranger_chooses_neither_the_trace_nor_whether_it_is_told() {
    let stage = Stage::tracing(Sampling::new(0.0, Follows::Proxies), Entrance::default());
    let (entry, told) = call(&stage, &[SAMPLED, "tracestate: vendor=1"]);
    assert_eq!(entry.span, None);
    assert!(!told.contains(TRACE) && told.ends_with("-00"), "{told}");
    let stage = Stage::tracing(Sampling::new(1.0, Follows::Proxies), Entrance::default());
    let (entry, told) = call(&stage, &[SAMPLED, "tracestate: vendor=1"]);
    let (trace, span) = entry.span.expect("it is told").linked.expect("what it said is noted");
    assert_eq!((trace.to_string().as_str(), span.to_string().as_str()), (TRACE, "00f067aa0ba902b7"));
    assert!(!told.contains(TRACE), "{told}");
    let proxies = TrustedProxies::new(Network::LOOPBACK.into(), ForwardedHeader::XForwardedFor);
    let entrance = Entrance { proxies: Arc::new(proxies), ..Entrance::default() };
    let stage = Stage::tracing(Sampling::new(0.0, Follows::Proxies), entrance);
    assert!(call(&stage, &[SAMPLED]).1.starts_with(&format!("00-{TRACE}-")), "a trusted proxy is believed");
}

#[test]
fn w3c_3_3_a_tracestate_goes_on_with_its_trace_alone() {
    let stage = following(0.0);
    let token = bearer(&stage.token());
    for (fields, expected) in [
        (vec![SAMPLED, "tracestate: a=1", "tracestate: b=2"], Some("a=1,b=2")),
        (vec![SAMPLED, "tracestate: =broken"], None),
        (vec!["tracestate: a=1"], None),
        (vec!["traceparent: nonsense", "tracestate: a=1"], None),
    ] {
        let fields: Vec<&str> = fields.into_iter().chain([token.as_str()]).collect();
        assert_eq!(stage.call("GET", "/rents/v1/accounts", &fields, "").status, 200);
        assert_eq!(last(&stage).field("tracestate").as_deref(), expected, "{fields:?}");
    }
}

#[test]
fn a_refusal_has_one_entry_and_one_span() {
    let stage = following(1.0);
    assert_eq!(stage.call("GET", "/rents/v1/accounts", &[], "").status, 401);
    let entry = stage.entry();
    let span = entry.span.expect("a refusal is told");
    assert_eq!((entry.refusal, span.asked), (Some("token-missing"), None));
    assert_eq!(span.route.as_deref(), Some("/rents/v1/accounts"));
    for (bytes, code) in [
        (&b"GET /x y HTTP/1.1\r\nHost: x\r\n\r\n"[..], "malformed"),
        (b"GET /a/%2e%2e/b HTTP/1.1\r\nHost: x\r\n\r\n", "path-ambiguous"),
        (b"GET /nothing/v1/here HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "api-not-found"),
    ] {
        Client::connect(stage.production).exchange(bytes);
        let entry = stage.entry();
        assert!(entry.refusal.is_some() && entry.span.is_some() && entry.trace.is_some(), "{code}: {entry:?}");
    }
    stage.no_entry();
}

#[test]
fn a_gateway_that_takes_no_part_leaves_traces_as_they_are() {
    let stage = Stage::new();
    let (entry, told) = call(&stage, &[SAMPLED]);
    assert_eq!((entry.trace, entry.span), (None, None));
    assert_eq!(format!("traceparent: {told}"), SAMPLED);
}

/// Asks over HTTP/2, with more fields.
fn ask(raw: &mut Raw, stream: u32, path: &str, more: &[(&str, &str)]) {
    let mut all = vec![(":method", "GET"), (":scheme", "http"), (":authority", "gateway.example"), (":path", path)];
    all.extend(more);
    raw.send(&frame(HEADERS, END_STREAM | END_HEADERS, stream, &fields(&all)));
}

fn value(field: &str) -> &str {
    field.split_once(": ").expect("a field").1
}

#[test]
fn requests_of_one_http2_connection_have_spans_of_their_own() {
    let stage = following(0.0);
    let mut raw = Raw::open(stage.production, &[]);
    let mut spans = vec![];
    for (stream, path, digit, status) in
        [(1, "/rents/v1/status", 2, 200), (3, "/rents/v1/anything/1/2", 2, 200), (5, "/rents/v1/accounts", 4, 401)]
    {
        ask(&mut raw, stream, path, &[("traceparent", value(SAMPLED)), ("tracestate", "vendor=1")]);
        assert_eq!(raw.end(stream), End::Answer(digit));
        let entry = stage.entry();
        let span = entry.span.expect("it is told, as its parent is");
        assert_eq!((entry.status, entry.trace.expect("a trace").to_string().as_str()), (status, TRACE));
        assert_eq!((span.protocol, span.scheme, span.host.as_str()), ("2", "http", "gateway.example"));
        assert_eq!(span.parent.expect("a parent").to_string(), "00f067aa0ba902b7");
        assert_eq!(span.asked.is_some(), status == 200, "a refusal asks no upstream");
        if let Some(asked) = &span.asked {
            let seen = last(&stage);
            assert_eq!(seen.field("traceparent"), Some(format!("00-{TRACE}-{}-01", asked.id)));
            assert_eq!(seen.field("tracestate").as_deref(), Some("vendor=1"));
            spans.push(asked.id);
        }
        spans.push(span.id);
    }
    for (place, span) in spans.iter().enumerate() {
        assert!(!spans[..place].contains(span), "each is one of its own: {spans:?}");
    }
    ask(&mut raw, 7, "/rents/v1/status", &[("traceparent", value(UNSAMPLED))]);
    assert_eq!(raw.end(7), End::Answer(2));
    assert_eq!(stage.entry().span, None, "a trace that is not told costs no span");
    ask(&mut raw, 9, "/rents/v1/status", &[("traceparent", value(SAMPLED)), ("traceparent", value(SAMPLED))]);
    assert_eq!(raw.end(9), End::Answer(2));
    assert!(!last(&stage).field("traceparent").expect("one").contains(TRACE), "what comes twice is as good as none");
}

#[test]
fn a_stream_that_its_client_resets_leaves_one_span() {
    let stage = following(1.0);
    let mut raw = Raw::open(stage.production, &[]);
    ask(&mut raw, 1, "/rents/v1/anything/a/silent", &[]);
    stage.upstream.until(|_| true);
    raw.send(&frame(RST_STREAM, 0, 1, &[0, 0, 0, 8]));
    let entry = stage.entry();
    let span = entry.span.expect("it is told");
    assert_eq!((entry.status, span.protocol), (hansom_gateway::CLIENT_GONE, "2"));
    assert_eq!(span.asked.expect("an upstream was asked").status, None);
    stage.no_entry();
}
