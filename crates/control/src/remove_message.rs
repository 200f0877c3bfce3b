//! Take a message out of a thread of feedback.

use hansom_domain::{Actor, FeedbackId, MessageId};
use serde_json::json;

use crate::{Control, Correspondent, Error, text};

impl Control {
    /// Takes the text of a message away, for a reason that stands in its place: the thread's owner group and administrators. The
    /// text is not kept anywhere.
    pub async fn remove_message(
        &self,
        actor: &Actor,
        id: &FeedbackId,
        message: &MessageId,
        because: &str,
    ) -> Result<(), Error> {
        let thread = self.feedback_for(Correspondent::Known(actor), id).await?;
        if !thread.answers {
            return Err(Error::NotAllowed(format!("only members of {} remove messages", thread.row.owner)));
        }
        let because = text::checked("the reason", because, 3, 500, false)?;
        let mut change = self.begin(actor, "remove_message", self.clock.now()).await?;
        if !change.remove_message(id, message, (actor.name(), &because)).await? {
            return Err(Error::NotFound("there is no such message in the thread, or it was removed before".into()));
        }
        Ok(change.commit(&format!("feedback {id}"), &json!({ "message": message, "because": because })).await?)
    }
}
