//! What becomes of an upstream's answer that is malformed, comes too early, or is followed by another?

use std::io::Write;

use crate::{scripted::*, stage::*};

const GET: &str = "GET /rents/v1/status HTTP/1.1\r\nHost: x\r\n\r\n";
const GOOD: &str = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood";

fn of(fields: &str, body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n{body}")
}

/// Asserts that an answer becomes a 502 and that its connection serves nobody again.
#[track_caller]
fn bad(answer: impl AsRef<[u8]>) {
    let (stage, upstream) = Stage::before(answering(answer.as_ref()));
    let mut client = Client::connect(stage.production);
    for turn in 0..2 {
        let mut told = client.exchange(GET.as_bytes());
        while told.status < 200 {
            told = client.answer();
        }
        assert_eq!(told.status, 502, "turn {turn}: {:?} {told:?}", String::from_utf8_lossy(answer.as_ref()));
        told.refused(502, "upstream-failed");
        assert_eq!(stage.entry().refusal, Some("upstream-failed"));
    }
    assert_eq!(upstream.requests(), [1, 1], "{:?}", String::from_utf8_lossy(answer.as_ref()));
}

#[test]
fn a25_a_good_answer_lets_its_connection_serve_again() {
    let script = [answering(GOOD), answering(GOOD)].concat();
    let (stage, upstream) = Stage::before(script);
    let mut client = Client::connect(stage.production);
    for _ in 0..2 {
        assert_eq!(client.exchange(GET.as_bytes()).body, "good");
    }
    assert_eq!(upstream.requests(), [2], "without this the other tests of this file prove nothing");
}

