//! What becomes of requests when upstreams die, stall, lie or lead back?

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use hansom_domain::{HealthCheck, Network, OpenNetworks, UpstreamOptions};
use hansom_gateway::{Reach, Resolver, SnapshotDocument, snapshot::Target};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer as Authority, KeyPair, date_time_ymd};
use tokio_rustls::rustls::{
    HandshakeKind, RootCertStore, ServerConfig, ServerConnection, StreamOwned,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer},
    server::WebPkiClientVerifier,
};

use crate::stage::*;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const STATUS: &str = "/rents/v1/status";

/// A server that answers each request as it is told to; it can die.
struct Server {
    address: SocketAddr,
    connections: Arc<Mutex<Vec<TcpStream>>>,
    accepting: std::thread::JoinHandle<()>,
    is_dead: Arc<std::sync::atomic::AtomicBool>,
}

impl Server {
    fn start(answer: impl Fn(&mut TcpStream, &str) + Send + Sync + 'static) -> Self {
        Self::at("127.0.0.1:0".parse().expect("an address"), answer)
    }

    fn at(address: SocketAddr, answer: impl Fn(&mut TcpStream, &str) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(address).expect("a free port");
        let (address, answer) = (listener.local_addr().expect("bound"), Arc::new(answer));
        let (connections, is_dead): (Arc<Mutex<Vec<TcpStream>>>, Arc<std::sync::atomic::AtomicBool>) =
            Default::default();
        let (kept, stop) = (Arc::clone(&connections), Arc::clone(&is_dead));
        let accepting = std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                kept.lock().expect("not poisoned").push(stream.try_clone().expect("a handle"));
                let answer = Arc::clone(&answer);
                std::thread::spawn(move || {
                    while let Some(head) = head(&mut stream) {
                        answer(&mut stream, &head);
                    }
                });
            }
        });
        Self { address, connections, accepting, is_dead }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Closes all connections and listens no more.
    fn die(self) -> SocketAddr {
        self.is_dead.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        self.accepting.join().expect("it ends");
        for stream in self.connections.lock().expect("not poisoned").drain(..) {
            let _ = stream.shutdown(std::net::Shutdown::Both);
        }
        self.address
    }
}

/// The head of the next request; `None` at the end.
fn head(stream: &mut impl Read) -> Option<String> {
    let mut read = vec![];
    let mut byte = [0];
    while !read.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        read.push(byte[0]);
    }
    Some(String::from_utf8_lossy(&read).into_owned())
}

fn say(stream: &mut impl Write, text: &str) {
    let _ = stream.write_all(text.as_bytes());
    let _ = stream.flush();
}

fn to(urls: Vec<String>, options: UpstreamOptions) -> impl FnOnce(&mut SnapshotDocument) {
    move |document| {
        document.environments[0].versions[0].target = Target::Upstreams { urls, timeout_ms: 2_000, options };
    }
}

fn usual() -> UpstreamOptions {
    UpstreamOptions::default()
}

