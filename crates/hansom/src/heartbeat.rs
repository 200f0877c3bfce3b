//! What does this process say of itself to those who run the platform?
//!
//! Every few seconds it leaves a row in the database that all processes share. A database that does not answer keeps nothing up:
//! nothing waits for the row, and the gateway never knows of it.

use std::{path::PathBuf, sync::Arc, time::Duration};

use hansom_control::{CertificateReport, CheckReport, Control, NodeReport, OutReport, ReportedNode, SetAsideReport};
use hansom_domain::Timestamp;
use hansom_gateway::{Gateway, Tls};
use tokio::time::{Instant, timeout};

use crate::{
    bookkeeper::Losses,
    commands::check,
    config::Role,
    keeper::Keeper,
    publisher::{Aside, Held},
    readiness::Readiness,
};

/// From one report to the next.
const PAUSE: Duration = Duration::from_secs(5);
/// The database has so long for a report.
const PATIENCE: Duration = Duration::from_secs(4);
/// The configuration file is checked again after so long.
const CHECKED_AGAIN: Duration = Duration::from_secs(60);
/// The most things of one kind that a report names.
const MOST: usize = 100;
/// The most characters of one of them.
const LONGEST: usize = 500;

/// What is reported on.
pub(crate) struct Heartbeat {
    pub(crate) control: Control,
    pub(crate) role: Role,
    pub(crate) gateway: Gateway,
    pub(crate) keeper: Keeper,
    pub(crate) held: Held,
    pub(crate) aside: Aside,
    /// The TLS of each listener that has some, and where.
    pub(crate) tls: Vec<(String, Arc<Tls>)>,
    pub(crate) readiness: Readiness,
    pub(crate) losses: Losses,
    /// The configuration file, if there is one.
    pub(crate) config: Option<ConfigFile>,
}

/// The file that the process was started from.
#[derive(Clone, Debug)]
pub(crate) struct ConfigFile {
    /// Where it lies.
    pub(crate) path: PathBuf,
    /// The role that the process was told to play in place of the one that the file names.
    pub(crate) role: Option<Role>,
}

/// What the report before said that the next one needs.
#[derive(Default)]
struct Memory {
    behind_since: Option<Timestamp>,
    check: Option<CheckReport>,
    checked: Option<Instant>,
}

impl Heartbeat {
    /// Reports until the process ends.
    pub(crate) async fn run(self, id: String) {
        let (name, started_at) = (machine(), self.control.clock().now());
        let mut memory = Memory::default();
        let mut failing = false;
        loop {
            self.check(&mut memory).await;
            let reported = timeout(PATIENCE, self.beat((&id, &name, started_at), &mut memory)).await;
            let why = match reported {
                Ok(Ok(())) => None,
                Ok(Err(error)) => Some(error.private().unwrap_or_else(|| error.detail())),
                Err(_) => Some("the database took too long".into()),
            };
            // One line per outage, not one per try.
            if let Some(why) = why.as_ref().filter(|_| !failing) {
                tracing::warn!(why, "those who run the platform do not see how this process is");
            }
            failing = why.is_some();
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn beat(
        &self,
        (id, name, started_at): (&str, &str, Timestamp),
        memory: &mut Memory,
    ) -> Result<(), hansom_control::Error> {
        let asked = Instant::now();
        let newest = self.control.reads().generation().await?;
        let database_micros = u64::try_from(asked.elapsed().as_micros()).ok();
        // Asked after the newest generation, what is served is never behind it without reason.
        let generation = self.gateway.snapshot().map(|snapshot| snapshot.generation());
        let generation = generation.filter(|_| self.role.serves_apis());
        let is_behind = self.role.serves_apis() && generation.is_none_or(|served| served < newest);
        let now = self.control.clock().now();
        memory.behind_since = is_behind.then(|| memory.behind_since.unwrap_or(now));
        let report = NodeReport {
            behind_since: memory.behind_since,
            database_micros,
            check: memory.check.clone(),
            ..self.report()
        };
        let (role, version) = (self.role.as_str(), env!("CARGO_PKG_VERSION"));
        self.control.report_node(ReportedNode { id, name, role, version, started_at, generation }, &report).await
    }

    /// What can be said without asking anybody.
    fn report(&self) -> NodeReport {
        let servers = self.gateway.upstreams();
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let aside = self.aside.now(MOST).into_iter();
        let upstreams_out = count(servers.out.len());
        let out = servers.out.into_iter().take(MOST);
        NodeReport {
            set_aside: aside.map(|(what, why)| SetAsideReport { what, why: short(why) }).collect(),
            held: self.held.now(),
            kept_generation: self.keeper.generation(),
            upstreams_in: count(servers.taking),
            upstreams_out,
            out: out
                .map(|(version, address)| OutReport { version: version.to_string(), address: short(address) })
                .collect(),
            certificates: self.certificates(),
            notes: self.readiness.list().into_iter().take(MOST).map(short).collect(),
            usage_waiting: self.losses.waiting(),
            usage_lost: self.losses.lost(),
            ..NodeReport::default()
        }
    }

    fn certificates(&self) -> Vec<CertificateReport> {
        let of = |(place, tls): &(String, Arc<Tls>)| {
            let place = place.clone();
            tls.certificates().into_iter().map(move |(file, facts)| CertificateReport {
                place: place.clone(),
                file,
                until: Timestamp::from_seconds(facts.until),
            })
        };
        self.tls.iter().flat_map(of).take(MOST).collect()
    }

    /// Checks the configuration file now and then, as `hansom check` does.
    async fn check(&self, memory: &mut Memory) {
        let Some(config) = &self.config else { return };
        if memory.checked.is_some_and(|checked| checked.elapsed() < CHECKED_AGAIN) {
            return;
        }
        memory.checked = Some(Instant::now());
        let (config, now) = (config.clone(), self.control.clock().now());
        let checked = tokio::task::spawn_blocking(move || check::said(&config.path, config.role, now)).await;
        let (is_good, said) = match checked {
            Ok(Ok(said)) => (true, said),
            Ok(Err(failure)) => (false, failure.text().to_owned()),
            Err(error) => (false, format!("the check broke: {error}")),
        };
        memory.check = Some(CheckReport { at: now, is_good, said: short(said) });
    }
}

/// The machine's name; empty where it has none to tell.
fn machine() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    name.trim().chars().filter(|letter| !letter.is_control()).take(64).collect()
}

fn short(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}
