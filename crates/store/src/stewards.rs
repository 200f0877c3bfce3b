//! Who looks after an application, and since when does nobody?

use hansom_domain::{ApplicationId, GroupAddress, PersonId, Timestamp};

use crate::{Change, Error, Reads, Subject, Writes, column::row, database::on};

/// Of a group so many people are written to.
const MOST_TOLD: i64 = 200;

row! {
    /// A group that owns applications.
    pub struct OwningGroupRow {
        /// Its address.
        pub address: GroupAddress,
        /// How many people are known to be in it, suspended ones left out; or are to be, once they sign in.
        pub members: i64,
        /// Whether Hansom keeps it, and so knows all its members.
        pub kept: bool,
        /// When it was last known to have members.
        pub seen_at: Option<Timestamp>,
    }
}

row! {
    /// One person.
    pub struct MemberRow {
        /// Who.
        pub person_id: PersonId,
    }
}

impl Reads {
    /// Every group that owns an application that is not revoked.
    pub async fn owning_groups(&self) -> Result<Vec<OwningGroupRow>, Error> {
        let sql = "SELECT o.owner AS address, \
                   (SELECT count(DISTINCT m.person_id) FROM membership m JOIN person p ON p.id = m.person_id \
                   WHERE m.group_address = o.owner AND p.suspended_at IS NULL) \
                   + (SELECT count(*) FROM awaited_member w WHERE w.group_address = o.owner) AS members, \
                   CASE WHEN k.address IS NULL THEN CAST(0 AS BIGINT) ELSE CAST(1 AS BIGINT) END AS kept, g.seen_at \
                   FROM (SELECT DISTINCT owner FROM application WHERE revoked_at IS NULL) o \
                   LEFT JOIN kept_group k ON k.address = o.owner LEFT JOIN owning_group g ON g.address = o.owner \
                   ORDER BY o.owner";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).fetch_all(pool).await)?)
    }
}

impl Writes {
    /// Notes that a group was known to have members. Bookkeeping, not a change: it leaves no audit entry.
    pub async fn see_owning_group(&self, group: &GroupAddress, at: Timestamp) -> Result<(), Error> {
        let sql = "INSERT INTO owning_group (address, seen_at) VALUES ($1, $2) \
                   ON CONFLICT (address) DO UPDATE SET seen_at = excluded.seen_at";
        on!(&self.pool, pool => sqlx::query(sql).bind(group.as_str()).bind(at.millis()).execute(pool).await.map(|_| ()))?;
        Ok(())
    }
}

impl Change {
    /// The people who are known to be in a group and not suspended, at most 200.
    pub async fn members_of(&mut self, group: &GroupAddress) -> Result<Vec<PersonId>, Error> {
        let sql = "SELECT DISTINCT m.person_id FROM membership m JOIN person p ON p.id = m.person_id \
                   WHERE m.group_address = $1 AND p.suspended_at IS NULL ORDER BY m.person_id LIMIT $2";
        let rows: Vec<MemberRow> = on!(&mut self.transaction, tx => sqlx::query_as(sql).bind(group.as_str())
            .bind(MOST_TOLD).fetch_all(&mut **tx).await)?;
        Ok(rows.into_iter().map(|row| row.person_id).collect())
    }

    /// Marks an application as one whose owners are gone, or as one that has owners; `false` if it was so before.
    pub async fn mark_ownerless(&mut self, id: &ApplicationId, since: Option<Timestamp>) -> Result<bool, Error> {
        let sql = "UPDATE application SET ownerless_since = $2, \
                   suspended_at = CASE WHEN CAST($2 AS BIGINT) IS NULL THEN NULL ELSE suspended_at END \
                   WHERE id = $1 AND (ownerless_since IS NULL) <> (CAST($2 AS BIGINT) IS NULL)";
        let rows = on!(&mut self.transaction, tx => sqlx::query(sql).bind(id.as_str())
            .bind(since.map(Timestamp::millis)).execute(&mut **tx).await.map(|done| done.rows_affected()))?;
        self.touch(Subject::Application(id.clone()));
        Ok(rows == 1)
    }

    /// Suspends an application whose owners are gone; `false` if it was not to be.
    pub async fn suspend_application(&mut self, id: &ApplicationId, at: Timestamp) -> Result<bool, Error> {
        let sql = "UPDATE application SET suspended_at = $2 WHERE id = $1 AND suspended_at IS NULL \
                   AND revoked_at IS NULL AND ownerless_since IS NOT NULL";
        let rows = on!(&mut self.transaction, tx => sqlx::query(sql).bind(id.as_str()).bind(at.millis())
            .execute(&mut **tx).await.map(|done| done.rows_affected()))?;
        self.touch(Subject::Application(id.clone()));
        Ok(rows == 1)
    }

    /// Gives an application to another group; `false` if it is not that group's `from`. It is in force again, and does not
    /// publish until the new owners say so.
    pub async fn transfer_application(
        &mut self,
        id: &ApplicationId,
        from: &GroupAddress,
        to: &GroupAddress,
    ) -> Result<bool, Error> {
        let sql = "UPDATE application SET owner = $3, may_publish = 0, ownerless_since = NULL, suspended_at = NULL \
                   WHERE id = $1 AND owner = $2 AND revoked_at IS NULL";
        let rows = on!(&mut self.transaction, tx => sqlx::query(sql).bind(id.as_str()).bind(from.as_str())
            .bind(to.as_str()).execute(&mut **tx).await.map(|done| done.rows_affected()))?;
        self.touch(Subject::Application(id.clone()));
        Ok(rows == 1)
    }
}
