//! How do the counts of quotas survive a restart, and how do nodes hear of each other's?
//!
//! Every two seconds a node adds what it has counted to the store and reads what others have added. What the store does not
//! take now is kept on the node's disk until it does; a node without a store keeps all its counts there.

use std::{io, os::unix::net::UnixStream, path::PathBuf, time::Duration};

use hansom_domain::{Clock, Timestamp};
use hansom_gateway::{QuotaCaller, QuotaCount, QuotaLedger};
use hansom_store::{Books, QuotaRow, Reads};
use tokio::{io::AsyncReadExt, sync::watch, task::JoinHandle};

use crate::saying;

const EVERY: Duration = Duration::from_secs(2);
/// So much of what was read already is read again: clocks of nodes may be apart, and changes commit late.
const OVERLAP_SECONDS: i64 = 120;
/// Longer than the longest month, so that a month's count is not lost of a caller who calls on its first day alone.
const KEEP_SECONDS: i64 = 70 * 86_400;
const SWEEP_SECONDS: i64 = 3600;

/// What a keeper has to do with besides its gateway; it changes while the process starts.
#[derive(Clone, Debug, Default)]
struct Surroundings {
    /// The store, once it could be opened.
    store: Option<(Reads, Books)>,
    /// Whether no process before this one keeps its counts in the same file any more.
    is_alone: bool,
}

/// A keeper that runs.
pub(crate) struct Quotas {
    around: watch::Sender<Surroundings>,
    stop: watch::Sender<bool>,
    keeper: JoinHandle<()>,
}

impl Quotas {
    /// Starts to keep a gateway's counts, at first with neither store nor file.
    pub(crate) fn start(ledger: QuotaLedger, clock: Clock, file: PathBuf) -> Self {
        let ((around, sees), (stop, stops)) = (watch::channel(Surroundings::default()), watch::channel(false));
        let keeper = tokio::spawn(QuotaKeeper::new(ledger, clock, file).run(stops, sees));
        Self { around, stop, keeper }
    }

    /// The store could be opened.
    pub(crate) fn joins(&self, store: (Reads, Books)) {
        self.around.send_modify(|around| around.store = Some(store));
    }

    /// There is no process before this one, or it still ends: the file is this one's afterwards.
    pub(crate) fn follows(&self, before: Option<UnixStream>) {
        let around = self.around.clone();
        tokio::spawn(async move {
            let before = before.map(|before| before.set_nonblocking(true).and_then(|()| before.try_into()));
            if let Some(Ok(before)) = before {
                let mut before: tokio::net::UnixStream = before;
                // It says nothing more: this is its end.
                let _ = before.read_u8().await;
            }
            around.send_modify(|around| around.is_alone = true);
        });
    }

    /// Keeps what has been counted, and ends.
    pub(crate) async fn stop(self) {
        self.stop.send_replace(true);
        if tokio::time::timeout(Duration::from_secs(5), self.keeper).await.is_err() {
            saying::tell("the last counts of quotas could not be written in five seconds");
        }
    }
}

/// Carries counts between the gateway and where they stay.
struct QuotaKeeper {
    ledger: QuotaLedger,
    around: Surroundings,
    clock: Clock,
    /// Where counts are that the store does not have.
    file: PathBuf,
    /// Whether the file is this process's: what is in it has been taken in.
    is_taken_in: bool,
    on_disk: Vec<QuotaCount>,
    read_until: Timestamp,
    swept: Timestamp,
    failing: bool,
}

impl QuotaKeeper {
    /// A keeper that knows nothing yet.
    fn new(ledger: QuotaLedger, clock: Clock, file: PathBuf) -> Self {
        let beginning = Timestamp::from_millis(0);
        Self {
            ledger,
            around: Surroundings::default(),
            clock,
            file,
            is_taken_in: false,
            on_disk: vec![],
            read_until: beginning,
            swept: beginning,
            failing: false,
        }
    }

    /// Keeps counts until the stop, and once more then.
    async fn run(mut self, mut stop: watch::Receiver<bool>, mut around: watch::Receiver<Surroundings>) {
        loop {
            self.around = around.borrow_and_update().clone();
            self.keep().await;
            let stopped = tokio::select! {
                _ = stop.wait_for(|stop| *stop) => true,
                Ok(()) = around.changed() => false,
                () = tokio::time::sleep(EVERY) => false,
            };
            if stopped {
                self.around = around.borrow_and_update().clone();
                return self.keep().await;
            }
        }
    }

