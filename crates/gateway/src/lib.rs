//! What happens to one request?
//!
//! The story is told in `story.rs`: a request is received, matched, identified, permitted, admitted and forwarded, and each
//! stage takes the proof of the one before. A request sees one [`Snapshot`] from start to end, asks no database and no other
//! server but the upstream, and leaves exactly one [`Entry`] in the journal.
//!
//! One thread per core, each with its own runtime, listeners, token cache and connections to upstreams.

#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
// Property tests count as they like.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use std::{
    io,
    net::{SocketAddr, TcpListener},
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwapOption;
use hansom_domain::{Chance, Clock, EnvironmentName};
use prometheus_client::registry::Registry;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::{
    runtime::Runtime,
    sync::{Mutex, mpsc, watch},
    task::LocalSet,
    time::{Instant, sleep},
};

mod authentication;
mod authorization;
mod authz;
mod buffers;
mod callers;
mod certificate;
mod client_certificate;
mod closing;
mod connection;
mod cors;
mod crowd;
mod delta;
mod der;
mod distinguished_name;
mod entrance;
mod exchange;
mod facts;
mod fields;
mod forwarded;
mod forwarding;
mod greeting;
mod head;
#[cfg(any(test, feature = "hostile"))]
pub mod hostile;
mod http1;
mod http2;
mod identity;
mod isolation;
mod journal;
pub mod kept;
mod keys;
mod lifecycle;
mod limits;
mod matching;
mod metrics;
mod mock;
mod path;
mod patience;
mod peer;
pub mod pressure;
mod proof;
mod proxy_protocol;
mod reception;
mod refusal;
mod revocation_list;
mod routes;
mod shards;
pub mod snapshot;
mod source;
mod story;
mod stream;
mod tls;
mod token;
mod traces;
mod tunnel;
mod upstream_figures;
mod upstreams;

pub use certificate::CertificateFacts;
pub use client_certificate::ClientCertificate;
pub use delta::{Delta, PlacedVersion, PlatformDocument, Record, VersionPlace};
pub use entrance::Entrance;
pub use forwarded::{Client, ForwardedHeader, TrustedProxies};
pub use identity::IdentityClaims;
pub use journal::{CLIENT_GONE, Caller, Entry};
pub use limits::{QuotaCaller, QuotaCount, QuotaLedger};
pub use revocation_list::RevocationListFacts;
pub use snapshot::{Compiled, Counts, SetAside, Snapshot, SnapshotDocument};
pub use tls::{PemFile, Tls, TlsFault, TlsMaterial};
pub use traces::{Asked, Follows, Sampling, Span, SpanId, TraceId};
pub use upstream_figures::UpstreamStates;
pub use upstreams::{Reach, Resolver};

use closing::Closing;
use connection::Door;
use isolation::isolated;
use pressure::Pressure;
use story::{Core, Shared};

/// Signs an assertion for an upstream; `None` if it cannot now.
pub type IdentitySigner = Arc<dyn Fn(&IdentityClaims) -> Option<String> + Send + Sync>;

const BACKLOG: i32 = 1024;
/// How long an entry may wait for others before they are handed over together.
const FLUSH: Duration = Duration::from_millis(50);
/// Every so many flushes the connections to upstreams are looked through.
const SWEEP_TURNS: u32 = 100;
/// Names of upstreams that are looked up at once; each look-up holds a thread of its own.
const MOST_LOOKUPS: usize = 16;

/// How much the gateway takes.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Bytes of a request body.
    pub largest_body: u64,
    /// Open client connections, over all listeners.
    pub most_connections: usize,
    /// Open client connections of one address; those of trusted proxies are not counted by their address.
    pub most_connections_of_address: usize,
    /// How many gateways the same callers' requests are spread over. Each counts rates by itself, and lets its part through.
    pub nodes: u32,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { largest_body: 10 * 1024 * 1024, most_connections: 20_000, most_connections_of_address: 10_000, nodes: 1 }
    }
}

