//! How does what was changed reach the gateway? The only place where control plane and data plane meet.

mod aside;
mod documents;
mod hold;
mod reading;

use std::{sync::Arc, time::Duration};

use hansom_control::Error;
use hansom_gateway::{Delta, Gateway, Record, Snapshot};
use hansom_store::{Changed, Reads};
use tokio::time::Instant;

pub(crate) use aside::Aside;
pub(crate) use documents::operation_document;
pub(crate) use hold::{Held, Hold, confirm, noted};
pub(crate) use reading::Reading;

use crate::{
    config::Role,
    crashes::Crashes,
    keeper::{self, Keeper},
    platform::LONGEST_TOKEN_SECONDS,
    readiness::Readiness,
};

/// A change of more things than this is read like everything.
const MOST_SUBJECTS: usize = 500;
/// Everything is compared again so often: whatever was missed, and revocations of tokens that have ended, are put right.
const COMPARED_AGAIN: Duration = Duration::from_secs(600);
/// For so long a revocation, or any other change, goes before it: it is read alone, in a fraction of the time.
const CHANGES_FIRST: Duration = Duration::from_secs(60);
/// What others change in the store is seen so soon.
const POLL: Duration = Duration::from_millis(250);
/// For so long what a store had revoked stays revoked, if an older one takes its place. No access token lives longer.
const REMEMBERED: Duration = Duration::from_secs(LONGEST_TOKEN_SECONDS.unsigned_abs());
/// What could not be written is tried again no sooner.
const WRITTEN_AGAIN: Duration = Duration::from_secs(10);

/// What to do where the store is older than what was served.
const OLDER: &str = "access tokens that were revoked since stay so for an hour, but grants, credentials, people and keys are as they \
     were: revoke again what has to be, by the audit trail of the database before";

/// Makes snapshots of what changes in the store and swaps them in.
pub(crate) struct Publisher {
    /// Reads the store.
    pub(crate) reading: Reading,
    /// Where snapshots go.
    pub(crate) gateway: Gateway,
    /// Keeps them on disk.
    pub(crate) keeper: Keeper,
    /// Holds what an operator has to confirm.
    pub(crate) hold: Hold,
    /// Notes which generation is served, in case it ends the process.
    pub(crate) crashes: Crashes,
    /// What an operator should know.
    pub(crate) readiness: Readiness,
    /// How far the gateway is, and since when.
    pub(crate) at: At,
}

/// Whether everything is to be read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Due {
    No,
    /// As soon as nothing else is to be done.
    Yes,
    /// At once.
    Over,
}

/// How far the gateway is with the store.
#[derive(Default)]
pub(crate) struct At {
    generation: Option<u64>,
    compared: Option<Instant>,
    written: Option<Instant>,
    /// When a store was found that is older than what was served.
    went_back: Option<Instant>,
}

