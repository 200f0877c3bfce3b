//! What do people say about pages and APIs, and what were they answered?

use hansom_domain::{ApiId, FeedbackId, FeedbackState, GroupAddress, MessageId, Timestamp};

use crate::{Change, Error, Reads, column::row, database::on};

row! {
    /// A thread of feedback.
    pub struct FeedbackRow {
        /// Its id.
        pub id: FeedbackId,
        /// The page of the hub that it is about.
        pub about: String,
        /// The name of the API that it is about, for people; none for other pages.
        pub api_title: Option<String>,
        /// The group that answers it: the API's owner now, or who it went to.
        pub owner: GroupAddress,
        /// What it is, in a few words.
        pub title: String,
        /// Where it stands.
        pub state: FeedbackState,
        /// The id of the person who began it; none for a stranger.
        pub by_id: Option<String>,
        /// Who began it, by name.
        pub by_name: String,
        /// The hash of the key that a stranger was given.
        pub key_hash: Option<String>,
        /// When it was begun.
        pub opened_at: Timestamp,
        /// When something was last written to it.
        pub changed_at: Timestamp,
    }
}

row! {
    /// A message of a thread.
    pub struct MessageRow {
        /// Its id.
        pub id: MessageId,
        /// When.
        pub at: Timestamp,
        /// By whom, by name.
        pub by_name: String,
        /// Whether the owner wrote it.
        pub is_of_owner: bool,
        /// The text; empty where it was removed.
        pub text: String,
        /// Who removed it, by name.
        pub removed_by_name: Option<String>,
        /// Why.
        pub removed_because: Option<String>,
    }
}

/// A thread to be stored.
#[derive(Clone, Copy, Debug)]
pub struct NewFeedback<'a> {
    /// Its id.
    pub id: &'a FeedbackId,
    /// The page of the hub that it is about.
    pub about: &'a str,
    /// The API that it is about.
    pub api_id: Option<&'a ApiId>,
    /// The group that answers it.
    pub owner: &'a GroupAddress,
    /// What it is, in a few words.
    pub title: &'a str,
    /// Who begins it: the id, if they have one, and the name.
    pub by: (Option<&'a str>, &'a str),
    /// The hash of a stranger's key.
    pub key_hash: Option<&'a str>,
    /// When.
    pub at: Timestamp,
}

/// A message to be stored.
#[derive(Clone, Copy, Debug)]
pub struct NewMessage<'a> {
    /// Its id.
    pub id: &'a MessageId,
    /// The thread.
    pub feedback: &'a FeedbackId,
    /// By whom, by name.
    pub by_name: &'a str,
    /// Whether the owner writes it.
    pub is_of_owner: bool,
    /// The text.
    pub text: &'a str,
    /// When.
    pub at: Timestamp,
}

/// All threads with the names and owners that their APIs have now; a filter follows.
macro_rules! feedback_where {
    ($filter:literal) => {
        concat!(
            "SELECT f.id, f.about, a.title AS api_title, COALESCE(a.owner, f.owner) AS owner, f.title, f.state, f.by_id, ",
            "f.by_name, f.key_hash, f.opened_at, f.changed_at FROM feedback f LEFT JOIN api a ON a.id = f.api_id ",
            $filter
        )
    };
}

