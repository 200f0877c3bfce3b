//! When does a connection of HTTP/2 have to end, or one stream of it?
//!
//! Looked at every few seconds, so that requests themselves set no timers for it: counting looks costs them nothing.

use std::{
    cell::{Cell, OnceCell, RefCell},
    rc::Rc,
    time::Duration,
};

use tokio::{
    task::AbortHandle,
    time::{Instant, sleep},
};

use super::guarded::Pulse;
use crate::connection::Connection;

const LOOK: Duration = Duration::from_secs(5);
const LOOK_SECONDS: u64 = 5;
/// A preface, a head or a control frame that has begun must be there after so many looks.
const UNFINISHED_LOOKS: u32 = 2;
/// A connection without a request ends after so many looks.
const IDLE_LOOKS: u32 = 12;
/// Once no new stream is taken, a connection without requests that does not get rid of a byte ends after so many seconds.
const DRAINED_SECONDS: u32 = 5;
/// How long a client may leave an answer untaken in all, beside a second for each of so many bytes that it has taken.
const LONGEST_UNTAKEN_SECONDS: u64 = 30;
const LEAST_PACE: u64 = 512;
/// Numbers of streams are used up some day, and keys and counters of TLS with them.
const LONGEST_LIFE: Duration = Duration::from_secs(3600);
const MOST_STREAMS: u64 = 100_000;

/// The requests of a connection that are being answered.
#[derive(Clone, Default)]
pub(crate) struct Busy(Rc<Requests>);

#[derive(Default)]
struct Requests {
    looks: Cell<u64>,
    begun: Cell<u64>,
    current: RefCell<Vec<Rc<Slot>>>,
    /// The request that was begun last, until its task is known.
    unclaimed: RefCell<Option<Rc<Slot>>>,
}

#[derive(Default)]
struct Slot {
    place: Cell<usize>,
    task: OnceCell<AbortHandle>,
    /// At which look more of the answer was handed over that nobody has taken yet.
    handed: Cell<Option<u64>>,
    untaken_seconds: Cell<u64>,
    bytes: Cell<u64>,
    is_cut: Cell<bool>,
}

/// A request that is being answered.
pub(crate) struct InFlight {
    busy: Busy,
    slot: Rc<Slot>,
}

impl Busy {
    pub(crate) fn begin(&self) -> InFlight {
        let slot = Rc::new(Slot::default());
        self.0.begun.set(self.0.begun.get().saturating_add(1));
        let mut current = self.0.current.borrow_mut();
        slot.place.set(current.len());
        current.push(Rc::clone(&slot));
        *self.0.unclaimed.borrow_mut() = Some(Rc::clone(&slot));
        InFlight { busy: self.clone(), slot }
    }

    /// The request that was begun last is this task's.
    pub(crate) fn claim(&self, task: impl FnOnce() -> AbortHandle) {
        if let Some(slot) = self.0.unclaimed.borrow_mut().take() {
            let _ = slot.task.set(task());
        }
    }

    fn is_idle(&self) -> bool {
        self.0.current.borrow().is_empty()
    }

    /// Ends the streams whose clients leave their answers untaken.
    fn look(&self) {
        let now = self.0.looks.get().wrapping_add(1);
        self.0.looks.set(now);
        let late: Vec<Rc<Slot>> =
            self.0.current.borrow().iter().filter(|slot| slot.is_late(now)).map(Rc::clone).collect();
        for slot in late {
            slot.is_cut.set(true);
            if let Some(task) = slot.task.get() {
                task.abort();
            }
        }
    }
}

impl Slot {
    fn is_late(&self, now: u64) -> bool {
        let Some(handed) = self.handed.get() else { return false };
        let waits = now.wrapping_sub(handed).saturating_mul(LOOK_SECONDS);
        let patience = LONGEST_UNTAKEN_SECONDS.saturating_add(self.bytes.get() / LEAST_PACE);
        self.untaken_seconds.get().saturating_add(waits) > patience || waits > LONGEST_UNTAKEN_SECONDS
    }
}

impl InFlight {
    /// So many bytes of the answer were handed over.
    pub(crate) fn handed(&self, bytes: usize) {
        self.slot.handed.set(Some(self.busy.0.looks.get()));
        self.slot.bytes.set(self.slot.bytes.get().saturating_add(bytes as u64));
    }

    /// What was handed over was taken.
    pub(crate) fn taken(&self) {
        if let Some(handed) = self.slot.handed.take() {
            let waited = self.busy.0.looks.get().wrapping_sub(handed).saturating_mul(LOOK_SECONDS);
            self.slot.untaken_seconds.set(self.slot.untaken_seconds.get().saturating_add(waited));
        }
    }