    async fn keep(&mut self) {
        if self.around.is_alone && !self.is_taken_in {
            self.is_taken_in = true;
            self.on_disk = self.read_file();
            self.ledger.restore(&self.on_disk);
        }
        let Some((reads, books)) = self.around.store.clone() else {
            self.write_file(self.ledger.totals());
            return;
        };
        match self.exchange(&reads, &books).await {
            Ok(()) => {
                self.failing = false;
                self.write_file(vec![]);
            }
            Err(error) => {
                // One line per outage, not one per try.
                if !self.failing {
                    tracing::error!(%error, "the counts of quotas could not be exchanged with the store; this node counts on alone");
                }
                self.failing = true;
                self.ledger.give_back();
                self.write_file(self.ledger.unkept());
            }
        }
    }

    /// Adds to the store what is new here, and hears what is new there.
    async fn exchange(&mut self, reads: &Reads, books: &Books) -> Result<(), hansom_store::Error> {
        let now = self.clock.now();
        let taken = self.ledger.take();
        if !taken.is_empty() {
            let sums = books.add_to_quotas(taken.into_iter().map(row).collect(), now).await?;
            self.ledger.kept(&counts(sums));
        }
        let changed = reads.quotas_since(self.read_until.plus_seconds(-OVERLAP_SECONDS), now).await?;
        self.ledger.learn(&counts(changed));
        self.read_until = now;
        if now > self.swept.plus_seconds(SWEEP_SECONDS) {
            self.swept = now;
            books.sweep_quotas(now.plus_seconds(-KEEP_SECONDS)).await?;
        }
        Ok(())
    }

    fn read_file(&self) -> Vec<QuotaCount> {
        let read = std::fs::read(&self.file).and_then(|text| serde_json::from_slice(&text).map_err(io::Error::other));
        read.unwrap_or_else(|error| {
            if error.kind() != io::ErrorKind::NotFound {
                tracing::error!(%error, file = %self.file.display(), "the counts of quotas on disk cannot be read");
            }
            vec![]
        })
    }

    /// Puts the counts on disk, whole or not at all; without any, there is no file.
    fn write_file(&mut self, counts: Vec<QuotaCount>) {
        // The file of a process that still ends is not written to: what that one has counted would be lost.
        if counts == self.on_disk || !self.is_taken_in {
            return;
        }
        let beside = self.file.with_extension("new");
        let written = if counts.is_empty() {
            std::fs::remove_file(&self.file)
        } else {
            let text = serde_json::to_vec(&counts).map_err(io::Error::other);
            text.and_then(|text| std::fs::write(&beside, text)).and_then(|()| std::fs::rename(&beside, &self.file))
        };
        match written {
            Ok(()) => self.on_disk = counts,
            Err(error) => {
                tracing::error!(%error, file = %self.file.display(), "the counts of quotas could not be kept on disk");
            }
        }
    }
}

fn row(count: QuotaCount) -> QuotaRow {
    let (caller_kind, caller) = match &count.caller {
        QuotaCaller::Application(id) => ("application", id.as_str()),
        QuotaCaller::Person(id) => ("person", id.as_str()),
    };
    QuotaRow {
        caller_kind: caller_kind.into(),
        caller: caller.into(),
        period: count.period,
        environment: count.environment,
        api: count.api,
        major: count.major,
        calls: i64::try_from(count.calls).unwrap_or(i64::MAX),
    }
}

/// Rows as counts; what no caller of this build has is left out.
fn counts(rows: Vec<QuotaRow>) -> Vec<QuotaCount> {
    let read = rows.into_iter().filter_map(|row| {
        let caller = match row.caller_kind.as_str() {
            "application" => QuotaCaller::Application(row.caller.parse().ok()?),
            "person" => QuotaCaller::Person(row.caller.parse().ok()?),
            _ => return None,
        };
        Some(QuotaCount {
            caller,
            period: row.period,
            environment: row.environment,
            api: row.api,
            major: row.major,
            calls: row.calls.unsigned_abs(),
        })
    });
    read.collect()
}

#[cfg(test)]
mod tests {
    use hansom_domain::OpenNetworks;
    use hansom_gateway::{Bounds, Gateway, Reach, Resolver, Setup, pressure::Pressure};
    use hansom_store::Opened;
    use prometheus_client::registry::Registry;
    use tokio::sync::mpsc;

    use super::*;
    use crate::world;

    fn clock() -> Clock {
        // 2027-01-15T08:00:00Z.
        Clock::new(|| Timestamp::from_seconds(1_800_000_000))
    }

