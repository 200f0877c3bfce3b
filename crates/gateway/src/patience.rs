//! How long may this wait go on?
//!
//! A connection waits for one thing at a time, many times a second. Setting a deadline is therefore a plain store; the timer
//! behind it is moved only when it rings, or when a deadline is sooner than it would ring.

use std::{
    cell::{Cell, RefCell},
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};

thread_local! {
    /// When this thread began what it does now, if it said so.
    static PRESENT: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// What time it is, as far as waits are concerned: within [`keeping_time`], when the thread last turned to the future.
pub(crate) fn present() -> Instant {
    PRESENT.get().unwrap_or_else(Instant::now)
}

/// Reads the clock once each time that the future is turned to, not once for each of the many deadlines that it sets. It comes
/// boxed: pinned here, it would be held twice.
pub(crate) async fn keeping_time<F: Future>(mut future: Pin<Box<F>>) -> F::Output {
    struct Kept;
    impl Drop for Kept {
        fn drop(&mut self) {
            PRESENT.set(None);
        }
    }
    poll_fn(|cx| {
        let _kept = Kept;
        PRESENT.set(Some(Instant::now()));
        future.as_mut().poll(cx)
    })
    .await
}

/// The moment after `patience`; now, if no clock reaches so far.
pub(crate) fn from_now(patience: Duration) -> Instant {
    let now = present();
    now.checked_add(patience).unwrap_or(now)
}

/// A deadline that is cheap to move.
pub(crate) struct Watch {
    deadline: Instant,
    timer: Pin<Box<Sleep>>,
}

impl Watch {
    /// Rings after `patience`.
    pub(crate) fn new(patience: Duration) -> Self {
        let deadline = from_now(patience);
        Self { deadline, timer: Box::pin(sleep_until(deadline)) }
    }

    /// From now on the wait may go on for `patience`.
    pub(crate) fn give(&mut self, patience: Duration) {
        self.deadline = from_now(patience);
    }

    /// From now on the wait may go on until then.
    pub(crate) fn until(&mut self, deadline: Instant) {
        self.deadline = deadline;
    }

    /// Ready once the deadline has passed; to be asked whenever there is nothing else to do.
    pub(crate) fn poll_late(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.deadline < self.timer.deadline() {
            self.timer.as_mut().reset(self.deadline);
        }
        while self.timer.as_mut().poll(cx).is_ready() {
            if self.deadline <= self.timer.deadline() {
                return Poll::Ready(());
            }
            self.timer.as_mut().reset(self.deadline);
        }
        Poll::Pending
    }
}

/// Watches that nobody looks at now. Their timers go on, so that who takes one sets none: most requests are over before any
/// timer would ring.
#[derive(Default)]
pub(crate) struct Watches(RefCell<Vec<Watch>>);

impl Watches {
    const MOST_KEPT: usize = 256;

    /// A watch that rings after `patience`.
    pub(crate) fn take(&self, patience: Duration) -> Watch {
        let kept = self.0.borrow_mut().pop();
        match kept {
            Some(mut watch) => {
                watch.give(patience);
                watch
            }
            None => Watch::new(patience),
        }
    }

    /// For the next request.
    pub(crate) fn hand_back(&self, watch: Watch) {
        let mut kept = self.0.borrow_mut();
        if kept.len() < Self::MOST_KEPT {
            kept.push(watch);
        }
    }
}

/// A wait that has to make headway: each step gives it new patience, and the whole must keep a least pace.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    began: Instant,
    bytes: u64,
}

impl Pace {
    /// The longest pause between two steps.
    pub(crate) const LONGEST_PAUSE: Duration = Duration::from_secs(30);
    /// Bytes per second that a body must keep, after the first pause.
    const LEAST: u64 = 512;

    /// Begins now.
    pub(crate) fn begin() -> Self {
        Self { began: present(), bytes: 0 }
    }

    /// So many bytes more; the deadline for the next.
    pub(crate) fn step(&mut self, bytes: usize) -> Instant {
        self.bytes = self.bytes.saturating_add(bytes as u64);
        let earned = Duration::from_secs(self.bytes / Self::LEAST);
        let of_pace = self.began.checked_add(Self::LONGEST_PAUSE.saturating_add(earned));
        let of_pause = from_now(Self::LONGEST_PAUSE);
        of_pace.map_or(of_pause, |of_pace| of_pace.min(of_pause))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d52_a_body_that_comes_byte_by_byte_has_an_end_and_one_that_keeps_its_pace_has_none() {
        let ago = |seconds| {
            Instant::now().checked_sub(Duration::from_secs(seconds)).expect("the machine runs for long enough")
        };
        let mut slow = Pace { began: ago(120), bytes: 12 };
        assert!(slow.step(1) <= Instant::now(), "a byte in ten seconds is too little");
        let mut steady = Pace { began: ago(120), bytes: 120 * Pace::LEAST };
        assert!(steady.step(1) > Instant::now());
        let mut young = Pace::begin();
        let deadline = young.step(1_000_000_000);
        assert!(deadline <= from_now(Pace::LONGEST_PAUSE), "bytes of before buy no longer pause");
    }

    #[tokio::test]
    async fn a_watch_rings_at_the_deadline_that_was_set_last() {
        let mut watch = Watch::new(Duration::from_secs(3600));
        watch.give(Duration::from_millis(20));
        std::future::poll_fn(|cx| watch.poll_late(cx)).await;
        watch.give(Duration::from_secs(3600));
        let late = std::future::poll_fn(|cx| Poll::Ready(watch.poll_late(cx).is_ready())).await;
        assert!(!late, "it was moved again");
    }
}