    /// Whether it was ended because the client took the answer too slowly.
    pub(crate) fn was_cut(&self) -> bool {
        self.slot.is_cut.get()
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut current = self.busy.0.current.borrow_mut();
        let place = self.slot.place.get();
        if place < current.len() {
            current.swap_remove(place);
        }
        if let Some(moved) = current.get(place) {
            moved.place.set(place);
        }
    }
}

/// What has to happen to a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// No new streams; those that there are come to their ends.
    Drain,
    /// It ends at once.
    Cut,
}

/// Looks after one connection.
pub(crate) struct Warden {
    connection: Rc<Connection>,
    busy: Busy,
    pulse: Rc<Pulse>,
    opened: Instant,
    is_draining: bool,
    unfinished: (u64, u32),
    idle_looks: u32,
    quiet: (u64, u32),
}

impl Warden {
    pub(crate) fn new(connection: Rc<Connection>, busy: Busy, pulse: Rc<Pulse>) -> Self {
        Self {
            connection,
            busy,
            pulse,
            opened: Instant::now(),
            is_draining: false,
            unfinished: (0, 0),
            idle_looks: 0,
            quiet: (0, 0),
        }
    }

    /// Waits until something has to happen.
    pub(crate) async fn verdict(&mut self) -> Verdict {
        loop {
            if self.is_draining {
                for _ in 0..LOOK_SECONDS {
                    sleep(Duration::from_secs(1)).await;
                    if self.is_drained() {
                        return Verdict::Cut;
                    }
                }
            } else {
                tokio::select! {
                    () = sleep(LOOK) => {}
                    () = self.connection.closed() => {
                        self.is_draining = true;
                        return Verdict::Drain;
                    }
                }
            }
            if let Some(verdict) = self.look() {
                self.is_draining = true;
                return verdict;
            }
        }
    }

    fn look(&mut self) -> Option<Verdict> {
        self.busy.look();
        let frames = self.pulse.frames.get();
        let is_stuck = self.pulse.is_within.get() && self.unfinished.0 == frames;
        self.unfinished = (frames, if is_stuck { self.unfinished.1.saturating_add(1) } else { 0 });
        if self.unfinished.1 >= UNFINISHED_LOOKS {
            return Some(Verdict::Cut);
        }
        if self.is_draining {
            return None;
        }
        self.idle_looks = if self.busy.is_idle() { self.idle_looks.saturating_add(1) } else { 0 };
        let is_old = is_used_up(self.opened.elapsed(), self.busy.0.begun.get());
        (is_old || self.idle_looks >= IDLE_LOOKS).then_some(Verdict::Drain)
    }

    /// Whether nothing is left that could still come to its end. Asked once a second.
    fn is_drained(&mut self) -> bool {
        let writes = self.pulse.writes.get();
        let is_quiet = self.busy.is_idle() && self.quiet.0 == writes;
        self.quiet = (writes, if is_quiet { self.quiet.1.saturating_add(1) } else { 0 });
        self.quiet.1 >= DRAINED_SECONDS
    }
}

/// Whether a connection of that age, with so many streams behind it, should make room for another.
fn is_used_up(age: Duration, streams: u64) -> bool {
    age >= LONGEST_LIFE || streams >= MOST_STREAMS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c48_a_connection_is_used_up_after_an_hour_or_a_hundred_thousand_streams() {
        for (seconds, streams, expected) in
            [(0, 0, false), (3_599, 99_999, false), (3_600, 0, true), (0, 100_000, true)]
        {
            assert_eq!(is_used_up(Duration::from_secs(seconds), streams), expected, "{seconds} {streams}");
        }
    }

    #[test]
    fn c41_only_the_time_that_the_client_made_us_wait_counts() {
        let busy = Busy::default();
        let (slow, steady, waiting) = (busy.begin(), busy.begin(), busy.begin());
        let is_cut = |turns: u64, look: &dyn Fn(u64)| {
            (0..turns).for_each(|turn| {
                look(turn);
                busy.look();
            });
            (slow.was_cut(), steady.was_cut(), waiting.was_cut())
        };
        // A byte at every look, which is 5 s; the other takes as much as it should; the third waits for its upstream.
        let look = |_| {
            for (request, bytes) in [(&slow, 1), (&steady, 512 * 5)] {
                request.taken();
                request.handed(bytes);
            }
        };
        assert_eq!(is_cut(5, &look), (false, false, false));
        assert_eq!(is_cut(5, &look), (true, false, false));
        assert_eq!(is_cut(100, &|_| {}), (true, true, false), "whoever takes no more is cut in the end");
    }
}
