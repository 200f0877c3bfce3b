//! Do clients of HTTP/2 get what they ask for, and those who attack it nothing but a good-bye?

use std::time::{Duration, Instant};

use prometheus_client::encoding::text::encode;

use crate::{
    raw_frames::*,
    stage::{Client, Stage, bearer},
};

const STATUS: &[(&str, &str)] =
    &[(":method", "GET"), (":scheme", "http"), (":authority", "x"), (":path", "/rents/v1/status")];

fn metrics(stage: &Stage) -> String {
    let mut text = String::new();
    encode(&mut text, &stage.registry).expect("metrics");
    text
}

/// Asserts that so many of these frames end the connection, and that others are served after it.
#[track_caller]
fn floods(stage: &Stage, kind: &str, opening: &[u8], frame: &[u8]) {
    let mut raw = Raw::open(stage.production, &[]);
    raw.send(opening);
    let many = frame.repeat(500);
    for _ in 0..40 {
        if !raw.send(&many) {
            break;
        }
    }
    assert_eq!(raw.farewell(), End::GoAway(ENHANCE_YOUR_CALM), "{kind}");
    let counted = format!("hansom_gateway_http2_floods_total{{frame=\"{kind}\"}} 1");
    assert!(metrics(stage).contains(&counted), "{kind}: {}", metrics(stage));
    let mut other = Raw::open(stage.production, &[]);
    other.ask(1, "/rents/v1/status");
    assert_eq!(other.end(1), End::Answer(2), "{kind}");
}

#[test]
fn c37_rapid_reset_is_ended_with_a_goaway() {
    let stage = Stage::new();
    let mut raw = Raw::open(stage.production, &[]);
    let block = fields(STATUS);
    let mut bytes = vec![];
    for stream in 0..2_000 {
        bytes.extend(frame(HEADERS, END_STREAM | END_HEADERS, stream * 2 + 1, &block));
        bytes.extend(frame(RST_STREAM, 0, stream * 2 + 1, &[0, 0, 0, 8]));
    }
    raw.send(&bytes);
    assert_eq!(raw.farewell(), End::GoAway(ENHANCE_YOUR_CALM));
    let asked = stage.upstream.seen().len();
    assert!(asked <= 200, "{asked} of 2000 requests that nobody waited for went to the upstream");
}

#[test]
fn c38_a_block_that_goes_on_and_on_is_ended() {
    for (payload, last) in [(&b""[..], 0), (b"", END_HEADERS), (&[0, 1, b'a', 1, b'b'], 0)] {
        let stage = Stage::new();
        let mut bytes = frame(HEADERS, END_STREAM, 1, &fields(STATUS));
        bytes.extend(frame(CONTINUATION, 0, 1, payload).repeat(50));
        bytes.extend(frame(CONTINUATION, last, 1, payload));
        let mut raw = Raw::open(stage.production, &[]);
        raw.send(&bytes);
        assert_eq!(raw.farewell(), End::GoAway(ENHANCE_YOUR_CALM));
        assert!(stage.upstream.seen().is_empty());
    }
}

#[test]
fn c39_floods_of_control_frames_are_ended() {
    let stage = Stage::new();
    floods(&stage, "ping", &[], &frame(PING, 0, 0, &[7; 8]));
    floods(&stage, "settings", &[], &frame(SETTINGS, 0, 0, &[]));
    floods(&stage, "priority", &[], &frame(PRIORITY, 0, 1, &[0, 0, 0, 3, 1]));
    floods(&stage, "window_update", &[], &frame(WINDOW_UPDATE, 0, 0, &[0, 0, 0, 1]));
    floods(&stage, "unknown", &[], &frame(0x77, 0, 0, &[]));
}

#[test]
fn c42_floods_of_empty_and_padded_data_are_ended() {
    let stage = Stage::new();
    let posting =
        fields(&[(":method", "POST"), (":scheme", "http"), (":authority", "x"), (":path", "/rents/v1/anything/a")]);
    let opening = frame(HEADERS, END_HEADERS, 1, &posting);
    floods(&stage, "empty_data", &opening, &frame(DATA, 0, 1, &[]));
    let mut padded = vec![200];
    padded.extend([0; 201]);
    floods(&stage, "padded_data", &opening, &frame(DATA, PADDED, 1, &padded));
}

