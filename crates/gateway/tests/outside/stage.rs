//! Who plays in these tests: a gateway, an upstream, a client, an issuer of tokens.

use std::{
    collections::VecDeque,
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hansom_domain::{
    AccessRule, AccessRules, Audience, Chance, Clock, CredentialId, EnvironmentName, Limits, Network, OpenNetworks,
    OperationSet, Status, Timestamp, UpstreamOptions,
};
use hansom_gateway::{
    Bounds, Entrance, Entry, Gateway, Reach, Resolver, Sampling, Setup, Snapshot, SnapshotDocument, pressure::Pressure,
    snapshot::*,
};
use prometheus_client::registry::Registry;
use serde_json::{Value, json};
use tokio::sync::mpsc;

pub const PRODUCTION: &str = "https://api.hackney.example";
pub const SANDBOX: &str = "https://sandbox.hackney.example";
pub const ISSUER: &str = "https://hub.hackney.example";
pub const NOW: i64 = 1_800_000_000;

/// A word of the domain.
pub fn word<T: std::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("{text:?} is a word"))
}

/// Signs access tokens.
pub struct Issuer(EcdsaKeyPair);

impl Issuer {
    pub fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key can be made"))
    }

    pub fn public_point(&self) -> &[u8] {
        self.0.public_key().as_ref()
    }

    pub fn key(&self, kid: &str) -> VerificationKey {
        let point = self.public_point();
        let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..65]));
        VerificationKey {
            kid: kid.into(),
            algorithm: "ES256".into(),
            jwk: json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y }),
        }
    }

    pub fn sign_text(&self, header: &str, claims: &str) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = self.0.sign(&SystemRandom::new(), signed.as_bytes()).expect("signing works");
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }

    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        self.sign_text(&header.to_string(), &claims.to_string())
    }
}

pub fn header() -> Value {
    json!({ "typ": "at+jwt", "alg": "ES256", "kid": "k1" })
}

/// Claims of the application `shop`, which has a grant for `listAccounts` alone.
pub fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": PRODUCTION, "sub": "shop", "client_id": "shop", "credential": "cred-1",
        "iat": NOW, "exp": NOW + 600, "jti": "token-1",
    })
}

/// Claims of the person `ada`, a housing officer.
pub fn person_claims() -> Value {
    json!({
        "iss": ISSUER, "aud": PRODUCTION, "sub": "ada", "client_id": "hansom-hub",
        "iat": NOW, "exp": NOW + 600, "jti": "token-2", "groups": ["finance@hackney.example"],
    })
}

/// Entries come several at a time.
struct Journal {
    receiver: mpsc::Receiver<Vec<Entry>>,
    waiting: VecDeque<Entry>,
}

impl Journal {
    fn next(&mut self) -> Option<Entry> {
        while let Ok(entries) = self.receiver.try_recv() {
            self.waiting.extend(entries);
        }
        self.waiting.pop_front()
    }
}

/// A gateway with production and sandbox, and all that it talks to.
pub struct Stage {
    pub gateway: Gateway,
    pub production: SocketAddr,
    pub sandbox: SocketAddr,
    pub issuer: Issuer,
    pub upstream: Upstream,
    pub registry: Registry,
    pub pressure: Pressure,
    journal: Mutex<Journal>,
    /// What the gateway was told last.
    document: Mutex<Option<SnapshotDocument>>,
    clock: Arc<AtomicI64>,
}

impl Stage {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    /// A gateway with a changed snapshot.
    pub fn with(change: impl FnOnce(&mut SnapshotDocument)) -> Self {
        let bounds = Bounds { largest_body: 100_000, most_connections: 500, ..Bounds::default() };
        Self::start(bounds, Some(change))
    }

    /// A gateway that takes so many connections of one address.
    pub fn with_places(most_connections_of_address: usize) -> Self {
        let bounds = Bounds { most_connections_of_address, ..Bounds::default() };
        Self::start(bounds, Some(|_: &mut SnapshotDocument| {}))
    }

