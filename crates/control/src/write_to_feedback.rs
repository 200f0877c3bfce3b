//! Write to a thread of feedback.

use hansom_domain::{FeedbackId, MessageId, PersonId};
use hansom_store::{Change, NewMessage, NewNotice, Recipient};
use serde_json::json;

use crate::{Control, Correspondent, Error, feedback::Thread, text};

/// So many messages a thread has; then it is another matter.
const MOST_MESSAGES: usize = 100;

impl Control {
    /// Adds a message: by who began the thread, or by its owner group, whose word is an answer.
    pub async fn write_to_feedback(&self, who: Correspondent<'_>, id: &FeedbackId, words: &str) -> Result<(), Error> {
        let thread = self.feedback_for(who, id).await?;
        let words = text::checked("the text", words, 1, 4000, true)?;
        if thread.messages.len() >= MOST_MESSAGES {
            return Err(Error::Conflict(format!("the thread has {MOST_MESSAGES} messages; begin another")));
        }
        let closed = || Error::Conflict("the thread is closed; give new feedback if there is more to say".into());
        let next = thread.row.state.after_message(thread.answers).ok_or_else(closed)?;
        let actor = who.actor();
        let name = if thread.answers { actor.name() } else { &thread.row.by_name };
        let now = self.clock.now();
        let mut change = self.begin(actor, "write_to_feedback", now).await?;
        if !change.move_feedback(id, (thread.row.state, next), now).await? {
            return Err(Error::Conflict("somebody wrote at the same moment; load the page again".into()));
        }
        let message = NewMessage {
            id: &MessageId::random(&self.chance),
            feedback: id,
            by_name: name,
            is_of_owner: thread.answers,
            text: &words,
            at: now,
        };
        change.insert_message(&message).await?;
        let subject = format!("Feedback: {}", thread.row.title);
        let body = format!("{name} writes:\n\n{words}\n\nSee the thread in the hub: /feedback/{id}.\n");
        if thread.answers {
            self.tell_beginner(&mut change, &thread, (&subject, &body)).await?;
        } else {
            self.tell(&mut change, &[&thread.row.owner], actor, (&subject, &body)).await?;
        }
        Ok(change.commit(&format!("feedback {id}"), &json!({ "answer": thread.answers, "state": next })).await?)
    }

    /// Tells who began the thread, if they are known.
    async fn tell_beginner(&self, change: &mut Change, thread: &Thread, mail: (&str, &str)) -> Result<(), Error> {
        let Some(person) = thread.row.by_id.as_ref().and_then(|id| id.parse::<PersonId>().ok()) else { return Ok(()) };
        let (id, at) = (self.chance.hex(16), self.clock.now());
        let to = Recipient::Person(&person);
        Ok(change.insert_notice(&NewNotice { id: &id, to, subject: mail.0, body: mail.1, at }).await?)
    }
}