#[test]
fn c40_what_grows_when_it_is_unpacked_is_counted_unpacked() {
    let stage = Stage::new();
    // One long field into the table, and then named two thousand times by a byte each.
    let mut bomb = fields(STATUS);
    bomb.push(0x40);
    text(&mut bomb, "x-a");
    text(&mut bomb, &"a".repeat(3_900));
    bomb.extend([0xbe; 2_000]);
    let mut crumbs = fields(STATUS);
    crumbs.extend(fields(&[("cookie", "a")]).repeat(120));
    let mut many = fields(STATUS);
    many.extend(fields(&[("cookie", "a")]).repeat(1_600));
    for (case, block) in [("bomb", bomb), ("crumbs", crumbs), ("many crumbs", many)] {
        let mut raw = Raw::open(stage.production, &[]);
        raw.send(&frame(HEADERS, END_STREAM | END_HEADERS, 1, &block));
        let end = raw.end(1);
        assert!(matches!(end, End::Answer(4) | End::GoAway(_) | End::Reset(_)), "{case}: {end:?}");
        assert!(stage.upstream.seen().is_empty(), "{case}");
    }
}

#[test]
fn c41_answers_that_nobody_takes_are_given_up() {
    let stage = Stage::new();
    // No window at all: not a byte of any answer can go.
    let mut raw = Raw::open(stage.production, &[(4, 0)]);
    let began = Instant::now();
    for stream in 0..50 {
        raw.ask(stream * 2 + 1, "/rents/v1/status");
    }
    let mut reset = 0;
    while reset < 50 {
        let frame = raw.next().unwrap_or_else(|| panic!("only {reset} streams were reset"));
        reset += u32::from(frame.kind == RST_STREAM);
        if frame.kind == PING && frame.flags == 0 {
            raw.send(&self::frame(PING, 1, 0, &frame.payload));
        }
    }
    let life = began.elapsed();
    assert!((Duration::from_secs(25)..Duration::from_secs(50)).contains(&life), "{life:?}");
    raw.send(&frame(WINDOW_UPDATE, 0, 1, &[0, 0, 255, 255]));
    raw.send(&frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 255, 255]));
    raw.ask(101, "/rents/v1/status");
    assert_eq!(raw.end(101), End::Answer(2), "who takes its answers again is served");
}

#[test]
fn c43_windows_cannot_overflow_and_may_shrink() {
    let stage = Stage::new();
    let mut raw = Raw::open(stage.production, &[]);
    raw.send(&frame(WINDOW_UPDATE, 0, 0, &[0x7f, 0xff, 0xff, 0xff]));
    assert_eq!(raw.farewell(), End::GoAway(3));
    let mut raw = Raw::open(stage.production, &[(4, 60)]);
    raw.ask(1, "/rents/v1/status");
    assert_eq!(raw.end(1), End::Answer(2));
    // Less than is on its way already: the window is below nothing until more is granted.
    raw.send(&frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 0, 1]));
    raw.send(&frame(WINDOW_UPDATE, 0, 1, &[0, 0, 1, 0]));
    let mut body = vec![];
    while let Some(frame) = raw.next() {
        if frame.kind == DATA {
            body.extend(frame.payload);
        }
        if frame.stream == 1 && frame.flags & END_STREAM != 0 {
            break;
        }
    }
    assert!(body.starts_with(b"{") && body.ends_with(b"}"), "{}", String::from_utf8_lossy(&body));
}