    fn gateway() -> Gateway {
        let setup = Setup {
            environments: vec![],
            clock: clock(),
            chance: world::chance(),
            journal: mpsc::channel(1).0,
            registry: &mut Registry::default(),
            cores: 1,
            bounds: Bounds::default(),
            identity_signer: None,
            reach: Reach::new(OpenNetworks::default(), Resolver::system(), vec![], None).unwrap(),
            pressure: Pressure::default(),
            sampling: None,
        };
        hansom_gateway::start(setup, None).unwrap()
    }

    fn calls(calls: u64) -> Vec<QuotaCount> {
        let of = |period: &str| QuotaCount {
            period: period.parse().unwrap(),
            environment: "production".parse().unwrap(),
            api: "repairs".parse().unwrap(),
            major: "v1".parse().unwrap(),
            caller: QuotaCaller::Application("tracker".parse().unwrap()),
            calls,
        };
        vec![of("2027-01-15"), of("2027-01")]
    }

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("hansom-quotas-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    async fn node(store: Option<&Opened>, file: PathBuf) -> QuotaKeeper {
        let store = store.map(|store| (store.reads.clone(), store.books.clone()));
        let mut keeper = QuotaKeeper::new(gateway().quotas(), clock(), file);
        keeper.around = Surroundings { store, is_alone: true };
        keeper.keep().await;
        keeper
    }

    #[tokio::test]
    async fn two_nodes_add_up_and_a_third_that_starts_later_knows() {
        let store = hansom_store::open("sqlite::memory:", clock().now()).await.unwrap();
        let folder = folder("nodes");
        let mut one = node(Some(&store), folder.join("one")).await;
        let mut other = node(Some(&store), folder.join("other")).await;
        one.ledger.restore(&calls(5));
        other.ledger.restore(&calls(7));
        one.keep().await;
        other.keep().await;
        one.keep().await;
        assert_eq!(one.ledger.totals(), calls(12));
        assert_eq!(other.ledger.totals(), calls(12));
        one.keep().await;
        assert_eq!(node(Some(&store), folder.join("third")).await.ledger.totals(), calls(12), "nothing is added twice");
        assert!(!folder.join("one").exists());
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn a_node_without_a_store_counts_on_after_a_restart() {
        let folder = folder("alone");
        let mut before = node(None, folder.join("quotas")).await;
        before.ledger.restore(&calls(5));
        before.keep().await;
        let mut after = node(None, folder.join("quotas")).await;
        assert_eq!(after.ledger.totals(), calls(5));
        after.ledger.restore(&calls(1));
        after.keep().await;
        assert_eq!(node(None, folder.join("quotas")).await.ledger.totals(), calls(6));
        std::fs::write(folder.join("quotas"), "no JSON").unwrap();
        assert!(node(None, folder.join("quotas")).await.ledger.totals().is_empty(), "a damaged file stops nothing");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn what_the_store_did_not_take_is_on_disk_until_it_does() {
        let store = hansom_store::open("sqlite::memory:", clock().now()).await.unwrap();
        let folder = folder("outage");
        let mut before = node(Some(&store), folder.join("quotas")).await;
        before.ledger.restore(&calls(5));
        before.keep().await;
        before.ledger.restore(&calls(2));
        // As when the store fails.
        before.ledger.take();
        before.ledger.give_back();
        before.write_file(before.ledger.unkept());
        let after = node(Some(&store), folder.join("quotas")).await;
        assert_eq!(after.ledger.totals(), calls(7), "five of the store, two of the disk");
        assert!(!folder.join("quotas").exists());
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn m142_a_replacement_takes_the_counts_along_once_and_a_store_that_comes_later_gets_them() {
        let folder = folder("replaced");
        let file = folder.join("quotas");
        let mut before = node(None, file.clone()).await;
        before.ledger.restore(&calls(5));
        before.keep().await;
        let mut after = QuotaKeeper::new(gateway().quotas(), clock(), file.clone());
        after.ledger.restore(&calls(2));
        after.keep().await;
        before.ledger.restore(&calls(1));
        before.keep().await;
        assert_eq!(before.read_file(), calls(6), "the new process does not touch the file of the one that ends");
        after.around.is_alone = true;
        after.keep().await;
        assert_eq!((after.ledger.totals(), after.read_file()), (calls(8), calls(8)));
        let store = hansom_store::open("sqlite::memory:", clock().now()).await.unwrap();
        after.around.store = Some((store.reads.clone(), store.books.clone()));
        after.keep().await;
        assert!(!file.exists(), "the store has them");
        assert_eq!(node(Some(&store), folder.join("other")).await.ledger.totals(), calls(8));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