impl Publisher {
    /// Publishes whenever the store's generation changes: at once for changes of this process, within a quarter of a second
    /// for those of others.
    pub(crate) async fn run(&mut self) {
        let mut reads = self.reading.control.reads().clone();
        let mut failing = false;
        loop {
            match self.publish_if_changed().await {
                Ok(()) => failing = false,
                Err(error) => {
                    // One line per outage, not one per try.
                    if !failing {
                        tracing::error!(%error, "the gateway stays on its snapshot: the store could not be read");
                    }
                    failing = true;
                }
            }
            tokio::select! {
                () = reads.changed() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }

    /// Publishes at the start. A store that goes away again just then is no reason not to serve what there is, nor for a gateway
    /// alone to end: it tries on.
    pub(crate) async fn publish_first(&mut self, role: Role) -> Result<(), Error> {
        match self.publish_if_changed().await {
            Err(error) if self.gateway.snapshot().is_some() || !role.serves_hub() => {
                tracing::error!(%error, "the gateway stays as it is: the store could not be read");
                Ok(())
            }
            outcome => outcome,
        }
    }

    /// Publishes once, if the store is at another generation than the gateway or something is missing on disk.
    pub(crate) async fn publish_if_changed(&mut self) -> Result<(), Error> {
        let generation = self.reading.control.reads().generation().await?;
        let due = self.due();
        if (self.at.generation == Some(generation) && due == Due::No) || self.hold.waits_for(generation) {
            return Ok(());
        }
        let lacks = self.keeper.lacks() && since(self.at.written) >= WRITTEN_AGAIN;
        let present = self.gateway.snapshot();
        self.look_back(present.as_deref(), generation);
        let same = present.as_ref().filter(|present| *present.platform() == self.reading.platform());
        let may_wait = due != Due::Over;
        let read = match (same, self.at.generation) {
            (Some(present), Some(before)) if due == Due::No || (before != generation && may_wait) => {
                match self.changed(before, generation).await? {
                    Changed::These(subjects) => Some((self.reading.these(subjects, present, generation).await?, None)),
                    Changed::Everything => {
                        self.everything(Some(present), generation, false).await?.map(|all| (all, None))
                    }
                }
            }
            (Some(present), _) if !lacks => {
                self.everything(Some(present), generation, may_wait).await?.map(|delta| (delta, None))
            }
            (Some(present), _) => match self.everything(None, generation, may_wait).await? {
                None => None,
                whole => self.everything(Some(present), generation, may_wait).await?.map(|delta| (delta, whole)),
            },
            (None, _) => self.everything(None, generation, false).await?.map(|whole| (whole.clone(), Some(whole))),
        };
        // What was changed meanwhile goes first.
        let Some((delta, whole)) = read else { return Ok(()) };
        self.publish(present.as_deref(), delta, whole).await;
        Ok(())
    }

    async fn changed(&self, before: u64, generation: u64) -> Result<Changed, Error> {
        Ok(self.reading.control.reads().changed_since(before, generation, MOST_SUBJECTS).await?)
    }

    /// Whether everything is to be read: since that is due, or something is missing on disk.
    fn due(&self) -> Due {
        let written = self.keeper.lacks().then(|| since(self.at.written).checked_sub(WRITTEN_AGAIN)).flatten();
        let compared = since(self.at.compared).checked_sub(COMPARED_AGAIN);
        match written.max(compared) {
            None => Due::No,
            Some(late) if late <= CHANGES_FIRST => Due::Yes,
            Some(_) => Due::Over,
        }
    }

    /// Reads everything. `None`, if it may wait and something was changed meanwhile.
    async fn everything(
        &mut self,
        present: Option<&Arc<Snapshot>>,
        generation: u64,
        may_wait: bool,
    ) -> Result<Option<Delta>, Error> {
        let served = self.gateway.snapshot().filter(|_| self.at.went_back.is_some());
        let reads = self.reading.control.reads().clone();
        let delta = tokio::select! {
            delta = self.reading.everything(present.map(Arc::as_ref), served.as_deref(), generation) => delta?,
            () = another_than(generation, reads), if may_wait => return Ok(None),
        };
        self.at.compared = Some(Instant::now());
        Ok(Some(delta))
    }

    /// Says so where the store is older than what is served: a backup was restored, and knows nothing of what was revoked since.
    fn look_back(&mut self, present: Option<&Snapshot>, generation: u64) {
        let served = present.map_or(0, Snapshot::generation);
        if generation < served {
            self.at.went_back = Some(Instant::now());
            tracing::error!(generation, served, "the database is older than what was served; {OLDER}");
            let note =
                format!("the database (generation {generation}) is older than what was served ({served}); {OLDER}");
            self.readiness.note("an older database", Some(note));
        } else if self.at.went_back.is_some_and(|when| when.elapsed() > REMEMBERED) {
            self.at.went_back = None;
            self.readiness.note("an older database", None);
        }
    }

    /// Swaps in what comes of a change, unless it has to be confirmed; keeps it on disk, or `whole` in its place.
    async fn publish(&mut self, present: Option<&Snapshot>, delta: Delta, whole: Option<Delta>) {
        let generation = delta.generation;
        let kept = whole.unwrap_or_else(|| delta.clone());
        let is_whole = kept.records.iter().any(|record| matches!(record, Record::Platform(_)));
        self.reading.aside.tried(&delta.records);
        let compiled = match present {
            Some(present) => present.apply(delta),
            None => Snapshot::first(delta),
        };
        if self.hold.holds(present, &compiled.snapshot) {
            return;
        }
        self.reading.aside.found(&compiled.set_aside);
        for aside in &compiled.set_aside {
            tracing::error!(what = aside.what, why = aside.why, "set aside: what was served of it before serves on");
        }
        self.crashes.serves(generation).await;
        self.gateway.swap(compiled.snapshot);
        self.at.generation = Some(generation);
        let kept = keeper::without(kept, &compiled.set_aside);
        if is_whole {
            self.at.written = Some(Instant::now());
            self.keeper.replace(kept);
        } else {
            self.keeper.append(&kept);
        }
    }
}

/// How long ago something was; of what never was, for ever.
fn since(last: Option<Instant>) -> Duration {
    last.map_or(Duration::MAX, |last| last.elapsed())
}

/// Ends when the store is at another generation.
async fn another_than(generation: u64, mut reads: Reads) {
    loop {
        tokio::select! {
            () = reads.changed() => {}
            () = tokio::time::sleep(POLL) => {}
        }
        if reads.generation().await.is_ok_and(|now| now != generation) {
            return;
        }
    }
}
