//! Where does a request end, and what of one that could end in two places?

use std::{net::Shutdown, time::Duration};

use prometheus_client::encoding::text::encode;

use crate::{scripted::*, stage::*};

fn post(fields: &str, body: &str) -> String {
    format!("POST /rents/v1/anything/a HTTP/1.1\r\nHost: x\r\n{fields}\r\n{body}")
}

const STATUS: &str = "GET /rents/v1/status HTTP/1.1\r\nHost: x\r\n\r\n";

#[test]
fn a01_a_length_and_then_chunks_is_400() {
    let stage = Stage::new();
    stage.refuses(post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400, "bad-request");
    stage.refuses(post("Content-Length: 0\r\nA: b\r\ntransfer-encoding:chunked\r\n", STATUS), 400, "bad-request");
    stage.refuses(post("Content-Length: 5\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n"), 400, "bad-request");
}

#[test]
fn a02_chunks_and_then_a_length_is_400() {
    let stage = Stage::new();
    stage.refuses(post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), 400, "bad-request");
    stage.refuses(post("TRANSFER-ENCODING: chunked\r\nContent-Length: 0\r\n", "0\r\n\r\n"), 400, "bad-request");
}

/// Asserts that a `Transfer-Encoding` is refused.
#[track_caller]
fn no_coding(values: &[&str]) {
    let stage = Stage::new();
    for value in values {
        stage.refuses(post(&format!("Transfer-Encoding: {value}\r\n"), "0\r\n\r\n"), 400, "bad-request");
    }
    stage.no_entry();
}

#[test]
fn a03_two_transfer_encodings_are_400() {
    no_coding(&[
        "chunked\r\nTransfer-Encoding: chunked",
        "chunked\r\nTransfer-Encoding: identity",
        "identity\r\nTransfer-Encoding: chunked",
        "chunked, chunked",
    ]);
}

#[test]
fn a04_a_comma_beside_chunked_is_400() {
    no_coding(&[",chunked", "chunked,", ", chunked", "chunked ,", ",", ""]);
}

#[test]
fn a05_identity_before_chunked_is_400() {
    no_coding(&["identity, chunked", "identity", "gzip, chunked"]);
}

#[test]
fn a06_what_only_resembles_chunked_is_400_and_case_is_of_no_matter() {
    no_coding(&[
        "xchunked",
        "\u{b}chunked",
        "\u{c}chunked",
        "\"chunked\"",
        "chunked;q=1",
        "chunked x",
        "chunkedx",
        "chunke",
        "ch unked",
        "\u{a0}chunked",
    ]);
    let stage = Stage::new();
    let fine = stage.raw(post("Transfer-Encoding: \tCHUNKED \r\nConnection: close\r\n", "2\r\nhi\r\n0\r\n\r\n"));
    assert_eq!((fine.status, fine.json()["body"].as_str()), (200, Some("hi")));
    assert_eq!(stage.upstream.until(|_| true).field("transfer-encoding").as_deref(), Some("chunked"));
}

#[test]
fn a07_chunked_that_is_not_last_is_400() {
    no_coding(&["chunked, identity", "chunked, gzip"]);
}

#[test]
fn a08_chunks_in_http_1_0_are_400() {
    let stage = Stage::new();
    let old = "POST /rents/v1/anything/a HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    stage.refuses(old, 400, "bad-request");
}

/// Asserts that a `Content-Length` is refused.
#[track_caller]
fn no_length(values: &[&str]) {
    let stage = Stage::new();
    for value in values {
        stage.refuses(post(&format!("Content-Length: {value}\r\n"), "x"), 400, "bad-request");
    }
    stage.no_entry();
}

#[test]
fn a09_two_lengths_are_400_also_when_they_agree() {
    no_length(&[
        "1\r\nContent-Length: 1",
        "1\r\nContent-Length: 2",
        "1\r\nA: b\r\ncontent-length: 1",
        "0\r\nContent-Length: 0",
    ]);
}

#[test]
fn a10_a_length_that_is_no_plain_number_is_400() {
    let long = "9".repeat(400);
    no_length(&[
        "+1",
        "-1",
        "1 2",
        "0x1",
        "1_0",
        "1e1",
        "1.0",
        "",
        "1, 1",
        "1,",
        "\"1\"",
        "\u{661}",
        "18446744073709551616",
        &long,
    ]);
}

