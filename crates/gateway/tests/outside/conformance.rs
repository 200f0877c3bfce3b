//! Does the edge keep what the standards say, clause by clause?

use std::{
    io::Read,
    net::Shutdown,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::{scripted::*, stage::*};

const STATUS: &str = "GET /rents/v1/status HTTP/1.1\r\nHost: x\r\n\r\n";

/// All that comes until the connection ends.
fn all(client: &mut Client) -> String {
    let mut all = vec![];
    let _ = client.stream.read_to_end(&mut all);
    String::from_utf8_lossy(&all).into_owned()
}

/// Everything that comes for these bytes.
fn told(stage: &Stage, bytes: &str) -> String {
    let mut client = Client::connect(stage.production);
    client.send(bytes.as_bytes());
    all(&mut client)
}

#[test]
fn rfc9112_2_2_an_empty_line_before_a_request_is_passed_over() {
    let stage = Stage::new();
    let mut client = Client::connect(stage.production);
    for empty in ["", "\r\n", "\r\n\r\n"] {
        assert_eq!(client.exchange(format!("{empty}{STATUS}").as_bytes()).status, 200, "{empty:?}");
    }
}

#[test]
fn rfc9112_3_2_a_request_without_exactly_one_host_is_400() {
    let stage = Stage::new();
    for hosts in ["", "Host: a\r\nHost: a\r\n"] {
        stage.refuses(format!("GET /rents/v1/status HTTP/1.1\r\n{hosts}\r\n"), 400, "bad-request");
    }
}

#[test]
fn rfc9112_3_2_2_the_absolute_form_is_taken_and_its_host_must_be_the_same() {
    let stage = Stage::new();
    let mut client = Client::connect(stage.production);
    for target in ["http://x/rents/v1/status?a=1", "HTTP://X/rents/v1/status?a=1", "https://x/rents/v1/status?a=1"] {
        let answer = client.exchange(format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes());
        assert_eq!(answer.json()["target"], "/base/status?a=1", "{target}");
    }
    stage.raw("GET http://x HTTP/1.1\r\nHost: x\r\n\r\n").refused(404, "api-not-found");
}

#[test]
fn rfc9112_6_3_a_request_without_a_length_has_no_body() {
    let stage = Stage::new();
    let mut client = Client::connect(stage.production);
    client.send(format!("POST /rents/v1/anything/a HTTP/1.1\r\nHost: x\r\n\r\n{STATUS}").as_bytes());
    assert_eq!(client.answer().json()["body"], "");
    assert_eq!(client.answer().json()["target"], "/base/status");
    // A method that means a body says so even where there is none (RFC 9110 §8.6).
    client.exchange(b"POST /rents/v1/anything/b HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(
        stage.upstream.until(|seen| seen.target().ends_with("/b")).field("content-length").as_deref(),
        Some("0")
    );
}

#[test]
fn rfc9112_6_3_an_answer_without_a_length_ends_with_its_connection() {
    let (stage, _) = Stage::before(vec![Act::Head, say("HTTP/1.1 200 OK\r\n\r\nall of it"), Act::Close]);
    let mut client = Client::connect(stage.production);
    for _ in 0..2 {
        let answer = client.exchange(STATUS.as_bytes());
        assert_eq!(
            (answer.body.as_str(), answer.field("transfer-encoding"), answer.whole),
            ("all of it", "chunked", true)
        );
    }
}

#[test]
fn rfc9112_7_1_chunks_are_read_in_any_division_and_case() {
    let stage = Stage::new();
    let mut client = Client::connect(stage.production);
    for byte in b"POST /rents/v1/anything/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n00A;x=\"y\"\r\n0123456789\r\na\r\nabcdefghij\r\n000\r\n\r\n" {
        client.send(&[*byte]);
    }
    assert_eq!(client.answer().json()["body"], "0123456789abcdefghij");
}

#[test]
fn rfc9112_7_1_2_fields_after_an_answers_body_are_passed_on_where_they_belong_there() {
    let chunks = "2\r\nhi\r\n0\r\nGrpc-Status: 0\r\nSet-Cookie: a=b\r\nContent-Length: 3\r\n\r\n";
    let (stage, _) = Stage::before(answering(format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}")));
    let answer = told(&stage, "GET /rents/v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(answer.ends_with("2\r\nhi\r\n0\r\nGrpc-Status: 0\r\n\r\n"), "{answer}");
}

#[test]
fn rfc9112_9_3_a_connection_persists_unless_one_side_says_otherwise() {
    let stage = Stage::new();
    for (version, connection, persists) in [
        ("1.1", "", true),
        ("1.1", "Connection: keep-alive\r\n", true),
        ("1.1", "Connection: Close\r\n", false),
        ("1.1", "Connection: keep-alive, close\r\n", false),
        ("1.1", "Connection: x-a\r\nConnection: close\r\n", false),
        ("1.0", "", false),
        ("1.0", "Connection: close\r\n", false),
    ] {
        let mut client = Client::connect(stage.production);
        let answer =
            client.exchange(format!("GET /rents/v1/status HTTP/{version}\r\nHost: x\r\n{connection}\r\n").as_bytes());
        assert_eq!(answer.status, 200);
        assert_eq!(answer.field("connection") == "close", !persists, "{version} {connection:?} {answer:?}");
        client.send(STATUS.as_bytes());
        match persists {
            true => assert_eq!(client.answer().status, 200, "{version} {connection:?}"),
            false => assert!(client.is_closed(), "{version} {connection:?}"),
        }
    }
}

#[test]
fn rfc9112_9_3_1_a_request_is_asked_again_only_if_it_may_be() {
    // The upstream closes a kept connection as the second request comes.
    let script = || vec![Act::Head, say("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood"), Act::Head, Act::Close];
    let (stage, upstream) = Stage::before(script());
    let mut client = Client::connect(stage.production);
    for _ in 0..2 {
        assert_eq!(client.exchange(STATUS.as_bytes()).status, 200);
    }
    assert_eq!(upstream.requests(), [2, 1], "GET is asked again");
    let (stage, upstream) = Stage::before(script());
    let mut client = Client::connect(stage.production);
    let post = "POST /rents/v1/anything/a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(client.exchange(post.as_bytes()).status, 200);
    client.exchange(post.as_bytes()).refused(502, "upstream-failed");
    assert_eq!(upstream.requests(), [2], "POST is not");
}

#[test]
fn rfc9112_9_3_2_answers_come_in_the_order_of_their_requests() {
    let stage = Stage::new();
    let mut client = Client::connect(stage.production);
    let requests: Vec<String> = ["silent", "one", "garbage", "two"]
        .map(|place| format!("GET /rents/v1/anything/a/{place} HTTP/1.1\r\nHost: x\r\n\r\n"))
        .into();
    client.send(requests.concat().as_bytes());
    client.answer().refused(504, "upstream-timeout");
    assert_eq!(client.answer().json()["target"], "/base/anything/a/one");
    client.answer().refused(502, "upstream-failed");
    assert_eq!(client.answer().json()["target"], "/base/anything/a/two");
}

#[test]
fn rfc9112_9_6_nothing_after_close_is_served_and_the_answer_still_arrives() {
    let stage = Stage::new();
    let more = "x".repeat(200_000);
    let answer =
        told(&stage, &format!("GET /rents/v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n{STATUS}{more}"));
    assert_eq!(answer.matches("HTTP/1.1 200").count(), 1, "{answer}");
    assert_eq!(stage.upstream.seen().len(), 1);
}

#[test]
fn rfc9112_a_client_that_closes_half_after_its_request_is_still_answered() {
    let script = [Act::Head, Act::Pause(80), say("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood")];
    let (stage, _) = Stage::before([script.clone(), script].concat());
    for request in [STATUS, "POST /rents/v1/anything/a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"] {
        let mut client = Client::connect(stage.production);
        client.send(request.as_bytes());
        client.stream.shutdown(Shutdown::Write).expect("half closed");
        let answer = client.answer();
        assert_eq!((answer.status, answer.body.as_str()), (200, "good"));
        assert!(client.is_closed());
    }
}

#[test]
fn rfc9112_an_http_1_0_client_gets_no_chunks_and_no_interim_answers() {
    let answer = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n";
    let (stage, _) = Stage::before(answering(answer));
    let answer = told(&stage, "GET /rents/v1/status HTTP/1.0\r\nHost: x\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\nhi"), "{answer}");
    assert!(!answer.to_lowercase().contains("transfer-encoding"), "{answer}");
}

#[test]
fn rfc9110_6_6_1_every_answer_has_exactly_one_date() {
    let stage = Stage::new();
    for answer in [stage.get("/rents/v1/status"), stage.get("/nothing/v1/x")] {
        assert_eq!(answer.fields("date").len(), 1, "{answer:?}");
        assert!(answer.field("date").ends_with(" GMT"));
    }
    let own = "Tue, 15 Nov 1994 08:12:31 GMT";
    let (stage, _) = Stage::before(answering(format!("HTTP/1.1 200 OK\r\nDate: {own}\r\nContent-Length: 0\r\n\r\n")));
    assert_eq!(stage.raw(STATUS).fields("date"), [own], "what the API's server says stays");
}

#[test]
fn rfc9110_7_6_1_fields_of_one_connection_go_no_further_in_either_direction() {
    let fields = "Connection: x-a, close\r\nX-A: SECRET\r\nKeep-Alive: SECRET\r\nProxy-Connection: SECRET\r\nTE: SECRET\r\nTrailer: SECRET\r\nUpgrade: SECRET\r\n";
    let (stage, upstream) = Stage::before(answering(format!("HTTP/1.1 200 OK\r\n{fields}Content-Length: 0\r\n\r\n")));
    let answer = stage.raw(format!("GET /rents/v1/status HTTP/1.1\r\nHost: x\r\n{fields}\r\n"));
    assert!(answer.status == 200 && !answer.head.contains("SECRET"), "{answer:?}");
    assert!(!upstream.heard().concat().contains("SECRET"), "{:?}", upstream.heard());
}

#[test]
fn rfc9110_7_6_3_the_upstream_is_told_by_via_that_a_gateway_is_between() {
    let stage = Stage::new();
    stage.call("GET", "/rents/v1/status", &[], "");
    assert!(stage.upstream.until(|_| true).field("via").is_some_and(|via| via.starts_with("1.1 hansom-")));
}

#[test]
fn rfc9110_9_3_2_head_is_answered_as_get_would_be_but_for_the_body() {
    let stage = Stage::new();
    let mut client = Client::connect(stage.production);
    let get = client.exchange(STATUS.as_bytes());
    client.send(STATUS.replace("GET", "HEAD").as_bytes());
    let head = client.until("\r\n\r\n");
    assert!(head.ends_with("\r\n\r\n") && head.starts_with("HTTP/1.1 200"), "{head}");
    for name in ["content-length", "etag", "api-version"] {
        assert!(head.to_lowercase().contains(&format!("{name}: {}", get.field(name))), "{name} in {head}");
    }
    // The next answer begins where the head ended.
    client.forget();
    assert_eq!(client.exchange(STATUS.as_bytes()).json()["target"], "/base/status");
    // A refusal of HEAD has no body either.
    client.send(b"HEAD /rents/v1/accounts HTTP/1.1\r\nHost: x\r\n\r\n");
    let refusal = client.until("\r\n\r\n");
    assert!(refusal.starts_with("HTTP/1.1 401") && refusal.ends_with("\r\n\r\n"), "{refusal}");
    client.forget();
    assert_eq!(client.exchange(STATUS.as_bytes()).status, 200);
}

#[test]
fn rfc9110_10_1_1_who_expects_100_continue_is_told_when_the_body_is_wanted() {
    let stage = Stage::new();
    let mut client = Client::connect(stage.production);
    client.send(b"POST /rents/v1/anything/a HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n");
    assert_eq!(client.answer().status, 100);
    client.send(b"hi");
    assert_eq!(client.answer().json()["body"], "hi");
    // Whoever sends the body at once needs no word, and HTTP/1.0 knows none.
    let both = "POST /rents/v1/anything/a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi";
    assert_eq!(Client::connect(stage.production).exchange(both.as_bytes()).status, 200);
    let mut old = Client::connect(stage.production);
    old.send(both.replace("1.1", "1.0").trim_end_matches("hi").as_bytes());
    std::thread::sleep(std::time::Duration::from_millis(40));
    old.send(b"hi");
    assert_eq!(old.answer().status, 200);
    assert!(stage.upstream.seen().iter().all(|seen| seen.field("expect").is_none()));
}

#[test]
fn rfc9110_15_3_5_and_15_4_5_answers_without_a_body_end_with_their_head() {
    for (status, field, told) in [
        ("204 No Content", "", ""),
        ("204 No Content", "Content-Length: 0\r\n", ""),
        ("304 Not Modified", "ETag: \"7\"\r\n", ""),
        ("304 Not Modified", "Content-Length: 5\r\n", "5"),
    ] {
        let answer = format!("HTTP/1.1 {status}\r\n{field}\r\n");
        let (stage, _) = Stage::before([answering(&answer), answering(&answer)].concat());
        let mut client = Client::connect(stage.production);
        for _ in 0..2 {
            client.send(STATUS.as_bytes());
            let head = client.until("\r\n\r\n").to_lowercase();
            assert!(head.starts_with(&format!("http/1.1 {}", &status[..3])) && head.ends_with("\r\n\r\n"), "{head}");
            assert!(!head.contains("transfer-encoding"), "{head}");
            assert_eq!(head.contains("content-length: "), !told.is_empty(), "{head}");
            client.forget();
        }
    }
}

#[test]
fn rfc9110_15_5_6_a_405_names_the_methods_that_are_allowed() {
    let stage = Stage::new();
    let answer = stage.get("/rents/v1/accounts/export");
    answer.refused(405, "method-not-allowed");
    assert_eq!(answer.field("allow"), "POST");
}

#[test]
fn rfc6750_2_3_and_2_a_token_comes_in_the_authorization_field_alone_and_once() {
    let stage = Stage::new();
    let token = stage.token();
    stage.call("GET", &format!("/rents/v1/accounts?access_token={token}"), &[], "").refused(401, "token-missing");
    stage
        .call(
            "POST",
            "/rents/v1/payments",
            &["Content-Type: application/x-www-form-urlencoded"],
            &format!("access_token={token}"),
        )
        .refused(401, "token-missing");
    for scheme in ["bearer", "BEARER", "Bearer"] {
        assert_eq!(
            stage.call("GET", "/rents/v1/accounts", &[&format!("Authorization: {scheme} {token}")], "").status,
            200
        );
    }
}

#[test]
fn rfc6750_3_a_refusal_has_one_challenge_and_says_why_only_where_a_token_was_sent() {
    let stage = Stage::new();
    let challenge = |path: &str, fields: &[&str]| {
        let answer = stage.call("GET", path, fields, "");
        let challenges = answer.fields("www-authenticate");
        assert_eq!(challenges.len(), 1, "{answer:?}");
        assert_eq!(challenges[0].matches("Bearer").count(), 1, "one scheme");
        (answer.status, challenges[0].to_owned())
    };
    assert_eq!(challenge("/rents/v1/accounts", &[]), (401, "Bearer realm=\"hansom\"".to_owned()));
    let (status, invalid) = challenge("/rents/v1/accounts", &["Authorization: Bearer x.y.z"]);
    assert!(status == 401 && invalid.contains("error=\"invalid_token\""), "{invalid}");
    let (status, insufficient) = challenge("/rents/v1/arrears", &[&bearer(&stage.token())]);
    assert!(status == 403 && insufficient.contains("error=\"insufficient_scope\""), "{insufficient}");
    // A quoted string has no quotation marks within (RFC 6750 §3: %x20-21 / %x23-5B / %x5D-7E).
    for text in [invalid, insufficient] {
        assert!(text.bytes().all(|byte| (0x20..0x7f).contains(&byte) && byte != b'\\'), "{text}");
    }
}

#[test]
fn rfc9457_3_a_refusal_is_a_problem_with_type_title_status_detail_and_instance() {
    let stage = Stage::new();
    let answer = stage.call("GET", "/nothing/v1/x", &[], "");
    assert_eq!(answer.field("content-type"), "application/problem+json");
    let problem = answer.json();
    for name in ["type", "title", "detail", "instance"] {
        assert!(problem[name].as_str().is_some_and(|text| !text.is_empty()), "{name} in {problem}");
    }
    assert_eq!(problem["status"], 404);
    assert!(problem["type"].as_str().is_some_and(|kind| kind.starts_with("https://")), "{problem}");
    // Whatever a client wrote comes back as text of JSON, or not at all.
    let answer = stage.call("GET", "/rents/v1/%22%3Cscript%3E", &[], "");
    assert!(!answer.body.contains("<script>") && answer.json()["status"] == 404, "{answer:?}");
}

#[test]
fn events_reach_the_client_each_before_the_next_is_sent() {
    let goes_on = Arc::new(AtomicBool::new(false));
    for framing in ["Transfer-Encoding: chunked\r\n", ""] {
        goes_on.store(false, Ordering::SeqCst);
        let event = |text: &str| match framing {
            "" => format!("data: {text}\n\n"),
            _ => format!("{:x}\r\ndata: {text}\n\n\r\n", text.len() + 8),
        };
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n{framing}\r\n");
        let script = vec![
            Act::Head,
            say(head),
            say(event("one")),
            Act::Await(Arc::clone(&goes_on)),
            say(event("two")),
            Act::Await(Arc::default()),
        ];
        let (stage, _) = Stage::before(script);
        let mut client = Client::connect(stage.production);
        client.send(STATUS.as_bytes());
        let first = client.until("data: one\n\n");
        assert!(first.to_lowercase().contains("text/event-stream") && !first.contains("two"), "{first}");
        goes_on.store(true, Ordering::SeqCst);
        client.until("data: two\n\n");
    }
}
