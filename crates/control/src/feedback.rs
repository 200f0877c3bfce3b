//! Which threads of feedback may somebody read, and as what?

use aws_lc_rs::constant_time::verify_slices_are_equal;
use hansom_domain::{Actor, FeedbackId};
use hansom_store::{FeedbackRow, MessageRow};

use crate::{Control, Error};

/// For what a stranger's key is hashed.
const PURPOSE: &str = "feedback";

/// Who comes to a thread: somebody known, or a stranger with the key that they were given.
#[derive(Clone, Copy, Debug)]
pub enum Correspondent<'a> {
    /// Somebody known.
    Known(&'a Actor),
    /// A stranger's key.
    Key(&'a str),
}

impl<'a> Correspondent<'a> {
    /// Who acts: for a stranger the platform does.
    pub(crate) fn actor(self) -> &'a Actor {
        match self {
            Correspondent::Known(actor) => actor,
            Correspondent::Key(_) => &Actor::Platform,
        }
    }
}

/// A thread as somebody sees it.
#[derive(Clone, Debug)]
pub struct Thread {
    /// The thread.
    pub row: FeedbackRow,
    /// Its messages, oldest first.
    pub messages: Vec<MessageRow>,
    /// Whether they answer for its owner.
    pub answers: bool,
    /// Whether they began it.
    pub asks: bool,
}

impl Control {
    /// A hash of a stranger's key.
    pub(crate) fn hash_of_key(&self, key: &str) -> String {
        self.keyed_hash(PURPOSE, key)
    }

    /// A thread, for who began it and for its owner group; nobody else learns that it exists.
    pub async fn feedback_for(&self, who: Correspondent<'_>, id: &FeedbackId) -> Result<Thread, Error> {
        let missing = || Error::NotFound("there is no such feedback among what you gave or your groups answer".into());
        let row = self.reads.feedback(id).await?.ok_or_else(missing)?;
        let (answers, asks) = match who {
            Correspondent::Known(actor) => (self.answers(actor, &row), began(actor, &row)),
            Correspondent::Key(key) => {
                let hash = self.hash_of_key(key);
                let known = row.key_hash.as_deref().unwrap_or_default();
                (false, verify_slices_are_equal(known.as_bytes(), hash.as_bytes()).is_ok())
            }
        };
        if !answers && !asks {
            return Err(missing());
        }
        let messages = self.reads.feedback_messages(id).await?;
        Ok(Thread { row, messages, answers, asks })
    }

    /// The threads that an actor began or answers, those last written to first.
    pub async fn feedback_of(&self, actor: &Actor) -> Result<Vec<FeedbackRow>, Error> {
        let mut threads = self.reads.all_feedback().await?;
        threads.retain(|row| self.answers(actor, row) || began(actor, row));
        Ok(threads)
    }

    /// Whether an actor answers a thread for its owner. Whoever began it does not: not even as an administrator.
    fn answers(&self, actor: &Actor, row: &FeedbackRow) -> bool {
        matches!(actor, Actor::Person { .. } | Actor::Platform) && actor.speaks_for(&row.owner) && !began(actor, row)
    }
}

fn began(actor: &Actor, row: &FeedbackRow) -> bool {
    row.by_id.as_deref() == Some(actor.id())
}
