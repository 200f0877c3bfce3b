//! How many requests does a fault cost: of the gateway itself, of its upstreams, of whoever takes its journal?

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU8, Ordering},
    },
    time::Duration,
};

use hansom_gateway::snapshot::Target;
use prometheus_client::encoding::text::encode;
use serde_json::json;
use socket2::SockRef;

use crate::stage::*;

/// Lets a person in at whose calls the signer of assertions panics; their token.
fn trouble(stage: &Stage) -> String {
    stage.swap(|document| {
        let mut person = document.people[0].clone();
        person.id = word("trouble");
        document.people.push(person);
    });
    let mut claims = person_claims();
    claims["sub"] = json!("trouble");
    bearer(&stage.issuer.sign(&header(), &claims))
}

fn panics(stage: &Stage) -> String {
    let mut text = String::new();
    encode(&mut text, &stage.registry).expect("metrics");
    text.lines().find_map(|line| line.strip_prefix("hansom_gateway_panics_total ")).unwrap_or_default().to_owned()
}

#[test]
fn m138_a_panic_costs_its_request_alone_is_counted_and_answered_with_500() {
    let stage = Stage::new();
    let token = trouble(&stage);
    let mut others: Vec<Client> = (0..4).map(|_| Client::connect(stage.production)).collect();
    for turn in 1..=3 {
        let mut client = Client::connect(stage.production);
        let answer =
            client.exchange(format!("GET /rents/v1/accounts/7 HTTP/1.1\r\nHost: x\r\n{token}\r\n\r\n").as_bytes());
        answer.refused(500, "internal");
        assert!(client.is_closed());
        let entry = stage.entry();
        assert_eq!(
            (entry.status, entry.refusal, entry.operation.as_deref()),
            (500, Some("internal"), Some("getAccount"))
        );
        assert_eq!(entry.request.as_str(), answer.field("request-id"));
        assert_eq!(panics(&stage), turn.to_string());
        for other in &mut others {
            assert_eq!(other.exchange(b"GET /rents/v1/status HTTP/1.1\r\nHost: x\r\n\r\n").status, 200);
            assert_eq!(stage.entry().status, 200);
        }
    }
    stage.no_entry();
}

#[test]
fn m138_a_panic_costs_an_http2_connection_one_stream() {
    let stage = Stage::new();
    let token = trouble(&stage);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let address = stage.production;
    runtime.block_on(async move {
        let stream = tokio::net::TcpStream::connect(address).await.expect("it listens");
        let (mut sender, connection) = hyper::client::conn::http2::Builder::new(hyper_util::rt::TokioExecutor::new())
            .handshake(hyper_util::rt::TokioIo::new(stream))
            .await
            .expect("a handshake");
        tokio::spawn(connection);
        for (path, status) in [("status", 200), ("accounts/7", 500), ("status", 200)] {
            let request = http::Request::get(format!("http://x/rents/v1/{path}"));
            let request = match status {
                500 => request.header("authorization", token.trim_start_matches("Authorization: ")),
                _ => request,
            };
            let request = request.body(http_body_util::Empty::<bytes::Bytes>::new()).expect("a request");
            assert_eq!(sender.send_request(request).await.expect("an answer").status(), status, "{path}");
        }
    });
    assert_eq!(panics(&stage), "1");
}

const WELL: u8 = 0;
const GONE: u8 = 1;
const SILENT: u8 = 2;
const CUTTING: u8 = 3;

/// A server whose health the test sets.
struct Patient {
    address: SocketAddr,
    health: Arc<AtomicU8>,
}

impl Patient {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let (address, health) = (listener.local_addr().expect("bound"), Arc::new(AtomicU8::new(WELL)));
        let shared = Arc::clone(&health);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let health = Arc::clone(&shared);
                std::thread::spawn(move || attend(stream, &health));
            }
        });
        Self { address, health }
    }

    fn is(&self, health: u8) {
        self.health.store(health, Ordering::SeqCst);
    }
}

fn attend(mut stream: TcpStream, health: &AtomicU8) {
    let (mut read, mut space) = (vec![], [0; 4096]);
    loop {
        while !read.windows(4).any(|window| window == b"\r\n\r\n") {
            match stream.read(&mut space) {
                Ok(0) | Err(_) => return,
                Ok(count) => read.extend_from_slice(&space[..count]),
            }
        }
        read.clear();
        match health.load(Ordering::SeqCst) {
            GONE => {
                let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
                return;
            }
            SILENT => std::thread::sleep(Duration::from_secs(2)),
            CUTTING => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nwe");
                return;
            }
            _ => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nwell");
            }
        }
    }
}

/// What became of requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Toll {
    served: u32,
    refused: u32,
    /// Answers that visibly broke off.
    cut: u32,
    /// No answer at all.
    lost: u32,
}

/// One request on a connection of its own or on `kept`.
fn ask(to: SocketAddr, kept: &mut Option<TcpStream>, toll: &mut Toll) {
    let mut stream = kept.take().unwrap_or_else(|| TcpStream::connect(to).expect("it listens"));
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
    let _ = stream.write_all(b"GET /rents/v1/status HTTP/1.1\r\nHost: x\r\n\r\n");
    let (mut answer, mut space) = (vec![], [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&answer).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            if length.is_some_and(|length: usize| body.len() >= length) {
                match head.starts_with("HTTP/1.1 200") {
                    true => toll.served += 1,
                    false => toll.refused += 1,
                }
                *kept = Some(stream).filter(|_| !head.to_lowercase().contains("connection: close"));
                return;
            }
        }
        match stream.read(&mut space) {
            Ok(0) | Err(_) if answer.is_empty() => return toll.lost += 1,
            Ok(0) | Err(_) => return toll.cut += 1,
            Ok(count) => answer.extend_from_slice(&space[..count]),
        }
    }
}

