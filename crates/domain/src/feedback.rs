//! What is the life of a thread of feedback?

use crate::invalid::closed_word;

closed_word! {
    /// Where a thread of feedback stands.
    FeedbackState, "feedback state" {
        /// Its owner has not answered yet.
        Open = "open",
        /// Its owner answered last.
        Answered = "answered",
        /// Nobody writes to it any more.
        Closed = "closed",
    }
}

impl FeedbackState {
    /// The state after a message; `None` where no more are taken.
    pub fn after_message(self, is_of_owner: bool) -> Option<Self> {
        match (self, is_of_owner) {
            (Self::Closed, _) => None,
            (Self::Open | Self::Answered, true) => Some(Self::Answered),
            (Self::Open | Self::Answered, false) => Some(Self::Open),
        }
    }
}
