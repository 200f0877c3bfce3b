//! May a request be sent again?
//!
//! Only where the server cannot have acted on it, or where acting twice is as good as acting once; and only within a budget, so
//! that a server in trouble gets no more requests than before, but fewer.

use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

use super::turn::Failure;

/// So many times one request is sent at most.
const MOST_ATTEMPTS: u32 = 3;
/// Of so many requests one may be repeated…
const REQUESTS_PER_REPETITION: u64 = 5;
/// …and so many a second besides.
const ALWAYS_PER_SECOND: u64 = 10;
const WINDOW_MS: u64 = 1_000;

/// How much of a request had left when it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// Not a byte.
    Nothing,
    /// The head or part of it; there is no body, or none of it was taken from the client.
    Head,
    /// Some of the body, which is not there any more.
    Body,
}

/// An attempt that failed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempt {
    /// 1 for the first.
    pub(crate) number: u32,
    /// Whether the method does no more twice than once: GET, HEAD, OPTIONS, PUT, DELETE.
    pub(crate) is_idempotent: bool,
    pub(crate) sent: Sent,
    /// Whether the connection had served before, so that the server may have closed it just then.
    pub(crate) was_kept: bool,
    /// Whether a byte of the answer came.
    pub(crate) has_answer: bool,
}

/// What to do after a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    /// Send it to the same server on a new connection.
    Afresh,
    /// Send it to another server, if there is one.
    Elsewhere,
    /// Tell the client.
    No,
}

impl Attempt {
    /// No connection could be made.
    pub(crate) fn unsent(number: u32, is_idempotent: bool) -> Self {
        Self { number, is_idempotent, sent: Sent::Nothing, was_kept: false, has_answer: false }
    }

    /// What is safe, budgets apart.
    pub(super) fn after(&self, failure: Failure) -> Again {
        if self.has_answer || self.sent == Sent::Body || self.number >= MOST_ATTEMPTS {
            return Again::No;
        }
        match failure {
            Failure::Connect if self.sent == Sent::Nothing => Again::Elsewhere,
            // A server may close a kept connection as the next request is on its way: nothing was done, most likely. It is
            // no sign of trouble, so once is free.
            Failure::Broken if self.was_kept && self.number == 1 && self.is_safe() => Again::Afresh,
            Failure::Broken if self.is_safe() => Again::Elsewhere,
            // The client has waited long enough, and the server has enough to do.
            Failure::Connect | Failure::Broken | Failure::Timeout | Failure::Stalled => Again::No,
        }
    }

    fn is_safe(&self) -> bool {
        self.is_idempotent || self.sent == Sent::Nothing
    }
}

/// How many repetitions a version has left. Only who wants to repeat looks at it: other requests are counted anyway.
#[derive(Debug, Default)]
pub(super) struct Budget(Mutex<Option<Window>>);

/// A second and the one before it.
#[derive(Clone, Copy, Debug)]
struct Window {
    since: Instant,
    /// How many requests had begun then.
    begun: u32,
    repeated: u64,
    requests_before: u64,
    repeated_before: u64,
}

impl Budget {
    /// Takes one, if there is one. `begun`: how many requests have begun so far.
    pub(super) fn draw(&self, begun: u32) -> bool {
        let mut window = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let window = window.get_or_insert_with(|| Window::new(Instant::now(), begun));
        window.draw(Instant::now(), begun)
    }
}

impl Window {
    fn new(since: Instant, begun: u32) -> Self {
        Self { since, begun, repeated: 0, requests_before: 0, repeated_before: 0 }
    }

    fn draw(&mut self, now: Instant, begun: u32) -> bool {
        let mut passed = millis(self.since, now);
        if passed >= WINDOW_MS {
            let was_just_before = passed < WINDOW_MS.saturating_mul(2);
            let requests = u64::from(begun.wrapping_sub(self.begun));
            let next = Self::new(now, begun);
            // Of a longer pause nobody knows when in it the requests came, so they count as spread over it.
            let share = requests.saturating_mul(WINDOW_MS).checked_div(passed).unwrap_or(0);
            let repeated_before = if was_just_before { self.repeated } else { 0 };
            *self = Self { requests_before: share, repeated_before, ..next };
            passed = 0;
        }
        let rest = WINDOW_MS.saturating_sub(passed);
        let slide = |before: u64| before.saturating_mul(rest) / WINDOW_MS;
        let requests = u64::from(begun.wrapping_sub(self.begun)).saturating_add(slide(self.requests_before));
        let repeated = self.repeated.saturating_add(slide(self.repeated_before));
        let may = repeated < (requests / REQUESTS_PER_REPETITION).saturating_add(ALWAYS_PER_SECOND);
        if may {
            self.repeated = self.repeated.saturating_add(1);
        }
        may
    }
}

