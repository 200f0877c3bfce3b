//! What comes back for a request that is broken, or wants to be read in two ways?

use proptest::prelude::*;

use crate::stage::*;

/// Asserts that bytes are refused, reach no upstream, leave one journal entry and end the connection.
#[track_caller]
fn refused(stage: &Stage, bytes: impl AsRef<[u8]>, status: u16, code: &str) {
    let mut client = Client::connect(stage.production);
    client.exchange(bytes.as_ref()).refused(status, code);
    assert_eq!(stage.entry().refusal, Some(code));
    assert!(client.is_closed(), "the connection must end");
    stage.no_entry();
    assert!(stage.upstream.seen().is_empty(), "{:?}", stage.upstream.seen());
}

fn post(fields: &str, body: &str) -> String {
    format!("POST /rents/v1/anything/a HTTP/1.1\r\nHost: x\r\n{fields}\r\n{body}")
}

#[test]
fn a_length_beside_chunks_is_400() {
    let stage = Stage::new();
    refused(&stage, post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400, "bad-request");
    refused(&stage, post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), 400, "bad-request");
}

#[test]
fn a_transfer_encoding_that_is_not_exactly_chunked_is_400() {
    let stage = Stage::new();
    for value in [
        ",chunked",
        "chunked,",
        "identity, chunked",
        "chunked, identity",
        "xchunked",
        "\u{b}chunked",
        "\"chunked\"",
        "chunked;q=1",
        "gzip, chunked",
        "identity",
        "",
        "chunked\r\nTransfer-Encoding: chunked",
        "chunked\r\nTransfer-Encoding: identity",
    ] {
        refused(&stage, post(&format!("Transfer-Encoding: {value}\r\n"), "0\r\n\r\n"), 400, "bad-request");
    }
    let old = "POST /rents/v1/anything/a HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    refused(&stage, old, 400, "bad-request");
    let fine = stage.raw(post("Transfer-Encoding: CHUNKED\r\nConnection: close\r\n", "2\r\nhi\r\n0\r\n\r\n"));
    assert_eq!((fine.status, fine.json()["body"].as_str()), (200, Some("hi")));
}

#[test]
fn a_length_that_is_no_plain_number_or_stands_twice_is_400() {
    let stage = Stage::new();
    let long = "9".repeat(400);
    for value in [
        "+1",
        "-1",
        "1 2",
        "0x1",
        "1_0",
        "1e1",
        "",
        "1, 1",
        "0001",
        "00",
        "18446744073709551616",
        &long,
        "1\r\nContent-Length: 1",
        "1\r\nContent-Length: 2",
    ] {
        refused(&stage, post(&format!("Content-Length: {value}\r\n"), "x"), 400, "bad-request");
    }
}

#[test]
fn line_feeds_alone_controls_and_folds_in_the_head_are_400() {
    let stage = Stage::new();
    for head in [
        "GET /rents/v1/status HTTP/1.1\nHost: x\n\n",
        "GET /rents/v1/status HTTP/1.1\r\nHost: x\r\nA: b\nX-User: admin\r\n\r\n",
        "GET /rents/v1/status HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n",
        "GET /rents/v1/status HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n",
        "GET /rents/v1/status HTTP/1.1\r\nHost: x\r\nA: b\u{7f}c\r\n\r\n",
        "GET /rents/v1/status HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n",
        "GET /rents/v1/status HTTP/1.1\r\n Host: x\r\n\r\n",
        "GET /rents/v1/status HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n",
        "GET /rents/v1/status HTTP/1.1\r\nHost: x\r\n: b\r\n\r\n",
        "GET /rents/v1/status HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
        "GET /rents/v1/status HTTP/1.1\r\nHost: x\r\n\u{e9}: b\r\n\r\n",
        "GET  /rents/v1/status HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET\t/rents/v1/status HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /rents/v1/status HTTP/1.2\r\nHost: x\r\n\r\n",
        "GET /rents/v1/status HTTP/2.0\r\nHost: x\r\n\r\n",
        "GET /rents/v1/status\r\nHost: x\r\n\r\n",
        "\r\n\r\n\r\nGET /rents/v1/status HTTP/1.1\r\nHost: x\r\n\r\n",
    ] {
        refused(&stage, head, 400, "bad-request");
    }
}