/// What the gateway is given to run.
pub struct Setup<'a> {
    /// The environments with their listeners, one for each core (see [`listen`]), and how connections come in there.
    pub environments: Vec<(EnvironmentName, Vec<TcpListener>, Entrance)>,
    /// Tells the time.
    pub clock: Clock,
    /// For request ids.
    pub chance: Chance,
    /// Takes the entries, several at a time. Entries that find no room are counted and lost; no request waits.
    pub journal: mpsc::Sender<Vec<Entry>>,
    /// Takes the metrics.
    pub registry: &'a mut Registry,
    /// How many threads.
    pub cores: usize,
    /// How much the gateway takes.
    pub bounds: Bounds,
    /// Whether there is memory enough.
    pub pressure: Pressure,
    /// Signs who calls for upstreams; without one they are not told.
    pub identity_signer: Option<IdentitySigner>,
    /// How upstreams are reached.
    pub reach: Reach,
    /// Which requests are told as traces; without it the gateway takes no part in them.
    pub sampling: Option<Sampling>,
}

/// A running gateway.
#[derive(Clone)]
pub struct Gateway(Arc<Running>);

struct Running {
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    end: watch::Sender<bool>,
    open: Arc<AtomicUsize>,
    /// Closed when the last thread has ended.
    ended: Mutex<mpsc::Receiver<()>>,
}

/// Listeners that share one address, so that the system deals connections out to the threads. Port 0 becomes a free one.
pub fn listen(address: SocketAddr, copies: usize) -> io::Result<Vec<TcpListener>> {
    let mut listeners: Vec<TcpListener> = vec![];
    for _ in 0..copies.max(1) {
        let address = listeners.first().map_or(Ok(address), TcpListener::local_addr)?;
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        socket.set_reuse_address(true)?;
        // Whoever else holds the address would share its connections, so the first listener asks for it alone.
        if listeners.is_empty() && address.port() != 0 {
            drop(TcpListener::bind(address)?);
        }
        socket.set_reuse_port(true)?;
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        listeners.push(socket.into());
    }
    Ok(listeners)
}

/// Starts the threads. Without a snapshot every request is answered with 503 until the first [`Gateway::swap`].
pub fn start(setup: Setup<'_>, snapshot: Option<Snapshot>) -> io::Result<Gateway> {
    let background =
        tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(MOST_LOOKUPS).build()?;
    let upstreams = upstreams::Registry::new(setup.reach, background.handle().clone());
    if let Some(snapshot) = &snapshot {
        snapshot.bind(&upstreams);
    }
    let shared = Arc::new(Shared {
        snapshot: ArcSwapOption::from_pointee(snapshot),
        upstreams,
        clock: setup.clock,
        chance: setup.chance,
        journal: setup.journal,
        metrics: metrics::Metrics::register(setup.registry),
        crowd: Arc::default(),
        limiter: Arc::new(limits::Limiter::new(setup.bounds.nodes)),
        signer: setup.identity_signer,
        bounds: setup.bounds,
        pressure: setup.pressure,
        replays: proof::Replays::default(),
        sampling: setup.sampling,
    });
    setup.registry.register_collector(Box::new(upstream_figures::UpstreamFigures::of(&shared)));
    let (stop, stopped) = watch::channel(false);
    let (end, ending) = watch::channel(false);
    let (alive, ended) = mpsc::channel(1);
    let open = Arc::new(AtomicUsize::new(0));
    let cores = setup.cores.max(1);
    let mut doors: Vec<Vec<(EnvironmentName, TcpListener, Entrance)>> = (0..cores).map(|_| vec![]).collect();
    for (environment, listeners, entrance) in setup.environments {
        for (number, listener) in listeners.into_iter().enumerate() {
            // More listeners than threads: a listener without a thread would take connections and never serve them.
            if let Some(thread) = doors.get_mut(number.checked_rem(cores).unwrap_or(0)) {
                thread.push((environment.clone(), listener, entrance.clone()));
            }
        }
    }
    for (number, listeners) in doors.into_iter().enumerate() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = Thread {
            shared: Arc::clone(&shared),
            open: Arc::clone(&open),
            stop: stopped.clone(),
            end: ending.clone(),
            _alive: alive.clone(),
        };
        std::thread::Builder::new()
            .name(format!("gateway-{number}"))
            .spawn(move || thread.run_to_the_end(&runtime, listeners))?;
    }
    let (mut ending, alive) = (ending, alive);
    std::thread::Builder::new().name("gateway-upstreams".into()).spawn(move || {
        // Looks up names and asks upstreams how they are, so that no thread that serves does.
        background.block_on(async { ending.wait_for(|end| *end).await.is_ok() });
        background.shutdown_background();
        drop(alive);
    })?;
    Ok(Gateway(Arc::new(Running { shared, stop, end, open, ended: Mutex::new(ended) })))
}

