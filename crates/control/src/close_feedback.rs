//! Close a thread of feedback.

use hansom_domain::{FeedbackId, FeedbackState};
use serde_json::json;

use crate::{Control, Correspondent, Error};

impl Control {
    /// Closes a thread: who began it, or its owner group. Nobody writes to it any more.
    pub async fn close_feedback(&self, who: Correspondent<'_>, id: &FeedbackId) -> Result<(), Error> {
        let thread = self.feedback_for(who, id).await?;
        if thread.row.state == FeedbackState::Closed {
            return Err(Error::Conflict("the thread was closed before".into()));
        }
        let now = self.clock.now();
        let mut change = self.begin(who.actor(), "close_feedback", now).await?;
        if !change.move_feedback(id, (thread.row.state, FeedbackState::Closed), now).await? {
            return Err(Error::Conflict("somebody wrote at the same moment; load the page again".into()));
        }
        Ok(change.commit(&format!("feedback {id}"), &json!({ "by_owner": thread.answers })).await?)
    }
}
