//! What does a fault around the process cost: no descriptors, a full disk, a slow reader, no store, days of load?

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use hansom_domain::Timestamp;
use rustix::process::{Pid, Resource, Rlimit, prlimit};

use crate::{
    running::{BINARY, PATIENCE, Running, get, serve},
    village::{Site, contract, manifest},
};

/// What became of requests.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Toll {
    served: u32,
    refused: u32,
    lost: u32,
}

/// One client that keeps its connection as long as it may.
struct Client {
    port: u16,
    stream: Option<BufReader<TcpStream>>,
}

impl Client {
    /// Asks once: the status, or `None` if the answer did not come whole.
    fn ask(&mut self, request: &str) -> Option<u16> {
        let answered = self.exchange(request);
        if answered.is_none() {
            self.stream = None;
        }
        answered
    }

    fn exchange(&mut self, request: &str) -> Option<u16> {
        if self.stream.is_none() {
            let stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
            stream.set_read_timeout(Some(PATIENCE)).ok()?;
            self.stream = Some(BufReader::new(stream));
        }
        let stream = self.stream.as_mut()?;
        stream.get_mut().write_all(request.as_bytes()).ok()?;
        let (mut first, mut line, mut length, mut closes) = (String::new(), String::new(), 0, false);
        stream.read_line(&mut first).ok().filter(|read| *read > 0)?;
        while line != "\r\n" {
            line.clear();
            stream.read_line(&mut line).ok().filter(|read| *read > 0)?;
            let lower = line.to_ascii_lowercase();
            length = lower.strip_prefix("content-length:").map_or(length, |value| value.trim().parse().unwrap());
            closes |= lower.starts_with("connection: close");
        }
        stream.read_exact(&mut vec![0; length]).ok()?;
        if closes {
            self.stream = None;
        }
        first.split(' ').nth(1)?.parse().ok()
    }
}

const ASK: &str = "GET /trees/v1/trees HTTP/1.1\r\nHost: x\r\n\r\n";

/// Lets four clients ask as long as `meanwhile` takes, and prints what it cost as a row of the table of faults.
pub(crate) fn under_load(what: &str, port: u16, meanwhile: impl FnOnce()) -> Toll {
    let stop = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..4)
        .map(|_| {
            let stop = Arc::clone(&stop);
            thread::spawn(move || {
                let (mut client, mut toll) = (Client { port, stream: None }, Toll::default());
                while !stop.load(Ordering::Relaxed) {
                    match client.ask(ASK) {
                        Some(200) => toll.served += 1,
                        Some(_) => toll.refused += 1,
                        None => toll.lost += 1,
                    }
                    thread::sleep(Duration::from_millis(1));
                }
                toll
            })
        })
        .collect();
    meanwhile();
    stop.store(true, Ordering::Relaxed);
    let tolls = clients.into_iter().map(|client| client.join().unwrap());
    let sum = |one: Toll, other: Toll| Toll {
        served: one.served + other.served,
        refused: one.refused + other.refused,
        lost: one.lost + other.lost,
    };
    let toll = tolls.fold(Toll::default(), sum);
    let Toll { served, refused, lost } = toll;
    eprintln!("| {what:<52} | {served:>6} | {refused:>7} | {lost:>4} |");
    assert!(served > 20, "{toll:?}");
    toll
}

#[track_caller]
pub(crate) fn cost_nothing(toll: Toll) {
    assert_eq!((toll.refused, toll.lost), (0, 0), "{toll:?}");
}

