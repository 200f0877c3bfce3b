//! What does the upstream see, and what does the client get of its answer?

use std::io::Write;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hansom_domain::UpstreamOptions;
use hansom_gateway::snapshot::Target;
use serde_json::Value;

use crate::stage::*;

#[test]
fn the_upstream_is_asked_below_its_base_path_with_the_query_as_it_was() {
    let stage = Stage::new();
    let answer = stage.call("GET", "/re%6Ets/v1/anything/%7ea/b%20c?x=1&y=%2F", &[], "");
    assert_eq!(answer.json()["target"], "/base/anything/~a/b%20c?x=1&y=%2F");
    assert_eq!(*stage.entry().path, *"/rents/v1/anything/~a/b%20c");
    assert_eq!(stage.call("GET", "/rents/v1", &[], "").json()["target"], "/base");
}

/// What a client could pretend with, or what is of one connection.
const SPOOFED: [&str; 19] = [
    "X-User: root",
    "X-Groups: admins",
    "X-Consumer-ID: 1",
    "X_User: root",
    "Hansom-Identity: forged",
    "X-Forwarded-For: 6.6.6.6",
    "X-Forwarded-Host: evil",
    "Forwarded: for=6.6.6.6",
    "X-Real-IP: 6.6.6.6",
    "Request-Id: mine",
    "X-HTTP-Method-Override: DELETE",
    "Cookie: session=1",
    "Proxy-Authorization: Basic x",
    "TE: trailers",
    "Upgrade: h2c",
    "HTTP2-Settings: AAMAAABk",
    "X-Original-URL: /admin",
    "Connection: x-mine, hansom-identity, request-id, host",
    "X-Mine: 1",
];

#[test]
fn f71_fields_that_pretend_to_be_somebody_do_not_reach_the_upstream() {
    let stage = Stage::new();
    let token = bearer(&stage.token());
    let fields: Vec<&str> = SPOOFED.into_iter().chain([token.as_str(), "Accept-Language: en"]).collect();
    let answer = stage.call("GET", "/rents/v1/accounts", &fields, "");
    assert_eq!(answer.status, 200);
    let seen = stage.upstream.until(|_| true);
    for line in SPOOFED {
        assert!(!seen.head.to_lowercase().contains(&line.to_lowercase()), "{line} in {}", seen.head);
    }
    for name in ["authorization", "cookie", "x-mine", "x_user", "upgrade", "connection", "transfer-encoding"] {
        assert_eq!(seen.field(name), None, "{name}");
    }
    assert_eq!(seen.field("accept-language").as_deref(), Some("en"));
    assert_eq!(seen.field("x-forwarded-for").as_deref(), Some("127.0.0.1"));
    assert_eq!(seen.field("forwarded").as_deref(), Some("for=127.0.0.1"));
    assert_eq!(seen.field("host"), Some(stage.upstream.address.to_string()));
    assert_eq!(seen.field("request-id").as_deref(), Some(answer.field("request-id")));
}

#[test]
fn the_upstream_learns_who_calls_from_an_assertion_for_it_alone() {
    let stage = Stage::new();
    assert_eq!(stage.get("/rents/v1/accounts").status, 200);
    let seen = stage.upstream.until(|_| true);
    let claims = URL_SAFE_NO_PAD.decode(seen.field("hansom-identity").expect("an assertion")).expect("base64url");
    let claims: Value = serde_json::from_slice(&claims).expect("JSON");
    assert_eq!((claims["sub"].as_str(), claims["kind"].as_str()), (Some("shop"), Some("application")));
    assert_eq!(claims["aud"], format!("http://{}", stage.upstream.address));
    stage.call("GET", "/rents/v1/status", &[], "");
    let anonymous = stage.upstream.until(|seen| seen.target().ends_with("/status"));
    assert_eq!(anonymous.field("hansom-identity"), None);
}

#[test]
fn the_answer_loses_what_is_of_one_connection_and_what_only_the_gateway_may_say() {
    let stage = Stage::new();
    let answer = stage.get("/rents/v1/accounts");
    assert_eq!(answer.field("etag"), "\"7\"");
    for name in ["x-secret", "hansom-identity", "set-cookie"] {
        assert!(answer.fields(name).is_empty(), "{name} in {answer:?}");
    }
    assert_eq!(answer.fields("request-id"), [stage.entry().request.as_str()]);
}