#[test]
fn a11_a_length_with_zeros_before_it_is_400() {
    no_length(&["0001", "00", "01"]);
}

#[test]
fn a12_a_body_of_a_method_that_needs_none_is_framed_and_never_becomes_a_request() {
    let stage = Stage::new();
    let mut client = Client::connect(stage.production);
    let inner = STATUS;
    for method in ["GET", "HEAD"] {
        for path in ["/rents/v1/status?outer", "/rents/v1/nowhere"] {
            let length = inner.len();
            client.send(
                format!("{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{inner}").as_bytes(),
            );
            client.until("\r\n\r\n");
            stage.entry();
            stage.no_entry();
            client = Client::connect(stage.production);
        }
    }
    let seen = stage.upstream.seen();
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert!(seen.iter().all(|seen| seen.target().ends_with("?outer") && seen.body == inner), "{seen:?}");
}

/// Asserts that chunks are malformed: the upstream never sees a whole request, and the connection ends.
#[track_caller]
fn no_chunks(bodies: &[&str]) {
    let stage = Stage::new();
    for body in bodies {
        let mut client = Client::connect(stage.production);
        client.send(post("Transfer-Encoding: chunked\r\n", &format!("3\r\nabc\r\n{body}{STATUS}")).as_bytes());
        assert_ne!(stage.entry().status, 200, "{body:?}");
        let mut all = vec![];
        let _ = std::io::Read::read_to_end(&mut client.stream, &mut all);
        let answers = String::from_utf8_lossy(&all).matches("HTTP/1.1 ").count();
        assert!(answers <= 1, "{body:?} {}", String::from_utf8_lossy(&all));
    }
    stage.no_entry();
    assert!(stage.upstream.seen().iter().all(|seen| !seen.whole), "{:?}", stage.upstream.seen());
}

#[test]
fn a13_a_chunk_size_that_is_no_plain_hexadecimal_number_breaks_both_sides() {
    no_chunks(&[
        "0x1\r\na\r\n0\r\n\r\n",
        "+1\r\na\r\n0\r\n\r\n",
        "-1\r\na\r\n0\r\n\r\n",
        " 1\r\na\r\n0\r\n\r\n",
        "1 \r\na\r\n0\r\n\r\n",
        "1\t\r\na\r\n0\r\n\r\n",
        "1_0\r\n0123456789abcdef\r\n0\r\n\r\n",
        "\r\na\r\n",
        ";x\r\na\r\n",
        "g\r\na\r\n",
        "11111111111111111\r\na",
        "00000000000000001\r\na\r\n0\r\n\r\n",
        "ffffffffffffffff\r\na",
        "\u{661}\r\na\r\n",
    ]);
}

#[test]
fn a14_a_chunk_line_that_does_not_end_properly_breaks_both_sides() {
    no_chunks(&[
        "1\na\n0\n\n",
        "1\r\naX0\r\n\r\n",
        "1\r\nab\r\n0\r\n\r\n",
        "1\r\na\n0\r\n\r\n",
        "1\rXa\r\n0\r\n\r\n",
        "1\r\r\na\r\n0\r\n\r\n",
        "1\r\na\r\n0\n\r\n",
        "1\r\na\r\n0\r\n\n",
        "1\r\na\r\n0\r\nA: b\n\r\n",
    ]);
}

#[test]
fn a15_a_chunk_extension_that_is_long_or_has_line_ends_breaks_both_sides_and_none_is_passed_on() {
    no_chunks(&[
        "1;a\rb\r\na\r\n0\r\n\r\n",
        "1;a\nb\r\na\r\n0\r\n\r\n",
        "1;a=\"\r\n\"\r\na\r\n0\r\n\r\n",
        "1;a\0\r\na\r\n0\r\n\r\n",
        &format!("1;{}\r\na\r\n0\r\n\r\n", "e".repeat(300)),
        &format!("1;{}\r\na\r\n0\r\n\r\n", "e".repeat(20_000)),
    ]);
    let expected = "2\r\nhi\r\n0\r\n\r\n";
    let (stage, upstream) = Stage::before(vec![Act::Head, Act::Take(expected.len()), say("HTTP/1.1 204 x\r\n\r\n")]);
    stage.raw(post("Transfer-Encoding: chunked\r\n", "2;secret=1\r\nhi\r\n0;last\r\n\r\n"));
    let heard = upstream.heard().concat();
    assert!(heard.ends_with(&format!("\r\n\r\n{expected}")) && !heard.contains("secret"), "{heard}");
}

