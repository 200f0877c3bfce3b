//! What do collectors and operators get to see, whatever the collectors do?

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use serde_json::Value;

use crate::{
    running::{BINARY, Ports, Running, Scratch, configuration, get, serve},
    village::Site,
};

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

/// The labels of each metric that has samples, by its name as Prometheus keeps it.
fn labels(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut labels: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let Some((sample, _)) = line.rsplit_once(' ') else { continue };
        let (name, inner) = sample.split_once('{').unwrap_or((sample, "}"));
        let names = inner.trim_end_matches('}').split("\",").filter_map(|pair| pair.split_once("=\""));
        labels.entry(name.to_owned()).or_default().extend(names.map(|(name, _)| name.to_owned()));
    }
    labels
}

/// Words of a text that are made of letters, digits and underscores, each with what follows it.
fn words(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let starts = text.char_indices().filter(move |(at, c)| is_part(*c) && !text[..*at].ends_with(is_part));
    starts.map(move |(at, _)| {
        let rest = &text[at..];
        rest.split_at(rest.find(|c| !is_part(c)).unwrap_or(rest.len()))
    })
}

/// Names of labels that an expression sets, groups by, or shows: those in braces, and those behind `by`.
fn asked_labels(expression: &str, legend: &str) -> BTreeSet<String> {
    let in_braces =
        words(expression).filter(|(_, rest)| ["=~", "!~", "!=", "="].iter().any(|sign| rest.starts_with(sign)));
    let grouped = expression.split(" by (").skip(1).filter_map(|rest| rest.split(')').next()).flat_map(words);
    let shown = legend.split("{{").skip(1).filter_map(|rest| rest.split("}}").next()).flat_map(words);
    in_braces.chain(grouped).chain(shown).map(|(word, _)| word.to_owned()).collect()
}

/// Every expression of a dashboard with its legend; those of its variables, too.
fn expressions(dashboard: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let panels = dashboard["panels"].as_array().unwrap().iter();
    let targets = panels.flat_map(|panel| panel["targets"].as_array().into_iter().flatten());
    let mut all: Vec<_> = targets.map(|target| (text(&target["expr"]), text(&target["legendFormat"]))).collect();
    for variable in dashboard["templating"]["list"].as_array().unwrap() {
        // `label_values(metric, label)`: the label is written as a legend would.
        let query = text(&variable["definition"]);
        let inner = query.strip_prefix("label_values(").and_then(|rest| rest.strip_suffix(')'));
        all.extend(
            inner
                .and_then(|inner| inner.split_once(", "))
                .map(|(name, label)| (name.to_owned(), format!("{{{{{label}}}}}"))),
        );
    }
    all
}

/// Makes everything happen that is counted by a label.
async fn make_everything_happen(site: &Site, running: &mut Running) {
    assert!(site.answers("trees"));
    calls(&site.ports, 1);
    let to_production = || TcpStream::connect(("127.0.0.1", site.ports.production)).unwrap();
    to_production().write_all(b"\x00\x01\x02").unwrap();
    let mut flood = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec();
    flood.extend(b"\0\0\x08\x06\0\0\0\0\0pingpong".repeat(20_000));
    // It is cut off somewhere within.
    let _ = to_production().write_all(&flood);
    for counted in ["http2_floods_total{", "connections_turned_away_total{", "requests_total{"] {
        running.until(|| metrics(&site.ports).contains(&format!("hansom_gateway_{counted}")), counted);
    }
    running.until(|| metrics(&site.ports).contains("hansom_traces_dropped_spans_total{"), "spans are lost");
}

fn metrics(ports: &Ports) -> String {
    let answer = get(ports.operations, "/metrics").unwrap_or_default();
    answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dashboard_asks_for_what_is_told_and_nothing_else() {
    let (site, collector) = (Site::new("access_log = \"access.log\"").await, Collector::start(&[ELSEWHERE]));
    let authority = crate::secure::authority(&site.scratch, "localhost").0;
    site.scratch.write("revoked.pem", &crate::secure::list(&authority, 2999));
    let text = std::fs::read_to_string(&site.config).unwrap();
    let hub = format!("url = \"http://127.0.0.1:{}\"", site.ports.hub);
    let tls = "tls = { certificate = \"host.pem\", key = \"host.key\", client_ca = \"authority.pem\", client_crl = \"revoked.pem\" }";
    let text = text.replace(&hub, &format!("url = \"https://localhost:{}\"\n{tls}", site.ports.hub));
    let (port, traces) = (collector.port, "traces = { ratio = 1.0, endpoint");
    let text = format!("{text}[observation]\n{traces} = \"http://127.0.0.1:{port}/v1/traces\" }}\n");
    std::fs::write(&site.config, text).unwrap();
    let mut running = site.start();
    make_everything_happen(&site, &mut running).await;
    let mut told = labels(&metrics(&site.ports));
    for of_scrape in told.values_mut() {
        of_scrape.extend(["instance".to_owned(), "job".to_owned()]);
    }
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/grafana/hansom.json");
    let dashboard: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let expressions = expressions(&dashboard);
    assert!(expressions.len() > 40, "{} expressions", expressions.len());
    for (expression, legend) in expressions {
        let names: BTreeSet<&str> =
            words(&expression).map(|(word, _)| word).filter(|word| word.starts_with("hansom_")).collect();
        assert!(!names.is_empty(), "{expression} asks for nothing of ours");
        for name in names {
            let known = told.get(name).unwrap_or_else(|| panic!("{name} is not told: {expression}"));
            for label in asked_labels(&expression, &legend) {
                assert!(known.contains(&label), "{name} has no label {label}: {expression}");
            }
        }
    }
}
