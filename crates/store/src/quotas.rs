//! How many calls has each caller made of its quotas, on all nodes together?

use hansom_domain::{ApiSlug, ApplicationId, EnvironmentName, Major, Period, Timestamp};

use crate::{
    Books, Error, Reads,
    column::row,
    database::{Both, on},
};

row! {
    /// The calls of one caller in one period.
    pub struct QuotaRow {
        /// The day or month.
        pub period: Period,
        /// In which environment.
        pub environment: EnvironmentName,
        /// Of which API.
        pub api: ApiSlug,
        /// Of which version.
        pub major: Major,
        /// `application` or `person`.
        pub caller_kind: String,
        /// Its id.
        pub caller: String,
        /// How many.
        pub calls: i64,
    }
}

impl Reads {
    /// What an application has made of its quotas in the day and the month of `now`.
    pub async fn quotas_of(&self, application: &ApplicationId, now: Timestamp) -> Result<Vec<QuotaRow>, Error> {
        let sql = "SELECT * FROM quota_count WHERE caller = $1 AND caller_kind = 'application' \
                   AND (period = $2 OR period = $3) ORDER BY environment, api, major, period";
        let (day, month) = (Period::day_of(now).to_string(), Period::month_of(now).to_string());
        Ok(
            on!(&self.pool, pool => sqlx::query_as(sql).bind(application.as_str()).bind(&day).bind(&month).fetch_all(pool).await)?,
        )
    }

    /// The counts of the periods of `now` and of later ones that were changed since `since`.
    pub async fn quotas_since(&self, since: Timestamp, now: Timestamp) -> Result<Vec<QuotaRow>, Error> {
        let sql = "SELECT * FROM quota_count WHERE changed_at >= $1 AND (period >= $2 OR period = $3)";
        let (day, month) = (Period::day_of(now).to_string(), Period::month_of(now).to_string());
        Ok(
            on!(&self.pool, pool => sqlx::query_as(sql).bind(since.millis()).bind(&day).bind(&month).fetch_all(pool).await)?,
        )
    }
}

/// The statements of a batch, compiled for the transaction of either database.
macro_rules! add_on {
    ($transaction:ident, $rows:ident, $now:ident) => {
        for row in &mut $rows {
            row.calls = sqlx::query_scalar(
                "INSERT INTO quota_count (period, environment, api, major, caller_kind, caller, calls, changed_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
                 ON CONFLICT (period, environment, api, major, caller_kind, caller) DO UPDATE \
                 SET calls = quota_count.calls + excluded.calls, changed_at = excluded.changed_at RETURNING calls",
            )
            .bind(row.period.to_string())
            .bind(row.environment.as_str())
            .bind(row.api.as_str())
            .bind(i64::from(row.major.number()))
            .bind(&row.caller_kind)
            .bind(&row.caller)
            .bind(row.calls)
            .bind($now.millis())
            .fetch_one(&mut *$transaction)
            .await?;
        }
    };
}

impl Books {
    /// Adds calls up in one transaction; gives the sums.
    pub async fn add_to_quotas(&self, mut rows: Vec<QuotaRow>, now: Timestamp) -> Result<Vec<QuotaRow>, Error> {
        // In one order on every node, so that no two wait for each other's rows.
        rows.sort_by(|one, other| {
            let key = |row: &QuotaRow| (row.period, row.environment.clone(), row.api.clone(), row.major);
            key(one)
                .cmp(&key(other))
                .then_with(|| (&one.caller_kind, &one.caller).cmp(&(&other.caller_kind, &other.caller)))
        });
        match &self.pool {
            Both::Sqlite(pool) => {
                let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
                add_on!(transaction, rows, now);
                transaction.commit().await?;
            }
            Both::Postgres(pool) => {
                let mut transaction = pool.begin().await?;
                add_on!(transaction, rows, now);
                transaction.commit().await?;
            }
        }
        Ok(rows)
    }

    /// Forgets counts that were not changed since `before`.
    pub async fn sweep_quotas(&self, before: Timestamp) -> Result<(), Error> {
        let sql = "DELETE FROM quota_count WHERE changed_at < $1";
        on!(&self.pool, pool => sqlx::query(sql).bind(before.millis()).execute(pool).await.map(|_| ()))?;
        Ok(())
    }
}
