//! What became of one request at one server?

use std::sync::Arc;

use super::{room::Place, target::Target};

/// How a request failed at its server. What the client did wrong is no failure of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// No connection could be made: refused, unknown, not in time, not trusted.
    Connect,
    /// The answer did not begin in time.
    Timeout,
    /// The connection broke off before the answer was whole, or the answer is no HTTP.
    Broken,
    /// The answer began and went no further.
    Stalled,
}

/// A request's place at a server. Dropped at the end of the answer's body, it is free for the next.
#[derive(Debug)]
pub(crate) struct Turn {
    target: Arc<Target>,
    place: Place,
    is_trial: bool,
    is_settled: bool,
    /// A good answer that has begun; what it is worth shows at its end.
    begun: Option<u16>,
}

impl Turn {
    pub(super) fn new(target: Arc<Target>, place: Place, is_trial: bool) -> Self {
        target.begin();
        Self { target, place, is_trial, is_settled: false, begun: None }
    }

    /// Whose turn it is to answer.
    pub(crate) fn target(&self) -> &Arc<Target> {
        &self.target
    }

    /// A new connection to the server stands. Not to be told of one that was kept.
    pub(crate) fn connected(&self) {
        self.target.connected();
    }

    /// The answer's head came. A good one speaks for the server only when it did not fail until its end: a server that stops
    /// within each of its answers would seem well at each of its heads. A trial ends here, as others wait for it.
    pub(crate) fn answered(&mut self, status: u16) {
        if status < 500 && !self.is_open_trial() {
            self.begun = Some(status);
        } else {
            self.target.answered(status, self.is_open_trial());
        }
        self.is_settled = true;
    }

    /// The server failed. May come after `answered`, if the body does not end well.
    pub(crate) fn failed(&mut self, failure: Failure) {
        self.begun = None;
        self.target.failed(failure, self.is_open_trial());
        self.is_settled = true;
    }

    /// Takes one repetition from the version's budget, if it is not used up.
    pub(super) fn may_repeat(&self) -> bool {
        self.place.may_repeat()
    }

    fn is_open_trial(&self) -> bool {
        self.is_trial && !self.is_settled
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(status) = self.begun {
            self.target.answered(status, false);
        }
        self.target.end();
        if self.is_open_trial() {
            self.target.give_back();
        }
    }
}