#[test]
fn a_host_that_is_missing_doubled_or_no_host_is_400() {
    let stage = Stage::new();
    let get = |hosts: &str| format!("GET /rents/v1/status HTTP/1.1\r\n{hosts}\r\n");
    for hosts in [
        "",
        "Host: a\r\nHost: a\r\n",
        "Host: a\r\nHost: b\r\n",
        "Host:\r\n",
        "Host: user@a\r\n",
        "Host: a:99999\r\n",
        "Host: a, b\r\n",
        "Host: a/b\r\n",
        "Host: [fe80::1%25eth0]\r\n",
    ] {
        refused(&stage, get(hosts), 400, "bad-request");
    }
    let other = "GET http://b.example/rents/v1/status HTTP/1.1\r\nHost: a.example\r\n\r\n";
    refused(&stage, other, 400, "bad-request");
    let same = "GET http://A.example/rents/v1/status HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n";
    assert_eq!(stage.raw(same).status, 200);
}

#[test]
fn connect_and_trace_are_405() {
    let stage = Stage::new();
    refused(&stage, "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n", 405, "method-not-allowed");
    let trace = stage.call("TRACE", "/rents/v1/status", &[], "");
    trace.refused(405, "method-not-allowed");
    assert!(!trace.field("allow").is_empty());
}

#[test]
fn an_expectation_other_than_continue_is_417() {
    let stage = Stage::new();
    stage.call("POST", "/rents/v1/anything/a", &["Expect: x"], "hi").refused(417, "bad-request");
    let mut client = Client::connect(stage.production);
    client.send(post("Expect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n", "").as_bytes());
    client.until("HTTP/1.1 100 Continue\r\n\r\n");
    client.send(b"hi");
    assert!(client.until("\"body\":\"hi\"").contains("200 OK"));
}

#[test]
fn too_long_an_address_is_414_and_too_large_a_head_431() {
    let stage = Stage::new();
    let get = |path: &str, fields: &str| format!("GET {path} HTTP/1.1\r\nHost: x\r\n{fields}\r\n");
    refused(&stage, get(&format!("/rents/v1/{}", "a".repeat(8200)), ""), 414, "uri-too-long");
    refused(&stage, get(&format!("/rents/v1/status?{}", "a".repeat(8200)), ""), 414, "uri-too-long");
    refused(&stage, "a".repeat(60_000), 414, "uri-too-long");
    refused(&stage, get("/rents/v1/status", &"A: b\r\n".repeat(100)), 431, "fields-too-large");
    refused(&stage, get("/rents/v1/status", &format!("A: {}\r\n", "b".repeat(33_000))), 431, "fields-too-large");
    refused(&stage, get("/rents/v1/status", &format!("A: {}\r\n", "b".repeat(500_000))), 431, "fields-too-large");
    let most = get("/rents/v1/status", &format!("Connection: close\r\n{}", "A: b\r\n".repeat(98)));
    assert_eq!(stage.raw(most).status, 200);
}

