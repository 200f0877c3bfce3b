//! What ends, and who was warned of it?

use hansom_domain::{GrantId, Timestamp};

use crate::{Change, CredentialRow, Error, Reads, column::row, database::on};

/// So many are looked at in one go; the others are looked at in the next.
const MOST: i64 = 200;

row! {
    /// A grant that ends.
    pub struct EndingGrantRow {
        /// Which.
        pub id: GrantId,
    }
}

/// Credentials of applications that are in force, and a filter.
macro_rules! credentials_where {
    ($filter:literal) => {
        concat!(
            "SELECT c.* FROM credential c JOIN application a ON a.id = c.application_id ",
            "WHERE c.revoked_at IS NULL AND a.revoked_at IS NULL AND ",
            $filter
        )
    };
}

impl Reads {
    /// Credentials whose end has come and that nobody has ended yet.
    pub async fn expired_credentials(&self, now: Timestamp) -> Result<Vec<CredentialRow>, Error> {
        let sql =
            "SELECT * FROM credential WHERE revoked_at IS NULL AND expires_at <= $1 ORDER BY expires_at, id LIMIT $2";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(now.millis()).bind(MOST).fetch_all(pool).await)?)
    }

    /// Credentials that end until `until` by themselves, and whose owners were not warned of that at this step.
    pub async fn ending_credentials(&self, until: Timestamp, step: &str) -> Result<Vec<CredentialRow>, Error> {
        let sql = credentials_where!(
            "c.expires_at <= $1 AND c.ended_because IS NULL AND NOT EXISTS (SELECT 1 FROM warning w \
             WHERE w.kind = 'credential' AND w.subject = c.id AND w.step = $2) ORDER BY c.expires_at, c.id LIMIT $3"
        );
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(until.millis()).bind(step).bind(MOST)
            .fetch_all(pool).await)?)
    }

    /// Credentials that were last used before `before`, and whose owners were not warned since.
    pub async fn unused_credentials(&self, before: Timestamp) -> Result<Vec<CredentialRow>, Error> {
        let sql = credentials_where!(
            "coalesce(c.last_used_at, c.created_at) <= $1 AND NOT EXISTS (SELECT 1 FROM warning w \
             WHERE w.kind = 'credential' AND w.subject = c.id AND w.step = 'unused' \
             AND w.warned_at >= coalesce(c.last_used_at, c.created_at)) ORDER BY c.created_at, c.id LIMIT $2"
        );
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(before.millis()).bind(MOST).fetch_all(pool).await)?)
    }

    /// Credentials that were last used before `before`, and whose owners were warned of that before `warned`.
    pub async fn lapsing_credentials(&self, before: Timestamp, warned: Timestamp) -> Result<Vec<CredentialRow>, Error> {
        let sql = credentials_where!(
            "coalesce(c.last_used_at, c.created_at) <= $1 AND EXISTS (SELECT 1 FROM warning w \
             WHERE w.kind = 'credential' AND w.subject = c.id AND w.step = 'unused' AND w.warned_at <= $2 \
             AND w.warned_at >= coalesce(c.last_used_at, c.created_at)) ORDER BY c.created_at, c.id LIMIT $3"
        );
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(before.millis()).bind(warned.millis()).bind(MOST)
            .fetch_all(pool).await)?)
    }

    /// Grants in force whose end has come.
    pub async fn ended_grants(&self, now: Timestamp) -> Result<Vec<GrantId>, Error> {
        let sql =
            "SELECT id FROM permit WHERE state = 'approved' AND expires_at <= $1 ORDER BY expires_at, id LIMIT $2";
        let rows: Vec<EndingGrantRow> =
            on!(&self.pool, pool => sqlx::query_as(sql).bind(now.millis()).bind(MOST).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    /// Grants in force that end until `until`, and whose owners were not warned of that at this step.
    pub async fn ending_grants(&self, until: Timestamp, step: &str) -> Result<Vec<GrantId>, Error> {
        let sql = "SELECT g.id FROM permit g JOIN application a ON a.id = g.application_id WHERE g.state = 'approved' \
                   AND a.revoked_at IS NULL AND g.expires_at <= $1 AND NOT EXISTS (SELECT 1 FROM warning w \
                   WHERE w.kind = 'grant' AND w.subject = g.id AND w.step = $2) ORDER BY g.expires_at, g.id LIMIT $3";
        let rows: Vec<EndingGrantRow> = on!(&self.pool, pool => sqlx::query_as(sql).bind(until.millis()).bind(step)
            .bind(MOST).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }
}

impl Change {
    /// Notes that people were warned.
    pub async fn note_warning(&mut self, kind: &str, subject: &str, step: &str, at: Timestamp) -> Result<(), Error> {
        let sql = "INSERT INTO warning (kind, subject, step, warned_at) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (kind, subject, step) DO UPDATE SET warned_at = excluded.warned_at";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(kind).bind(subject).bind(step).bind(at.millis())
            .execute(&mut **tx).await.map(|_| ()))?;
        Ok(())
    }
}