/// Asks until the status is this one, and fails if it never is.
fn until(stage: &Stage, status: u16) {
    let patience = Instant::now() + Duration::from_secs(20);
    while stage.call("GET", STATUS, &[], "").status != status {
        assert!(Instant::now() < patience, "it was never {status}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn k118_an_upstream_that_dies_costs_no_request_while_another_lives_and_is_back_when_it_returns() {
    let counted = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&counted);
    let answer = move |stream: &mut TcpStream, _: &str| {
        count.fetch_add(1, Ordering::SeqCst);
        say(stream, OK);
    };
    let (mortal, other) = (Server::start(answer.clone()), Server::start(|stream, _| say(stream, OK)));
    let stage = Stage::with(to(vec![mortal.url(), other.url()], usual()));
    let serve = |times: usize| (0..times).filter(|_| stage.call("GET", STATUS, &[], "").status != 200).count();
    assert_eq!(serve(50), 0);
    assert!(counted.load(Ordering::SeqCst) > 0, "it has its share");
    let address = mortal.die();
    assert_eq!(serve(200), 0, "requests were lost as it died");
    let so_far = counted.load(Ordering::SeqCst);
    let _returned = Server::at(address, answer);
    let patience = Instant::now() + Duration::from_secs(20);
    while counted.load(Ordering::SeqCst) == so_far {
        assert_eq!(serve(1), 0, "requests were lost as it returned");
        assert!(Instant::now() < patience, "it is never asked again");
    }
}

#[test]
fn k118_without_any_server_left_the_answer_is_503_at_once_until_one_returns() {
    let only = Server::start(|stream, _| say(stream, OK));
    let stage = Stage::with(to(vec![only.url()], usual()));
    assert_eq!(stage.call("GET", STATUS, &[], "").status, 200);
    let address = only.die();
    until(&stage, 503);
    let answer = stage.call("GET", STATUS, &[], "");
    // It may be the one that is let through as a trial.
    assert!(answer.status == 502 || answer.field("retry-after").parse::<u64>().is_ok(), "{answer:?}");
    let _returned = Server::at(address, |stream, _| say(stream, OK));
    until(&stage, 200);
}

#[test]
fn k118_a_post_that_an_upstream_may_have_done_is_not_done_twice() {
    let counted = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&counted);
    let dies = move |stream: &mut TcpStream, _: &str| {
        count.fetch_add(1, Ordering::SeqCst);
        let _ = stream.shutdown(std::net::Shutdown::Both);
    };
    let (one, two) = (Server::start(dies.clone()), Server::start(dies));
    let stage = Stage::with(to(vec![one.url(), two.url()], usual()));
    stage.call("POST", "/rents/v1/anything/a", &[], "x").refused(502, "upstream-failed");
    assert_eq!(counted.load(Ordering::SeqCst), 1);
    stage.call("GET", STATUS, &[], "").refused(502, "upstream-failed");
    assert!(counted.load(Ordering::SeqCst) > 2, "a GET may be asked of another server");
}

