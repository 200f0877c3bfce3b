//! What is a waiver's life?

use crate::{Timestamp, grant::Decision, invalid::closed_word};

closed_word! {
    /// The state of a waiver: a finding that is accepted in writing.
    WaiverState, "waiver state" {
        /// Asked for, not yet decided.
        Requested = "requested",
        /// Accepted by the standards group, until its end date.
        Approved = "approved",
        /// Decided against, with a reason.
        Refused = "refused",
        /// Taken back by those who asked, or ended by the standards group.
        Withdrawn = "withdrawn",
    }
}

impl WaiverState {
    /// The state after a decision; `None` where nothing is waiting to be decided.
    pub fn decide(self, decision: Decision) -> Option<WaiverState> {
        match (self, decision) {
            (WaiverState::Requested, Decision::Approve) => Some(WaiverState::Approved),
            (WaiverState::Requested, Decision::Refuse) => Some(WaiverState::Refused),
            (WaiverState::Approved | WaiverState::Refused | WaiverState::Withdrawn, _) => None,
        }
    }

    /// The state after a withdrawal; `None` where there is nothing in force or asked for.
    pub fn withdraw(self) -> Option<WaiverState> {
        match self {
            WaiverState::Requested | WaiverState::Approved => Some(WaiverState::Withdrawn),
            WaiverState::Refused | WaiverState::Withdrawn => None,
        }
    }

    /// Whether a waiver in this state that ends at `end` is in force at `now`. One that has ended counts no more, so
    /// its finding counts again.
    pub fn is_in_force(self, end: Timestamp, now: Timestamp) -> bool {
        self == WaiverState::Approved && now < end
    }
}
