//! What is reused, by how many, and how much?

use hansom_domain::{ApiSlug, Audience, EnvironmentName, GroupAddress, Timestamp};

use crate::{Error, Reads, Span, column::row, database::on};

row! {
    /// An API with those who may call it.
    pub struct ReuseRow {
        /// Its name in paths.
        pub slug: ApiSlug,
        /// Its name for people.
        pub title: String,
        /// The group that owns it.
        pub owner: GroupAddress,
        /// Applications with a grant in force.
        pub applications: i64,
        /// Groups that own one of them.
        pub teams: i64,
    }
}

row! {
    /// An API with those who called it.
    pub struct CallersRow {
        /// Its name in paths.
        pub api: String,
        /// How many calls, whoever called.
        pub calls: i64,
        /// Groups with an application that called.
        pub teams: i64,
    }
}

row! {
    /// All calls of a time.
    pub struct GrowthRow {
        /// How many.
        pub calls: i64,
        /// Of how many APIs.
        pub apis: i64,
        /// By how many applications.
        pub applications: i64,
    }
}

impl Reads {
    /// Every API whose audience is not `unseen`, with those who have a grant at a moment outside of one environment; by title, at
    /// most `most`.
    pub async fn reuse(
        &self,
        unseen: Option<Audience>,
        (trial, at): (&EnvironmentName, Timestamp),
        most: u16,
    ) -> Result<Vec<ReuseRow>, Error> {
        let sql = "SELECT a.slug, a.title, a.owner, COALESCE(g.applications, 0) AS applications, \
                   COALESCE(g.teams, 0) AS teams FROM api a LEFT JOIN ( \
                       SELECT v.api_id, count(DISTINCT p.id) AS applications, count(DISTINCT p.owner) AS teams \
                       FROM permit g JOIN version v ON v.id = g.version_id JOIN application p ON p.id = g.application_id \
                       WHERE g.state = 'approved' AND p.revoked_at IS NULL AND g.environment <> $2 \
                       AND (g.expires_at IS NULL OR g.expires_at > $3) GROUP BY v.api_id \
                   ) g ON g.api_id = a.id WHERE a.audience <> $1 ORDER BY lower(a.title), a.slug LIMIT $4";
        let unseen = unseen.map_or("", Audience::as_str);
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(unseen).bind(trial.as_str()).bind(at.millis())
            .bind(i64::from(most)).fetch_all(pool).await)?)
    }

    /// What was called of each API in a time outside of one environment.
    pub async fn callers(&self, trial: &EnvironmentName, span: Span) -> Result<Vec<CallersRow>, Error> {
        let sql = "SELECT c.api, CAST(sum(c.calls) AS BIGINT) AS calls, count(DISTINCT p.owner) AS teams \
                   FROM call_count c LEFT JOIN application p ON p.id = c.caller \
                   WHERE c.hour >= $1 AND c.hour < $2 AND c.environment <> $3 GROUP BY c.api ORDER BY c.api LIMIT 20000";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(span.from.millis()).bind(span.until.millis())
            .bind(trial.as_str()).fetch_all(pool).await)?)
    }

    /// All calls of a time outside of one environment, of APIs whose audience is not `unseen`.
    pub async fn growth(
        &self,
        unseen: Option<Audience>,
        trial: &EnvironmentName,
        span: Span,
    ) -> Result<GrowthRow, Error> {
        let sql = "SELECT CAST(COALESCE(sum(c.calls), 0) AS BIGINT) AS calls, count(DISTINCT c.api) AS apis, \
                   count(DISTINCT p.id) AS applications FROM call_count c JOIN api a ON a.slug = c.api \
                   LEFT JOIN application p ON p.id = c.caller \
                   WHERE a.audience <> $4 AND c.hour >= $1 AND c.hour < $2 AND c.environment <> $3";
        let unseen = unseen.map_or("", Audience::as_str);
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(span.from.millis()).bind(span.until.millis())
            .bind(trial.as_str()).bind(unseen).fetch_one(pool).await)?)
    }
}