#[test]
fn k121_a_slow_api_starves_no_other() {
    let counted = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&counted);
    let slow = Server::start(move |_, _| {
        count.fetch_add(1, Ordering::SeqCst);
        std::thread::park();
    });
    let stage = Stage::with(|document| {
        let options = UpstreamOptions { most_in_flight: 2, ..usual() };
        document.environments[0].versions[0].target =
            Target::Upstreams { urls: vec![slow.url()], timeout_ms: 300_000, options };
    });
    let mut waiting: Vec<Client> = (0..2).map(|_| Client::connect(stage.production)).collect();
    for client in &mut waiting {
        client.send(format!("GET {STATUS} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes());
    }
    let patience = Instant::now() + Duration::from_secs(20);
    while counted.load(Ordering::SeqCst) < 2 {
        assert!(Instant::now() < patience, "two requests never came");
        std::thread::sleep(Duration::from_millis(2));
    }
    let busy = stage.call("GET", STATUS, &[], "");
    busy.refused(503, "unavailable");
    assert_eq!(busy.field("retry-after"), "1");
    assert_eq!(stage.call("GET", "/repairs/v1/status", &[], "").status, 200, "another API goes on");
}

#[test]
fn k117_an_answer_that_stops_in_the_middle_ends_in_time() {
    let stalls = Server::start(|stream, _| {
        say(stream, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
        std::thread::sleep(Duration::from_secs(20));
    });
    let stage = Stage::with(to(vec![stalls.url()], UpstreamOptions { idle_timeout_ms: 100, ..usual() }));
    let mut client = Client::connect(stage.production);
    client.send(format!("GET {STATUS} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes());
    let _ = client.stream.read_to_end(&mut vec![]);
    let entry = stage.entry();
    assert_eq!(entry.detail.as_deref(), Some("The API's server paused too long within its answer."));
}

#[test]
fn k117_an_answer_without_end_ends_in_time() {
    let endless = Server::start(|stream, _| {
        say(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        while stream.write_all(b"5\r\nagain\r\n").is_ok() {
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    let stage = Stage::with(to(vec![endless.url()], UpstreamOptions { total_timeout_ms: 300, ..usual() }));
    let mut client = Client::connect(stage.production);
    client.send(format!("GET {STATUS} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes());
    let _ = client.stream.read_to_end(&mut vec![]);
    assert!(stage.entry().detail.is_some());
}

#[test]
fn active_checks_take_a_server_out_and_bring_it_back() {
    let is_well = Arc::new(std::sync::atomic::AtomicBool::new(true));
    let well = Arc::clone(&is_well);
    let server = Server::start(move |stream, head| {
        let is_check = head.starts_with("GET /health HTTP/1.1\r\n");
        let redirect = "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n";
        say(stream, if is_check && !well.load(Ordering::SeqCst) { redirect } else { OK });
        if is_check {
            let _ = stream.shutdown(std::net::Shutdown::Both);
        }
    });
    let check = HealthCheck { interval_ms: 100, healthy_after: 2, unhealthy_after: 2, ..HealthCheck::at("/health") };
    let stage = Stage::with(to(vec![server.url()], UpstreamOptions { health: Some(check), ..usual() }));
    assert_eq!(stage.call("GET", STATUS, &[], "").status, 200);
    is_well.store(false, Ordering::SeqCst);
    until(&stage, 503);
    stage.swap(|document| document.hub = "https://other.hackney.example".into());
    stage.call("GET", STATUS, &[], "").refused(503, "unavailable");
    is_well.store(true, Ordering::SeqCst);
    until(&stage, 200);
}

#[test]
fn j113_a_closed_address_is_not_connected_to_whatever_it_is_called() {
    let upstream = Server::start(|stream, _| say(stream, OK));
    let port = upstream.address.port();
    let nowhere = |name: String| async move { Ok(vec![name.replace(".test", "").parse().expect("an address")]) };
    let reach = Reach::new(OpenNetworks::default(), Resolver::new(nowhere), vec![], None).expect("TLS can be set up");
    let stage = Stage::reaching(reach, |_| {});
    for host in ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "10.0.0.1", "169.254.169.254", "127.0.0.1.test"]
    {
        stage.swap(to(vec![format!("http://{host}:{port}")], usual()));
        let answer = stage.call("GET", STATUS, &[], "");
        answer.refused(502, "upstream-failed");
        assert!(answer.body.contains("unless the operators allow it"), "{host}: {}", answer.body);
    }
}

#[test]
fn j115_a_gateway_that_leads_to_itself_ends_the_circle() {
    let stage = Stage::new();
    let (own, count) = (format!("http://{}/rents/v1", stage.production), 5);
    stage.swap(to(vec![own], usual()));
    let answer = stage.call("GET", STATUS, &[], "");
    assert_eq!((answer.status, answer.json()["code"].as_str()), (508, Some("loop-detected")));
    (0..=count).for_each(|_| drop(stage.entry()));
    stage.no_entry();
}

/// Signs certificates for servers and clients.
pub struct Notary {
    params: CertificateParams,
    key: KeyPair,
}

pub type Pair = (CertificateDer<'static>, PrivateKeyDer<'static>);

impl Notary {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(vec![]).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self { params, key: KeyPair::generate().expect("a key") }
    }

    fn own(&self) -> CertificateDer<'static> {
        self.params.self_signed(&self.key).expect("signed").der().clone()
    }

    pub fn sign(&self, name: &str, until: i32) -> Pair {
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        let key = KeyPair::generate().expect("a key");
        let authority = Authority::from_params(&self.params, &self.key);
        let certificate = params.signed_by(&key, &authority).expect("signed");
        (certificate.der().clone(), PrivateKeyDer::try_from(key.serialize_der()).expect("a key"))
    }
}

/// A server in TLS; tells of each connection how it was agreed on.
fn tls_server(pair: Pair, clients: Option<CertificateDer<'static>>) -> (u16, Arc<Mutex<Vec<HandshakeKind>>>) {
    let builder = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions");
    let builder = match clients {
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority).expect("an authority");
            let provider = Arc::new(aws_lc_rs::default_provider());
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
            builder.with_client_cert_verifier(verifier.expect("a verifier"))
        }
        None => builder.with_no_client_auth(),
    };
    let mut config = builder.with_single_cert(vec![pair.0], pair.1).expect("a certificate");
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let (config, kinds) = (Arc::new(config), Arc::<Mutex<Vec<HandshakeKind>>>::default());
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let (port, told) = (listener.local_addr().expect("bound").port(), Arc::clone(&kinds));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection = ServerConnection::new(Arc::clone(&config)).expect("a connection");
            let mut tls = StreamOwned::new(connection, stream);
            if head(&mut tls).is_some() {
                assert_eq!(tls.conn.alpn_protocol(), Some(&b"http/1.1"[..]));
                told.lock().expect("not poisoned").extend(tls.conn.handshake_kind());
                say(&mut tls, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
                tls.conn.send_close_notify();
                let _ = tls.flush();
            }
        }
    });
    (port, kinds)
}

/// A stage that believes this authority and shows this certificate; every name is this machine.
fn trusting(authority: &Notary, certificate: Option<Pair>, url: String) -> Stage {
    trusting_with(authority, certificate, url, usual())
}

pub fn trusting_with(authority: &Notary, certificate: Option<Pair>, url: String, options: UpstreamOptions) -> Stage {
    let here = Resolver::new(|_| async { Ok(vec!["127.0.0.1".parse().expect("an address")]) });
    let open = OpenNetworks::new(Network::LOOPBACK.into());
    let certificate = certificate.map(|(certificate, key)| (vec![certificate], key));
    let reach = Reach::new(open, here, vec![authority.own()], certificate).expect("TLS can be set up");
    Stage::reaching(reach, to(vec![url], options))
}

#[test]
fn k117_an_upstream_in_tls_must_be_who_it_should_be() {
    let (authority, other) = (Notary::new(), Notary::new());
    for (pair, detail) in [
        (authority.sign("rents.test", 2999), None),
        (authority.sign("repairs.test", 2999), Some("its certificate is for another name")),
        (authority.sign("rents.test", 2021), Some("its certificate has expired")),
        (other.sign("rents.test", 2999), Some("its certificate comes from an authority that is not trusted")),
    ] {
        let (port, _) = tls_server(pair, None);
        let stage = trusting(&authority, None, format!("https://rents.test:{port}"));
        let answer = stage.call("GET", STATUS, &[], "");
        match detail {
            None => assert_eq!((answer.status, answer.body.as_str()), (200, "ok")),
            Some(detail) => {
                answer.refused(502, "upstream-failed");
                assert!(answer.body.contains(detail), "{}", answer.body);
            }
        }
    }
    let plain = Server::start(|_, _| {});
    let stage = trusting(&authority, None, format!("https://rents.test:{}", plain.address.port()));
    stage.call("GET", STATUS, &[], "").refused(504, "upstream-timeout");
}

#[test]
fn an_upstream_that_wants_a_certificate_is_shown_one() {
    let (authority, clients) = (Notary::new(), Notary::new());
    let (port, _) = tls_server(authority.sign("rents.test", 2999), Some(clients.own()));
    let url = format!("https://rents.test:{port}");
    let stage = trusting(&authority, Some(clients.sign("hansom", 2999)), url.clone());
    assert_eq!(stage.call("GET", STATUS, &[], "").status, 200);
    let stranger = trusting(&authority, None, url);
    stranger.call("GET", STATUS, &[], "").refused(502, "upstream-failed");
}

#[test]
fn a_tls_session_is_taken_up_again() {
    let authority = Notary::new();
    let (port, kinds) = tls_server(authority.sign("rents.test", 2999), None);
    let stage = trusting(&authority, None, format!("https://rents.test:{port}"));
    for _ in 0..3 {
        assert_eq!(stage.call("GET", STATUS, &[], "").status, 200);
    }
    let kinds = kinds.lock().expect("not poisoned").clone();
    assert_eq!(kinds, [HandshakeKind::Full, HandshakeKind::Resumed, HandshakeKind::Resumed]);
}