    /// A gateway without any snapshot.
    pub fn without_snapshot() -> Self {
        Self::start(Bounds::default(), None::<fn(&mut SnapshotDocument)>)
    }

    /// A gateway whose production is entered in another way.
    pub fn entered(entrance: Entrance) -> Self {
        Self::start_with(Bounds::default(), Some(|_: &mut SnapshotDocument| {}), entrance, reach_here(), None)
    }

    /// A gateway that reaches its upstreams in another way.
    pub fn reaching(reach: Reach, change: impl FnOnce(&mut SnapshotDocument)) -> Self {
        Self::start_with(Bounds::default(), Some(change), Entrance::default(), reach, None)
    }

    /// A gateway that takes part in traces, with this way in to production.
    pub fn tracing(sampling: Sampling, entrance: Entrance) -> Self {
        let nothing = Some(|_: &mut SnapshotDocument| {});
        Self::start_with(Bounds::default(), nothing, entrance, reach_here(), Some(sampling))
    }

    fn start(bounds: Bounds, change: Option<impl FnOnce(&mut SnapshotDocument)>) -> Self {
        Self::start_with(bounds, change, Entrance::default(), reach_here(), None)
    }

    fn start_with(
        bounds: Bounds,
        change: Option<impl FnOnce(&mut SnapshotDocument)>,
        entrance: Entrance,
        reach: Reach,
        sampling: Option<Sampling>,
    ) -> Self {
        let (issuer, upstream) = (Issuer::new(), Upstream::start());
        let snapshot = change.map(|change| {
            let mut document = document(&issuer, &upstream);
            change(&mut document);
            document
        });
        let document = Mutex::new(snapshot.clone());
        let snapshot = snapshot.map(|document| Snapshot::compile(document).snapshot);
        let any: SocketAddr = "127.0.0.1:0".parse().expect("an address");
        let production = hansom_gateway::listen(any, 2).expect("a free port");
        let sandbox = hansom_gateway::listen(any, 2).expect("a free port");
        let addresses = (production[0].local_addr().expect("bound"), sandbox[0].local_addr().expect("bound"));
        let clock = Arc::new(AtomicI64::new(NOW * 1000));
        let (told, counter) = (Arc::clone(&clock), AtomicU64::new(1));
        let (journal, entries) = mpsc::channel(1000);
        let (mut registry, pressure) = (Registry::default(), Pressure::default());
        let setup = Setup {
            environments: vec![
                (EnvironmentName::production(), production, entrance),
                (EnvironmentName::sandbox(), sandbox, Entrance::default()),
            ],
            clock: Clock::new(move || Timestamp::from_millis(told.load(Ordering::SeqCst))),
            chance: Chance::new(move |bytes| {
                for part in bytes.chunks_mut(16) {
                    let number = counter.fetch_add(1, Ordering::SeqCst).to_be_bytes();
                    part.iter_mut().rev().zip(number.iter().rev()).for_each(|(byte, n)| *byte = *n);
                }
            }),
            journal,
            registry: &mut registry,
            cores: 2,
            bounds,
            pressure: pressure.clone(),
            identity_signer: Some(Arc::new(|claims| {
                assert_ne!(claims.sub, "trouble", "a fault of the gateway, on purpose");
                serde_json::to_vec(claims).ok().map(|c| URL_SAFE_NO_PAD.encode(c))
            })),
            reach,
            sampling,
        };
        let gateway = hansom_gateway::start(setup, snapshot).expect("the gateway starts");
        let journal = Mutex::new(Journal { receiver: entries, waiting: VecDeque::new() });
        let (production, sandbox) = addresses;
        Self { gateway, production, sandbox, issuer, upstream, registry, pressure, journal, document, clock }
    }

