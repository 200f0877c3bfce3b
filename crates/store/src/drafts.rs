//! What are people about to publish?

use hansom_domain::{DraftId, PersonId, Timestamp};

use crate::{Error, Reads, Writes, column::row, database::on};

/// So long after its last change a draft is forgotten: a week.
pub const DRAFT_SECONDS: i64 = 7 * 86_400;

row! {
    /// A draft without its texts.
    pub struct DraftRow {
        /// Its id.
        pub id: DraftId,
        /// Whose it is.
        pub person_id: PersonId,
        /// The API that it was begun for; empty for a new one.
        pub api: String,
        /// The version that it was begun for; 0 for a new one.
        pub major: i64,
        /// When it was begun.
        pub created_at: Timestamp,
        /// When it was last changed.
        pub changed_at: Timestamp,
    }
}

row! {
    /// The texts of a draft.
    pub struct DraftText {
        /// The manifest.
        pub manifest: String,
        /// The contract.
        pub contract: String,
    }
}

impl Reads {
    /// The drafts of a person, the one that was changed last first.
    pub async fn drafts_of(&self, person: &PersonId, since: Timestamp) -> Result<Vec<DraftRow>, Error> {
        let sql = "SELECT id, person_id, api, major, created_at, changed_at FROM draft \
                   WHERE person_id = $1 AND changed_at >= $2 ORDER BY changed_at DESC, id LIMIT 100";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(person.as_str()).bind(since.millis())
            .fetch_all(pool).await)?)
    }

    /// The texts of a draft.
    pub async fn draft_text(&self, id: &DraftId) -> Result<Option<DraftText>, Error> {
        let sql = "SELECT manifest, contract FROM draft WHERE id = $1";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(id.as_str()).fetch_optional(pool).await)?)
    }
}

impl Writes {
    /// Keeps a draft. Bookkeeping: nothing has changed yet.
    pub async fn insert_draft(&self, draft: &DraftRow, text: &DraftText) -> Result<(), Error> {
        let sql = "INSERT INTO draft (id, person_id, api, major, manifest, contract, created_at, changed_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        on!(&self.pool, pool => sqlx::query(sql).bind(draft.id.as_str()).bind(draft.person_id.as_str())
            .bind(&draft.api).bind(draft.major).bind(&text.manifest).bind(&text.contract)
            .bind(draft.created_at.millis()).bind(draft.changed_at.millis()).execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// Writes a draft anew; `false` if it is gone.
    pub async fn change_draft(&self, id: &DraftId, text: &DraftText, at: Timestamp) -> Result<bool, Error> {
        let sql = "UPDATE draft SET manifest = $2, contract = $3, changed_at = $4 WHERE id = $1";
        let rows = on!(&self.pool, pool => sqlx::query(sql).bind(id.as_str()).bind(&text.manifest)
            .bind(&text.contract).bind(at.millis()).execute(pool).await.map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }

    /// Forgets a draft.
    pub async fn delete_draft(&self, id: &DraftId) -> Result<(), Error> {
        let sql = "DELETE FROM draft WHERE id = $1";
        on!(&self.pool, pool => sqlx::query(sql).bind(id.as_str()).execute(pool).await.map(|_| ()))?;
        Ok(())
    }
}
