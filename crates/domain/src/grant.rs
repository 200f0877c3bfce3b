//! What is a grant's life?

use crate::invalid::closed_word;

closed_word! {
    /// The state of a grant.
    GrantState, "grant state" {
        /// Asked for, not yet decided.
        Requested = "requested",
        /// In force.
        Approved = "approved",
        /// Decided against, with a reason.
        Refused = "refused",
        /// Was in force until somebody ended it.
        Revoked = "revoked",
        /// Was in force until its end date.
        Lapsed = "lapsed",
        /// Was in force until another took its place.
        Replaced = "replaced",
    }
}

closed_word! {
    /// What a member of the owner group says to a request.
    Decision, "decision" {
        /// Yes.
        Approve = "approve",
        /// No.
        Refuse = "refuse",
    }
}

impl GrantState {
    /// The state after a decision; `None` where nothing is waiting to be decided.
    pub fn decide(self, decision: Decision) -> Option<GrantState> {
        match (self, decision) {
            (GrantState::Requested, Decision::Approve) => Some(GrantState::Approved),
            (GrantState::Requested, Decision::Refuse) => Some(GrantState::Refused),
            (
                GrantState::Approved
                | GrantState::Refused
                | GrantState::Revoked
                | GrantState::Lapsed
                | GrantState::Replaced,
                _,
            ) => None,
        }
    }

    /// The state after a revocation; `None` where there is nothing in force or asked for.
    pub fn revoke(self) -> Option<GrantState> {
        match self {
            GrantState::Requested | GrantState::Approved => Some(GrantState::Revoked),
            GrantState::Refused | GrantState::Revoked | GrantState::Lapsed | GrantState::Replaced => None,
        }
    }
}
