//! How does this machine serve whatever happens to the rest?
//!
//! The gateway and the operations listener start from what is on this machine alone: the snapshot and the sealed signing key.
//! While the database cannot be reached the hub says so, and it is tried again until it can.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock, PoisonError, RwLock},
    time::Duration,
};

use axum::{
    Router,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use hansom_control::{Control, SealedKey, Vault};
use hansom_domain::{Chance, Problem, ProblemCode, RequestId, SigningAlgorithm};
use hansom_gateway::{Entry, Gateway, Sampling, Tls, kept::Kept, pressure::Pressure};
use hansom_store::{Opened, Reads};
use prometheus_client::registry::Registry;
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};

use crate::{
    access_log::AccessLog,
    assertion::{self, SigningWith},
    bookkeeper::Losses,
    certificates::Certificates,
    config::Role,
    crashes::Crashes,
    exporter::Exporter,
    failure::{Doing, Failure},
    figures::Figures,
    keeper::{self, Keeper},
    master_key::MasterKey,
    memory::{self, Memory},
    operations::{self, Serves},
    platform::{Parts, cores, open_store, serve, write_secret},
    publisher::Hold,
    quotas::Quotas,
    readiness::Readiness,
    saying,
};

/// How many batches of journal entries may wait for the bookkeeper; what comes beyond is counted and lost.
const JOURNAL_BATCHES: usize = 256;
const SIGNING_KEY: &str = "signing-key";
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// While nobody is served, it is tried more often.
const LONGEST_PAUSE_UNREADY: Duration = Duration::from_secs(2);
/// What the note is about that the database cannot be opened.
const DATABASE: &str = "database";

/// What runs on this machine alone.
pub(crate) struct Node {
    /// The data plane.
    pub(crate) gateway: Gateway,
    /// What it saw.
    pub(crate) entries: mpsc::Receiver<Vec<Entry>>,
    /// Tells a collector of it, to the end of the entries.
    pub(crate) exporter: Option<JoinHandle<()>>,
    /// What of it could not be written down.
    pub(crate) losses: Losses,
    /// Keeps snapshots.
    pub(crate) keeper: Keeper,
    /// Holds what must be confirmed.
    pub(crate) hold: Hold,
    /// What became of the processes before this one.
    pub(crate) crashes: Crashes,
    /// Whether it is about to stop.
    pub(crate) readiness: Readiness,
    /// Ends the operations listener.
    pub(crate) stop: watch::Sender<bool>,
    /// What runs.
    pub(crate) jobs: Vec<JoinHandle<()>>,
    /// Keeps the counts of quotas.
    pub(crate) quotas: Quotas,
    /// The TLS of each listener that has some, and where.
    pub(crate) tls: Vec<(String, Arc<Tls>)>,
    /// The store, where readiness is asked of it.
    store: Arc<OnceLock<Reads>>,
    /// What assertions are signed with.
    signing: SigningWith,
}

impl Node {
    /// Starts from what is on this machine.
    pub(crate) async fn start(parts: &mut Parts) -> Result<Self, Failure> {
        fs::create_dir_all(&parts.state).doing(format!("{} cannot be made", parts.state.display()))?;
        let crashes = Crashes::read(&parts.state, &parts.clock).doing("starts cannot be noted")?;
        let role = parts.role;
        let (kept, keeper) = kept(role, &parts.state, &crashes);
        let hold = Hold::new(&parts.state, crashes.blamed());
        crashes.serves(kept.as_ref().map_or(0, |kept| kept.snapshot.generation())).await;
        let signing: SigningWith = Arc::new(RwLock::new(kept_signing_key(&parts.state, &parts.master_key)));
        let (mut registry, pressure) = (Registry::default(), Pressure::default());
        let (journal, entries) = mpsc::channel(JOURNAL_BATCHES);
        let (environments, life) = (std::mem::take(&mut parts.environments), std::mem::take(&mut parts.life));
        let setup = hansom_gateway::Setup {
            environments: environments.into_iter().map(|of| (of.name, of.listeners, of.entrance)).collect(),
            clock: parts.clock.clone(),
            chance: parts.chance.clone(),
            journal,
            registry: &mut registry,
            cores: if role.serves_apis() { cores() } else { 1 },
            bounds: life.bounds,
            pressure: pressure.clone(),
            identity_signer: Some(assertion::signer(Arc::clone(&signing))),
            reach: parts.reach.clone(),
            sampling: life.traces.as_ref().map(|(_, sampling)| *sampling),
        };
        let gateway =
            hansom_gateway::start(setup, kept.map(|kept| kept.snapshot)).doing("the gateway could not start")?;
        let (entries, exporter) = listen(entries, (life.access_log, life.traces), &mut registry);
        let (losses, readiness, held) = (Losses::register(&mut registry), Readiness::default(), hold.held());
        let tls = life.watched.iter().map(|watched| (watched.environment.clone(), Arc::clone(&watched.tls))).collect();
        let certificates = Certificates::new(life.watched, parts.clock.clone(), readiness.clone(), &mut registry);
        let figures = Figures { gateway: gateway.clone(), keeper: keeper.clone(), held: held.clone() };
        registry.register_collector(Box::new(figures));
        let (stop, stopping) = watch::channel(false);
        let listener = parts.operations.try_clone().doing("the operations listener could not be used")?;
        let store = Arc::default();
        let serves =
            if role.serves_apis() { Serves::Apis(gateway.clone(), held) } else { Serves::Hub(Arc::clone(&store)) };
        let operations = operations::router(serves, readiness.clone(), registry);
        let quotas = quotas(&gateway, parts);
        let operations = serve(listener, parts.tls.operations.clone(), operations, stopping)?;
        let mut jobs = vec![operations, tokio::spawn(certificates.run(life.ask)), tokio::spawn(lives(crashes.clone()))];
        jobs.extend(Memory::find(life.memory).map(|memory| tokio::spawn(memory::watch(memory, pressure))));
        Ok(Self {
            gateway,
            entries,
            exporter,
            losses,
            keeper,
            hold,
            crashes,
            readiness,
            stop,
            jobs,
            quotas,
            tls,
            store,
            signing,
        })
    }

