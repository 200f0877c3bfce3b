//! Does a server take requests at present?
//!
//! What requests meet (connections refused, answers that do not come, faults) puts a server out for a while, longer each time;
//! then one request is let through as a trial, and what becomes of it decides. Active checks put it out until they succeed
//! again. Times are milliseconds since the registry's start, as arguments.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::turn::Failure;

/// So many connections failed in a row put a server out.
const MOST_UNREACHED: u32 = 3;
/// So many strikes in a row put a server out.
const MOST_STRIKES: u32 = 20;
/// A broken or missing answer, or one that says that the server is a gateway with trouble of its own.
const HEAVY: u32 = 4;
/// Any other server error: it may be the one operation's fault.
const LIGHT: u32 = 1;
/// How long a server is out the first time. It doubles each time, up to three times.
const FIRST_OUT_MS: u64 = 500;
const MOST_DOUBLINGS: u32 = 3;
/// A server that was in for so long begins anew.
const FORGOTTEN_AFTER_MS: u64 = 10_000;
/// A trial that has not ended after this is no reason to wait longer.
const TRIAL_MS: u64 = 4_000;

/// Out by active checks, until they say otherwise.
const UNWELL: u64 = 1 << 63;
/// Out because no connection could be made, rather than for bad answers.
const UNREACHED: u64 = 1 << 62;
/// Until when it is out.
const UNTIL: u64 = UNREACHED - 1;

/// How one server stands, for all threads.
#[derive(Debug, Default)]
pub(super) struct Standing {
    /// 0: it takes requests, which is all that most requests ask.
    out: AtomicU64,
    /// Bad answers in a row, weighed.
    strikes: AtomicU32,
    /// Failed connections in a row.
    unreached: AtomicU32,
    /// How many times in a row it was put out.
    outs: AtomicU32,
    back_at: AtomicU64,
}

impl Standing {
    pub(super) fn is_in(&self) -> bool {
        self.out.load(Ordering::Relaxed) == 0
    }

    /// Whether it can be reached and answers, but badly.
    pub(super) fn is_poor(&self) -> bool {
        let out = self.out.load(Ordering::Relaxed);
        out != 0 && out & (UNWELL | UNREACHED) == 0
    }

    /// Whether its time is over, so that it may be tried.
    pub(super) fn is_due(&self, now: u64) -> bool {
        let out = self.out.load(Ordering::Relaxed);
        out != 0 && out & UNWELL == 0 && out & UNTIL <= now
    }

    /// How long it is out from now on, where somebody knows.
    pub(super) fn left(&self, now: u64) -> Option<u64> {
        let out = self.out.load(Ordering::Relaxed);
        (out & UNWELL == 0).then(|| (out & UNTIL).saturating_sub(now))
    }

