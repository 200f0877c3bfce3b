//! How many requests of a version may be at its upstreams at once?
//!
//! A bulkhead: an API that has become slow fills its own room and no more, and the requests of the others go on.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use super::{load::Load, retry::Budget};

/// The room of a version, for all its snapshots.
#[derive(Debug)]
pub(super) struct Room {
    most: AtomicU32,
    load: Load,
    budget: Budget,
}

/// A place in the room, free again when dropped.
#[derive(Debug)]
pub(super) struct Place(Arc<Room>);

impl Room {
    pub(super) fn new(most: u32) -> Self {
        Self { most: AtomicU32::new(most), load: Load::default(), budget: Budget::default() }
    }

    /// The newest snapshot says how large it is.
    pub(super) fn resize(&self, most: u32) {
        self.most.store(most, Ordering::Relaxed);
    }
}

/// Takes a place, if there is one.
pub(super) fn enter(room: &Arc<Room>) -> Option<Place> {
    if room.load.begin() > room.most.load(Ordering::Relaxed) {
        room.load.undo();
        return None;
    }
    Some(Place(Arc::clone(room)))
}

impl Place {
    /// Takes one repetition from the budget.
    pub(super) fn may_repeat(&self) -> bool {
        self.0.budget.draw(self.0.load.begun())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.load.end();
    }
}
