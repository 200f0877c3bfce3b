//! What of a head whose lines are no lines of HTTP?

use crate::stage::*;

fn get(line: &str, fields: &str) -> String {
    format!("{line}\r\nHost: x\r\n{fields}\r\n")
}

const LINE: &str = "GET /rents/v1/status HTTP/1.1";

/// Asserts that each of these is refused with 400.
#[track_caller]
fn no_heads<T: AsRef<[u8]>>(heads: &[T]) {
    let stage = Stage::new();
    for head in heads {
        stage.refuses(head, 400, "bad-request");
    }
    stage.no_entry();
}

#[test]
fn b26_lines_that_end_with_a_line_feed_alone_are_400() {
    no_heads(&[
        "GET /rents/v1/status HTTP/1.1\nHost: x\n\n",
        "GET /rents/v1/status HTTP/1.1\nHost: x\r\n\r\n",
        "GET /rents/v1/status HTTP/1.1\r\nHost: x\n\r\n",
        "GET /rents/v1/status HTTP/1.1\r\nHost: x\r\n\n",
        "\nGET /rents/v1/status HTTP/1.1\r\nHost: x\r\n\r\n",
    ]);
}

#[test]
fn b27_a_line_feed_within_a_value_makes_no_field() {
    no_heads(&[get(LINE, "A: b\nX-User: admin\r\n"), get(LINE, "A: b\n\nGET / HTTP/1.1\r\n")]);
}

#[test]
fn b28_control_characters_in_a_head_are_400() {
    no_heads(&[
        get(LINE, "A: b\rc\r\n"),
        get(LINE, "A: b\r\r\n"),
        get(LINE, "A: \0\r\n"),
        get(LINE, "A: b\u{1}c\r\n"),
        get(LINE, "A: b\u{b}c\r\n"),
        get(LINE, "A: b\u{1f}\r\n"),
        get(LINE, "A: b\u{7f}c\r\n"),
        get(LINE, "A\0: b\r\n"),
        get(LINE, "A\u{7f}: b\r\n"),
        get(LINE, "A\r: b\r\n"),
        get("GET /rents/v1/status\0 HTTP/1.1", ""),
        get("GET /rents/v1/sta\rtus HTTP/1.1", ""),
        get("GET\0 /rents/v1/status HTTP/1.1", ""),
    ]);
}

#[test]
fn b29_what_is_no_field_is_400() {
    let stage = Stage::new();
    for bytes in [&b"\xa0"[..], b"\x85", b"A\xa0", b"\xe2\x80\x8b"] {
        let head = [LINE.as_bytes(), b"\r\nHost: x\r\n", bytes, b": b\r\n\r\n"].concat();
        stage.refuses(head, 400, "bad-request");
    }
    no_heads(&[
        get(LINE, " folded\r\n"),
        get(LINE, "\tfolded\r\n"),
        get(LINE, "A: b\r\n c: d\r\n"),
        "GET /rents/v1/status HTTP/1.1\r\n Host: x\r\n\r\n".to_owned(),
        get(LINE, "A : b\r\n"),
        get(LINE, "A\t: b\r\n"),
        get(LINE, ": b\r\n"),
        get(LINE, ":\r\n"),
        get(LINE, "no colon\r\n"),
        get(LINE, "(A): b\r\n"),
        get(LINE, "A/b: c\r\n"),
        get(LINE, "\"A\": b\r\n"),
        get(LINE, "Content-Length : 5\r\n"),
        get(LINE, "Transfer-Encoding\t: chunked\r\n"),
    ]);
}

#[test]
fn b30_bytes_that_are_no_text_in_a_value_are_carried_and_hurt_nobody() {
    let stage = Stage::new();
    let request =
        |field: &[u8]| [LINE.as_bytes(), b"\r\nHost: x\r\nConnection: close\r\n", field, b"\r\n\r\n"].concat();
    assert_eq!(stage.raw(request(b"X-Note: caf\xe9\xff")).status, 200);
    for name in [
        "Origin",
        "Accept",
        "Prefer",
        "Traceparent",
        "X-Forwarded-For",
        "Forwarded",
        "User-Agent",
        "Content-Type",
        "Cookie",
    ] {
        assert_eq!(stage.raw(request(&[name.as_bytes(), b": \xff\xfe\x80"].concat())).status, 200, "{name}");
    }
    stage.raw(request(b"Authorization: Bearer \xff.\xff.\xff")).refused(401, "token-invalid");
    stage.raw(request(b"Expect: \xff")).refused(417, "bad-request");
    stage.raw(request(b"Host: \xff")).refused(400, "bad-request");
}