fn millis(from: Instant, to: Instant) -> u64 {
    u64::try_from(to.saturating_duration_since(from).as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const FIRST: Attempt =
        Attempt { number: 1, is_idempotent: true, sent: Sent::Head, was_kept: false, has_answer: false };

    fn check(attempt: Attempt, failure: Failure, expected: Again) {
        assert_eq!(attempt.after(failure), expected, "{attempt:?} {failure:?}");
    }

    #[test]
    fn what_was_not_sent_goes_elsewhere_whatever_its_method() {
        for is_idempotent in [true, false] {
            let attempt = Attempt { sent: Sent::Nothing, is_idempotent, ..FIRST };
            check(attempt, Failure::Connect, Again::Elsewhere);
            check(attempt, Failure::Broken, Again::Elsewhere);
            check(Attempt { number: 3, ..attempt }, Failure::Connect, Again::No);
        }
    }

    #[test]
    fn k120_a_kept_connection_that_closed_is_made_anew_once() {
        let kept = Attempt { was_kept: true, ..FIRST };
        check(kept, Failure::Broken, Again::Afresh);
        check(Attempt { number: 2, ..kept }, Failure::Broken, Again::Elsewhere);
        check(Attempt { is_idempotent: false, ..kept }, Failure::Broken, Again::No);
        check(Attempt { sent: Sent::Body, ..kept }, Failure::Broken, Again::No);
        check(Attempt { has_answer: true, ..kept }, Failure::Broken, Again::No);
    }

    #[test]
    fn k118_who_waited_in_vain_is_not_sent_again() {
        for failure in [Failure::Timeout, Failure::Stalled] {
            check(FIRST, failure, Again::No);
            check(Attempt { was_kept: true, ..FIRST }, failure, Again::No);
        }
    }

    #[test]
    fn what_may_have_been_done_is_not_done_twice() {
        check(FIRST, Failure::Broken, Again::Elsewhere);
        check(Attempt { is_idempotent: false, ..FIRST }, Failure::Broken, Again::No);
        check(Attempt { sent: Sent::Body, ..FIRST }, Failure::Broken, Again::No);
        check(Attempt { sent: Sent::Body, ..FIRST }, Failure::Connect, Again::No);
    }

    /// How many of `wanted` repetitions are given.
    fn given(window: &mut Window, now: Instant, begun: u32, wanted: u32) -> u32 {
        (0..wanted).map(|_| u32::from(window.draw(now, begun))).sum()
    }

    #[tokio::test(start_paused = true)]
    async fn k118_a_budget_is_a_fifth_of_the_requests_and_ten_a_second() {
        let start = Instant::now();
        let mut window = Window::new(start, 0);
        assert_eq!(given(&mut window, start, 0, 500), 10, "without other requests");
        assert_eq!(given(&mut window, start + Duration::from_millis(500), 1000, 500), 200, "a fifth of a thousand");
        let next = start + Duration::from_millis(1000);
        assert_eq!(given(&mut window, next, 1000, 500), 0, "what was given just before counts in the next second");
        let later = next + Duration::from_millis(500);
        assert_eq!(given(&mut window, later, 1000, 500), 5, "half of both is past");
        assert_eq!(given(&mut window, start + Duration::from_secs(60), 1000, 500), 10, "after a pause");
    }

    #[tokio::test(start_paused = true)]
    async fn a_budget_survives_the_count_going_round() {
        let start = Instant::now();
        let mut window = Window::new(start, u32::MAX - 49);
        assert_eq!(given(&mut window, start, 50, 500), 30, "a hundred requests began");
    }
}
