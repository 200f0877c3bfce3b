//! How does what was changed reach the gateway? The only place where control plane and data plane meet.

mod aside;
mod documents;
mod hold;
mod reading;

use std::{sync::Arc, time::Duration};

use hansom_control::Error;
use hansom_gateway::{Delta, Gateway, Record, Snapshot};
use hansom_store::Changed;
use tokio::time::Instant;

pub(crate) use aside::Aside;
pub(crate) use hold::{Held, Hold, confirm, noted};
pub(crate) use reading::Reading;

use crate::{
    crashes::Crashes,
    keeper::{self, Keeper},
};

/// A change of more things than this is read like everything.
const MOST_SUBJECTS: usize = 500;
/// Everything is compared again so often: whatever was missed, and revocations of tokens that have ended, are put right.
const COMPARED_AGAIN: Duration = Duration::from_secs(600);
/// What could not be written is tried again no sooner.
const WRITTEN_AGAIN: Duration = Duration::from_secs(10);

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
    /// How far the gateway is, and since when.
    pub(crate) at: At,
}

/// How far the gateway is with the store.
#[derive(Default)]
pub(crate) struct At {
    generation: Option<u64>,
    compared: Option<Instant>,
    written: Option<Instant>,
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
                () = tokio::time::sleep(Duration::from_millis(250)) => {}
            }
        }
    }

    /// Publishes at the start. A store that goes away again just then is no reason not to serve what there is.
    pub(crate) async fn publish_first(&mut self) -> Result<(), Error> {
        match self.publish_if_changed().await {
            Err(error) if self.gateway.snapshot().is_some() => {
                tracing::error!(%error, "the gateway stays on its snapshot: the store could not be read");
                Ok(())
            }
            outcome => outcome,
        }
    }

    /// Publishes once, if the store is at another generation than the gateway or something is missing on disk.
    pub(crate) async fn publish_if_changed(&mut self) -> Result<(), Error> {
        let generation = self.reading.control.reads().generation().await?;
        let waits = |last: Option<Instant>, pause| last.is_some_and(|last| last.elapsed() < pause);
        let lacks = self.keeper.lacks() && !waits(self.at.written, WRITTEN_AGAIN);
        let is_due = lacks || !waits(self.at.compared, COMPARED_AGAIN);
        if (self.at.generation == Some(generation) && !is_due) || self.hold.waits_for(generation) {
            return Ok(());
        }
        let present = self.gateway.snapshot();
        let same = present.as_ref().filter(|present| *present.platform() == self.reading.platform());
        let (delta, whole) = match (same, self.at.generation) {
            (Some(present), Some(before)) if !is_due => match self.changed(before, generation).await? {
                Changed::These(subjects) => (self.reading.these(subjects, present, generation).await?, None),
                Changed::Everything => (self.everything(Some(present), generation).await?, None),
            },
            (Some(present), _) if !lacks => (self.everything(Some(present), generation).await?, None),
            (Some(present), _) => {
                let whole = self.everything(None, generation).await?;
                (self.everything(Some(present), generation).await?, Some(whole))
            }
            (None, _) => {
                let whole = self.everything(None, generation).await?;
                (whole.clone(), Some(whole))
            }
        };
        self.publish(present.as_deref(), delta, whole);
        Ok(())
    }

    async fn changed(&self, before: u64, generation: u64) -> Result<Changed, Error> {
        Ok(self.reading.control.reads().changed_since(before, generation, MOST_SUBJECTS).await?)
    }

    async fn everything(&mut self, present: Option<&Arc<Snapshot>>, generation: u64) -> Result<Delta, Error> {
        let delta = self.reading.everything(present.map(Arc::as_ref), generation).await?;
        self.at.compared = Some(Instant::now());
        Ok(delta)
    }

    /// Swaps in what comes of a change, unless it has to be confirmed; keeps it on disk, or `whole` in its place.
    fn publish(&mut self, present: Option<&Snapshot>, delta: Delta, whole: Option<Delta>) {
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
        self.crashes.serves(generation);
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
