//! How many requests of a version may be at its upstreams at once?
//!
//! A bulkhead: an API that has become slow fills its own room and no more, and the requests of the others go on.

use std::sync::{
    Arc,
    atomic::{AtomicU32, AtomicU64, Ordering},
};

use super::{load::Load, retry::Budget, tally::add_one};

/// The room of a version, for all its snapshots.
#[derive(Debug)]
pub(super) struct Room {
    most: AtomicU32,
    load: Load,
    budget: Budget,
    repeats: AtomicU64,
    repeats_refused: AtomicU64,
    busy: AtomicU64,
}

/// What is known of a room's past and present.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RoomFigures {
    pub(crate) in_flight: u64,
    /// Repetitions that the budget gave.
    pub(crate) repeats: u64,
    /// Repetitions that it did not give.
    pub(crate) repeats_refused: u64,
    /// Requests that found no place.
    pub(crate) busy: u64,
}

/// A place in the room, free again when dropped.
#[derive(Debug)]
pub(super) struct Place(Arc<Room>);

impl Room {
    pub(super) fn new(most: u32) -> Self {
        let none = AtomicU64::default;
        let (repeats, repeats_refused, busy) = (none(), none(), none());
        let (load, budget) = (Load::default(), Budget::default());
        Self { most: AtomicU32::new(most), load, budget, repeats, repeats_refused, busy }
    }

    pub(super) fn figures(&self) -> RoomFigures {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        RoomFigures {
            in_flight: self.load.in_flight().into(),
            repeats: of(&self.repeats),
            repeats_refused: of(&self.repeats_refused),
            busy: of(&self.busy),
        }
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
        add_one(&room.busy);
        return None;
    }
    Some(Place(Arc::clone(room)))
}

impl Place {
    /// Takes one repetition from the budget.
    pub(super) fn may_repeat(&self) -> bool {
        let is_given = self.0.budget.draw(self.0.load.begun());
        add_one(if is_given { &self.0.repeats } else { &self.0.repeats_refused });
        is_given
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.load.end();
    }
}