/// What a thread is given.
struct Thread {
    shared: Arc<Shared>,
    open: Arc<AtomicUsize>,
    stop: watch::Receiver<bool>,
    end: watch::Receiver<bool>,
    _alive: mpsc::Sender<()>,
}

impl Thread {
    fn run_to_the_end(mut self, runtime: &Runtime, listeners: Vec<(EnvironmentName, TcpListener, Entrance)>) {
        let connections = LocalSet::new();
        let core = connections.block_on(runtime, self.run(listeners));
        // What has not ended by now is cut, and leaves its entry as it goes.
        drop(connections);
        core.journal.flush(&core.shared);
    }

    async fn run(&mut self, listeners: Vec<(EnvironmentName, TcpListener, Entrance)>) -> Rc<Core> {
        let core = Rc::new(Core::new(Arc::clone(&self.shared)));
        let closing = Rc::new(Closing::default());
        tokio::task::spawn_local(close(Rc::clone(&closing), self.stop.clone()));
        tokio::task::spawn_local(keep_house_always(Rc::clone(&core)));
        for (environment, listener, entrance) in listeners {
            let prepared = listener.set_nonblocking(true).and_then(|()| tokio::net::TcpListener::from_std(listener));
            let listener = match prepared {
                Ok(listener) => listener,
                Err(error) => {
                    tracing::error!(%environment, %error, "a listener cannot be used");
                    continue;
                }
            };
            let door = Door {
                core: Rc::clone(&core),
                environment,
                entrance,
                open: Arc::clone(&self.open),
                stop: self.stop.clone(),
                closing: Rc::clone(&closing),
            };
            tokio::task::spawn_local(connection::accept(Rc::new(door), listener));
        }
        // Ends with the order to end, or with the last handle: then nobody is there to give one.
        let _ = self.end.wait_for(|end| *end).await;
        core
    }
}

/// Tells a thread's connections when the gateway stops.
async fn close(closing: Rc<Closing>, mut stop: watch::Receiver<bool>) {
    let _ = stop.wait_for(|stopped| *stopped).await;
    closing.begin();
}

/// Goes on keeping house whatever happens in it: without it no entry would be handed over any more.
async fn keep_house_always(core: Rc<Core>) {
    while isolated(Box::pin(keep_house(Rc::clone(&core)))).await.is_err() {
        core.shared.metrics.panics.inc();
    }
}

/// Hands over the journal's entries soon, and closes connections to upstreams that nobody needs.
async fn keep_house(core: Rc<Core>) {
    let mut turns: u32 = 0;
    loop {
        sleep(FLUSH).await;
        core.journal.flush(&core.shared);
        turns = turns.wrapping_add(1);
        if turns.is_multiple_of(SWEEP_TURNS) {
            core.pool.sweep();
            core.shared_connections.sweep();
        }
    }
}

impl Gateway {
    /// Puts another snapshot in place of the present one. Requests under way end with the one they began with.
    pub fn swap(&self, snapshot: Snapshot) {
        snapshot.bind(&self.0.shared.upstreams);
        self.0.shared.snapshot.store(Some(Arc::new(snapshot)));
    }

    /// The counts of quotas, to be kept elsewhere.
    pub fn quotas(&self) -> QuotaLedger {
        let shared = &self.0.shared;
        QuotaLedger::new(Arc::clone(&shared.limiter), shared.clock.clone())
    }

    /// The present snapshot.
    pub fn snapshot(&self) -> Option<Arc<Snapshot>> {
        self.0.shared.snapshot.load_full()
    }

    /// Whether the servers behind what is served at present take requests.
    pub fn upstreams(&self) -> UpstreamStates {
        self.snapshot().map(|snapshot| UpstreamStates::of(&snapshot)).unwrap_or_default()
    }

    /// Takes no more connections, lets those that are open end for at most `grace`, and ends the threads.
    pub async fn stop(self, grace: Duration) {
        self.0.stop.send_replace(true);
        let deadline = patience::from_now(grace);
        while self.0.open.load(Ordering::Relaxed) > 0 && Instant::now() < deadline {
            sleep(Duration::from_millis(10)).await;
        }
        self.0.end.send_replace(true);
        let _ = self.0.ended.lock().await.recv().await;
    }
}
