//! What of clients that say nothing, or too little, or too many things at once?

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use prometheus_client::encoding::text::encode;
use socket2::{Domain, Socket, Type};

use crate::{scripted::*, stage::*};

/// How long a connection lives that begins so, and then sends a byte of `drip` every 200 milliseconds.
fn lifetime(
    stage: &Stage,
    beginning: &'static [u8],
    drip: &'static [u8],
) -> std::thread::JoinHandle<(Duration, String)> {
    let address = stage.production;
    std::thread::spawn(move || {
        let mut client = Client::connect(address);
        client.send(beginning);
        client.stream.set_read_timeout(Some(Duration::from_millis(200))).expect("a timeout");
        let (began, mut all, mut bytes) = (Instant::now(), vec![], drip.iter().cycle());
        while began.elapsed() < Duration::from_secs(20) {
            let mut space = [0; 1024];
            match client.stream.read(&mut space) {
                Ok(0) => break,
                Ok(count) => all.extend_from_slice(&space[..count]),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(_) => break,
            }
            if let Some(byte) = bytes.next() {
                client.send(&[*byte]);
            }
        }
        (began.elapsed(), String::from_utf8_lossy(&all).into_owned())
    })
}

/// The lives of three slow connections, lived at once.
fn lives() -> &'static [(Duration, String)] {
    static LIVES: OnceLock<Vec<(Duration, String)>> = OnceLock::new();
    LIVES.get_or_init(|| {
        let stage = Stage::new();
        let lives = [
            lifetime(&stage, b"", b""),
            lifetime(&stage, b"GET /rents/v1/status HTTP/1.1\r\nHost: x\r\nA: ", b"b"),
            lifetime(&stage, b"PRI * HTTP", b""),
        ];
        let lives = lives.into_iter().map(|life| life.join().expect("it ends")).collect();
        stage.no_entry();
        lives
    })
}

#[track_caller]
fn ended(number: usize) {
    let (life, told) = &lives()[number];
    assert!((Duration::from_secs(8)..Duration::from_secs(16)).contains(life), "{life:?}");
    assert!(!told.contains("HTTP/1.1"), "{told}");
}

#[test]
fn d49_a_connection_that_says_nothing_is_closed() {
    ended(0);
}

#[test]
fn d50_a_head_that_comes_byte_by_byte_is_cut_by_its_whole_time() {
    ended(1);
}

#[test]
fn d51_half_a_preface_of_http2_is_no_way_to_stay() {
    ended(2);
}

#[test]
fn d53_a_reader_that_takes_nothing_holds_the_upstream_back_and_costs_a_bounded_memory() {
    let bytes = Arc::new(AtomicU64::new(0));
    let script = vec![Act::Head, say("HTTP/1.1 200 OK\r\n\r\n"), Act::Flood(Arc::clone(&bytes))];
    let (stage, _) = Stage::before(script);
    let mut client = Client::connect(stage.production);
    client.send(b"GET /rents/v1/status HTTP/1.1\r\nHost: x\r\n\r\n");
    client.until("fff");
    // The upstream would send for ever; with nobody reading it is stopped by full buffers.
    let sent = || bytes.load(Ordering::SeqCst);
    let patience = Instant::now() + Duration::from_secs(10);
    let mut last = sent();
    loop {
        std::thread::sleep(Duration::from_millis(300));
        let now = sent();
        if now == last {
            break;
        }
        assert!(Instant::now() < patience, "{now} bytes and no end");
        last = now;
    }
    assert!(last < 64 * 1024 * 1024, "{last} bytes were taken for a client that reads nothing");
    drop(client);
    assert_eq!(stage.entry().status, 200);
}

#[test]
fn d54_connections_over_the_bound_are_closed_and_counted_and_those_within_it_are_served() {
    let stage = Stage::new();
    let open: Vec<Client> = (0..520).map(|_| Client::connect(stage.production)).collect();
    let mut refused = 0;
    for client in &open {
        client.stream.set_nonblocking(true).expect("it can be set");
    }
    let patience = Instant::now() + Duration::from_secs(10);
    while refused < 20 && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(50));
        refused = open.iter().filter(|client| client.stream.peek(&mut [0]).is_ok_and(|count| count == 0)).count();
    }
    assert_eq!(refused, 20, "of 520 connections the bound of 500 lets so many out");
    let mut text = String::new();
    encode(&mut text, &stage.registry).expect("metrics");
    assert!(text.contains("hansom_gateway_connections_refused_total 20"), "{text}");
    drop(open);
    let served = |_| {
        std::net::TcpStream::connect(stage.production).is_ok_and(|_| true) && {
            std::thread::sleep(Duration::from_millis(50));
            let mut client = Client::connect(stage.production);
            client.send(b"GET /rents/v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            let mut all = String::new();
            client.stream.read_to_string(&mut all).is_ok_and(|_| all.starts_with("HTTP/1.1 200"))
        }
    };
    assert!((0..40).any(served), "once they are gone, others are served");
}

#[test]
fn d54_one_address_does_not_take_the_places_of_others() {
    let stage = Stage::with_places(10);
    let mut open: Vec<Client> = (0..15).map(|_| Client::connect(stage.production)).collect();
    let closed = open.iter_mut().skip(10).filter_map(|client| client.is_closed().then_some(())).count();
    assert_eq!(closed, 5, "fifteen came from one address");
    let other = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    other.bind(&SocketAddr::from(([127, 0, 0, 2], 0)).into()).expect("another address of this machine");
    other.connect(&stage.production.into()).expect("it listens");
    let mut other = TcpStream::from(other);
    other.write_all(b"GET /rents/v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").expect("it is sent");
    let mut answer = String::new();
    other.read_to_string(&mut answer).expect("it is answered");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}