impl Reads {
    /// One thread.
    pub async fn feedback(&self, id: &FeedbackId) -> Result<Option<FeedbackRow>, Error> {
        let sql = feedback_where!("WHERE f.id = $1");
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(id.as_str()).fetch_optional(pool).await)?)
    }

    /// Every thread, those that were last written to first, at most 2,000.
    pub async fn all_feedback(&self) -> Result<Vec<FeedbackRow>, Error> {
        let sql = feedback_where!("ORDER BY f.changed_at DESC, f.id LIMIT 2000");
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).fetch_all(pool).await)?)
    }

    /// The messages of a thread, oldest first, at most 500.
    pub async fn feedback_messages(&self, id: &FeedbackId) -> Result<Vec<MessageRow>, Error> {
        let sql = "SELECT id, at, by_name, is_of_owner, text, removed_by_name, removed_because FROM feedback_message \
                   WHERE feedback_id = $1 ORDER BY number LIMIT 500";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(id.as_str()).fetch_all(pool).await)?)
    }

    /// How many threads a person has begun since `since`.
    pub async fn feedback_begun_by(&self, person: &str, since: Timestamp) -> Result<i64, Error> {
        let sql = "SELECT count(*) FROM feedback WHERE by_id = $1 AND opened_at >= $2";
        Ok(on!(&self.pool, pool => sqlx::query_scalar(sql).bind(person).bind(since.millis()).fetch_one(pool).await)?)
    }

    /// How many threads of strangers are not closed.
    pub async fn feedback_open_of_strangers(&self) -> Result<i64, Error> {
        let sql = "SELECT count(*) FROM feedback WHERE by_id IS NULL AND state <> 'closed'";
        Ok(on!(&self.pool, pool => sqlx::query_scalar(sql).fetch_one(pool).await)?)
    }
}

impl Change {
    /// Stores a thread; its first message comes by [`Change::insert_message`].
    pub async fn insert_feedback(&mut self, new: &NewFeedback<'_>) -> Result<(), Error> {
        let sql = "INSERT INTO feedback (id, about, api_id, owner, title, state, by_id, by_name, key_hash, opened_at, \
                   changed_at) VALUES ($1, $2, $3, $4, $5, 'open', $6, $7, $8, $9, $9)";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(new.id.as_str()).bind(new.about)
            .bind(new.api_id.map(ApiId::as_str)).bind(new.owner.as_str()).bind(new.title).bind(new.by.0).bind(new.by.1)
            .bind(new.key_hash).bind(new.at.millis()).execute(&mut **tx).await.map(|_| ()))?;
        Ok(())
    }

    /// Stores a message.
    pub async fn insert_message(&mut self, new: &NewMessage<'_>) -> Result<(), Error> {
        let sql = "INSERT INTO feedback_message (id, feedback_id, at, by_name, is_of_owner, text, number) \
                   VALUES ($1, $2, $3, $4, $5, $6, (SELECT count(*) FROM feedback_message WHERE feedback_id = $2))";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(new.id.as_str()).bind(new.feedback.as_str())
            .bind(new.at.millis()).bind(new.by_name).bind(i64::from(new.is_of_owner)).bind(new.text)
            .execute(&mut **tx).await.map(|_| ()))?;
        Ok(())
    }

    /// Moves a thread from one state to another; `false` if it is not in the state `from` any more.
    pub async fn move_feedback(
        &mut self,
        id: &FeedbackId,
        (from, to): (FeedbackState, FeedbackState),
        at: Timestamp,
    ) -> Result<bool, Error> {
        let sql = "UPDATE feedback SET state = $3, changed_at = $4 WHERE id = $1 AND state = $2";
        let rows = on!(&mut self.transaction, tx => sqlx::query(sql).bind(id.as_str()).bind(from.as_str())
            .bind(to.as_str()).bind(at.millis()).execute(&mut **tx).await.map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }

    /// Takes the text of a message away; `false` if there is none.
    pub async fn remove_message(
        &mut self,
        feedback: &FeedbackId,
        message: &MessageId,
        (by_name, because): (&str, &str),
    ) -> Result<bool, Error> {
        let sql = "UPDATE feedback_message SET text = '', removed_by_name = $3, removed_because = $4 \
                   WHERE feedback_id = $1 AND id = $2 AND removed_by_name IS NULL";
        let rows = on!(&mut self.transaction, tx => sqlx::query(sql).bind(feedback.as_str()).bind(message.as_str())
            .bind(by_name).bind(because).execute(&mut **tx).await.map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }
}