#[test]
fn a_path_that_can_be_read_in_two_ways_is_400_before_any_matching() {
    let stage = Stage::new();
    for path in [
        "/rents/v1/../../repairs/v1/accounts",
        "/rents/v1/%2e%2e/%2e%2e/repairs/v1/accounts",
        "/rents/v1/%2E./status",
        "/rents/./v1/status",
        "//rents/v1/status",
        "/rents//v1/status",
        "/rents/v1//status",
        "/rents/v1/status//",
        "/rents/v1/anything/a%2fb",
        "/rents/v1/anything/a%5cb",
        "/rents/v1/anything/a\\b",
        "/rents/v1/status%00",
        "/rents/v1/status;x=1",
        "/rents/v1/..;/status",
        "/rents/v1/%252e%252e/status",
        "/rents/v1/status%",
        "/rents/v1/%zz",
        "/rents/v1/anything/%ff",
        "/rents/v1/status#x",
        "/rents/v1/caf\u{e9}",
        "/rents/v1/{id}",
        "*",
    ] {
        let answer = stage.raw(format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        assert_eq!(answer.status, 400, "{path} {answer:?}");
        let code = answer.json()["code"].as_str().unwrap_or_default().to_owned();
        assert!(["ambiguous-path", "bad-request"].contains(&code.as_str()), "{path} {code}");
        assert_eq!(stage.entry().api, None, "{path} must not be matched");
    }
    assert!(stage.upstream.seen().is_empty());
}

#[test]
fn an_unknown_api_version_or_operation_is_404() {
    let stage = Stage::new();
    for path in [
        "/",
        "/rents",
        "/rents/",
        "/nothing/v1/accounts",
        "/rents/v1x/accounts",
        "/rents/v2/accounts",
        "/rents/v01/accounts",
        "/rents/V1/accounts",
        "/Rents/v1/accounts",
        "/rents/1/accounts",
        "/rent/v1/accounts",
        "/rentss/v1/accounts",
    ] {
        stage.get(path).refused(404, "api-not-found");
    }
    for path in [
        "/rents/v1/",
        "/rents/v1/account",
        "/rents/v1/accounts-private",
        "/rents/v1/accountsX",
        "/rents/v1/Accounts",
        "/rents/v1/accounts/",
        "/rents/v1/accounts/7/",
        "/rents/v1/accounts/7/8",
        "/rents/v1/anything/a",
        "/rents/v1/accounts%20",
        "/rents/v1/accounts.",
    ] {
        let answer = stage.get(path);
        assert!([404, 405].contains(&answer.status), "{path} {answer:?}");
        if answer.status == 404 {
            answer.refused(404, "operation-not-found");
        }
    }
    assert!(stage.upstream.seen().is_empty());
}

#[test]
fn another_method_is_405_and_allow_names_those_that_are_taken() {
    let stage = Stage::new();
    for (method, path, allow) in [
        ("POST", "/rents/v1/accounts", "GET, HEAD"),
        ("PUT", "/rents/v1/accounts/7", "DELETE, GET, HEAD"),
        ("GET", "/rents/v1/accounts/export", "POST"),
        ("FOO", "/rents/v1/accounts", "GET, HEAD"),
        ("get", "/rents/v1/accounts", "GET, HEAD"),
    ] {
        let answer = stage.call(method, path, &["X-HTTP-Method-Override: GET"], "");
        answer.refused(405, "method-not-allowed");
        assert_eq!(answer.field("allow"), allow, "{method} {path}");
    }
}

#[test]
fn a_body_that_is_too_large_is_413_before_or_while_it_is_read() {
    let stage = Stage::new();
    refused(&stage, post("Content-Length: 100001\r\n", ""), 413, "body-too-large");
    let chunks = "1000\r\n".to_owned() + &"a".repeat(4096) + "\r\n";
    let many = post("Transfer-Encoding: chunked\r\nConnection: close\r\n", &chunks.repeat(30));
    stage.raw(many).refused(413, "body-too-large");
    assert!(!stage.upstream.until(|_| true).whole, "the upstream must not take it for a whole request");
}

#[test]
fn malformed_chunks_never_become_a_whole_request_upstream() {
    let stage = Stage::new();
    for body in [
        "0x1\r\na\r\n0\r\n\r\n",
        "+1\r\na\r\n0\r\n\r\n",
        "-1\r\na\r\n",
        " 1\r\na\r\n0\r\n\r\n",
        "1 \r\na\r\n0\r\n\r\n",
        "\r\na\r\n",
        "11111111111111111\r\na",
        "1\na\n0\n\n",
        "1\r\naX0\r\n\r\n",
        "1\r\na\n0\r\n\r\n",
        "1;a\rb\r\na\r\n0\r\n\r\n",
        &format!("1;{}\r\na\r\n0\r\n\r\n", "e".repeat(300)),
        &format!("1\r\na\r\n0\r\n{}\r\n", "T: x\r\n".repeat(3000)),
    ] {
        let mut client = Client::connect(stage.production);
        client.send(post("Transfer-Encoding: chunked\r\n", &format!("3\r\nabc\r\n{body}")).as_bytes());
        let entry = stage.entry();
        assert_ne!(entry.status, 200, "{body:?}");
    }
    assert!(stage.upstream.seen().iter().all(|seen| !seen.whole), "{:?}", stage.upstream.seen());
}

#[test]
fn a_request_in_the_body_of_a_refused_one_is_never_a_request() {
    let stage = Stage::new();
    let inner = "GET /rents/v1/status HTTP/1.1\r\nHost: x\r\n\r\n";
    let outer =
        format!("POST /rents/v1/payments HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{inner}", inner.len());
    let mut client = Client::connect(stage.production);
    client.exchange(outer.as_bytes()).refused(401, "token-missing");
    assert_eq!(stage.entry().refusal, Some("token-missing"));
    stage.no_entry();
    assert!(stage.upstream.seen().is_empty());
}

#[test]
fn pipelined_requests_are_each_judged_and_answered_in_order() {
    let stage = Stage::new();
    let mut client = Client::connect(stage.production);
    let one = "GET /rents/v1/status?n=1 HTTP/1.1\r\nHost: x\r\n\r\n";
    let two = "GET /rents/v1/accounts HTTP/1.1\r\nHost: x\r\n\r\n";
    let three = "GET /rents/v1/status HTTP/1.1\nHost: x\r\n\r\n";
    client.send(format!("{one}{two}{three}").as_bytes());
    assert_eq!(client.answer().status, 200);
    client.answer().refused(401, "token-missing");
    client.answer().refused(400, "bad-request");
    assert!(client.is_closed());
}

#[test]
fn bytes_that_are_no_text_in_a_field_are_carried_and_hurt_nobody() {
    let stage = Stage::new();
    let answer =
        stage.raw(b"GET /rents/v1/status HTTP/1.1\r\nHost: x\r\nX-Note: caf\xe9\xff\r\nConnection: close\r\n\r\n");
    assert_eq!(answer.status, 200);
}

#[test]
fn a_gateway_without_a_snapshot_answers_503() {
    let stage = Stage::without_snapshot();
    stage.get("/rents/v1/status").refused(503, "unavailable");
    assert_eq!(stage.entry().refusal, Some("unavailable"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_path_that_was_authorised_is_the_path_that_is_forwarded(
        a in "([a-zA-Z0-9._~!$&'()*+,=:@-]|%[0-9a-fA-F]{2}|[/;.\\\\]){1,8}", b in "([a-z.]|%2[eEfF5]|%5[cC]){1,4}",
    ) {
        // One gateway serves all cases; the thread-local keeps proptest's closure free of state.
        thread_local!(static STAGE: Stage = Stage::new());
        STAGE.with(|stage| -> Result<(), TestCaseError> {
            let before = stage.upstream.seen().len();
            let answer = stage.raw(format!("GET /rents/v1/anything/{a}/{b} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
            let entry = stage.entry();
            let seen = stage.upstream.seen();
            if let Some(seen) = seen.get(before) {
                prop_assert_eq!(entry.operation.as_deref(), Some("anything"));
                let below = entry.path.strip_prefix("/rents/v1").unwrap_or_default();
                prop_assert_eq!(seen.target(), format!("/base{below}"));
                prop_assert_eq!(below.split('/').count(), 4, "exactly the segments of the template");
            } else {
                prop_assert!((400..500).contains(&answer.status), "{:?}", answer);
            }
            Ok(())
        })?;
    }
}
