//! Who changed what, when?

use hansom_domain::Timestamp;
use serde_json::Value;

use crate::{Error, Reads, column::row, database::on};

row! {
    /// One entry of the audit trail.
    pub struct AuditRow {
        /// Its id.
        pub id: String,
        /// When.
        pub at: Timestamp,
        /// `person`, `application` or `platform`.
        pub actor_kind: String,
        /// Who.
        pub actor_id: String,
        /// Who, by name.
        pub actor_name: String,
        /// What was done.
        pub verb: String,
        /// To what.
        pub subject: String,
        /// More of it; never a secret.
        pub detail: Value,
    }
}

impl Reads {
    /// The newest entries before `before`, newest first, at most `count`.
    pub async fn audit(&self, before: Timestamp, count: u16) -> Result<Vec<AuditRow>, Error> {
        let sql = "SELECT * FROM audit WHERE at < $1 ORDER BY at DESC, id LIMIT $2";
        Ok(
            on!(&self.pool, pool => sqlx::query_as(sql).bind(before.millis()).bind(i64::from(count)).fetch_all(pool).await)?,
        )
    }

    /// The newest entries of a verb about one subject, newest first.
    pub async fn audit_of(&self, subject: &str, verb: &str) -> Result<Vec<AuditRow>, Error> {
        let sql = "SELECT * FROM audit WHERE subject = $1 AND verb = $2 ORDER BY at DESC, id LIMIT 100";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(subject).bind(verb).fetch_all(pool).await)?)
    }
}