    /// Opens the store. If it cannot be opened and the gateway can do without it for now, the hub says so until it can. A
    /// gateway alone waits for its first snapshot too, as machines start in any order; but not one that is to replace another,
    /// which serves on.
    pub(crate) async fn store(&self, parts: &Parts) -> Result<Opened, Failure> {
        let can_wait = self.gateway.snapshot().is_some() || (!parts.role.serves_hub() && !parts.is_replacement);
        let failure = match open_store(parts).await {
            Ok(opened) => return Ok(opened),
            Err(failure) if !parts.waits_for_store || !can_wait => return Err(failure),
            Err(failure) => failure,
        };
        let Some(listener) = &parts.hub.0 else { return Ok(self.retry(parts, failure).await) };
        let (stop, stopping) = watch::channel(false);
        let listener: TcpListener = listener.try_clone().doing("the hub's listener could not be used")?;
        let (hub, chance) = (parts.hub.1.clone(), parts.chance.clone());
        let away = Router::new().fallback(move || std::future::ready(hub_is_away(&hub, &chance)));
        let away = serve(listener, parts.tls.hub.clone(), away, stopping)?;
        let opened = self.retry(parts, failure).await;
        stop.send_replace(true);
        // It may wait for clients that keep their connections; nothing else needs it.
        let _ = tokio::time::timeout(Duration::from_secs(1), away).await;
        Ok(opened)
    }

    /// Tries until it works, at first soon and then every few seconds, not all nodes at once. Says why it did not, whenever that
    /// is something else than before.
    async fn retry(&self, parts: &Parts, mut failure: Failure) -> Opened {
        let (meanwhile, longest) = match self.gateway.snapshot() {
            Some(_) => ("the gateway serves from its snapshot", LONGEST_PAUSE),
            None => ("the gateway has no snapshot either and is not ready", LONGEST_PAUSE_UNREADY),
        };
        let (mut pause, mut told) = (Duration::from_millis(250), String::new());
        loop {
            if failure.text() != told {
                told = failure.text().to_owned();
                saying::tell(&format!("{told}; {meanwhile}, and the database is tried again"));
                self.readiness.note(DATABASE, Some(format!("{told}; it is tried again")));
            }
            let [chance] = parts.chance.bytes::<1>();
            tokio::time::sleep(pause.mul_f64(0.5 + f64::from(chance) / 255.0)).await;
            match open_store(parts).await {
                Ok(opened) => {
                    saying::tell("the database is back");
                    self.readiness.note(DATABASE, None);
                    return opened;
                }
                Err(again) => failure = again,
            }
            pause = longest.min(pause * 2);
        }
    }

    /// From now on the store can be asked whether it answers.
    pub(crate) fn answers(&self, reads: &Reads) {
        self.store.get_or_init(|| reads.clone());
    }

    /// Signs with the store's key from now on, and keeps it for starts without the store. A master key that does not fit
    /// shows here, at the start, and not at the first token. What it gives follows the keys as they change.
    pub(crate) async fn signs_with(&self, control: &Control, folder: &Path) -> Result<JoinHandle<()>, Failure> {
        match take_signing_key(control, &self.signing, folder).await {
            // Whoever follows the keys takes it once the store answers again.
            Ok(()) | Err(hansom_control::Error::Store(_)) => {}
            Err(error) => return Err(Failure::broke(error.private().unwrap_or_else(|| error.detail()))),
        }
        Ok(tokio::spawn(follow(control.clone(), Arc::clone(&self.signing), folder.to_owned())))
    }
}