fn bound(running: &Running, resource: Resource, most: Option<u64>) -> Rlimit {
    let pid = Pid::from_raw(i32::try_from(running.0.id()).unwrap());
    let before = rustix::process::getrlimit(resource);
    prlimit(pid, resource, Rlimit { current: most.or(before.maximum), maximum: before.maximum }).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn l128_releases_under_load_cost_no_request() {
    let site = Site::new("").await;
    let mut running = site.start();
    let patches = 30;
    let before = site.metric("hansom_snapshot_generation");
    let (sent, done) = std::sync::mpsc::channel();
    let port = site.ports.production;
    let load = thread::spawn(move || under_load("30 releases one after the other", port, || done.recv().unwrap()));
    for patch in 1..=patches {
        site.village.publish("trees", "/trees", &format!("1.0.{patch}")).await;
    }
    running.until(|| site.metric("hansom_snapshot_generation") >= before + f64::from(patches), "all are live");
    sent.send(()).unwrap();
    cost_nothing(load.join().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn m135_a_disk_that_is_full_costs_what_is_kept_and_no_request() {
    let site = Site::new("access_log = \"access.log\"").await;
    // A full disk sends no signal; a limit of files does.
    let line = format!("trap '' XFSZ; exec '{BINARY}' serve --config '{}'", site.config.display());
    let mut command = Command::new("sh");
    command.args(["-c", &line]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut running = Running::start(&mut command, &site.ports);
    running.until(|| site.answers("trees") && site.metric("hansom_snapshot_kept_generation") > 0.0, "it is kept");
    let log = || std::fs::metadata(site.scratch.0.join("access.log")).unwrap().len();
    running.until(|| log() > 0, "there is a log");
    bound(&running, Resource::Fsize, Some(0));
    let kept = site.metric("hansom_snapshot_kept_generation");
    site.village.publish("bushes", "/bushes", "1.0.0").await;
    let toll = under_load("a full disk: snapshot, log, database", site.ports.production, || {
        running.until(|| site.answers("bushes"), "changes go live all the same");
        thread::sleep(Duration::from_millis(2500));
    });
    cost_nothing(toll);
    assert_eq!(site.metric("hansom_snapshot_kept_generation"), kept, "nothing more is kept");
    assert!(site.ready().contains("200 OK"));
    let length = log();
    bound(&running, Resource::Fsize, None);
    running.until(|| site.metric("hansom_snapshot_kept_generation") > kept, "the snapshot is kept again");
    running.until(|| site.answers("trees") && log() > length, "the log goes on");
    running.signal("TERM");
    assert_eq!(running.end().code(), Some(0));
    let told = running.error();
    for words in ["the snapshot cannot be kept on disk", "the access log cannot be written"] {
        assert_eq!(told.matches(words).count(), 1, "once for an outage: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn m135_a_disk_that_hangs_keeps_no_change_from_going_live() {
    let site = Site::new("").await;
    let mut running = site.start();
    running.until(|| site.metric("hansom_snapshot_kept_generation") > 0.0, "it is kept");
    // Whoever writes there waits for a reader who never comes, as for a disk that does not answer.
    let state = site.scratch.0.join("state");
    let made = Command::new("mkfifo").arg(state.join("starts.new")).status().unwrap();
    assert!(made.success());
    let notes = || std::fs::read_to_string(state.join("starts")).unwrap();
    let before = notes();
    for api in ["bushes", "hedges", "woods"] {
        site.village.publish(api, &format!("/{api}"), "1.0.0").await;
        running.until(|| site.answers(api), "it is live");
    }
    assert_eq!(notes(), before, "the note of it waits for the disk");
    running.signal("TERM");
    assert_eq!(running.end().code(), Some(0), "nor does it keep the process from ending");
}

#[tokio::test(flavor = "multi_thread")]
async fn l132_while_nothing_can_be_written_down_changes_are_refused_whole_and_traffic_goes_on() {
    let site = Site::new("").await;
    let publisher = site.village.publisher(&site.scratch).await;
    // A full disk sends no signal; a limit of files does.
    let line = format!("trap '' XFSZ; exec '{BINARY}' serve --config '{}'", site.config.display());
    let mut command = Command::new("sh");
    command.args(["-c", &line]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut running = Running::start(&mut command, &site.ports);
    running.until(|| site.answers("trees"), "it serves");
    let publish = || {
        let manifest = manifest("bushes", site.village.service.address);
        publisher.publish(&site.scratch, site.ports.hub, &manifest, &contract("/bushes", "1.0.0"))
    };
    let trail = async || {
        let later = Timestamp::from_seconds(i64::from(u32::MAX));
        let trail = site.village.control.reads().audit(later, 500).await.unwrap();
        trail.iter().filter(|entry| entry.verb == "publish_release").count()
    };
    let before = trail().await;
    bound(&running, Resource::Fsize, Some(0));
    let toll = under_load("a full disk: the audit trail", site.ports.production, || {
        let refused = publish();
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && told.contains("try again"), "{told}");
    });
    cost_nothing(toll);
    assert!(!site.answers("bushes"));
    assert_eq!(trail().await, before, "neither the change nor its entry");
    bound(&running, Resource::Fsize, None);
    running.until(|| publish().status.success(), "there is room again");
    running.until(|| site.answers("bushes"), "it is live");
    assert_eq!(trail().await, before + 1);
    running.signal("TERM");
    assert_eq!(running.end().code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn d54_without_descriptors_those_who_are_in_are_served_and_the_others_wait() {
    let site = Site::new("").await;
    let mut running = site.start();
    let mut inside = Client { port: site.ports.production, stream: None };
    assert_eq!(inside.ask(ASK), Some(200));
    let open = std::fs::read_dir(format!("/proc/{}/fd", running.0.id())).unwrap().count() as u64;
    bound(&running, Resource::Nofile, Some(open + 4));
    let crowd: Vec<TcpStream> =
        (0..40).map(|_| TcpStream::connect(("127.0.0.1", site.ports.production)).unwrap()).collect();
    thread::sleep(Duration::from_millis(500));
    for _ in 0..20 {
        assert_eq!(inside.ask("GET /trees/v1/nothing HTTP/1.1\r\nHost: x\r\n\r\n"), Some(404));
    }
    drop(crowd);
    running.until(|| site.answers("trees"), "there is room again");
    bound(&running, Resource::Nofile, None);
    assert!(site.metric("hansom_gateway_accepts_failed_total") > 0.0);
    assert_eq!(inside.ask(ASK), Some(200));
    running.signal("TERM");
    assert_eq!(running.end().code(), Some(0));
    assert!(running.error().contains("cannot accept connections"));
}

#[tokio::test(flavor = "multi_thread")]
async fn l131_a_reader_of_the_log_who_reads_nothing_costs_lines_and_no_request() {
    let site = Site::new("access_log = \"-\"").await;
    let mut running = Running::start(serve(&site.config, &[]).stdout(Stdio::piped()), &site.ports);
    running.until(|| site.answers("trees"), "it serves");
    let toll = under_load("a log that nobody reads", site.ports.production, || {
        running.until(|| site.metric("hansom_access_log_lost_total") > 0.0, "lines are lost, and counted");
    });
    cost_nothing(toll);
    drop(running.0.stdout.take());
    running.signal("TERM");
    assert_eq!(running.end().code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn l131_standard_error_that_nobody_reads_costs_lines_and_no_request() {
    let site = Site::new("").await;
    let mut command = serve(&site.config, &[]);
    let mut running = Running::start(command.env("RUST_LOG", "trace").stderr(Stdio::piped()), &site.ports);
    running.until(|| site.answers("trees"), "it serves");
    let toll = under_load("standard error that nobody reads", site.ports.production, || {
        // Each page asks the database, and each question is told of at this level: far more than a pipe holds.
        for _ in 0..300 {
            assert!(get(site.ports.hub, "/").is_some_and(|answer| answer.starts_with("HTTP/1.1 200")));
        }
    });
    cost_nothing(toll);
    running.signal("TERM");
    assert_eq!(running.end().code(), Some(0));
    assert!(running.error().len() > 60 * 1024, "the pipe was full");
}

/// Kilobytes of memory and descriptors of a process.
fn taken(process: u32) -> (u64, u64) {
    let folder = format!("/proc/{process}");
    let status = std::fs::read_to_string(format!("{folder}/status")).unwrap();
    let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    let memory = memory.trim().trim_end_matches(" kB").parse().unwrap();
    (memory, std::fs::read_dir(format!("{folder}/fd")).unwrap().count() as u64)
}

/// One turn of everything that leaves something behind where something is forgotten.
fn trouble(port: u16, client: &mut Client) {
    assert_eq!(client.ask(ASK), Some(200));
    let body = "x".repeat(3000);
    let post = format!(
        "POST /trees/v1/trees HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 3000\r\n\r\n{body}"
    );
    assert_eq!(client.ask(&post), Some(200));
    // New each time, left in the middle, and nonsense.
    for bytes in [ASK, &post[..2000], "GET /trees/v1/tr", "\u{16}\u{3}\u{1}", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] {
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) {
            let _ = stream.write_all(bytes.as_bytes());
        }
    }
    assert_eq!(client.ask("GET /nobody/v1/here HTTP/1.1\r\nHost: x\r\n\r\n"), Some(404));
}

/// A few seconds, or as many as `HANSOM_SOAK_SECONDS` says.
#[tokio::test(flavor = "multi_thread")]
async fn m140_under_load_of_all_kinds_neither_memory_nor_descriptors_grow() {
    let seconds = std::env::var("HANSOM_SOAK_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(4);
    let site = Site::new("").await;
    let mut running = site.start();
    let mut client = Client { port: site.ports.production, stream: None };
    let soak = |seconds: u64, client: &mut Client| {
        let began = Instant::now();
        let mut turns = 0_u64;
        while began.elapsed() < Duration::from_secs(seconds) {
            trouble(site.ports.production, client);
            turns += 1;
        }
        turns
    };
    soak(2, &mut client);
    let process = running.0.id();
    let before = taken(process);
    let turns = soak(seconds, &mut client);
    let after = taken(process);
    eprintln!(
        "{turns} turns in {seconds} s: {} kB and {} descriptors, then {} kB and {}",
        before.0, before.1, after.0, after.1
    );
    assert!(after.0 < before.0 + 24 * 1024, "{before:?} {after:?}");
    running.until(|| taken(process).1 <= before.1 + 16, "what was opened is closed");
    assert_eq!(site.metric("hansom_gateway_panics_total"), 0.0);
}
