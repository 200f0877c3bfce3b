//! What do collectors and operators get to see, whatever the collectors do?

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use serde_json::Value;

use crate::running::{BINARY, Ports, Running, Scratch, configuration, get, serve};

/// A collector that hears everything and answers as it was told.
struct Collector {
    port: u16,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Collector {
    fn start(answers: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (port, heard) = (listener.local_addr().unwrap().port(), Arc::<Mutex<Vec<String>>>::default());
        let told = Arc::clone(&heard);
        thread::spawn(move || {
            let mut answers = answers.iter().chain(std::iter::repeat(answers.last().unwrap()));
            for mut stream in listener.incoming().flatten() {
                let Some(request) = request(&mut stream) else { continue };
                told.lock().unwrap().push(request);
                let answer = answers.next().unwrap();
                if answer.is_empty() {
                    // Held open, and never answered.
                    std::mem::forget(stream);
                    continue;
                }
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        Self { port, heard }
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

/// A request with a body of a known length.
fn request(stream: &mut TcpStream) -> Option<String> {
    let (mut read, mut space) = (Vec::new(), [0; 65536]);
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
        let count = stream.read(&mut space).ok().filter(|count| *count > 0)?;
        read.extend_from_slice(&space[..count]);
    }
}

const TAKEN: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
const BUSY: &str = "HTTP/1.1 503 No\r\nRetry-After: 0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
const ELSEWHERE: &str =
    "HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// Starts with all traces told to that port.
fn start(scratch: &Scratch, ports: &Ports, collector: u16) -> Running {
    let config = configuration(scratch, ports, "", "access_log = \"access.log\"");
    scratch.write("collector.headers", "X-Proof: of-the-gateway\n");
    let mut text = std::fs::read_to_string(&config).unwrap();
    text.push_str(&format!(
        "[observation]\ntraces = {{ endpoint = \"http://127.0.0.1:{collector}/v1/traces\", ratio = 1.0, headers_file = \"collector.headers\" }}\n"
    ));
    std::fs::write(&config, text).unwrap();
    Running::start(&mut serve(&config, &[]), ports)
}

fn metric(ports: &Ports, wanted: &str) -> u64 {
    let text = get(ports.operations, "/metrics").unwrap_or_default();
    let value = text.lines().find_map(|line| line.strip_prefix(wanted)?.trim().parse::<f64>().ok());
    value.map_or(0, |value| value as u64)
}

fn calls(ports: &Ports, count: usize) {
    for _ in 0..count {
        assert!(get(ports.production, "/nothing/v1/here?secret=7").unwrap().starts_with("HTTP/1.1 404"));
    }
}

#[test]
fn a_collector_is_told_each_request_in_otlp_and_nothing_that_is_secret() {
    let (scratch, ports, collector) = (Scratch::new(), Ports::free(), Collector::start(&[BUSY, TAKEN]));
    let mut running = start(&scratch, &ports, collector.port);
    calls(&ports, 3);
    running.until(|| metric(&ports, "hansom_traces_exported_spans_total") >= 3, "the spans are taken");
    let heard = collector.heard();
    assert!(heard.len() >= 2, "what was not taken is told again");
    let (head, body) = heard.last().unwrap().split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /v1/traces ") && head.to_lowercase().contains("x-proof: of-the-gateway"), "{head}");
    assert!(head.to_lowercase().contains("content-type: application/json"), "{head}");
    let told: Value = serde_json::from_str(body).unwrap();
    let of = &told["resourceSpans"][0];
    assert_eq!(of["resource"]["attributes"][0]["value"]["stringValue"], "hansom");
    let span = &of["scopeSpans"][0]["spans"][0];
    let is_hex = |value: &Value, length: usize| {
        value.as_str().is_some_and(|id| id.len() == length && id.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    assert!(is_hex(&span["traceId"], 32) && is_hex(&span["spanId"], 16), "{span}");
    assert_eq!((span["kind"].as_u64(), span["name"].as_str()), (Some(2), Some("GET")));
    let nanos = |name: &str| span[name].as_str().unwrap().parse::<u64>().unwrap();
    assert!(nanos("startTimeUnixNano") > 0 && nanos("endTimeUnixNano") >= nanos("startTimeUnixNano"));
    let attributes: BTreeMap<&str, &Value> = span["attributes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|attribute| (attribute["key"].as_str().unwrap(), &attribute["value"]))
        .collect();
    for (key, value) in [
        ("http.request.method", "GET"),
        ("url.path", "/nothing/v1/here"),
        ("url.scheme", "http"),
        ("hansom.environment", "production"),
        ("hansom.refusal", "api-not-found"),
    ] {
        assert_eq!(attributes[key]["stringValue"], value, "{key}");
    }
    assert_eq!(attributes["http.response.status_code"]["intValue"], "404");
    assert!(!attributes.contains_key("client.address") && !attributes.contains_key("error.type"));
    assert!(!body.contains("secret"), "{body}");
    let log = std::fs::read_to_string(scratch.0.join("access.log")).unwrap();
    assert!(log.contains(&format!("\"trace_id\":{}", span["traceId"])), "{log}");
    running.signal("TERM");
    assert_eq!(running.end().code(), Some(0));
}

#[test]
fn a_collector_that_is_slow_dead_or_lying_is_in_nobodys_way() {
    let dead = Ports::free().hub;
    let slow = Collector::start(&[""]);
    let lying = Collector::start(&[ELSEWHERE]);
    for (port, why) in
        [(dead, None), (slow.port, None), (lying.port, Some("hansom_traces_dropped_spans_total{why=\"refused\"}"))]
    {
        let (scratch, ports) = (Scratch::new(), Ports::free());
        let mut running = start(&scratch, &ports, port);
        calls(&ports, 200);
        if let Some(why) = why {
            running.until(|| metric(&ports, why) > 0, "what is lost is counted");
        }
        assert_eq!(metric(&ports, "hansom_traces_exported_spans_total"), 0);
        running.signal("TERM");
        assert_eq!(running.end().code(), Some(0), "it ends as ever");
    }
    assert_eq!(lying.heard().len(), lying.heard().iter().filter(|heard| heard.starts_with("POST /v1/traces")).count());
}

#[test]
fn traces_that_make_no_sense_are_refused_at_the_start() {
    for (traces, why) in [
        ("{ endpoint = \"http://127.0.0.1:9/v1/traces\", ratio = 1.5 }", "traces.ratio"),
        ("{ endpoint = \"ftp://127.0.0.1/\" }", "traces.endpoint"),
        ("{ endpoint = \"http://me:secret@127.0.0.1/\" }", "traces.headers_file"),
        ("{ endpoint = \"http://collector.example/\", headers_file = \"proof\" }", "https://"),
        ("{ endpoint = \"http://127.0.0.1:9/\", headers_file = \"broken\" }", "broken:1"),
        ("{ endpoint = \"http://127.0.0.1:9/\", follow = \"some\" }", "unknown variant"),
    ] {
        let (scratch, ports) = (Scratch::new(), Ports::free());
        let config = configuration(&scratch, &ports, "", "");
        scratch.write("proof", "X-Proof: 1\n");
        scratch.write("broken", "no field\n");
        let text = std::fs::read_to_string(&config).unwrap() + "[observation]\ntraces = " + traces + "\n";
        std::fs::write(&config, text).unwrap();
        let checked = std::process::Command::new(BINARY).args(["serve", "--config"]).arg(&config).output().unwrap();
        let said = String::from_utf8_lossy(&checked.stderr).into_owned();
        assert!(!checked.status.success() && said.contains(why), "{traces}: {said}");
    }
}

/// What of a text of metrics no reader of Prometheus's format would take; gives the names of its families.
fn checked(text: &str) -> BTreeSet<String> {
    let (mut families, mut kinds, mut seen) = (BTreeSet::new(), BTreeMap::new(), BTreeSet::new());
    for line in text.lines() {
        if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' ')) {
            assert!(kinds.insert(name.to_owned(), kind.to_owned()).is_none(), "{name} has two types");
            families.insert(name.to_owned());
        } else if !line.starts_with('#') {
            let (sample, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no value: {line:?}"));
            assert!(value.parse::<f64>().is_ok(), "no number: {line:?}");
            assert!(seen.insert(sample.to_owned()), "twice: {sample}");
            let name = sample.split('{').next().unwrap();
            let family = ["", "_bucket", "_sum", "_count"].iter().filter_map(|end| name.strip_suffix(end));
            assert!(family.clone().any(|family| kinds.contains_key(family)), "no type: {line:?}");
        }
    }
    families
}

#[test]
fn metrics_are_well_formed_in_both_formats_and_each_is_in_the_documentation() {
    let (scratch, ports, collector) = (Scratch::new(), Ports::free(), Collector::start(&[TAKEN]));
    let mut running = start(&scratch, &ports, collector.port);
    calls(&ports, 2);
    let metrics = || get(ports.operations, "/metrics").unwrap();
    running.until(|| metrics().contains("hansom_gateway_requests_total{"), "the calls are counted");
    let text = metrics();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.to_lowercase().contains("content-type: text/plain; version=0.0.4"), "{head}");
    let families = checked(body);
    assert!(families.contains("hansom_gateway_requests_total"), "{families:?}");
    let documentation =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operations.md")).unwrap();
    for family in &families {
        assert!(documentation.contains(&format!("`{family}`")), "{family} is not in docs/operations.md");
    }
    let mut stream = TcpStream::connect(("127.0.0.1", ports.operations)).unwrap();
    stream
        .write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: application/openmetrics-text;version=1.0.0\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut open = String::new();
    stream.read_to_string(&mut open).unwrap();
    assert!(open.to_lowercase().contains("content-type: application/openmetrics-text"), "{open}");
    assert!(open.contains("# EOF") && open.contains("# TYPE hansom_gateway_requests counter"), "{open}");
    drop(running);
}
