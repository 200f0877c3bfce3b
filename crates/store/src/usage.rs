//! Who called what, how often, and what was refused?

use hansom_domain::{ApiSlug, EnvironmentName, Major, RequestId, Timestamp};
use serde_json::Value;
use sqlx::{PgPool, SqlitePool};

use crate::{
    Error, Reads,
    answered::{DAY_MS, by_day},
    column::row,
    database::{Both, on},
    latency::Latency,
};

/// The bookkeeping half of the store.
#[derive(Clone, Debug)]
pub struct Books {
    pub(crate) pool: Both<SqlitePool, PgPool>,
}

/// Calls to add to the count of one hour.
#[derive(Clone, Debug)]
pub struct CallCount {
    /// The hour's start.
    pub hour: Timestamp,
    /// In which environment.
    pub environment: EnvironmentName,
    /// Of which API.
    pub api: ApiSlug,
    /// Of which version.
    pub major: Major,
    /// Of which operation.
    pub operation: String,
    /// By whom: an application's or person's id, or `anyone`.
    pub caller: String,
    /// With which HTTP status.
    pub status: u16,
    /// How many.
    pub calls: i64,
    /// How long they took together.
    pub micros: i64,
    /// How long each took.
    pub latency: Latency,
}

row! {
/// A call that the gateway refused.
pub struct RefusedCall {
    /// The request id that the caller was told.
    pub request_id: RequestId,
    /// When.
    pub at: Timestamp,
    /// In which environment.
    pub environment: EnvironmentName,
    /// The method.
    pub method: String,
    /// The path without its query.
    pub path: String,
    /// The API, if it was found.
    pub api: Option<String>,
    /// The version, if it was found.
    pub major: Option<i64>,
    /// The operation, if it was found.
    pub operation: Option<String>,
    /// The application, if it was known.
    pub application: Option<String>,
    /// The person, if known.
    pub person: Option<String>,
    /// The HTTP status.
    pub status: i64,
    /// The reason code.
    pub code: String,
    /// What the caller was told.
    pub detail: String,
    /// What was measured: names and values.
    pub facts: Value,
}
}

impl Reads {
    /// The refused call with that request id.
    pub async fn refused_call(&self, id: &RequestId) -> Result<Option<RefusedCall>, Error> {
        let sql = "SELECT * FROM refused_call WHERE request_id = $1";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(id.as_str()).fetch_optional(pool).await)?)
    }
}

/// What becomes of a count where there is one already.
macro_rules! adding_up {
    () => {
        "ON CONFLICT (hour, environment, api, major, operation, caller, status) DO UPDATE \
         SET calls = call_count.calls + excluded.calls, micros = call_count.micros + excluded.micros, \
         within_5 = call_count.within_5 + excluded.within_5, within_10 = call_count.within_10 + excluded.within_10, \
         within_25 = call_count.within_25 + excluded.within_25, within_50 = call_count.within_50 + excluded.within_50, \
         within_100 = call_count.within_100 + excluded.within_100, \
         within_250 = call_count.within_250 + excluded.within_250, \
         within_500 = call_count.within_500 + excluded.within_500, \
         within_1000 = call_count.within_1000 + excluded.within_1000, \
         within_2500 = call_count.within_2500 + excluded.within_2500, \
         within_5000 = call_count.within_5000 + excluded.within_5000, \
         within_10000 = call_count.within_10000 + excluded.within_10000, \
         beyond = call_count.beyond + excluded.beyond"
    };
}

/// The counts of one day, added up under its first hour.
const DAY: &str = concat!(
    "INSERT INTO call_count (hour, environment, api, major, operation, caller, status, calls, micros, \
     within_5, within_10, within_25, within_50, within_100, within_250, within_500, within_1000, within_2500, \
     within_5000, within_10000, beyond) SELECT CAST($1 AS BIGINT), environment, api, major, operation, caller, status, \
     CAST(sum(calls) AS BIGINT), CAST(sum(micros) AS BIGINT), CAST(sum(within_5) AS BIGINT), \
     CAST(sum(within_10) AS BIGINT), CAST(sum(within_25) AS BIGINT), CAST(sum(within_50) AS BIGINT), \
     CAST(sum(within_100) AS BIGINT), CAST(sum(within_250) AS BIGINT), CAST(sum(within_500) AS BIGINT), \
     CAST(sum(within_1000) AS BIGINT), CAST(sum(within_2500) AS BIGINT), CAST(sum(within_5000) AS BIGINT), \
     CAST(sum(within_10000) AS BIGINT), CAST(sum(beyond) AS BIGINT) \
     FROM call_count WHERE hour > $1 AND hour < $2 \
     GROUP BY environment, api, major, operation, caller, status ",
    adding_up!()
);
const HOURS: &str = "DELETE FROM call_count WHERE hour > $1 AND hour < $2";
/// So many days are added up at once; the next sweep goes on.
const MOST_DAYS: usize = 50;