#[test]
fn c44_a_head_with_two_readings_goes_nowhere() {
    let stage = Stage::new();
    let path = (":path", "/rents/v1/status");
    let base = [(":method", "GET"), (":scheme", "http"), (":authority", "x"), path];
    let with = |more: &[(&'static str, &'static str)]| [&base[..], more].concat();
    let cases: Vec<Vec<(&str, &str)>> = vec![
        base[..3].to_vec(),
        with(&[path]),
        with(&[("a", "b"), (":path", "/rents/v1/status")]),
        vec![base[1], base[2], path],
        vec![base[0], base[1], path],
        vec![base[0], (":scheme", "file"), base[2], path],
        vec![base[0], base[2], path],
        vec![base[0], base[1], base[2], (":path", "rents/v1/status")],
        vec![base[0], base[1], base[2], (":path", "")],
        vec![base[0], base[1], base[2], (":path", "/rents/v1/sta tus")],
        vec![base[0], base[1], base[2], (":path", "/rents/v1/status\r\nX: y")],
        vec![base[0], base[1], (":authority", "x y"), path],
        vec![base[0], base[1], (":authority", "u@x"), path],
        vec![(":method", "GE T"), base[1], base[2], path],
        with(&[("host", "y")]),
        with(&[("host", "x"), ("host", "x")]),
        with(&[("X-Upper", "1")]),
        with(&[("connection", "close")]),
        with(&[("keep-alive", "1")]),
        with(&[("proxy-connection", "close")]),
        with(&[("upgrade", "h2c")]),
        with(&[("te", "chunked")]),
        with(&[("te", "trailers, deflate")]),
        with(&[("transfer-encoding", "chunked")]),
        with(&[(":unknown", "1")]),
        with(&[(":status", "200")]),
        with(&[("", "1")]),
        with(&[("x y", "1")]),
        with(&[(" x", "1")]),
        with(&[("x:", "1")]),
        with(&[("x\r\ny", "1")]),
        with(&[("x", "1\r\ny: 2")]),
        with(&[("x", "1\ny: 2")]),
        with(&[("x", "1\0")]),
        with(&[("content-length", "+1")]),
        with(&[("content-length", "1"), ("content-length", "2")]),
        with(&[("content-length", "5")]),
    ];
    for case in cases {
        let mut raw = Raw::open(stage.production, &[]);
        raw.send(&frame(HEADERS, END_STREAM | END_HEADERS, 1, &fields(&case)));
        let end = raw.end(1);
        assert!(matches!(end, End::Answer(4) | End::Reset(_) | End::GoAway(_)), "{case:?}: {end:?}");
        assert!(stage.upstream.seen().is_empty(), "{case:?} went on as {:?}", stage.upstream.seen());
    }
    for case in [with(&[("host", "x")]), with(&[("te", "trailers")]), with(&[("x", " spaced ")])] {
        let mut raw = Raw::open(stage.production, &[]);
        raw.send(&frame(HEADERS, END_STREAM | END_HEADERS, 1, &fields(&case)));
        assert_eq!(raw.end(1), End::Answer(2), "{case:?}");
    }
}

#[test]
fn c45_a_body_of_another_length_than_it_says_ends_its_stream_and_the_upstreams_request() {
    let stage = Stage::new();
    for (said, sent) in [("5", &b"123"[..]), ("5", b"1234567")] {
        let mut raw = Raw::open(stage.production, &[]);
        let head = fields(&[
            (":method", "POST"),
            (":scheme", "http"),
            (":authority", "x"),
            (":path", "/rents/v1/anything/a"),
            ("authorization", bearer(&stage.token()).trim_start_matches("Authorization: ")),
            ("content-length", said),
        ]);
        raw.send(&frame(HEADERS, END_HEADERS, 1, &head));
        raw.send(&frame(DATA, END_STREAM, 1, sent));
        let end = raw.end(1);
        assert!(matches!(end, End::Reset(1) | End::Answer(4)), "{said} {sent:?}: {end:?}");
    }
    assert!(stage.upstream.seen().iter().all(|seen| !seen.whole), "{:?}", stage.upstream.seen());
}

#[test]
fn c46_what_http_1_frames_with_is_never_taken_from_http_2() {
    let stage = Stage::new();
    let mut raw = Raw::open(stage.production, &[]);
    let head = fields(&[
        (":method", "POST"),
        (":scheme", "http"),
        (":authority", "x"),
        (":path", "/rents/v1/accounts/7/payments"),
        ("authorization", bearer(&stage.token()).trim_start_matches("Authorization: ")),
        ("trailer", "x"),
    ]);
    raw.send(&frame(HEADERS, END_HEADERS, 1, &head));
    raw.send(&frame(DATA, 0, 1, b"GET / HTTP/1.1\r\n\r\n"));
    raw.send(&frame(HEADERS, END_STREAM | END_HEADERS, 1, &fields(&[("content-length", "0"), ("grpc-status", "0")])));
    assert_eq!(raw.end(1), End::Answer(2));
    let seen = stage.upstream.until(|seen| seen.head.starts_with("POST"));
    assert_eq!(seen.body, "GET / HTTP/1.1\r\n\r\n");
    assert!(!seen.head.to_ascii_lowercase().contains("content-length"), "{}", seen.head);
}

