//! What has become of a server's requests so far?
//!
//! What goes well is counted already, by the load; here is the rest, so that a request that goes well costs nothing more.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use super::{target::Target, turn::Failure};

/// Counts of one server.
#[derive(Debug, Default)]
pub(super) struct Tally {
    connect: AtomicU64,
    timeout: AtomicU64,
    broken: AtomicU64,
    stalled: AtomicU64,
    errors: AtomicU64,
    ejections: AtomicU64,
    open: AtomicU64,
}

/// An open connection to a server, counted as long as it is held.
#[derive(Debug)]
pub(crate) struct Open(Arc<Target>);

/// What is known of a server's past and present.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TargetFigures {
    /// Requests that began.
    pub(crate) requests: u64,
    pub(crate) in_flight: u64,
    pub(crate) connect: u64,
    pub(crate) timeout: u64,
    pub(crate) broken: u64,
    pub(crate) stalled: u64,
    /// Answers of 500 and above.
    pub(crate) errors: u64,
    pub(crate) ejections: u64,
    pub(crate) open: u64,
    /// Whether it takes requests.
    pub(crate) is_in: bool,
}

impl Tally {
    pub(super) fn failed(&self, failure: Failure) {
        add_one(match failure {
            Failure::Connect => &self.connect,
            Failure::Timeout => &self.timeout,
            Failure::Broken => &self.broken,
            Failure::Stalled => &self.stalled,
        });
    }

    pub(super) fn erred(&self) {
        add_one(&self.errors);
    }

    pub(super) fn put_out(&self) {
        add_one(&self.ejections);
    }

    /// The rest of the figures is the server's to say.
    pub(super) fn figures(&self) -> TargetFigures {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        TargetFigures {
            connect: of(&self.connect),
            timeout: of(&self.timeout),
            broken: of(&self.broken),
            stalled: of(&self.stalled),
            errors: of(&self.errors),
            ejections: of(&self.ejections),
            open: of(&self.open),
            ..TargetFigures::default()
        }
    }
}

impl Open {
    pub(crate) fn new(target: &Arc<Target>) -> Self {
        add_one(&target.tally.open);
        Self(Arc::clone(target))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.tally.open.fetch_sub(1, Ordering::Relaxed);
    }
}

pub(super) fn add_one(count: &AtomicU64) {
    count.fetch_add(1, Ordering::Relaxed);
}

impl TargetFigures {
    /// Two that an operator cannot tell apart, such as one server under two checks, are one.
    pub(crate) fn join(&mut self, other: Self) {
        for (sum, more) in [
            (&mut self.requests, other.requests),
            (&mut self.in_flight, other.in_flight),
            (&mut self.connect, other.connect),
            (&mut self.timeout, other.timeout),
            (&mut self.broken, other.broken),
            (&mut self.stalled, other.stalled),
            (&mut self.errors, other.errors),
            (&mut self.ejections, other.ejections),
            (&mut self.open, other.open),
        ] {
            *sum = sum.saturating_add(more);
        }
        self.is_in |= other.is_in;
    }

    /// Requests by what became of them. What broke off within an answer is counted there, not among the answered.
    pub(crate) fn outcomes(&self) -> [(&'static str, u64); 6] {
        let ill = [self.in_flight, self.connect, self.timeout, self.broken, self.stalled, self.errors];
        let answered = ill.into_iter().fold(self.requests, u64::saturating_sub);
        [
            ("answered", answered),
            ("server_error", self.errors),
            ("unconnected", self.connect),
            ("timeout", self.timeout),
            ("broken", self.broken),
            ("stalled", self.stalled),
        ]
    }
}