#[test]
fn a16_one_byte_chunks_without_end_are_cut() {
    let stage = Stage::new();
    let mut client = Client::connect(stage.production);
    client.send(post("Transfer-Encoding: chunked\r\n", &"1\r\na\r\n".repeat(60_000)).as_bytes());
    assert_ne!(stage.entry().status, 200);
    assert!(!stage.upstream.until(|_| true).whole);
}

#[test]
fn a17_fields_after_a_body_are_dropped_but_those_that_belong_there() {
    let expected = "2\r\nhi\r\n0\r\nGrpc-Status: 0\r\n\r\n";
    let (stage, upstream) = Stage::before(vec![Act::Head, Act::Take(expected.len()), say("HTTP/1.1 204 x\r\n\r\n")]);
    let trailers = "Content-Length: 5\r\nTransfer-Encoding: chunked\r\nHost: evil\r\nAuthorization: Bearer x\r\nX-User: root\r\nHansom-Identity: x\r\nConnection: close\r\nA: b\r\nGrpc-Status: 0\r\n";
    stage.raw(post("Transfer-Encoding: chunked\r\nTrailer: X-User\r\n", &format!("2\r\nhi\r\n0\r\n{trailers}\r\n")));
    let heard = upstream.heard().concat();
    assert!(heard.ends_with(&format!("\r\n\r\n{expected}")), "{heard}");
    no_chunks(&[
        "0\r\nno colon\r\n\r\n",
        "0\r\n: b\r\n\r\n",
        "0\r\nA : b\r\n\r\n",
        "0\r\nA: b\r\n folded\r\n\r\n",
        "0\r\nA: b\0\r\n\r\n",
        &format!("0\r\n{}\r\n", "T: x\r\n".repeat(3000)),
    ]);
}

/// A request for a WebSocket.
fn upgrade(path: &str, more: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n{more}\r\n"
    )
}

fn switching(script: Vec<Act>) -> (Stage, Scripted) {
    let (stage, upstream) = Stage::before(script);
    stage.swap(|document| {
        let operations = &mut document.environments[0].versions[0].operations;
        operations
            .iter_mut()
            .filter(|operation| operation.id == "anything")
            .for_each(|operation| operation.upgrades = true);
    });
    (stage, upstream)
}

const SWITCH: &str =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: y\r\n\r\n";

#[test]
fn a18_an_upgrade_is_asked_for_only_where_the_contract_has_one_and_made_only_by_the_upstreams_101() {
    let (stage, upstream) = switching(vec![Act::Head, say(SWITCH), Act::Take(4), say("pong")]);
    let mut client = Client::connect(stage.production);
    client.send(upgrade("/rents/v1/anything/a/b", "").as_bytes());
    let head = client.until("\r\n\r\n");
    assert!(head.starts_with("HTTP/1.1 101") && head.contains("Sec-WebSocket-Accept: y"), "{head}");
    client.send(b"ping");
    client.until("pong");
    assert!(upstream.heard().concat().contains("upgrade: websocket"), "{:?}", upstream.heard());
    // Where the contract has none, the upstream is not even asked, and its 101 would be a fault.
    let other = Client::connect(stage.production).exchange(upgrade("/rents/v1/status", "").as_bytes());
    other.refused(502, "upstream-failed");
    assert!(!upstream.heard()[1].to_lowercase().contains("upgrade"), "{:?}", upstream.heard());
}

const NO: &str = "HTTP/1.1 400 No\r\nContent-Length: 2\r\n\r\nno";