#[test]
fn a25_an_answer_with_two_readings_of_its_length_is_502() {
    bad(of("Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n"));
    bad(of("Transfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n"));
    bad(of("Content-Length: 4\r\nContent-Length: 4", "good"));
    bad(of("Content-Length: 4\r\nContent-Length: 5", "good"));
    for length in ["4, 4", "+4", "-4", "0x4", "04", "", "4;", "18446744073709551616"] {
        bad(of(&format!("Content-Length: {length}"), "good"));
    }
    for coding in
        ["gzip, chunked", "chunked, gzip", "identity", "xchunked", "\"chunked\"", "chunked, chunked", ",chunked", ""]
    {
        bad(of(&format!("Transfer-Encoding: {coding}"), "4\r\ngood\r\n0\r\n\r\n"));
    }
    bad(of("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n"));
    bad("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
}

#[test]
fn a25_an_answer_with_malformed_lines_is_502() {
    bad(of("A: b\r\n folded\r\nContent-Length: 4", "good"));
    bad(of("A : b\r\nContent-Length: 4", "good"));
    bad(of(": b\r\nContent-Length: 4", "good"));
    bad(of("no colon\r\nContent-Length: 4", "good"));
    bad(of("A: b\0c\r\nContent-Length: 4", "good"));
    bad(of("A: b\rc\r\nContent-Length: 4", "good"));
    bad(of("A: b\u{7f}\r\nContent-Length: 4", "good"));
    bad(of("\u{e9}: b\r\nContent-Length: 4", "good"));
    bad(of("A: b\nX-Injected: c\r\nContent-Length: 4", "good"));
    bad("HTTP/1.1 200 OK\nContent-Length: 4\n\ngood");
    bad("\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood");
}

#[test]
fn a25_a_status_that_is_none_is_502() {
    for line in [
        "HTTP/1.1 20 OK",
        "HTTP/1.1 2000 OK",
        "HTTP/1.1 -1 OK",
        "HTTP/1.1 099 OK",
        "HTTP/1.1 2x0 OK",
        "HTTP/1.1  200 OK",
        "HTTP/1.2 200 OK",
        "HTTP/2.0 200 OK",
        "HTTP/0.9 200 OK",
        "http/1.1 200 OK",
        "ICY 200 OK",
        "200 OK",
        "HTTP/1.1\t200 OK",
        "GET / HTTP/1.1",
    ] {
        bad(format!("{line}\r\nContent-Length: 4\r\n\r\ngood"));
    }
}

#[test]
fn a25_a_head_that_is_too_large_is_502() {
    bad(of(&format!("A: {}\r\nContent-Length: 4", "b".repeat(1_000_000)), "good"));
    bad(of(&format!("{}Content-Length: 4", "A: b\r\n".repeat(200)), "good"));
    bad("x".repeat(100_000));
}

#[test]
fn a25_interim_answers_without_end_are_502_and_few_are_passed_on() {
    bad("HTTP/1.1 102 Processing\r\n\r\n".repeat(1000) + GOOD);
    bad("HTTP/1.1 100 Continue\r\n\r\n".repeat(1000) + GOOD);
    let early = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nContent-Length: 5\r\nSet-Cookie: a=b\r\n\r\n";
    let (stage, _) = Stage::before(answering(format!("{early}{early}{GOOD}")));
    let mut client = Client::connect(stage.production);
    let hint = client.exchange(GET.as_bytes());
    assert_eq!((hint.status, hint.field("link"), hint.body.as_str()), (103, "</a>", ""), "{hint:?}");
    assert!(hint.fields("content-length").is_empty() && hint.fields("set-cookie").is_empty(), "{hint:?}");
    assert_eq!((client.answer().status, client.answer().body.as_str()), (103, "good"));
}

#[test]
fn a25_a_switch_that_nobody_asked_for_is_502() {
    bad(format!("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n{GOOD}"));
}

/// What another client gets after `first` was answered so: never what the first answer left behind.
#[track_caller]
fn leaves_nothing_behind(first: &str, method: &str, script: Vec<Act>) {
    let (stage, upstream) = Stage::before(script);
    let mut client = Client::connect(stage.production);
    client.send(format!("{method} /rents/v1/status HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes());
    assert!(client.until("\r\n\r\n").starts_with(&format!("HTTP/1.1 {first}")));
    std::thread::sleep(std::time::Duration::from_millis(60));
    let mut others: Vec<Client> = (0..4).map(|_| Client::connect(stage.production)).collect();
    others.push(client);
    for other in &mut others {
        // Some of these are on the thread whose pool the first connection would be in.
        other.send(b"GET /rents/v1/status?second HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let mut all = vec![];
        let _ = std::io::Read::read_to_end(&mut other.stream, &mut all);
        assert!(!String::from_utf8_lossy(&all).contains("EVIL"), "{}", String::from_utf8_lossy(&all));
        // Their own connections are followed by the same, a little later.
        std::thread::sleep(std::time::Duration::from_millis(60));
    }
    assert!(upstream.requests().iter().all(|count| *count <= 1), "{:?}", upstream.heard());
}

const EVIL: &str = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL";

#[test]
fn a25_an_answer_that_nobody_asked_for_reaches_nobody() {
    leaves_nothing_behind("200", "GET", answering(format!("{GOOD}{EVIL}")));
    leaves_nothing_behind("200", "GET", vec![Act::Head, say(GOOD), Act::Pause(20), say(EVIL)]);
    leaves_nothing_behind("200", "GET", answering(of("Transfer-Encoding: chunked", "4\r\ngood\r\n0\r\n\r\nEVIL")));
}

#[test]
fn a25_a_body_where_none_may_be_reaches_nobody() {
    for (status, method) in [("204", "GET"), ("304", "GET"), ("204", "HEAD"), ("304", "HEAD")] {
        let head = format!("HTTP/1.1 {status} x\r\nContent-Length: {}\r\n\r\n", EVIL.len());
        leaves_nothing_behind(status, method, answering(format!("{head}{EVIL}")));
        leaves_nothing_behind(status, method, vec![Act::Head, say(&head), Act::Pause(20), say(EVIL)]);
        let chunked = format!("HTTP/1.1 {status} x\r\nTransfer-Encoding: chunked\r\n\r\n");
        leaves_nothing_behind(status, method, vec![Act::Head, say(&chunked), Act::Pause(20), say(EVIL)]);
    }
}

#[test]
fn a25_a_bodiless_answer_that_names_a_body_ends_its_connection() {
    // However late the body comes: the connection is not used for anybody else.
    for (status, method) in [("204", "GET"), ("304", "GET"), ("200", "HEAD")] {
        let answer = format!("HTTP/1.1 {status} x\r\nContent-Length: 4\r\n\r\n");
        let (stage, upstream) = Stage::before([answering(&answer), answering(&answer)].concat());
        let mut client = Client::connect(stage.production);
        for _ in 0..2 {
            client.send(format!("{method} /rents/v1/status HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes());
            client.until("\r\n\r\n");
            client.forget();
        }
        assert_eq!(upstream.requests(), [1, 1], "{status} to {method}");
    }
}

#[test]
fn a25_an_answer_whose_chunks_are_malformed_looks_broken_to_the_client() {
    for chunks in [
        "4\r\ngoodX\r\n0\r\n\r\n",
        "0x4\r\ngood\r\n",
        "4\ngood\n0\n\n",
        "4\r\ngood\r\n0\r\nno colon\r\n\r\n",
        "4 \r\ngood\r\n",
    ] {
        let (stage, upstream) = Stage::before(answering(of("Transfer-Encoding: chunked", chunks)));
        for _ in 0..3 {
            let answer = stage.call("GET", "/rents/v1/status", &[], "");
            assert!(!answer.whole || answer.status == 502, "{chunks:?} {answer:?}");
            assert_eq!(answer.body.contains("good"), answer.status == 200, "{answer:?}");
            stage.entry();
        }
        assert!(upstream.requests().iter().all(|count| *count == 1), "{:?}", upstream.heard());
    }
}

#[test]
fn a25_an_answer_cut_short_never_looks_whole_even_to_http_1_0() {
    for answer in [
        of("Content-Length: 100", "half"),
        of("Transfer-Encoding: chunked", "4\r\nhalf\r\n"),
        of("Transfer-Encoding: chunked", "4\r\nhalf\r\nX"),
    ] {
        let (stage, _) = Stage::before(vec![Act::Head, say(&answer), Act::Pause(20), Act::Close]);
        let mut client = Client::connect(stage.production);
        client.send(b"GET /rents/v1/status HTTP/1.0\r\nHost: x\r\n\r\n");
        let mut all = vec![];
        let end = std::io::Read::read_to_end(&mut client.stream, &mut all);
        let all = String::from_utf8_lossy(&all).to_lowercase();
        // Either a length says that something is missing, or the connection breaks.
        assert!(end.is_err() || all.contains("content-length: 100"), "{answer:?} {end:?} {all}");
    }
}

#[test]
fn a25_an_answer_and_then_a_reset_is_an_answer_and_costs_the_next_request_nothing() {
    let (stage, _) = Stage::before(vec![Act::Head, say(GOOD), Act::Pause(5), Act::Reset]);
    let mut client = Client::connect(stage.production);
    for _ in 0..20 {
        assert_eq!(client.exchange(GET.as_bytes()).body, "good");
    }
    for script in
        [vec![Act::Head, Act::Reset], vec![Act::Head, say("HTTP/1.1 100 Continue\r\n\r\n"), Act::Pause(20), Act::Reset]]
    {
        let (stage, _) = Stage::before(script);
        stage.raw(GET).refused(502, "upstream-failed");
    }
}

#[test]
fn a25_an_answer_before_the_body_is_passed_on_and_ends_both_connections() {
    let early = "HTTP/1.1 403 No\r\nContent-Length: 5\r\n\r\nearly";
    let (stage, upstream) = Stage::before(answering(early));
    let mut client = Client::connect(stage.production);
    client.send(b"POST /rents/v1/anything/a HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n\r\nbegin");
    let answer = client.answer();
    assert_eq!((answer.status, answer.body.as_str(), answer.field("connection")), (403, "early", "close"));
    // What comes after is the body, whatever it looks like.
    client.send(GET.as_bytes());
    assert!(client.is_closed(), "no second answer");
    assert_eq!(upstream.requests(), [1]);
    assert_eq!(stage.entry().status, 403);
    stage.no_entry();
}

#[test]
fn a25_an_upstream_that_answers_before_it_is_asked_is_asked_nothing_else() {
    let (stage, upstream) = Stage::before(vec![say(format!("{GOOD}{EVIL}")), Act::Head]);
    for _ in 0..6 {
        let answer = stage.raw(GET);
        assert!(!answer.body.contains("EVIL"), "{answer:?}");
    }
    assert!(upstream.requests().iter().all(|count| *count <= 1), "{:?}", upstream.heard());
}

#[test]
fn a25_no_client_gets_the_answer_of_another() {
    let stage = Stage::new();
    let address = stage.production;
    let clients: Vec<_> = (0..8)
        .map(|number| {
            std::thread::spawn(move || {
                let mut client = Client::connect(address);
                for turn in 0..60 {
                    let mark = format!("c{number}t{turn}");
                    // Now and then one goes away in the middle, so that connections of all kinds are left behind.
                    if turn % 7 == number % 7 {
                        let place = ["halfway", "halfway-chunked", "gone"][turn % 3];
                        client.send(
                            format!("GET /rents/v1/anything/{mark}/{place} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes(),
                        );
                        if turn % 2 == 0 {
                            let _ = client.answer();
                        }
                        client = Client::connect(address);
                        continue;
                    }
                    if turn % 5 == number % 5 {
                        let _ = client.stream.write_all(
                            b"POST /rents/v1/anything/cut HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nhalf",
                        );
                        client = Client::connect(address);
                        continue;
                    }
                    let request = format!(
                        "POST /rents/v1/anything/{mark} HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\n{mark:>6}"
                    );
                    let answer = client.exchange(request.as_bytes());
                    assert_eq!(answer.json()["target"], format!("/base/anything/{mark}"));
                    assert_eq!(answer.json()["body"], format!("{mark:>6}"));
                }
            })
        })
        .collect();
    for client in clients {
        client.join().expect("each got its own");
    }
}