/// The statements of a batch, compiled for the transaction of either database.
macro_rules! record_on {
    ($transaction:ident, $counts:ident, $refused:ident) => {
        for count in $counts {
            let mut query = sqlx::query(
                concat!(
                    "INSERT INTO call_count (hour, environment, api, major, operation, caller, status, calls, micros, \
                     within_5, within_10, within_25, within_50, within_100, within_250, within_500, within_1000, \
                     within_2500, within_5000, within_10000, beyond) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, \
                     $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21) ",
                    adding_up!()
                ),
            )
            .bind(count.hour.millis())
            .bind(count.environment.as_str())
            .bind(count.api.as_str())
            .bind(i64::from(count.major.number()))
            .bind(&count.operation)
            .bind(&count.caller)
            .bind(i64::from(count.status))
            .bind(count.calls)
            .bind(count.micros);
            for within in count.latency.counts {
                query = query.bind(within);
            }
            query.execute(&mut *$transaction).await?;
        }
        for day in by_day($counts) {
            sqlx::query(
                "INSERT INTO day_count (api, environment, day, calls, failed) VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT (api, environment, day) DO UPDATE \
                 SET calls = day_count.calls + excluded.calls, failed = day_count.failed + excluded.failed",
            )
            .bind(day.api)
            .bind(day.environment)
            .bind(day.day)
            .bind(day.calls)
            .bind(day.failed)
            .execute(&mut *$transaction)
            .await?;
        }
        for call in $refused {
            sqlx::query(
                "INSERT INTO refused_call (request_id, at, environment, method, path, api, major, operation, \
                 application, person, status, code, detail, facts) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT (request_id) DO NOTHING",
            )
            .bind(call.request_id.as_str())
            .bind(call.at.millis())
            .bind(call.environment.as_str())
            .bind(&call.method)
            .bind(&call.path)
            .bind(&call.api)
            .bind(call.major)
            .bind(&call.operation)
            .bind(&call.application)
            .bind(&call.person)
            .bind(call.status)
            .bind(&call.code)
            .bind(&call.detail)
            .bind(call.facts.to_string())
            .execute(&mut *$transaction)
            .await?;
        }
    };
}

impl Books {
    /// Writes a batch in one transaction: adds counts up, keeps refused calls.
    pub async fn record(&self, counts: &[CallCount], refused: &[RefusedCall]) -> Result<(), Error> {
        match &self.pool {
            Both::Sqlite(pool) => {
                let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
                record_on!(transaction, counts, refused);
                transaction.commit().await?;
            }
            Both::Postgres(pool) => {
                let mut transaction = pool.begin().await?;
                record_on!(transaction, counts, refused);
                transaction.commit().await?;
            }
        }
        Ok(())
    }

    /// Adds up the counts of days before `before`, so that they are kept by day instead of by hour.
    pub async fn add_up_days(&self, before: Timestamp) -> Result<(), Error> {
        let before = before.millis() - before.millis().rem_euclid(DAY_MS);
        for _ in 0..MOST_DAYS {
            let sql = "SELECT min(hour) FROM call_count WHERE hour < $1 AND hour % 86400000 <> 0";
            let oldest: Option<i64> =
                on!(&self.pool, pool => sqlx::query_scalar(sql).bind(before).fetch_one(pool).await)?;
            let Some(oldest) = oldest else { break };
            let day = oldest - oldest.rem_euclid(DAY_MS);
            match &self.pool {
                Both::Sqlite(pool) => {
                    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
                    for sql in [DAY, HOURS] {
                        sqlx::query(sql).bind(day).bind(day + DAY_MS).execute(&mut *transaction).await?;
                    }
                    transaction.commit().await?;
                }
                Both::Postgres(pool) => {
                    let mut transaction = pool.begin().await?;
                    // Of several nodes one adds up; the counts must not be read by another before they are gone.
                    sqlx::query("LOCK TABLE call_count IN EXCLUSIVE MODE").execute(&mut *transaction).await?;
                    for sql in [DAY, HOURS] {
                        sqlx::query(sql).bind(day).bind(day + DAY_MS).execute(&mut *transaction).await?;
                    }
                    transaction.commit().await?;
                }
            }
        }
        Ok(())
    }

    /// Forgets refused calls before `before` and counts before `counts_before`.
    pub async fn sweep(&self, before: Timestamp, counts_before: Timestamp) -> Result<(), Error> {
        for (sql, limit) in [
            ("DELETE FROM refused_call WHERE at < $1", before),
            ("DELETE FROM call_count WHERE hour < $1", counts_before),
            ("DELETE FROM day_count WHERE day < $1", counts_before),
        ] {
            on!(&self.pool, pool => sqlx::query(sql).bind(limit.millis()).execute(pool).await.map(|_| ()))?;
        }
        Ok(())
    }
}