#[test]
fn a18_a_101_that_names_another_protocol_or_none_is_502() {
    for upgrade in ["", "Upgrade: h2c\r\n", "Upgrade: websocket\r\nUpgrade: h2c\r\n"] {
        let (stage, _) =
            switching(answering(format!("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n{upgrade}\r\n")));
        stage.raw(self::upgrade("/rents/v1/anything/a/b", "")).refused(502, "upstream-failed");
    }
}

#[test]
fn a18_an_upstream_that_does_not_switch_answers_like_any_other() {
    let (stage, _) = switching([answering(NO), answering(NO)].concat());
    let mut client = Client::connect(stage.production);
    for _ in 0..2 {
        let answer = client.exchange(upgrade("/rents/v1/anything/a/b", "").as_bytes());
        assert_eq!((answer.status, answer.body.as_str()), (400, "no"), "{answer:?}");
    }
}

#[test]
fn a18_bytes_before_the_101_are_refused_and_never_sent_on() {
    // With the request.
    let (stage, upstream) = switching(vec![Act::Head, Act::Pause(100), say(SWITCH)]);
    let mut client = Client::connect(stage.production);
    client.send(format!("{}{STATUS}", upgrade("/rents/v1/anything/a/b", "")).as_bytes());
    client.answer().refused(400, "bad-request");
    assert!(upstream.heard().is_empty(), "{:?}", upstream.heard());
    // And while the upstream thinks about it.
    let mut client = Client::connect(stage.production);
    client.send(upgrade("/rents/v1/anything/a/b", "").as_bytes());
    std::thread::sleep(Duration::from_millis(40));
    client.send(STATUS.as_bytes());
    client.answer().refused(400, "bad-request");
    assert!(client.is_closed());
    assert!(!upstream.heard().concat().contains("/status"), "{:?}", upstream.heard());
}

#[test]
fn a18_an_upgrade_with_a_body_is_none() {
    let (stage, upstream) = switching(vec![Act::Head, Act::Take(5), say("HTTP/1.1 204 x\r\n\r\n")]);
    let answer = Client::connect(stage.production)
        .exchange(format!("{}hello", upgrade("/rents/v1/anything/a/b", "Content-Length: 5\r\n")).as_bytes());
    assert_eq!(answer.status, 204, "{answer:?}");
    assert!(!upstream.heard().concat().to_lowercase().contains("upgrade"), "{:?}", upstream.heard());
}

#[test]
fn a19_an_upgrade_to_http2_is_ignored_and_stripped() {
    let stage = Stage::new();
    let fields = ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"];
    assert_eq!(stage.call("GET", "/rents/v1/status", &fields, "").status, 200);
    let seen = stage.upstream.until(|_| true);
    for name in ["upgrade", "http2-settings", "connection"] {
        assert_eq!(seen.field(name), None, "{name}");
    }
}

#[test]
fn a20_a_thousand_requests_in_one_segment_are_each_judged_and_answered_in_order() {
    let stage = Stage::new();
    let mut client = Client::connect(stage.production);
    let mut writer = client.stream.try_clone().expect("a second handle");
    let all: String = (0..1000)
        .map(|number| match number % 10 {
            9 => "GET /rents/v1/accounts HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
            _ => format!("GET /rents/v1/status?n={number} HTTP/1.1\r\nHost: x\r\n\r\n"),
        })
        .collect();
    let writing = std::thread::spawn(move || std::io::Write::write_all(&mut writer, all.as_bytes()));
    for number in 0..1000 {
        let answer = client.answer();
        match number % 10 {
            9 => drop(answer.refused(401, "token-missing")),
            _ => assert_eq!(answer.json()["target"], format!("/base/status?n={number}")),
        }
    }
    writing.join().expect("it ends").expect("all was taken");
}

