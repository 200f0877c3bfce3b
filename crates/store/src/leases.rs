//! Which of several nodes does it?

use hansom_domain::Timestamp;

use crate::{Error, Writes, database::on};

impl Writes {
    /// Takes or renews what only one may do until `until`; `false` if another has it. Bookkeeping, not a change: it leaves
    /// no audit entry.
    pub async fn take_lease(&self, name: &str, holder: &str, now: Timestamp, until: Timestamp) -> Result<bool, Error> {
        let sql = "INSERT INTO lease (name, holder, ends_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE \
                   SET holder = excluded.holder, ends_at = excluded.ends_at \
                   WHERE lease.holder = excluded.holder OR lease.ends_at <= $4";
        let rows = on!(&self.pool, pool => sqlx::query(sql).bind(name).bind(holder).bind(until.millis())
            .bind(now.millis()).execute(pool).await.map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }
}