    pub fn swap(&self, change: impl FnOnce(&mut SnapshotDocument)) {
        let mut document = self.document();
        document.generation += 1;
        change(&mut document);
        self.document.lock().expect("not poisoned").replace(document.clone());
        self.gateway.swap(Snapshot::compile(document).snapshot);
    }

    /// What the gateway was told last.
    pub fn document(&self) -> SnapshotDocument {
        self.document.lock().expect("not poisoned").clone().expect("there is a snapshot")
    }

    pub fn set_now(&self, seconds: i64) {
        self.clock.store(seconds * 1000, Ordering::SeqCst);
    }

    pub fn token(&self) -> String {
        self.issuer.sign(&header(), &claims())
    }

    pub fn person_token(&self) -> String {
        self.issuer.sign(&header(), &person_claims())
    }

    /// A request to production with the application's token.
    pub fn get(&self, path: &str) -> Answer {
        self.call("GET", path, &[&bearer(&self.token())], "")
    }

    pub fn call(&self, method: &str, path: &str, fields: &[&str], body: &str) -> Answer {
        call(self.production, method, path, fields, body)
    }

    /// Sends bytes to production as they are.
    pub fn raw(&self, bytes: impl AsRef<[u8]>) -> Answer {
        Client::connect(self.production).exchange(bytes.as_ref())
    }

    /// Asserts that bytes are refused, reach no upstream, leave a journal entry and end the connection. That there is no second
    /// entry, [`Stage::no_entry`] asks at the end of all cases.
    #[track_caller]
    pub fn refuses(&self, bytes: impl AsRef<[u8]>, status: u16, code: &str) {
        let mut client = Client::connect(self.production);
        client.exchange(bytes.as_ref()).refused(status, code);
        assert_eq!(self.entry().refusal, Some(code));
        assert!(client.is_closed(), "the connection must end");
        assert!(self.upstream.seen().is_empty(), "{:?}", self.upstream.seen());
    }

    /// The next journal entry; waits for it.
    pub fn entry(&self) -> Entry {
        let patience = Instant::now() + Duration::from_secs(10);
        loop {
            if let Some(entry) = self.journal.lock().expect("not poisoned").next() {
                return entry;
            }
            assert!(Instant::now() < patience, "no journal entry came");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    pub fn no_entry(&self) {
        // Longer than entries wait for others.
        std::thread::sleep(Duration::from_millis(130));
        assert!(self.journal.lock().expect("not poisoned").next().is_none(), "there is an entry too many");
    }
}

/// Reaches upstreams on this machine alone.
pub fn reach_here() -> Reach {
    let open = OpenNetworks::new(Network::LOOPBACK.into());
    Reach::new(open, Resolver::system(), vec![], None).expect("TLS can be set up")
}

pub fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}")
}

pub fn call(to: SocketAddr, method: &str, path: &str, fields: &[&str], body: &str) -> Answer {
    let mut request = format!("{method} {path} HTTP/1.1\r\nHost: gateway.example\r\nConnection: close\r\n");
    for field in fields {
        request.push_str(field);
        request.push_str("\r\n");
    }
    if !body.is_empty() {
        request.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    Client::connect(to).exchange(format!("{request}\r\n{body}").as_bytes())
}

/// A client with one connection.
pub struct Client {
    pub stream: TcpStream,
    read: Vec<u8>,
}

/// An answer as it came.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
    /// Whether the body came to its proper end.
    pub whole: bool,
}

impl Answer {
    pub fn fields(&self, name: &str) -> Vec<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        lines.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).collect()
    }

    pub fn field(&self, name: &str) -> &str {
        self.fields(name).first().copied().unwrap_or_default()
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("the body is JSON: {self:?}"))
    }

    /// Asserts a refusal: the status, the reason code, and what every problem has.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.field("content-type"), "application/problem+json");
        assert_eq!(self.field("cache-control"), "no-store");
        let problem = self.json();
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["status"], status.min(if status == 417 { 400 } else { status }));
        assert_eq!(problem["instance"], self.field("request-id"));
        assert!(problem["type"].as_str().is_some_and(|kind| kind.ends_with(&format!("/problems/{code}"))));
        problem
    }
}