#[test]
fn a20_a_broken_request_ends_what_was_sent_with_it() {
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
fn a21_a_request_in_the_body_of_a_refused_one_is_never_a_request() {
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
fn a21_the_rest_of_a_refused_body_is_drained_or_the_connection_ends() {
    let stage = Stage::new();
    let mut client = Client::connect(stage.production);
    // Little enough to drain: the next request is served.
    client
        .exchange(b"POST /rents/v1/payments HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello")
        .refused(401, "token-missing");
    assert_eq!(client.exchange(STATUS.as_bytes()).status, 200);
    // A body that never comes: the connection ends.
    client
        .exchange(b"POST /rents/v1/payments HTTP/1.1\r\nHost: x\r\nContent-Length: 50000\r\n\r\nGET")
        .refused(401, "token-missing");
    client.send(STATUS.as_bytes());
    assert!(client.is_closed());
    // A body that is malformed: the same.
    let mut client = Client::connect(stage.production);
    client
        .exchange(b"POST /rents/v1/payments HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\n")
        .refused(401, "token-missing");
    client.send(STATUS.as_bytes());
    assert!(client.is_closed());
}

#[test]
fn a22_an_expectation_other_than_continue_is_417() {
    let stage = Stage::new();
    stage.call("POST", "/rents/v1/anything/a", &["Expect: x"], "hi").refused(417, "bad-request");
    let mut client = Client::connect(stage.production);
    client.send(post("Expect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n", "").as_bytes());
    client.until("HTTP/1.1 100 Continue\r\n\r\n");
    client.send(b"hi");
    assert!(client.until("\"body\":\"hi\"").contains("200 OK"));
}

#[test]
fn a22_a_client_that_waits_for_a_word_is_told_a_refusal_instead_and_sends_nothing() {
    let stage = Stage::new();
    let mut client = Client::connect(stage.production);
    client.send(b"POST /rents/v1/payments HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    let answer = client.answer();
    answer.refused(401, "token-missing");
    assert_eq!(answer.field("connection"), "close", "a body may be on its way, or not");
    assert!(client.is_closed());
}

#[test]
fn a22_a_client_that_was_told_to_go_on_and_sends_nothing_frees_its_place() {
    let stage = Stage::new();
    let mut client = Client::connect(stage.production);
    client.send(post("Expect: 100-continue\r\nContent-Length: 5\r\n", "").as_bytes());
    client.until("100 Continue");
    client.stream.shutdown(Shutdown::Write).expect("half closed");
    assert_ne!(stage.entry().status, 200);
    assert!(stage.upstream.seen().iter().all(|seen| !seen.whole));
}

#[test]
fn a23_connect_trace_and_unknown_methods_are_405() {
    let stage = Stage::new();
    stage.refuses("CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n", 405, "method-not-allowed");
    let trace = stage.call("TRACE", "/rents/v1/status", &[], "");
    trace.refused(405, "method-not-allowed");
    assert!(!trace.field("allow").is_empty());
    for method in ["FOO", "get", "Get", "PRI", "SEARCH", "PROPFIND", "GETT", "!#$"] {
        stage.call(method, "/rents/v1/status", &[], "").refused(405, "method-not-allowed");
    }
    assert!(stage.upstream.seen().is_empty());
}

#[test]
fn a24_a_client_that_closes_half_within_its_body_breaks_the_upstreams_request() {
    let stage = Stage::new();
    for (fields, part) in [("Content-Length: 10\r\n", "half"), ("Transfer-Encoding: chunked\r\n", "4\r\nhalf\r\n")] {
        let mut client = Client::connect(stage.production);
        client.send(post(fields, part).as_bytes());
        std::thread::sleep(Duration::from_millis(30));
        client.stream.shutdown(Shutdown::Write).expect("half closed");
        client.answer().refused(400, "bad-request");
        assert!(client.is_closed());
        assert!(!stage.upstream.until(|_| true).whole);
        stage.entry();
    }
    let mut text = String::new();
    encode(&mut text, &stage.registry).expect("metrics");
    assert!(text.contains("class=\"4xx\",refusal=\"bad-request\"} 2"), "{text}");
}

#[test]
fn rfc9110_15_5_14_a_body_that_is_too_large_is_413_before_or_while_it_is_read() {
    let stage = Stage::new();
    stage.refuses(post("Content-Length: 100001\r\n", ""), 413, "body-too-large");
    let chunks = "1000\r\n".to_owned() + &"a".repeat(4096) + "\r\n";
    let many = post("Transfer-Encoding: chunked\r\nConnection: close\r\n", &chunks.repeat(30));
    stage.raw(many).refused(413, "body-too-large");
    assert!(!stage.upstream.until(|_| true).whole, "the upstream must not take it for a whole request");
}
