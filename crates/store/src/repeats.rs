//! What was answered to a call that may be repeated?

use hansom_domain::Timestamp;

use crate::{Error, Reads, Writes, column::row, database::on};

row! {
    /// A call with a key of its own.
    pub struct RepeatedCallRow {
        /// The hash of what was sent.
        pub request_hash: String,
        /// The sealed answer; none while it is still being made.
        pub answer: Option<String>,
    }
}

impl Reads {
    /// The call of that key, if it came at `since` or later.
    pub async fn repeated_call(&self, key_hash: &str, since: Timestamp) -> Result<Option<RepeatedCallRow>, Error> {
        let sql = "SELECT request_hash, answer FROM repeated_call WHERE key_hash = $1 AND called_at >= $2";
        let row = on!(&self.pool, pool => sqlx::query_as(sql).bind(key_hash).bind(since.millis())
            .fetch_optional(pool).await)?;
        Ok(row)
    }
}

impl Writes {
    /// Takes a key for a call; `false` if another call has it. A call from before `outdated` no longer counts, nor does one
    /// from before `abandoned` that was never answered: whoever made the answer is gone.
    pub async fn claim_call(
        &self,
        key_hash: &str,
        request_hash: &str,
        now: Timestamp,
        (outdated, abandoned): (Timestamp, Timestamp),
    ) -> Result<bool, Error> {
        let sql = "INSERT INTO repeated_call (key_hash, request_hash, answer, called_at) VALUES ($1, $2, NULL, $3) \
                   ON CONFLICT (key_hash) DO UPDATE SET request_hash = excluded.request_hash, answer = NULL, \
                   called_at = excluded.called_at WHERE repeated_call.called_at < $4 \
                   OR (repeated_call.answer IS NULL AND repeated_call.called_at < $5)";
        let rows = on!(&self.pool, pool => sqlx::query(sql).bind(key_hash).bind(request_hash).bind(now.millis())
            .bind(outdated.millis()).bind(abandoned.millis()).execute(pool).await.map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }

    /// Keeps the sealed answer to a call.
    pub async fn keep_answer(&self, key_hash: &str, answer: &str) -> Result<(), Error> {
        let sql = "UPDATE repeated_call SET answer = $2 WHERE key_hash = $1";
        on!(&self.pool, pool => sqlx::query(sql).bind(key_hash).bind(answer).execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// Gives a key back: the call came to nothing.
    pub async fn forget_call(&self, key_hash: &str) -> Result<(), Error> {
        let sql = "DELETE FROM repeated_call WHERE key_hash = $1";
        on!(&self.pool, pool => sqlx::query(sql).bind(key_hash).execute(pool).await.map(|_| ()))?;
        Ok(())
    }
}