impl Client {
    pub fn connect(to: SocketAddr) -> Self {
        let stream = TcpStream::connect(to).expect("the gateway listens");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout can be set");
        stream.set_nodelay(true).expect("nodelay can be set");
        Self { stream, read: vec![] }
    }

    pub fn exchange(&mut self, bytes: &[u8]) -> Answer {
        self.send(bytes);
        self.answer()
    }

    pub fn send(&mut self, bytes: &[u8]) {
        // The gateway may have refused and closed before it had all.
        let _ = self.stream.write_all(bytes);
    }

    /// Reads more; false at the end.
    fn more(&mut self) -> bool {
        let mut space = [0; 8192];
        match self.stream.read(&mut space) {
            Ok(0) | Err(_) => false,
            Ok(count) => {
                self.read.extend_from_slice(&space[..count]);
                true
            }
        }
    }

    /// Reads until `wanted` was seen.
    pub fn until(&mut self, wanted: &str) -> String {
        while !String::from_utf8_lossy(&self.read).contains(wanted) {
            assert!(self.more(), "{wanted:?} should come; so far: {}", String::from_utf8_lossy(&self.read));
        }
        String::from_utf8_lossy(&self.read).into_owned()
    }

    /// What was read so far is of no interest.
    pub fn forget(&mut self) {
        self.read.clear();
    }

    pub fn is_closed(&mut self) -> bool {
        if !self.read.is_empty() {
            return false;
        }
        match self.stream.read(&mut [0; 64]) {
            Ok(count) => count == 0,
            // Nothing came in time: it is still open.
            Err(error) => !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        }
    }

    pub fn answer(&mut self) -> Answer {
        let head_end = loop {
            if let Some(at) = self.read.windows(4).position(|window| window == b"\r\n\r\n") {
                break at;
            }
            assert!(self.more(), "an answer should come; so far: {}", String::from_utf8_lossy(&self.read));
        };
        let rest = self.read.split_off(head_end + 4);
        let head = String::from_utf8_lossy(&std::mem::replace(&mut self.read, rest)).into_owned();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let mut answer = Answer { status, head, body: String::new(), whole: true };
        if answer.field("transfer-encoding") == "chunked" {
            answer.whole = self.chunks(&mut answer.body);
        } else {
            let length: usize = answer.field("content-length").parse().unwrap_or(0);
            while self.read.len() < length && self.more() {}
            answer.whole = self.read.len() >= length;
            let rest = self.read.split_off(length.min(self.read.len()));
            answer.body = String::from_utf8_lossy(&std::mem::replace(&mut self.read, rest)).into_owned();
        }
        answer
    }

    fn chunks(&mut self, body: &mut String) -> bool {
        loop {
            while !self.read.windows(2).any(|window| window == b"\r\n") {
                if !self.more() {
                    return false;
                }
            }
            let line_end = self.read.windows(2).position(|window| window == b"\r\n").expect("seen above");
            let size =
                usize::from_str_radix(&String::from_utf8_lossy(&self.read[..line_end]), 16).expect("a chunk size");
            while self.read.len() < line_end + 2 + size + 2 {
                if !self.more() {
                    return false;
                }
            }
            body.push_str(&String::from_utf8_lossy(&self.read[line_end + 2..line_end + 2 + size]));
            self.read.drain(..line_end + 2 + size + 2);
            if size == 0 {
                return true;
            }
        }
    }
}

/// A server that tells what it was asked, and misbehaves by path.
pub struct Upstream {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// One request as the upstream saw it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub head: String,
    pub body: String,
    /// Whether the request came to its proper end.
    pub whole: bool,
    pub connection: usize,
}

