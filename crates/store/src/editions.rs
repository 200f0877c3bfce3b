//! Which editions of the playbook were published, and what did people answer to its checklists?

use hansom_domain::{ApiId, Timestamp};

use crate::{Change, Error, Reads, column::row, database::on};

row! {
    /// An edition of the playbook that this platform published.
    pub struct EditionRow {
        /// Its name: `2026.2`.
        pub name: String,
        /// The profile, as it was written.
        pub profile: String,
        /// What it brings, in Markdown.
        pub notes: String,
        /// When it was published.
        pub published_at: Timestamp,
        /// Who published it, by name.
        pub published_by: String,
    }
}

row! {
    /// What somebody answered to an item of a checklist.
    pub struct AnswerRow {
        /// The item: `HUM-01`.
        pub item: String,
        /// `yes`, `no` or `not-applicable`.
        pub answer: String,
        /// What it rests on.
        pub note: String,
        /// When.
        pub answered_at: Timestamp,
        /// Who, by name.
        pub answered_by: String,
    }
}

impl Reads {
    /// Every edition, newest first.
    pub async fn editions(&self) -> Result<Vec<EditionRow>, Error> {
        let sql = "SELECT * FROM edition ORDER BY published_at DESC, name DESC";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).fetch_all(pool).await)?)
    }

    /// What was answered for an API, by item.
    pub async fn answers_of(&self, api: &ApiId) -> Result<Vec<AnswerRow>, Error> {
        let sql = "SELECT item, answer, note, answered_at, answered_by FROM answer WHERE api_id = $1 ORDER BY item";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(api.as_str()).fetch_all(pool).await)?)
    }
}

impl Change {
    /// Stores an edition; [`Error::Taken`] if there is one of that name.
    pub async fn insert_edition(&mut self, edition: &EditionRow) -> Result<(), Error> {
        let sql = "INSERT INTO edition (name, profile, notes, published_at, published_by) VALUES ($1, $2, $3, $4, $5)";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(&edition.name).bind(&edition.profile)
            .bind(&edition.notes).bind(edition.published_at.millis()).bind(&edition.published_by)
            .execute(&mut **tx).await.map(|_| ()))?;
        Ok(())
    }

    /// Stores an answer in place of an older one to the same item.
    pub async fn put_answer(&mut self, api: &ApiId, answer: &AnswerRow) -> Result<(), Error> {
        let sql = "INSERT INTO answer (api_id, item, answer, note, answered_at, answered_by) \
                   VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (api_id, item) DO UPDATE SET answer = excluded.answer, \
                   note = excluded.note, answered_at = excluded.answered_at, answered_by = excluded.answered_by";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(api.as_str()).bind(&answer.item).bind(&answer.answer)
            .bind(&answer.note).bind(answer.answered_at.millis()).bind(&answer.answered_by)
            .execute(&mut **tx).await.map(|_| ()))?;
        Ok(())
    }
}
