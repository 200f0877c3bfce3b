//! Which servers are known already?
//!
//! Two versions with the same server, or two snapshots with the same version, must not each learn on their own that it is down.
//! What nobody has any more is forgotten.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU32, Ordering},
    },
};

use hansom_domain::HealthCheck;
use tokio::{runtime::Handle, time::Instant};

use super::{
    address::Address,
    probe::{self, Asked},
    reach::Reach,
    room::Room,
    target::Target,
};

/// The servers and rooms of all versions.
#[derive(Debug)]
pub(crate) struct Registry {
    reach: Arc<Reach>,
    background: Handle,
    started: Instant,
    numbers: AtomicU32,
    targets: Mutex<Known<(Address, Option<Asked>), Target>>,
    rooms: Mutex<Known<String, Room>>,
}

impl Registry {
    /// Names are looked up and servers asked how they are on the runtime `background`.
    pub(crate) fn new(reach: Reach, background: Handle) -> Self {
        Self {
            reach: Arc::new(reach),
            background,
            started: Instant::now(),
            numbers: AtomicU32::new(1),
            targets: Mutex::default(),
            rooms: Mutex::default(),
        }
    }

    pub(super) fn target(&self, address: &Address, health: Option<&HealthCheck>, http2: bool) -> Arc<Target> {
        let asked = health.cloned().map(|health| Asked { health, http2 });
        let mut targets = self.targets.lock().unwrap_or_else(PoisonError::into_inner);
        targets.get_or_make((address.clone(), asked.clone()), || {
            let number = self.numbers.fetch_add(1, Ordering::Relaxed);
            let (reach, background) = (Arc::clone(&self.reach), self.background.clone());
            let target = Target::new(number, address.clone(), asked, reach, background, self.started);
            let target = Arc::new(target);
            probe::begin(&target);
            target
        })
    }

    pub(super) fn room(&self, name: &str, most: u32) -> Arc<Room> {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let room = rooms.get_or_make(name.to_owned(), || Arc::new(Room::new(most)));
        room.resize(most);
        room
    }
}

/// What somebody still has, by its key.
#[derive(Debug)]
struct Known<K, V> {
    entries: HashMap<K, Weak<V>>,
    /// At how many entries those that nobody has are swept out.
    sweep_at: usize,
}

impl<K, V> Default for Known<K, V> {
    fn default() -> Self {
        Self { entries: HashMap::new(), sweep_at: 64 }
    }
}

impl<K: Eq + Hash, V> Known<K, V> {
    fn get_or_make(&mut self, key: K, make: impl FnOnce() -> Arc<V>) -> Arc<V> {
        if let Some(known) = self.entries.get(&key).and_then(Weak::upgrade) {
            return known;
        }
        if self.entries.len() >= self.sweep_at {
            self.entries.retain(|_, entry| entry.strong_count() > 0);
            self.sweep_at = self.entries.len().saturating_mul(2).max(64);
        }
        let made = make();
        self.entries.insert(key, Arc::downgrade(&made));
        made
    }
}
