//! Which processes is the platform made of, and what do they say of themselves?

use hansom_domain::Timestamp;
use serde_json::Value;

use crate::{Error, Reads, Writes, column::row, database::on};

row! {
    /// A process of the platform.
    pub struct NodeRow {
        /// Its id, another one after each start.
        pub id: String,
        /// The machine's name.
        pub name: String,
        /// Which part of the platform it plays.
        pub role: String,
        /// Of which Hansom it is.
        pub version: String,
        /// When it began.
        pub started_at: Timestamp,
        /// When it was last heard of.
        pub seen_at: Timestamp,
        /// The generation that its gateway serves; none where it serves no APIs, or nothing yet.
        pub generation: Option<i64>,
        /// What it says of itself.
        pub report: Value,
    }
}

row! {
    /// How the groups of people are known.
    pub struct GroupSourceRow {
        /// People whose groups a directory tells.
        pub people: i64,
        /// When the directory told last of the one of them that it told of the longest ago.
        pub oldest_told_at: Option<Timestamp>,
        /// People whose groups are known until a moment only, since the directory is silent or told nothing.
        pub uncertain: i64,
        /// People whose groups are not known any more.
        pub unknown: i64,
    }
}

impl Reads {
    /// Every process that was heard of since a moment, by name, at most 200.
    pub async fn nodes(&self, since: Timestamp) -> Result<Vec<NodeRow>, Error> {
        let sql = "SELECT * FROM node WHERE seen_at >= $1 ORDER BY name, started_at, id LIMIT 200";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(since.millis()).fetch_all(pool).await)?)
    }

    /// How the groups of those are known who have signed in since a moment.
    pub async fn group_source(&self, signed_in_since: Timestamp, now: Timestamp) -> Result<GroupSourceRow, Error> {
        let sql = "SELECT count(groups_told_at) AS people, min(groups_told_at) AS oldest_told_at, \
                   count(groups_known_until) AS uncertain, \
                   count(CASE WHEN groups_known_until <= $2 THEN 1 END) AS unknown \
                   FROM person WHERE suspended_at IS NULL AND signed_in_at >= $1";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(signed_in_since.millis()).bind(now.millis())
            .fetch_one(pool).await)?)
    }
}

impl Writes {
    /// Notes what a process says of itself. Bookkeeping, not a change: it leaves no audit entry.
    pub async fn put_node(&self, node: &NodeRow) -> Result<(), Error> {
        let sql = "INSERT INTO node (id, name, role, version, started_at, seen_at, generation, report) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET \
                   seen_at = excluded.seen_at, generation = excluded.generation, report = excluded.report";
        on!(&self.pool, pool => sqlx::query(sql).bind(&node.id).bind(&node.name).bind(&node.role).bind(&node.version)
            .bind(node.started_at.millis()).bind(node.seen_at.millis()).bind(node.generation)
            .bind(node.report.to_string()).execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// Forgets a process that ends.
    pub async fn delete_node(&self, id: &str) -> Result<(), Error> {
        let sql = "DELETE FROM node WHERE id = $1";
        on!(&self.pool, pool => sqlx::query(sql).bind(id).execute(pool).await.map(|_| ()))?;
        Ok(())
    }
}