#[test]
fn d51_a_head_that_is_never_finished_ends_the_connection() {
    let stage = Stage::new();
    let (block, began) = (fields(STATUS), Instant::now());
    let mut raw = Raw::open(stage.production, &[]);
    raw.send(&frame(HEADERS, END_STREAM, 1, &block));
    let mut half = Raw::open(stage.production, &[]);
    half.send(&frame(HEADERS, END_STREAM | END_HEADERS, 1, &block)[..20]);
    for raw in [&mut raw, &mut half] {
        assert_eq!(raw.farewell(), End::Closed);
        assert!((Duration::from_secs(8)..Duration::from_secs(25)).contains(&began.elapsed()), "{:?}", began.elapsed());
    }
}

#[test]
fn a_refusal_to_a_client_of_grpc_is_told_in_its_own_words() {
    let stage = Stage::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let address = stage.production;
    let answer = runtime.block_on(async move {
        let stream = tokio::net::TcpStream::connect(address).await.expect("it listens");
        let (mut sender, connection) = hyper::client::conn::http2::Builder::new(hyper_util::rt::TokioExecutor::new())
            .handshake(hyper_util::rt::TokioIo::new(stream))
            .await
            .expect("a handshake");
        tokio::spawn(connection);
        let request = http::Request::post("http://x/rents/v1/accounts/7/payments")
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .body(http_body_util::Empty::<bytes::Bytes>::new())
            .expect("a request");
        sender.send_request(request).await.expect("an answer")
    });
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "application/grpc");
    assert_eq!(answer.headers()["grpc-status"], "16");
    assert!(answer.headers().contains_key("request-id"));
    assert!(hyper::body::Body::is_end_stream(answer.body()), "the trailers are all there is");
    assert_eq!(stage.entry().status, 401);
}

#[test]
fn a_small_body_is_one_frame_with_the_end_in_it() {
    let stage = Stage::new();
    let mut client = Client::connect(stage.production);
    let body = client.exchange(b"GET /rents/v1/status HTTP/1.1\r\nHost: x\r\n\r\n").body;
    let mut raw = Raw::open(stage.production, &[]);
    raw.ask(1, "/rents/v1/status");
    let mut got = vec![];
    let mut frames = 0;
    while let Some(frame) = raw.next() {
        if frame.kind == DATA && frame.stream == 1 {
            frames += 1;
            got.extend(frame.payload);
            if frame.flags & END_STREAM != 0 {
                break;
            }
        }
    }
    assert_eq!(String::from_utf8_lossy(&got), body);
    assert_eq!(frames, 1, "a small body is one frame, which is the last");
}

#[test]
fn a_stop_says_goaway_lets_what_is_under_way_end_and_waits_for_nobody_else() {
    let stage = Stage::new();
    let mut asking = Raw::open(stage.production, &[]);
    asking.ask(1, "/rents/v1/anything/a/silent");
    let mut idle = Raw::open(stage.production, &[]);
    idle.ask(1, "/rents/v1/status");
    assert_eq!(idle.end(1), End::Answer(2));
    stage.upstream.until(|seen| seen.head.contains("/silent"));
    let (gateway, began) = (stage.gateway.clone(), Instant::now());
    let stopping = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(gateway.stop(Duration::from_secs(20)));
    });
    assert_eq!(asking.end(1), End::Answer(5), "the upstream is silent, which is told");
    let mut has_said = false;
    while let Some(frame) = idle.next() {
        has_said |= frame.kind == GOAWAY && frame.payload.get(4..8) == Some(&[0; 4]);
        if frame.kind == PING && frame.flags == 0 {
            idle.send(&self::frame(PING, 1, 0, &frame.payload));
        }
    }
    assert!(has_said, "a connection that ends says so");
    stopping.join().expect("it stops");
    assert!(began.elapsed() < Duration::from_secs(18), "{:?}", began.elapsed());
}