/// Takes the key that signs now, if it is another one.
async fn take_signing_key(
    control: &Control,
    signing: &SigningWith,
    folder: &Path,
) -> Result<(), hansom_control::Error> {
    let key = control.signing_key().await?;
    let known =
        signing.read().unwrap_or_else(PoisonError::into_inner).as_ref().is_some_and(|known| known.kid == key.kid);
    if known && folder.join(SIGNING_KEY).exists() {
        return Ok(());
    }
    signing.write().unwrap_or_else(PoisonError::into_inner).replace(key);
    keep_signing_key(folder, &control.sealed_signing_key().await?);
    Ok(())
}

/// Looks every second whether another key signs.
async fn follow(control: Control, signing: SigningWith, folder: PathBuf) {
    let mut failing = false;
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let taken = take_signing_key(&control, &signing, &folder).await;
        if let Err(error) = &taken
            && !failing
        {
            let error = error.private().unwrap_or_else(|| error.detail());
            tracing::warn!(error, "the key that signs could not be read; the one before signs on");
        }
        failing = taken.is_err();
    }
}

/// What was kept of before; a node that serves no APIs keeps nothing.
fn kept(role: Role, state: &Path, crashes: &Crashes) -> (Option<Kept>, Keeper) {
    if role.serves_apis() { read(state, crashes.blamed()) } else { (None, Keeper::start(state, None, 0)) }
}

/// Lets the access log and the exporter read what the gateway writes down, on its way on.
fn listen(
    mut entries: mpsc::Receiver<Vec<Entry>>,
    (log, traces): (Option<AccessLog>, Option<(Exporter, Sampling)>),
    registry: &mut Registry,
) -> (mpsc::Receiver<Vec<Entry>>, Option<JoinHandle<()>>) {
    if let Some(log) = log {
        entries = log.listen(entries, registry);
    }
    match traces {
        None => (entries, None),
        Some((exporter, _)) => {
            let (onward, job) = exporter.listen(entries, registry);
            (onward, Some(job))
        }
    }
}

/// The counts of quotas; those of a process that is replaced come when it has ended.
fn quotas(gateway: &Gateway, parts: &Parts) -> Quotas {
    let quotas = Quotas::start(gateway.quotas(), parts.clock.clone(), parts.quota_file());
    if !parts.is_replacement {
        quotas.follows(None);
    }
    quotas
}

/// The snapshot on this machine, if there is one, and who keeps the next ones.
fn read(folder: &Path, blamed: Option<u64>) -> (Option<Kept>, Keeper) {
    if let Some(blamed) = blamed {
        tracing::error!(
            generation = blamed,
            "the process ended three times within a minute on this generation; the one before serves"
        );
        if let Some((kept, keeper)) = keeper::read(folder, Some(blamed)) {
            return (Some(kept), keeper);
        }
        tracing::error!(generation = blamed, "there is none before it on this machine");
    }
    match keeper::read(folder, None) {
        Some((kept, keeper)) => (Some(kept), keeper),
        None => (None, Keeper::start(folder, None, 0)),
    }
}

/// A process that has lived for a minute is well.
async fn lives(crashes: Crashes) {
    tokio::time::sleep(Duration::from_secs(60)).await;
    crashes.is_well().await;
}

fn hub_is_away(hub: &str, chance: &Chance) -> Response {
    let detail = "The hub cannot reach its database. APIs are served on; try again in a while.";
    let id = RequestId::random(chance);
    let problem = Problem::new(ProblemCode::Unavailable, detail, hub, &id);
    let fields =
        [(header::CONTENT_TYPE, Problem::MEDIA_TYPE), (header::RETRY_AFTER, "10"), (header::CACHE_CONTROL, "no-store")];
    (StatusCode::SERVICE_UNAVAILABLE, fields, serde_json::to_string(&problem).unwrap_or_default()).into_response()
}

/// Keeps the signing key on this machine, sealed as it is in the store.
fn keep_signing_key(folder: &Path, key: &SealedKey) {
    let text = format!("{}\n{}\n{}\n", key.kid, key.sealed, key.algorithm);
    if let Err(error) = write_secret(&folder.join(SIGNING_KEY), text.as_bytes()) {
        tracing::warn!(%error, "the signing key could not be kept for starts without the store");
    }
}

fn kept_signing_key(folder: &Path, master: &MasterKey) -> Option<Arc<hansom_control::SigningKey>> {
    let text = fs::read_to_string(folder.join(SIGNING_KEY)).ok()?;
    let mut lines = text.lines();
    let (kid, sealed) = (lines.next()?.to_owned(), lines.next()?.trim().to_owned());
    // Files from before there were several algorithms do not name it.
    let algorithm = lines.next().map_or(Ok(SigningAlgorithm::Es256), str::parse).ok()?;
    match (SealedKey { kid, algorithm, sealed }).open(&Vault::new(**master)) {
        Ok(key) => Some(Arc::new(key)),
        Err(error) => {
            let why = error.private().unwrap_or_default();
            tracing::warn!(why, "the signing key on this machine cannot be opened; that of the store is used");
            None
        }
    }
}