#[test]
fn b31_a_request_line_that_is_none_is_400() {
    no_heads(&[
        get("GET  /rents/v1/status HTTP/1.1", ""),
        get("GET /rents/v1/status  HTTP/1.1", ""),
        get(" GET /rents/v1/status HTTP/1.1", "").trim_start().replace("GET", "G ET"),
        get("GET\t/rents/v1/status HTTP/1.1", ""),
        get("GET /rents/v1/status\tHTTP/1.1", ""),
        get("GET /rents/v1/status HTTP/1.1 ", ""),
        get("GET /rents/v1/status", ""),
        get("GET", ""),
        get("GET /rents/v1/status HTTP/0.9", ""),
        get("GET /rents/v1/status HTTP/1.2", ""),
        get("GET /rents/v1/status HTTP/2.0", ""),
        get("GET /rents/v1/status HTTP/9.9", ""),
        get("GET /rents/v1/status HTTP/01.1", ""),
        get("GET /rents/v1/status HTTP/1.10", ""),
        get("GET /rents/v1/status http/1.1", ""),
        get("GET /rents/v1/status XTTP/1.1", ""),
        get("(GET) /rents/v1/status HTTP/1.1", "").replace("(GET)", "G(T"),
        "\r\n\r\n\r\nGET /rents/v1/status HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
    ]);
    // A method is what it is: another case of it is another method, which nobody has.
    let stage = Stage::new();
    stage
        .raw("get /rents/v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .refused(405, "method-not-allowed");
}

#[test]
fn b32_too_large_a_head_is_431() {
    let stage = Stage::new();
    for fields in [
        "A: b\r\n".repeat(100),
        "A: b\r\n".repeat(10_000),
        format!("A: {}\r\n", "b".repeat(33_000)),
        format!("A: {}\r\n", "b".repeat(500_000)),
        format!("{}: b\r\n", "a".repeat(33_000)),
        format!("A: {}\r\n", "b".repeat(4000)).repeat(9),
    ] {
        stage.refuses(get(LINE, &fields), 431, "fields-too-large");
    }
    let most = get(LINE, &format!("Connection: close\r\n{}", "A: b\r\n".repeat(98)));
    assert_eq!(stage.raw(most).status, 200);
}

#[test]
fn b32_a_head_costs_what_its_size_says_whatever_connection_names() {
    // A hundred fields against sixteen thousand names would be a million and a half comparisons.
    let stage = Stage::new();
    let names = format!("Connection: {}\r\n", "a,".repeat(15_000));
    stage.refuses(get(LINE, &format!("{names}{}", "B: c\r\n".repeat(90))), 400, "bad-request");
    let few = get(LINE, "Connection: close, te, x-a, x-b, x-c, x-d\r\nX-A: 1\r\nX-E: 1\r\n");
    assert_eq!(stage.raw(few).status, 200);
    let seen = stage.upstream.until(|_| true);
    assert_eq!((seen.field("x-a"), seen.field("x-e").as_deref()), (None, Some("1")));
}

#[test]
fn b33_too_long_an_address_is_414() {
    let stage = Stage::new();
    let of = |target: &str| get(&format!("GET {target} HTTP/1.1"), "");
    stage.refuses(of(&format!("/rents/v1/{}", "a".repeat(8200))), 414, "uri-too-long");
    stage.refuses(of(&format!("/rents/v1/status?{}", "a".repeat(8200))), 414, "uri-too-long");
    stage.refuses("a".repeat(60_000), 414, "uri-too-long");
    stage.refuses(of(&format!("/{}", "a".repeat(64_000))), 414, "uri-too-long");
    let longest = of(&format!("/rents/v1/status?{}", "a".repeat(8000))).replace("Host", "Connection: close\r\nHost");
    assert_eq!(stage.raw(longest).status, 200);
}

#[test]
fn b34_a_host_that_is_none_is_400_and_an_address_must_name_the_same() {
    let with = |host: &str| format!("{LINE}\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    no_heads(&[
        with("user@a"),
        with("a:99999"),
        with("a:x"),
        with("a:+80"),
        with("a, b"),
        with("a b"),
        with("a/b"),
        with("a?b"),
        with("a#b"),
        with("http://a"),
        with("[fe80::1%25eth0]"),
        with("[::1"),
        with("a%41"),
        with("\u{e9}.example"),
    ]);
    let absolute =
        |target: &str, host: &str| format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    no_heads(&[
        absolute("http://b.example/rents/v1/status", "a.example"),
        absolute("http://a.example:81/rents/v1/status", "a.example"),
        absolute("http://a@a.example/rents/v1/status", "a.example"),
        absolute("http:///rents/v1/status", "a.example"),
        absolute("ftp://a.example/rents/v1/status", "a.example"),
        absolute("a.example/rents/v1/status", "a.example"),
    ]);
    let stage = Stage::new();
    for fine in [
        with("A.Example"),
        with("a.example."),
        with("a.example:65535"),
        with("[::1]:8080"),
        absolute("http://A.example/rents/v1/status", "a.example"),
    ] {
        assert_eq!(stage.raw(&fine).status, 200, "{fine}");
    }
    let upstream = stage.upstream.address.to_string();
    assert!(stage.upstream.seen().iter().all(|seen| seen.field("host") == Some(upstream.clone())));
}

#[test]
fn b35_a_host_that_is_missing_empty_or_doubled_is_400() {
    let hosts = |hosts: &str| format!("{LINE}\r\n{hosts}\r\n");
    no_heads(&[
        hosts(""),
        hosts("Host: a\r\nHost: a\r\n"),
        hosts("Host: a\r\nHost: b\r\n"),
        hosts("Host: a\r\nhost: b\r\n"),
        hosts("Host:\r\n"),
        hosts("Host: \t\r\n"),
        "GET http://a.example/rents/v1/status HTTP/1.1\r\n\r\n".to_owned(),
        "GET /rents/v1/status HTTP/1.0\r\n\r\n".to_owned(),
    ]);
}

#[test]
fn b36_a_flood_of_random_bytes_is_cut_at_once() {
    let stage = Stage::new();
    let mut client = Client::connect(stage.production);
    let mut state = 0x2545_f491_u32;
    let random: Vec<u8> = (0..1_000_000)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8 | 0x80
        })
        .collect();
    client.send(&random);
    assert!(client.is_closed(), "closed without a word");
    stage.no_entry();
}
