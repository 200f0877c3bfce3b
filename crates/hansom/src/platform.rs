//! How do all rooms start together, and stop together?

use std::{
    io::{self, IsTerminal},
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use axum::serve::ListenerExt;
use hansom_control::{Control, Settings, Standards, Terms, Vault};
use hansom_domain::{Chance, Clock, EnvironmentName, GroupAddress, OpenNetworks};
use hansom_gateway::{Bounds, Entrance, Gateway, Reach, Sampling, Tls, TrustedProxies};
use hansom_hub::{Look, MailLinks, Pages};
use hansom_oauth::{OAuth, Rules, SignIn, Way};
use hansom_store::{Reads, Writes};
use tokio::{
    sync::{Notify, watch},
    task::JoinHandle,
};

use crate::{
    access_log::AccessLog,
    bookkeeper,
    certificates::Watched,
    config::Role,
    crashes::Crashes,
    exporter::Exporter,
    failure::{Doing, Failure},
    handover::{Handover, Inherited, Stage},
    heartbeat::{ConfigFile, Heartbeat},
    hub_proxies,
    mail::{self, Post},
    master_key::MasterKey,
    node::Node,
    publisher::{Aside, At, Publisher, Reading},
    quotas::Quotas,
    readiness::Readiness,
    refreshing, saying,
    secure::Secure,
    signals::Signals,
    trial_calls::TrialCalls,
    upkeep, world,
};

/// Everything that has to be there before the platform can start: listeners bound, secrets read.
pub(crate) struct Parts {
    /// Which part of the platform this process plays.
    pub(crate) role: Role,
    /// The hub's listener, if this process serves it, and its public URL.
    pub(crate) hub: (Option<TcpListener>, String),
    /// The proxies before the hub.
    pub(crate) proxies: TrustedProxies,
    /// The environments.
    pub(crate) environments: Vec<Environment>,
    /// The operations listener.
    pub(crate) operations: TcpListener,
    /// Their TLS.
    pub(crate) tls: OfHouse,
    /// The database's address.
    pub(crate) database: String,
    /// Whether to serve from the snapshot of this machine while the database cannot be opened.
    pub(crate) waits_for_store: bool,
    /// What secrets are sealed with.
    pub(crate) master_key: MasterKey,
    /// How long keys, credentials and grants last.
    pub(crate) terms: Terms,
    /// The folder of this node.
    pub(crate) state: PathBuf,
    /// Whether a process before this one still uses that folder.
    pub(crate) is_replacement: bool,
    /// How people come in, if this process serves the hub.
    pub(crate) ways: Vec<Way>,
    /// Whether developers from outside come in by links in mails, and on which terms.
    pub(crate) mail_links: Option<MailLinks>,
    /// Whether strangers see what is reused.
    pub(crate) public_reuse: bool,
    /// Where mails go, if anywhere.
    pub(crate) post: Option<Post>,
    /// The rules of the flows in which applications get tokens.
    pub(crate) rules: Rules,
    /// The administrators' group.
    pub(crate) administrators: GroupAddress,
    /// Where manifests may name upstreams besides the public internet.
    pub(crate) open_networks: OpenNetworks,
    /// How the gateway reaches them.
    pub(crate) reach: Reach,
    /// Who keeps the playbook, and by which profile contracts are judged.
    pub(crate) standards: Standards,
    /// What every page says at its top.
    pub(crate) notice: Option<String>,
    /// How the hub looks.
    pub(crate) look: Look,
    /// Whether people who are not signed in may give feedback.
    pub(crate) strangers_give_feedback: bool,
    /// How the process lives and ends.
    pub(crate) life: Life,
    /// The clock.
    pub(crate) clock: Clock,
    /// Chance.
    pub(crate) chance: Chance,
}

/// The TLS of the listeners that are no environment's; without it they speak plain HTTP.
#[derive(Default)]
pub(crate) struct OfHouse {
    /// Of the hub.
    pub(crate) hub: Option<Arc<Tls>>,
    /// Of the operations listener.
    pub(crate) operations: Option<Arc<Tls>>,
}

/// An environment with its listeners.
pub(crate) struct Environment {
    /// Its name.
    pub(crate) name: EnvironmentName,
    /// One listener per core.
    pub(crate) listeners: Vec<TcpListener>,
    /// Its base URL.
    pub(crate) base: String,
    /// How connections come in.
    pub(crate) entrance: Entrance,
}

impl Environment {
    /// An environment without TLS and without proxies before it.
    pub(crate) fn plain(name: EnvironmentName, listeners: Vec<TcpListener>, base: String) -> Self {
        Self { name, listeners, base, entrance: Entrance::default() }
    }
}

/// How the process lives and ends.
pub(crate) struct Life {
    /// Whose certificates are looked after.
    pub(crate) watched: Vec<Watched>,
    /// Asks for certificates to be read again.
    pub(crate) ask: Arc<Notify>,
    /// How much the gateway takes.
    pub(crate) bounds: Bounds,
    /// The log of requests, if there is one.
    pub(crate) access_log: Option<AccessLog>,
    /// Where traces go and which, if they go anywhere.
    pub(crate) traces: Option<(Exporter, Sampling)>,
    /// Bytes of memory that there are, if the configuration says so.
    pub(crate) memory: Option<u64>,
    /// From the order to stop to the end of taking connections.
    pub(crate) stop_delay: Duration,
    /// From there to the end.
    pub(crate) drain: Duration,
    /// The configuration file that the process was started from, if there is one.
    pub(crate) config: Option<ConfigFile>,
}

impl Default for Life {
    fn default() -> Self {
        let (watched, ask, drain) = (vec![], Arc::default(), Duration::from_secs(10));
        let (bounds, stop_delay) = (Bounds::default(), Duration::ZERO);
        Self { watched, ask, bounds, access_log: None, traces: None, memory: None, stop_delay, drain, config: None }
    }
}

impl Parts {
    fn listeners(&self) -> impl Iterator<Item = &TcpListener> {
        let of_gateway = self.environments.iter().flat_map(|environment| &environment.listeners);
        of_gateway.chain(&self.hub.0).chain([&self.operations])
    }

    /// Where counts of quotas are that the store does not have.
    pub(crate) fn quota_file(&self) -> PathBuf {
        self.state.join("quotas")
    }
}

/// A platform that runs.
pub(crate) struct Platform {
    /// The verbs.
    pub(crate) control: Control,
    /// The tokens.
    pub(crate) oauth: OAuth,
    /// The data plane.
    pub(crate) gateway: Gateway,
    jobs: Vec<JoinHandle<()>>,
    bookkeeper: JoinHandle<()>,
    quotas: Quotas,
    stops: Stops,
    readiness: Readiness,
    crashes: Crashes,
    /// What this process is called by those who run the platform.
    node_id: String,
    stop_delay: Duration,
    drain: Duration,
    state: PathBuf,
    copies: Vec<TcpListener>,
    handover: Option<Handover>,
}

/// What ends or pauses parts of the platform.
struct Stops {
    /// Ends the hub's listener.
    hub: watch::Sender<bool>,
    /// Ends the operations listener, which tells to the end how things are.
    operations: watch::Sender<bool>,
    /// While another process takes over, that one keeps the snapshot on disk.
    paused: watch::Sender<bool>,
}

/// Access tokens live no longer than that; a retired signing key verifies for so long.
pub(crate) const LONGEST_TOKEN_SECONDS: i64 = 3600;

/// EAFNOSUPPORT of Linux, which the standard library gives no kind of its own.
const ADDRESS_FAMILY_UNKNOWN: i32 = 97;

/// How many threads the gateway has: one per core that the process may use, by its affinity and its group's quota.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// One listener: inherited, or bound with a sentence for a person where it cannot be.
pub(crate) fn bind(address: SocketAddr, what: &str, inherited: &mut Inherited) -> Result<TcpListener, Failure> {
    let taken = inherited.take(address, 1).doing(format!("{what} cannot listen on {address}"))?;
    if let Some(listener) = taken.into_iter().next() {
        return Ok(listener);
    }
    let listener = TcpListener::bind(address).map_err(|error| unbound(address, what, &error))?;
    listener.set_nonblocking(true).doing(format!("{what} cannot listen on {address}"))?;
    Ok(listener)
}

/// An environment's listeners, one per core on one port: inherited or bound.
pub(crate) fn bind_gateway(
    address: SocketAddr,
    what: &str,
    inherited: &mut Inherited,
) -> Result<Vec<TcpListener>, Failure> {
    let taken = inherited.take(address, cores()).doing(format!("{what} cannot listen on {address}"))?;
    if !taken.is_empty() {
        return Ok(taken);
    }
    hansom_gateway::listen(address, cores()).map_err(|error| unbound(address, what, &error))
}

fn unbound(address: SocketAddr, what: &str, error: &io::Error) -> Failure {
    let why = match error.kind() {
        io::ErrorKind::AddrInUse => "another program listens there; stop it or choose another port".to_owned(),
        io::ErrorKind::PermissionDenied => "this user may not; choose a port above 1023".to_owned(),
        io::ErrorKind::AddrNotAvailable => "this machine has no such address".to_owned(),
        io::ErrorKind::Unsupported => "this machine has no addresses of that kind".to_owned(),
        _ if error.raw_os_error() == Some(ADDRESS_FAMILY_UNKNOWN) => {
            "this machine has no addresses of that kind, such as IPv6".to_owned()
        }
        _ => error.to_string(),
    };
    Failure::broke(format!("{what} cannot listen on {address}: {why}"))
}

impl Platform {
    /// Starts everything: the gateway first, from the snapshot on disk if there is one, so that it serves whatever
    /// happens to the rest.
    pub(crate) async fn start(mut parts: Parts) -> Result<Self, Failure> {
        let bases: Vec<_> = parts.environments.iter().map(|of| (of.name.clone(), of.base.clone())).collect();
        let copies = Handover::copies(parts.listeners())?;
        let (stop_delay, drain) = (parts.life.stop_delay, parts.life.drain);
        let config = parts.life.config.take();
        let node = Node::start(&mut parts).await?;
        let opened = node.store(&parts).await?;
        node.quotas.joins((opened.reads.clone(), opened.books.clone()));
        let control = open_control(&parts, &bases, opened.reads, opened.writes).await?;
        let signing = node.signs_with(&control, &parts.state).await?;
        node.answers(control.reads());
        let reports = reports(&node, &control, (parts.role, config));
        let books = bookkeeper::run(node.entries, opened.books, parts.clock.clone(), node.losses);
        let bookkeeper = tokio::spawn(bookkeeper::then(books, node.exporter));
        let (paused, pause) = watch::channel(false);
        let Node { gateway, readiness, crashes, keeper, hold, mut jobs, stop, quotas, .. } = node;
        if parts.role.serves_apis() {
            let reading = Reading {
                control: control.clone(),
                hub: parts.hub.1.clone(),
                environments: bases.clone(),
                build: world::build(),
                aside: reports.aside.clone(),
            };
            let (gateway, crashes, readiness) = (gateway.clone(), crashes.clone(), readiness.clone());
            let mut publisher = Publisher { reading, gateway, keeper, hold, crashes, readiness, at: At::default() };
            publisher.publish_first(parts.role).await.doing("the first snapshot could not be made")?;
            jobs.push(tokio::spawn(publish(publisher, pause)));
        }
        let node_id = control.chance().hex(16);
        jobs.push(tokio::spawn(reports.run(node_id.clone())));
        let oauth = tokens(&control, &parts.hub.1, &bases, parts.rules.clone());
        jobs.push(signing);
        let (stop_hub, hub_stops) = watch::channel(false);
        if let Some(listener) = parts.hub.0.take() {
            let ways = std::mem::take(&mut parts.ways);
            let hub = serve_hub(&parts, listener, ways, (&control, &oauth), (bases, readiness.clone()), hub_stops)?;
            jobs.extend(hub);
            jobs.extend(parts.post.take().map(|post| tokio::spawn(mail::run(control.clone(), post))));
        }
        Ok(Self {
            control,
            oauth,
            gateway,
            jobs,
            bookkeeper,
            quotas,
            stops: Stops { hub: stop_hub, operations: stop, paused },
            readiness,
            crashes,
            node_id,
            stop_delay,
            drain,
            state: parts.state,
            copies,
            handover: None,
        })
    }

    /// Stands in for the process before, if there is one, and is ready to be replaced in turn.
    pub(crate) fn take_over(mut self, inherited: Inherited) -> Result<Self, Failure> {
        let copies = std::mem::take(&mut self.copies);
        self.handover = Some(Handover::open(&self.state, copies)?);
        if inherited.is_of_process() {
            saying::tell("ready; the process before ends");
        }
        self.quotas.follows(inherited.ready());
        Ok(self)
    }

    /// Waits until the gateway serves everything that was changed before the call.
    pub(crate) async fn settled(&self) -> Result<(), Failure> {
        let wanted = self.control.reads().generation().await.doing("the store could not be read")?;
        for _ in 0..500 {
            if self.gateway.snapshot().is_some_and(|snapshot| snapshot.generation() >= wanted) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Err(Failure::broke("the gateway did not take the snapshot in five seconds"))
    }

    /// Runs until the process is told to stop or another one has taken over, then lets requests under way finish and the
    /// journal be written. A second order to stop ends it at once.
    pub(crate) async fn run(mut self, mut signals: Signals) -> Result<(), Failure> {
        let replaced = tokio::select! {
            () = signals.told_to_stop() => false,
            () = replaced(self.handover.as_ref(), &self.stops.paused) => true,
        };
        self.copies.clear();
        let successor = self.handover.take().and_then(Handover::close);
        let outcome = tokio::select! {
            () = self.stop(replaced) => Ok(()),
            () = signals.told_to_stop() => Err(Failure::broke("stopped at once, since told so a second time")),
        };
        drop(successor);
        outcome
    }

    async fn stop(self, replaced: bool) {
        self.readiness.stop();
        if replaced {
            saying::tell("another process has taken over; this one lets requests under way end");
            // Whoever is asked now how things are has to be the new process.
            self.stops.operations.send_replace(true);
        } else {
            saying::tell("stopping: not ready any more");
            tokio::time::sleep(self.stop_delay).await;
        }
        self.stops.hub.send_replace(true);
        self.gateway.stop(self.drain).await;
        self.crashes.is_well().await;
        self.stops.operations.send_replace(true);
        for job in &self.jobs {
            job.abort();
        }
        self.quotas.stop().await;
        // A process that ends is not missing; one that cannot say so is spoken of for a while.
        let _ = tokio::time::timeout(Duration::from_secs(1), self.control.forget_node(&self.node_id)).await;
        // The gateway is gone and with it the journal's sender: the bookkeeper writes what it has and ends.
        let written = tokio::time::timeout(Duration::from_secs(5), self.bookkeeper).await;
        if written.is_err() {
            saying::tell("the last journal entries could not be written in five seconds");
        }
    }
}

/// Who says to those who run the platform how this process is.
fn reports(node: &Node, control: &Control, (role, config): (Role, Option<ConfigFile>)) -> Heartbeat {
    Heartbeat {
        control: control.clone(),
        role,
        gateway: node.gateway.clone(),
        keeper: node.keeper.clone(),
        held: node.hold.held(),
        aside: Aside::default(),
        tls: node.tls.clone(),
        readiness: node.readiness.clone(),
        losses: node.losses.clone(),
        config,
    }
}

/// Waits until another process has taken over; pauses what only one may do while it is starting.
async fn replaced(handover: Option<&Handover>, paused: &watch::Sender<bool>) {
    let Some(mut stage) = handover.map(Handover::stage) else { return std::future::pending().await };
    loop {
        let now = *stage.borrow_and_update();
        paused.send_if_modified(|paused| std::mem::replace(paused, now != Stage::Alone) != (now != Stage::Alone));
        if now == Stage::Taken {
            return;
        }
        if stage.changed().await.is_err() {
            return std::future::pending().await;
        }
    }
}

/// Publishes, but not while another process is about to do it.
async fn publish(mut publisher: Publisher, mut pause: watch::Receiver<bool>) {
    loop {
        if pause.wait_for(|paused| !paused).await.is_err() {
            return;
        }
        let mut until = pause.clone();
        tokio::select! {
            () = publisher.run() => return,
            // The other process may have written to the same file.
            _ = until.wait_for(|paused| *paused) => publisher.keeper.distrust(),
        }
    }
}

/// Pages, the control API and tokens, and what has to be done for them now and then.
fn serve_hub(
    parts: &Parts,
    listener: TcpListener,
    ways: Vec<Way>,
    (control, oauth): (&Control, &OAuth),
    (environments, readiness): (Vec<(EnvironmentName, String)>, Readiness),
    stops: watch::Receiver<bool>,
) -> Result<[JoinHandle<()>; 4], Failure> {
    let hub = parts.hub.1.clone();
    let sign_in = SignIn::new(control.clone(), ways, hub.clone());
    let sign_in = sign_in.doing("sign-in could not be set up")?;
    let pages = Pages::new(hansom_hub::Setup {
        control: control.clone(),
        oauth: oauth.clone(),
        sign_in: sign_in.clone(),
        hub,
        gateways: Arc::new(TrialCalls::new(&environments)?),
        environments,
        notice: parts.notice.clone(),
        look: parts.look.clone(),
        strangers_give_feedback: parts.strangers_give_feedback,
        mail_links: parts.mail_links.clone(),
        sends_mail: parts.post.is_some(),
        public_reuse: parts.public_reuse,
    });
    let router = hub_proxies::behind(pages.router.clone(), parts.proxies.clone());
    let hub = serve(listener, parts.tls.hub.clone(), router, stops)?;
    tokio::spawn(warm(pages));
    Ok([
        hub,
        tokio::spawn(upkeep::run(control.clone())),
        tokio::spawn(sweep(control.clone())),
        tokio::spawn(refreshing::run(control.clone(), sign_in, readiness)),
    ])
}

async fn warm(pages: Pages) {
    if let Err(error) = pages.warm().await {
        let error = error.private().unwrap_or_else(|| error.detail());
        tracing::warn!(error, "the catalogue could not be read yet; its first visitor waits for it");
    }
}

pub(crate) async fn open_store(parts: &Parts) -> Result<hansom_store::Opened, Failure> {
    let shown = parts.database.split('@').next_back().unwrap_or_default().trim_start_matches("sqlite://").to_owned();
    if let Some(path) = parts.database.strip_prefix("sqlite://") {
        let path = path.split('?').next().unwrap_or(path);
        // A database that its owner has locked stays locked, also for a superuser, whom no file mode stops.
        if std::fs::metadata(path).is_ok_and(|data| data.permissions().readonly()) {
            return Err(Failure::broke(format!("the database {path} is read-only; make it writable and start again")));
        }
    }
    let unopened = format!("the database {shown} could not be opened");
    if parts.role.serves_hub() {
        return hansom_store::open(&parts.database, parts.clock.now()).await.doing(unopened);
    }
    let opened = hansom_store::join(&parts.database).await.doing(unopened.as_str())?;
    if opened.reads.signing_keys().await.doing(unopened)?.is_empty() {
        return Err(Failure::broke(format!("the database {shown} has no signing key yet; start its hub")));
    }
    Ok(opened)
}

/// The token endpoints, with lifetimes as the product promises: people a quarter of an hour, applications an hour.
fn tokens(control: &Control, issuer: &str, audiences: &[(EnvironmentName, String)], rules: Rules) -> OAuth {
    OAuth::new(hansom_oauth::Setup {
        control: control.clone(),
        issuer: issuer.into(),
        audiences: audiences.to_vec(),
        person_seconds: 900,
        application_seconds: LONGEST_TOKEN_SECONDS,
        rules,
    })
}

/// The verbs over the store, with a signing key in place.
async fn open_control(
    parts: &Parts,
    bases: &[(EnvironmentName, String)],
    reads: Reads,
    writes: Writes,
) -> Result<Control, Failure> {
    let settings = Settings {
        administrators: parts.administrators.clone(),
        environments: bases.iter().map(|(name, _)| name.clone()).collect(),
        open_networks: parts.open_networks.clone(),
        standards: parts.standards.clone(),
        terms: parts.terms.clone(),
    };
    let vault = Vault::new(*parts.master_key);
    let control = Control::new(reads, writes, vault, parts.clock.clone(), parts.chance.clone(), settings);
    if parts.role.serves_hub() {
        let broken = |error: hansom_control::Error| Failure::broke(error.private().unwrap_or_else(|| error.detail()));
        control.ensure_signing_key().await.map_err(broken)?;
    }
    Ok(control)
}

pub(crate) fn serve(
    listener: TcpListener,
    tls: Option<Arc<Tls>>,
    router: axum::Router,
    mut stopping: watch::Receiver<bool>,
) -> Result<JoinHandle<()>, Failure> {
    let unused = "a listener could not be used";
    let listener = tokio::net::TcpListener::from_std(listener).doing(unused)?;
    let plain_or_secure = match tls {
        Some(tls) => Err(Secure::new(listener, tls).doing(unused)?),
        None => Ok(listener),
    };
    Ok(tokio::spawn(async move {
        let stop = async move {
            let _ = stopping.wait_for(|stop| *stop).await;
        };
        let router = router.into_make_service_with_connect_info::<SocketAddr>();
        let served = match plain_or_secure {
            Ok(plain) => axum::serve(plain, router).with_graceful_shutdown(stop).await,
            // What is tapped tells its peer's address to the router, as a plain listener does.
            Err(secure) => axum::serve(secure.tap_io(|_| ()), router).with_graceful_shutdown(stop).await,
        };
        if let Err(error) = served {
            tracing::error!(%error, "a listener ended");
        }
    }))
}

async fn sweep(control: Control) {
    loop {
        if let Err(error) = control.sweep().await {
            tracing::warn!(error = error.private().unwrap_or_default(), "expired entries could not be swept away");
        }
        tokio::time::sleep(Duration::from_secs(600)).await;
    }
}

/// Writes a file that its owner alone can read.
pub(crate) fn write_secret(file: &Path, content: &[u8]) -> Result<(), Failure> {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};
    let written = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(file)
        .and_then(|mut file| file.write_all(content));
    written.doing(format!("{} cannot be written", file.display()))
}

/// Log lines on standard error, as `RUST_LOG` says, else warnings and worse.
pub(crate) fn log(json: bool) {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    saying::Log::begin();
    let logger = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(|| saying::Log);
    // A second subscriber cannot be set; the first one stays.
    let _ = if json { logger.json().try_init() } else { logger.try_init() };
}