    /// Lets one request through, if it is time: the caller's, if true.
    pub(super) fn try_out(&self, now: u64) -> bool {
        let out = self.out.load(Ordering::Relaxed);
        let next = (out & UNREACHED) | until(now.saturating_add(TRIAL_MS));
        self.is_due(now) && self.out.compare_exchange(out, next, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// The trial ended without a result; the next request may be one.
    pub(super) fn give_back(&self, now: u64) {
        let _ = self.out.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |out| {
            (out != 0).then_some((out & !UNTIL) | until(now))
        });
    }

    /// A connection stands.
    pub(super) fn connected(&self, now: u64) {
        if self.unreached.load(Ordering::Relaxed) != 0 {
            self.unreached.store(0, Ordering::Relaxed);
        }
        let out = self.out.load(Ordering::Relaxed);
        if out & UNREACHED != 0 && out & UNWELL == 0 {
            self.back(out, now);
        }
    }

    /// An answer came.
    pub(super) fn answered(&self, status: u16, is_trial: bool, now: impl FnOnce() -> u64) {
        match status {
            502..=504 => self.strike(HEAVY, is_trial, now),
            500.. => self.strike(LIGHT, is_trial, now),
            _ => {
                if self.strikes.load(Ordering::Relaxed) != 0 {
                    self.strikes.store(0, Ordering::Relaxed);
                }
                let out = self.out.load(Ordering::Relaxed);
                if out != 0 && out & UNWELL == 0 && (is_trial || out & UNREACHED == 0) {
                    self.back(out, now());
                }
            }
        }
    }

    /// No answer came.
    pub(super) fn failed(&self, failure: Failure, is_trial: bool, now: impl FnOnce() -> u64) {
        match failure {
            Failure::Connect => {
                let unreached = self.unreached.fetch_add(1, Ordering::Relaxed).saturating_add(1);
                if is_trial || unreached >= MOST_UNREACHED {
                    self.put_out(UNREACHED, is_trial, now());
                }
            }
            Failure::Timeout | Failure::Broken | Failure::Stalled => self.strike(HEAVY, is_trial, now),
        }
    }

    /// What an active check found.
    pub(super) fn checked(&self, is_well: bool, now: u64) {
        if is_well {
            let out = self.out.load(Ordering::Relaxed);
            if out != 0 {
                self.back(out, now);
            }
        } else {
            self.out.fetch_or(UNWELL, Ordering::Relaxed);
        }
    }

    fn strike(&self, weight: u32, is_trial: bool, now: impl FnOnce() -> u64) {
        let strikes = self.strikes.fetch_add(weight, Ordering::Relaxed).saturating_add(weight);
        if is_trial || strikes >= MOST_STRIKES {
            self.put_out(0, is_trial, now());
        }
    }

    /// Puts it out. What was under way when it went out says nothing new.
    fn put_out(&self, why: u64, is_trial: bool, now: u64) {
        let out = self.out.load(Ordering::Relaxed);
        if out & UNWELL != 0 || (out != 0 && !is_trial) {
            return;
        }
        let mut outs = self.outs.load(Ordering::Relaxed);
        if out == 0 && now.saturating_sub(self.back_at.load(Ordering::Relaxed)) > FORGOTTEN_AFTER_MS {
            outs = 0;
        }
        let doublings = outs.min(MOST_DOUBLINGS);
        let next = why | until(now.saturating_add(FIRST_OUT_MS.checked_shl(doublings).unwrap_or(FIRST_OUT_MS)));
        // Of several who see it fall at once, one counts.
        if self.out.compare_exchange(out, next, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            self.outs.store(outs.saturating_add(1), Ordering::Relaxed);
            self.strikes.store(0, Ordering::Relaxed);
            self.unreached.store(0, Ordering::Relaxed);
        }
    }

    fn back(&self, out: u64, now: u64) {
        self.strikes.store(0, Ordering::Relaxed);
        self.unreached.store(0, Ordering::Relaxed);
        self.back_at.store(now, Ordering::Relaxed);
        let _ = self.out.compare_exchange(out, 0, Ordering::Relaxed, Ordering::Relaxed);
    }
}

/// A moment that is never 0, since 0 means in.
fn until(moment: u64) -> u64 {
    moment.clamp(1, UNTIL)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fail(standing: &Standing, failure: Failure, times: u32, now: u64) {
        (0..times).for_each(|_| standing.failed(failure, false, || now));
    }

    #[test]
    fn three_failed_connections_put_a_server_out() {
        let standing = Standing::default();
        fail(&standing, Failure::Connect, 2, 0);
        standing.connected(0);
        fail(&standing, Failure::Connect, 2, 0);
        assert!(standing.is_in(), "a connection between them begins the count anew");
        fail(&standing, Failure::Connect, 1, 0);
        assert!(!standing.is_in() && !standing.is_poor());
    }

    #[test]
    fn bad_answers_in_a_row_put_a_server_out() {
        for (status, most) in [(502, 5), (503, 5), (504, 5), (500, 20), (599, 20)] {
            let standing = Standing::default();
            (1..most).for_each(|_| standing.answered(status, false, || 0));
            standing.answered(404, false, || 0);
            (1..most).for_each(|_| standing.answered(status, false, || 0));
            assert!(standing.is_in(), "a good answer begins the count of {status} anew");
            standing.answered(status, false, || 0);
            assert!(standing.is_poor(), "{status}");
        }
    }

    #[test]
    fn k118_one_request_at_a_time_is_a_trial() {
        let standing = Standing::default();
        fail(&standing, Failure::Connect, 3, 1_000);
        assert!(!standing.try_out(1_499), "too early");
        assert!(standing.try_out(1_500));
        assert!(!standing.try_out(1_500), "one is on its way");
        standing.give_back(1_600);
        assert!(standing.try_out(1_600), "the first ended without a result");
        standing.connected(1_700);
        assert!(standing.is_in());
    }

    #[test]
    fn k118_a_server_is_out_for_longer_each_time_but_never_for_five_seconds() {
        let standing = Standing::default();
        let mut now = 100_000;
        for wait in [500, 1_000, 2_000, 4_000, 4_000, 4_000] {
            if standing.is_in() {
                fail(&standing, Failure::Connect, 3, now);
            } else {
                standing.failed(Failure::Connect, true, || now);
            }
            assert_eq!(standing.left(now), Some(wait));
            now += wait;
            assert!(standing.try_out(now));
        }
    }

    #[test]
    fn k118_what_was_under_way_when_a_server_fell_does_not_make_it_longer() {
        let standing = Standing::default();
        fail(&standing, Failure::Broken, 10_000, 50);
        assert_eq!(standing.left(50), Some(500));
    }

    #[test]
    fn a_server_that_was_in_for_long_begins_anew() {
        for (pause, wait) in [(9_000, 1_000), (11_000, 500)] {
            let standing = Standing::default();
            fail(&standing, Failure::Connect, 3, 20_000);
            assert!(standing.try_out(20_500));
            standing.connected(20_500);
            fail(&standing, Failure::Connect, 3, 20_500 + pause);
            assert_eq!(standing.left(20_500 + pause), Some(wait), "after {pause} ms");
        }
    }

    #[test]
    fn only_checks_end_what_checks_began() {
        let standing = Standing::default();
        standing.checked(false, 0);
        standing.answered(200, false, || 0);
        standing.connected(0);
        assert!(!standing.is_in() && !standing.is_due(u64::MAX >> 3) && standing.left(0).is_none());
        standing.checked(true, 5);
        assert!(standing.is_in());
    }

    #[test]
    fn a_good_check_brings_back_whom_requests_put_out() {
        let standing = Standing::default();
        fail(&standing, Failure::Connect, 3, 0);
        standing.checked(true, 1);
        assert!(standing.is_in());
    }

    #[test]
    fn a_failed_trial_puts_out_again() {
        let standing = Standing::default();
        fail(&standing, Failure::Timeout, 5, 0);
        assert!(standing.try_out(500));
        standing.answered(503, true, || 600);
        assert_eq!(standing.left(600), Some(1_000));
        assert!(standing.try_out(1_600));
        standing.answered(200, true, || 1_700);
        assert!(standing.is_in());
    }
}
