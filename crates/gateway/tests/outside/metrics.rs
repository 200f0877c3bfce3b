//! Which series can be made, and by whom?

use std::collections::BTreeSet;

use hansom_gateway::snapshot::VersionDocument;
use prometheus_client::encoding::text::encode;

use crate::{
    raw_frames::{END_HEADERS, END_STREAM, End, HEADERS, Raw, fields, frame},
    stage::*,
};

fn text(stage: &Stage) -> String {
    let mut text = String::new();
    encode(&mut text, &stage.registry).expect("metrics");
    text
}

/// Every series by its name and labels.
fn series(stage: &Stage) -> BTreeSet<String> {
    let text = text(stage);
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.rsplit_once(' ')).map(|(series, _)| series.to_owned()).collect()
}

/// Everything that a stranger can name, each with a word of its own. Gives how many entries come of it.
fn stranger(stage: &Stage, number: u32) -> u32 {
    let word = format!("stranger{number}");
    let token = stage.token();
    let requests = [
        format!("GET /{word}/v1/x HTTP/1.1\r\nHost: x\r\n"),
        format!("GET /rents/v{}/x HTTP/1.1\r\nHost: x\r\n", number + 2000),
        format!("GET /rents/v1/{word} HTTP/1.1\r\nHost: x\r\n"),
        format!("{word} /rents/v1/status HTTP/1.1\r\nHost: x\r\n"),
        format!(
            "GET /rents/v1/status?{word} HTTP/1.1\r\nHost: {word}\r\nUser-Agent: {word}\r\nOrigin: http://{word}\r\n"
        ),
        format!("GET /rents/v1/accounts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {word}\r\n"),
        format!("GET /rents/v1/accounts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nX-User: {word}\r\n"),
        format!("GET /{word}/../x HTTP/1.1\r\nHost: x\r\n"),
        format!("GET /x HTTP/{number}.7\r\nHost: x\r\n"),
        format!("GET /x HTTP/1.1\r\nHost: x\r\nExpect: {word}\r\n"),
    ];
    for request in &requests {
        let status = stage.raw(format!("{request}Connection: close\r\n\r\n")).status;
        assert!(status >= 200, "{request}");
    }
    let mut raw = Raw::open(stage.production, &[]);
    let path = format!("/{word}/v1/x");
    let asked = [(":method", word.as_str()), (":scheme", "http"), (":authority", word.as_str()), (":path", &path)];
    raw.send(&frame(HEADERS, END_STREAM | END_HEADERS, 1, &fields(&asked)));
    assert_eq!(raw.end(1), End::Answer(4));
    let mut foreign = Client::connect(stage.production);
    foreign.send(format!("\u{0}{word}\r\n").as_bytes());
    assert!(foreign.is_closed());
    u32::try_from(requests.len()).expect("a few") + 1
}

#[test]
fn a_stranger_makes_no_series_and_leaves_no_word_in_one() {
    let stage = Stage::new();
    let visit = |numbers: std::ops::Range<u32>| {
        for number in numbers {
            for _ in 0..stranger(&stage, number) {
                stage.entry();
            }
        }
    };
    visit(0..2);
    let before = series(&stage);
    visit(2..40);
    assert_eq!(series(&stage), before);
    assert!(!text(&stage).contains("stranger"), "{}", text(&stage));
}

#[test]
fn versions_beyond_a_thousand_share_their_series() {
    const MORE: usize = 7;
    let stage = Stage::with(|document| {
        let first = document.environments[0].versions[0].clone();
        let named = |number| VersionDocument { api: word(&format!("api-{number}")), ..first.clone() };
        document.environments[0].versions = (0..1000 + MORE).map(named).collect();
    });
    let mut client = Client::connect(stage.production);
    for number in 0..1000 + MORE {
        let asked = format!("GET /api-{number}/v1/status HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_eq!(client.exchange(asked.as_bytes()).status, 200);
        stage.entry();
    }
    let text = text(&stage);
    let count = |start: &str| text.lines().filter(|line| line.starts_with(start)).count();
    assert_eq!(count("hansom_gateway_requests_total{"), 1001);
    assert_eq!(count("hansom_gateway_request_seconds_count{"), 1001);
    assert!(text.contains("api=\"(others)\""), "{text}");
    assert!(text.contains(&format!("hansom_gateway_requests_without_labels_total {MORE}")));
    assert!(count("hansom_version_in_flight{") <= 1000, "figures of versions have a bound too");
    let left_out = text.lines().find_map(|line| line.strip_prefix("hansom_upstream_figures_left_out "));
    assert!(left_out.is_some_and(|count| count != "0"), "{left_out:?}");
}
