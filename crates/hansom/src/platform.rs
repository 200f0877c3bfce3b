//! How do all rooms start together, and stop together?

use std::{
    io::{self, IsTerminal},
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use hansom_control::{Control, Settings, SigningKey, Standards, Vault};
use hansom_domain::{Chance, Clock, EnvironmentName, GroupAddress, OpenNetworks};
use hansom_gateway::{Entrance, Entry, Gateway, Reach, Snapshot, kept};
use hansom_oauth::{Directory, OAuth, Provider, SignIn};
use hansom_store::{Reads, Writes};
use prometheus_client::registry::Registry;
use tokio::{sync::mpsc, task::JoinHandle};

use crate::{
    assertion, bookkeeper,
    failure::{Doing, Failure},
    operations,
    publisher::Publisher,
};

/// How many batches of journal entries may wait for the bookkeeper; what comes beyond is counted and lost.
const JOURNAL_BATCHES: usize = 256;

/// Everything that has to be there before the platform can start: listeners bound, secrets read.
pub(crate) struct Parts {
    /// The hub's listener and public URL.
    pub(crate) hub: (TcpListener, String),
    /// Each environment's listeners, one per core, and base URL.
    pub(crate) environments: Vec<(EnvironmentName, Vec<TcpListener>, String)>,
    /// The operations listener.
    pub(crate) operations: TcpListener,
    /// The database's address.
    pub(crate) database: String,
    /// What secrets are sealed with.
    pub(crate) master_key: [u8; 32],
    /// The folder of this node.
    pub(crate) state: PathBuf,
    /// The OpenID provider.
    pub(crate) provider: Provider,
    /// Who tells the groups of people.
    pub(crate) directory: Arc<dyn Directory>,
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
    /// The clock.
    pub(crate) clock: Clock,
    /// Chance.
    pub(crate) chance: Chance,
}

impl Parts {
    fn snapshot_file(&self) -> PathBuf {
        self.state.join("snapshot")
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
    stop: tokio::sync::watch::Sender<bool>,
}

/// How many threads the gateway has: one per core.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Binds one listener, with a sentence for a person where it cannot.
pub(crate) fn bind(address: SocketAddr, what: &str) -> Result<TcpListener, Failure> {
    let listener = TcpListener::bind(address).map_err(|error| unbound(address, what, &error))?;
    listener.set_nonblocking(true).doing(format!("{what} cannot listen on {address}"))?;
    Ok(listener)
}

/// Binds an environment's listeners, one per core on one port.
pub(crate) fn bind_gateway(address: SocketAddr, what: &str) -> Result<Vec<TcpListener>, Failure> {
    hansom_gateway::listen(address, cores()).map_err(|error| unbound(address, what, &error))
}

fn unbound(address: SocketAddr, what: &str, error: &io::Error) -> Failure {
    let why = match error.kind() {
        io::ErrorKind::AddrInUse => "another program listens there; stop it or choose another port".to_owned(),
        io::ErrorKind::PermissionDenied => "this user may not; choose a port above 1023".to_owned(),
        _ => error.to_string(),
    };
    Failure::broke(format!("{what} cannot listen on {address}: {why}"))
}

impl Platform {
    /// Starts everything: the gateway first, from the snapshot on disk if there is one, so that it serves whatever
    /// happens to the rest.
    pub(crate) async fn start(mut parts: Parts) -> Result<Self, Failure> {
        std::fs::create_dir_all(&parts.state).doing(format!("{} cannot be made", parts.state.display()))?;
        let bases: Vec<_> = parts.environments.iter().map(|(name, _, base)| (name.clone(), base.clone())).collect();
        let opened = open_store(&parts).await?;
        let control = open_control(&parts, &bases, opened.reads, opened.writes).await?;
        let mut registry = Registry::default();
        let (journal, entries) = mpsc::channel(JOURNAL_BATCHES);
        let gateway = start_gateway(&mut parts, signing_key(&control).await?, journal, &mut registry)?;
        let bookkeeper = tokio::spawn(bookkeeper::run(entries, opened.books, parts.clock.clone()));
        let publisher = Publisher {
            control: control.clone(),
            gateway: gateway.clone(),
            hub: parts.hub.1.clone(),
            environments: bases.clone(),
            file: parts.snapshot_file(),
        };
        publisher.publish_if_changed(None).await.doing("the first snapshot could not be made")?;
        let oauth = tokens(&control, &parts.hub.1, &bases);
        let (listener, hub) = parts.hub;
        let sign_in = SignIn::new(control.clone(), parts.provider, hub.clone(), parts.directory);
        let sign_in = sign_in.doing("sign-in could not be set up")?;
        let pages = hansom_hub::router(hansom_hub::Setup {
            control: control.clone(),
            oauth: oauth.clone(),
            sign_in: sign_in.clone(),
            hub,
            environments: bases,
            notice: parts.notice,
        });
        let (stop, stopping) = tokio::sync::watch::channel(false);
        let jobs = vec![
            tokio::spawn(publisher.run()),
            tokio::spawn(sweep(control.clone())),
            tokio::spawn(refresh_groups(control.clone(), sign_in)),
            serve(listener, pages, stopping.clone())?,
            serve(parts.operations, operations::router(gateway.clone(), registry), stopping)?,
        ];
        Ok(Self { control, oauth, gateway, jobs, bookkeeper, stop })
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

    /// Runs until the process is told to stop, then lets requests under way finish and the journal be written.
    pub(crate) async fn run(self) -> Result<(), Failure> {
        told_to_stop().await?;
        eprintln!("hansom: stopping");
        self.stop.send_replace(true);
        self.gateway.stop(Duration::from_secs(10)).await;
        for job in &self.jobs {
            job.abort();
        }
        // The gateway is gone and with it the journal's sender: the bookkeeper writes what it has and ends.
        let written = tokio::time::timeout(Duration::from_secs(5), self.bookkeeper).await;
        if written.is_err() {
            eprintln!("hansom: the last journal entries could not be written in five seconds");
        }
        Ok(())
    }
}

async fn open_store(parts: &Parts) -> Result<hansom_store::Opened, Failure> {
    let shown = parts.database.split('@').next_back().unwrap_or_default().trim_start_matches("sqlite://").to_owned();
    if let Some(path) = parts.database.strip_prefix("sqlite://") {
        let path = path.split('?').next().unwrap_or(path);
        // A database that its owner has locked stays locked, also for a superuser, whom no file mode stops.
        if std::fs::metadata(path).is_ok_and(|data| data.permissions().readonly()) {
            return Err(Failure::broke(format!("the database {path} is read-only; make it writable and start again")));
        }
    }
    hansom_store::open(&parts.database, parts.clock.now())
        .await
        .doing(format!("the database {shown} could not be opened"))
}

/// The token endpoints, with lifetimes as the product promises: people a quarter of an hour, applications an hour.
fn tokens(control: &Control, issuer: &str, audiences: &[(EnvironmentName, String)]) -> OAuth {
    OAuth::new(hansom_oauth::Setup {
        control: control.clone(),
        issuer: issuer.into(),
        audiences: audiences.to_vec(),
        person_seconds: 900,
        application_seconds: 3600,
    })
}

/// Starts the data plane on the environments' listeners.
fn start_gateway(
    parts: &mut Parts,
    key: Arc<SigningKey>,
    journal: mpsc::Sender<Vec<Entry>>,
    registry: &mut Registry,
) -> Result<Gateway, Failure> {
    let environments = std::mem::take(&mut parts.environments);
    let setup = hansom_gateway::Setup {
        environments: environments
            .into_iter()
            .map(|(name, listeners, _)| (name, listeners, Entrance::default()))
            .collect(),
        clock: parts.clock.clone(),
        chance: parts.chance.clone(),
        journal,
        registry,
        cores: cores(),
        bounds: hansom_gateway::Bounds::default(),
        identity_signer: Some(assertion::signer(key)),
        reach: parts.reach.clone(),
    };
    hansom_gateway::start(setup, read_snapshot(&parts.snapshot_file())).doing("the gateway could not start")
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
    };
    let vault = Vault::new(parts.master_key);
    let control = Control::new(reads, writes, vault, parts.clock.clone(), parts.chance.clone(), settings);
    control.ensure_signing_key().await.doing("the signing key could not be made")?;
    Ok(control)
}

/// The signing key, opened; a master key that does not fit shows here, at the start, and not at the first token.
async fn signing_key(control: &Control) -> Result<Arc<SigningKey>, Failure> {
    let key = control.signing_key().await;
    key.map_err(|error| Failure::broke(error.private().unwrap_or_else(|| error.detail())))
}

/// The snapshot on disk, if there is a whole one.
fn read_snapshot(file: &Path) -> Option<Snapshot> {
    match kept::open(std::fs::File::open(file).ok()?, None) {
        Ok(kept) => Some(kept.snapshot),
        Err(broken) => {
            tracing::error!(file = %file.display(), %broken, "the snapshot on disk cannot be used; a new one is made");
            None
        }
    }
}

fn serve(
    listener: TcpListener,
    router: axum::Router,
    mut stopping: tokio::sync::watch::Receiver<bool>,
) -> Result<JoinHandle<()>, Failure> {
    let listener = tokio::net::TcpListener::from_std(listener).doing("a listener could not be used")?;
    Ok(tokio::spawn(async move {
        let stop = async move {
            let _ = stopping.wait_for(|stop| *stop).await;
        };
        let router = router.into_make_service_with_connect_info::<SocketAddr>();
        if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(stop).await {
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

/// Asks the directory for everybody's groups every four minutes, so that who has left a group loses access without
/// signing in again.
async fn refresh_groups(control: Control, sign_in: SignIn) {
    loop {
        tokio::time::sleep(Duration::from_secs(240)).await;
        let people = match control.reads().people().await {
            Ok(people) => people,
            Err(error) => {
                tracing::warn!(%error, "the groups could not be refreshed");
                continue;
            }
        };
        for person in people {
            if let Err(error) = sign_in.refresh_groups(&person.id).await {
                tracing::warn!(person = %person.id, error = error.private().unwrap_or_default(), "the directory did not tell the groups");
            }
        }
    }
}

async fn told_to_stop() -> Result<(), Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).doing("signals cannot be heard")?;
    let mut interrupt = signal(SignalKind::interrupt()).doing("signals cannot be heard")?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// The master key from its file; made, readable by its owner alone, if there is none.
pub(crate) fn master_key(file: &Path, chance: &Chance) -> Result<[u8; 32], Failure> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let text = chance.hex(32);
            write_secret(file, text.as_bytes())?;
            text
        }
        Err(error) => {
            return Err(Failure::broke(format!("{} cannot be read: {error}", file.display())));
        }
    };
    let text = text.trim();
    let mut key = [0; 32];
    let pairs = text
        .as_bytes()
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).ok().and_then(|hex| u8::from_str_radix(hex, 16).ok()));
    let read: Option<Vec<u8>> = pairs.collect();
    match read.filter(|bytes| bytes.len() == 32) {
        Some(bytes) => {
            key.copy_from_slice(&bytes);
            Ok(key)
        }
        None => {
            Err(Failure::broke(format!("{} is no master key: 64 hexadecimal characters are expected", file.display())))
        }
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
    let logger =
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(io::stderr().is_terminal()).with_writer(io::stderr);
    // A second subscriber cannot be set; the first one stays.
    let _ = if json { logger.json().try_init() } else { logger.try_init() };
}