impl Upstream {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound");
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let shared = Arc::clone(&seen);
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().flatten().enumerate() {
                let seen = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, number, &seen));
            }
        });
        Self { address, seen }
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("not poisoned").clone()
    }

    /// Waits until a request was seen that fits.
    pub fn until(&self, fits: impl Fn(&Seen) -> bool) -> Seen {
        let patience = Instant::now() + Duration::from_secs(10);
        loop {
            if let Some(seen) = self.seen().into_iter().find(&fits) {
                return seen;
            }
            assert!(Instant::now() < patience, "the upstream saw only {:?}", self.seen());
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Seen {
    pub fn target(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    pub fn field(&self, name: &str) -> Option<String> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        lines.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
    }
}

fn serve(stream: TcpStream, connection: usize, seen: &Mutex<Vec<Seen>>) {
    let mut client = Client { stream, read: vec![] };
    loop {
        while !client.read.windows(4).any(|window| window == b"\r\n\r\n") {
            if !client.more() {
                return;
            }
        }
        let end = client.read.windows(4).position(|window| window == b"\r\n\r\n").expect("seen above") + 4;
        let head = String::from_utf8_lossy(&client.read.drain(..end).collect::<Vec<_>>()).into_owned();
        let mut request = Seen { head, body: String::new(), whole: true, connection };
        if request.target().contains("/early") {
            seen.lock().expect("not poisoned").push(Seen { whole: false, ..request.clone() });
        }
        read_body(&mut client, &mut request);
        seen.lock().expect("not poisoned").push(request.clone());
        if !request.whole || !play(&mut client, &request) {
            return;
        }
    }
}

fn read_body(client: &mut Client, request: &mut Seen) {
    if request.field("transfer-encoding").is_some() {
        request.whole = client.chunks(&mut request.body);
        return;
    }
    let length: usize = request.field("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    while client.read.len() < length {
        if !client.more() {
            request.whole = false;
            return;
        }
    }
    request.body = String::from_utf8_lossy(&client.read.drain(..length).collect::<Vec<_>>()).into_owned();
}

/// Answers; false if the connection ends.
fn play(client: &mut Client, request: &Seen) -> bool {
    let place =
        request.target().split('?').next().unwrap_or_default().rsplit('/').next().unwrap_or_default().to_owned();
    match place.as_str() {
        "silent" => {
            std::thread::sleep(Duration::from_secs(3));
            false
        }
        "gone" => false,
        "garbage" => {
            client.send(b"I am no HTTP server\r\n\r\n");
            false
        }
        "halfway" => {
            client.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
            false
        }
        "halfway-chunked" => {
            client.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
            false
        }
        "endless" => {
            client.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            while client.stream.write_all(b"5\r\nagain\r\n").is_ok() {
                std::thread::sleep(Duration::from_millis(5));
            }
            false
        }
        "once" => {
            client.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            // Gone as soon as the next request is on its way.
            client.more();
            false
        }
        _ => {
            let body = json!({ "target": request.target(), "body": request.body }).to_string();
            let fields = if place == "origins" {
                "Access-Control-Allow-Origin: https://upstream.example\r\nAccess-Control-Allow-Credentials: true\r\nX-RateLimit-Limit: 9"
            } else {
                "Connection: x-secret\r\nX-Secret: 1\r\nHansom-Identity: forged\r\nRequest-Id: forged\r\nSet-Cookie: a=b\r\nETag: \"7\""
            };
            let head_only = request.head.starts_with("HEAD ");
            let head = format!("HTTP/1.1 200 OK\r\n{fields}\r\nContent-Length: {}\r\n\r\n", body.len());
            client.send(format!("{head}{}", if head_only { "" } else { &body }).as_bytes());
            true
        }
    }
}

fn operations(ids: &[&str]) -> OperationSet {
    OperationSet::from_list(ids.iter().map(ToString::to_string).collect()).expect("operations")
}

fn rule(ids: &[&str], groups: &[&str], granted: bool, anyone: bool) -> AccessRule {
    AccessRule {
        operations: operations(ids),
        groups: groups.iter().map(|group| word(group)).collect(),
        granted_applications: granted,
        anyone,
    }
}

fn operation(id: &str, method: &str, path: &str) -> OperationDocument {
    OperationDocument { id: id.into(), method: method.into(), path: path.into(), upgrades: false, contract: None }
}

/// An API with everything, at `/rents/v1`.
pub fn rents(upstream: &Upstream) -> VersionDocument {
    let rules = vec![
        rule(
            &["listAccounts", "getAccount", "addPayment", "deleteAccount"],
            &["officers@hackney.example"],
            true,
            false,
        ),
        rule(&["getArrears"], &["finance@hackney.example"], false, false),
        rule(&["pushPayments"], &[], true, false),
        rule(&["status", "anything", "root"], &[], false, true),
    ];
    VersionDocument {
        api: word("rents"),
        major: word("v1"),
        release: 3,
        info_version: "1.4.2".into(),
        title: "Rents".into(),
        owner: word("rents@hackney.example"),
        status: Status::Live,
        audience: Audience::Public,
        sunset: None,
        deprecated_at: None,
        successor: None,
        limits: Limits { per_consumer: word("60000/minute"), burst: 5000, ..Limits::default() },
        quotas: hansom_domain::Quotas::default(),
        cross_origin: None,
        access: AccessRules::new(rules, Audience::Public).expect("rules"),
        target: Target::Upstreams {
            urls: vec![format!("http://{}/base", upstream.address)],
            timeout_ms: 400,
            options: UpstreamOptions::default(),
        },
        operations: vec![
            operation("listAccounts", "GET", "/accounts"),
            operation("getAccount", "GET", "/accounts/{id}"),
            operation("deleteAccount", "DELETE", "/accounts/{id}"),
            operation("exportAccounts", "POST", "/accounts/export"),
            operation("addPayment", "POST", "/accounts/{id}/payments"),
            operation("getArrears", "GET", "/arrears"),
            operation("pushPayments", "POST", "/payments"),
            operation("status", "GET", "/status"),
            operation("root", "GET", "/"),
            operation("anything", "GET", "/anything/{a}/{b}"),
            operation("anything", "POST", "/anything/{a}"),
            operation("closed", "GET", "/closed"),
        ],
    }
}

pub fn document(issuer: &Issuer, upstream: &Upstream) -> SnapshotDocument {
    let mut other = rents(upstream);
    other.api = word("repairs");
    let grant = GrantDocument {
        api: word("rents"),
        major: word("v1"),
        environment: EnvironmentName::production(),
        operations: operations(&["listAccounts", "addPayment"]),
        expires_at: None,
    };
    SnapshotDocument {
        format: FORMAT,
        generation: 1,
        made_at: Timestamp::from_seconds(NOW),
        issuer: ISSUER.into(),
        hub: ISSUER.into(),
        keys: vec![issuer.key("k1")],
        environments: vec![
            EnvironmentDocument {
                name: EnvironmentName::production(),
                base_url: PRODUCTION.into(),
                versions: vec![rents(upstream), other],
            },
            EnvironmentDocument {
                name: EnvironmentName::sandbox(),
                base_url: SANDBOX.into(),
                versions: vec![rents(upstream), crate::mocks::mocked()],
            },
        ],
        applications: vec![ApplicationDocument {
            id: word("shop"),
            name: "Shop".into(),
            owner: word("shop@hackney.example"),
            credentials: vec![word::<CredentialId>("cred-1").into()],
            grants: vec![grant],
        }],
        people: vec![PersonDocument::known(word("ada"), vec![word("officers@hackney.example")])],
        revoked_tokens: vec![],
    }
}