/// Four clients with kept connections, while `meanwhile` happens; each asks as long as that takes, and at least fifty times.
fn under_load(to: SocketAddr, meanwhile: impl FnOnce()) -> Toll {
    let is_over = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..4)
        .map(|_| {
            let is_over = Arc::clone(&is_over);
            std::thread::spawn(move || {
                let (mut kept, mut toll, mut turns) = (None, Toll::default(), 0);
                while turns < 50 || !is_over.load(Ordering::SeqCst) {
                    ask(to, &mut kept, &mut toll);
                    turns += 1;
                    std::thread::sleep(Duration::from_millis(2));
                }
                toll
            })
        })
        .collect();
    meanwhile();
    is_over.store(true, Ordering::SeqCst);
    clients.into_iter().fold(Toll::default(), |sum, client| {
        let toll = client.join().expect("a client ends");
        Toll {
            served: sum.served + toll.served,
            refused: sum.refused + toll.refused,
            cut: sum.cut + toll.cut,
            lost: sum.lost + toll.lost,
        }
    })
}

fn at(stage: &Stage, servers: &[&Patient]) {
    stage.swap(|document| {
        let urls = servers.iter().map(|server| format!("http://{}", server.address)).collect();
        let target = Target::Upstreams { urls, timeout_ms: 300, options: Default::default() };
        document.environments[0].versions[0].target = target;
    });
}

fn show(what: &str, toll: Toll) -> Toll {
    let Toll { served, refused, cut, lost } = toll;
    eprintln!("| {what:<44} | {served:>6} | {refused:>7} | {cut:>4} | {lost:>4} |");
    toll
}

#[test]
fn l128_changes_under_load_cost_no_request() {
    let (stage, server) = (Stage::new(), Patient::start());
    at(&stage, &[&server]);
    let toll = show(
        "100 changes a second",
        under_load(stage.production, || {
            for _ in 0..100 {
                stage.swap(|document| document.environments[0].versions[0].title.push('x'));
                std::thread::sleep(Duration::from_millis(10));
            }
        }),
    );
    assert_eq!((toll.refused, toll.cut, toll.lost), (0, 0, 0), "{toll:?}");
}

#[test]
fn k118_what_each_fault_of_an_upstream_costs() {
    eprintln!("| {:<44} | {:>6} | {:>7} | {:>4} | {:>4} |", "fault", "served", "refused", "cut", "lost");
    let pause = |millis| std::thread::sleep(Duration::from_millis(millis));
    let suffer = |what: &str, meanwhile: &dyn Fn(&Patient)| {
        let (stage, good, bad) = (Stage::new(), Patient::start(), Patient::start());
        at(&stage, &[&good, &bad]);
        show(what, under_load(stage.production, || meanwhile(&bad)))
    };
    let nothing = suffer("none", &|_| pause(200));
    assert_eq!((nothing.refused, nothing.cut, nothing.lost), (0, 0, 0), "{nothing:?}");
    let gone = suffer("one of two servers resets everything", &|bad| {
        pause(200);
        bad.is(GONE);
        pause(800);
    });
    assert_eq!((gone.refused, gone.cut, gone.lost), (0, 0, 0), "what was not done is done by the other: {gone:?}");
    let flapping = suffer("one of two servers goes and comes", &|bad| {
        for turn in 0..10 {
            bad.is(if turn % 2 == 0 { GONE } else { WELL });
            pause(100);
        }
    });
    assert_eq!((flapping.cut, flapping.lost), (0, 0), "{flapping:?}");
    assert!(flapping.refused * 20 <= flapping.served, "{flapping:?}");
    let silent = suffer("one of two servers says nothing any more", &|bad| {
        pause(200);
        bad.is(SILENT);
        pause(1500);
    });
    assert_eq!((silent.cut, silent.lost), (0, 0), "{silent:?}");
    assert!(silent.refused * 5 <= silent.served, "few wait in vain before the server is left out: {silent:?}");
    let cutting = suffer("one of two servers stops within its answers", &|bad| {
        pause(100);
        bad.is(CUTTING);
        pause(500);
    });
    assert_eq!(cutting.lost, 0, "{cutting:?}");
    assert!(cutting.cut * 4 <= cutting.served, "{cutting:?}");
}

#[test]
fn k118_all_servers_gone_is_an_answer_to_each_request_and_over_soon() {
    let (stage, server) = (Stage::new(), Patient::start());
    at(&stage, &[&server]);
    server.is(GONE);
    let toll = show("the only server resets everything", under_load(stage.production, || {}));
    assert_eq!((toll.served, toll.cut, toll.lost), (0, 0, 0), "{toll:?}");
    assert_eq!(toll.refused, 200);
    server.is(WELL);
    let patience = std::time::Instant::now() + Duration::from_secs(6);
    let mut back = Toll::default();
    while back.served == 0 && std::time::Instant::now() < patience {
        ask(stage.production, &mut None, &mut back);
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!((back.served, back.cut, back.lost), (1, 0, 0), "{back:?}");
}