#[test]
fn head_is_served_by_get_without_a_body() {
    let stage = Stage::new();
    let mut client = Client::connect(stage.production);
    client.send(b"HEAD /rents/v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let head = client.until("\r\n\r\n");
    assert!(head.starts_with("HTTP/1.1 200") && head.ends_with("\r\n\r\n"), "{head}");
    assert_eq!(stage.entry().status, 200);
}

#[test]
fn a_request_body_streams_to_the_upstream_before_it_is_whole() {
    let stage = Stage::new();
    let mut client = Client::connect(stage.production);
    client.send(b"POST /rents/v1/anything/early HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
    assert!(!stage.upstream.until(|_| true).whole, "the head must arrive before the body has ended");
    client.send(b"3;ext=1\r\ntwo\r\n0\r\nX-User: root\r\n\r\n");
    assert_eq!(client.answer().json()["body"], "onetwo");
    let whole = stage.upstream.until(|seen| seen.whole);
    assert_eq!(whole.field("transfer-encoding").as_deref(), Some("chunked"));
}

#[test]
fn an_answer_streams_to_the_client_and_stops_when_the_client_goes() {
    let stage = Stage::new();
    let mut client = Client::connect(stage.production);
    client.send(b"GET /rents/v1/anything/a/endless HTTP/1.1\r\nHost: x\r\n\r\n");
    client.until("again");
    drop(client);
    let entry = stage.entry();
    assert_eq!(entry.status, 200);
    assert!(entry.detail.as_deref().is_some_and(|detail| detail.contains("client went away")), "{entry:?}");
    stage.no_entry();
}

#[test]
fn a_client_that_goes_before_the_answer_leaves_one_entry() {
    let stage = Stage::new();
    let mut client = Client::connect(stage.production);
    client.send(b"GET /rents/v1/anything/a/silent HTTP/1.1\r\nHost: x\r\n\r\n");
    stage.upstream.until(|_| true);
    drop(client);
    assert_eq!(stage.entry().status, hansom_gateway::CLIENT_GONE);
    stage.no_entry();
}

#[test]
fn a24_a_client_that_goes_within_its_body_ends_the_upstreams_request_uncleanly() {
    let stage = Stage::new();
    let mut client = Client::connect(stage.production);
    client.send(b"POST /rents/v1/anything/a HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf");
    client.stream.flush().expect("flushed");
    std::thread::sleep(std::time::Duration::from_millis(100));
    drop(client);
    assert!(!stage.upstream.until(|_| true).whole);
    assert_ne!(stage.entry().status, 200);
}

#[test]
fn k117_an_upstream_that_breaks_off_within_its_answer_breaks_the_clients_connection() {
    let stage = Stage::new();
    for place in ["halfway", "halfway-chunked"] {
        let answer = stage.call("GET", &format!("/rents/v1/anything/a/{place}"), &[], "");
        assert_eq!(answer.status, 200);
        assert!(!answer.whole, "{place} must not look whole: {answer:?}");
        let entry = stage.entry();
        assert!(entry.detail.as_deref().is_some_and(|detail| detail.contains("broke off")), "{entry:?}");
    }
}

#[test]
fn k117_an_upstream_that_fails_before_its_answer_is_502_and_a_silent_one_504() {
    let stage = Stage::new();
    stage.call("GET", "/rents/v1/anything/a/gone", &[], "").refused(502, "upstream-failed");
    stage.call("GET", "/rents/v1/anything/a/garbage", &[], "").refused(502, "upstream-failed");
    stage.call("GET", "/rents/v1/anything/a/silent", &[], "").refused(504, "upstream-timeout");
    assert_eq!(stage.upstream.seen().len(), 3, "a fresh connection is never tried again");
    stage.swap(|document| {
        let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("bound");
        let version = &mut document.environments[0].versions[0];
        version.target = Target::Upstreams {
            urls: vec![format!("http://{closed}")],
            timeout_ms: 500,
            options: UpstreamOptions::default(),
        };
    });
    stage.call("GET", "/rents/v1/status", &[], "").refused(502, "upstream-failed");
    stage.swap(|document| {
        document.environments[0].versions[0].target =
            Target::Upstreams { urls: vec![], timeout_ms: 500, options: UpstreamOptions::default() };
    });
    stage.call("GET", "/rents/v1/status", &[], "").refused(503, "unavailable");
}

#[test]
fn k120_a_kept_connection_is_used_again_and_its_crossing_end_costs_one_retry() {
    let stage = Stage::new();
    let mut client = Client::connect(stage.production);
    let get = |place: &str| format!("GET /rents/v1/anything/a/{place} HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(client.exchange(get("x").as_bytes()).status, 200);
    assert_eq!(client.exchange(get("y").as_bytes()).status, 200);
    let seen = stage.upstream.seen();
    assert_eq!(seen[0].connection, seen[1].connection, "kept alive");
    // The upstream answers, keeps the connection, and closes it on the next request.
    assert_eq!(client.exchange(get("once").as_bytes()).body, "ok");
    assert_eq!(client.exchange(get("z").as_bytes()).status, 200);
}

#[test]
fn several_upstreams_share_the_requests() {
    let stage = Stage::new();
    let address = stage.upstream.address;
    stage.swap(|document| {
        let urls = vec![format!("http://{address}/one"), format!("http://{address}/two/")];
        document.environments[0].versions[0].target =
            Target::Upstreams { urls, timeout_ms: 500, options: UpstreamOptions::default() };
    });
    let target = || stage.call("GET", "/rents/v1/status", &[], "").json()["target"].to_string();
    let targets: std::collections::BTreeSet<String> = (0..40).map(|_| target()).collect();
    assert_eq!(targets.into_iter().collect::<Vec<_>>(), ["\"/one/status\"", "\"/two/status\""]);
}
