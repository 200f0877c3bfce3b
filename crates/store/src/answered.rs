//! How well were calls answered, hour by hour and day by day?

use std::collections::BTreeMap;

use hansom_domain::{EnvironmentName, Timestamp};

use crate::{CallCount, Error, Reads, column::row, database::on};

pub(crate) const DAY_MS: i64 = 86_400_000;
/// What the platform's own days are kept under: no API has an empty name.
const PLATFORM: &str = "";

row! {
    /// Calls of an API in an environment, added up.
    pub struct AnsweredRow {
        /// The API's name in paths.
        pub api: String,
        /// The environment.
        pub environment: EnvironmentName,
        /// How many.
        pub calls: i64,
        /// How many were answered with a server's error (5xx), by the API or for it.
        pub failed: i64,
    }
}

row! {
    /// Calls of a day in an environment, added up.
    pub struct DayRow {
        /// When the day began.
        pub day: Timestamp,
        /// The environment.
        pub environment: EnvironmentName,
        /// How many.
        pub calls: i64,
        /// How many were answered with a server's error (5xx).
        pub failed: i64,
    }
}

impl Reads {
    /// How every API that was called since `since` answered.
    pub async fn answered_since(&self, since: Timestamp) -> Result<Vec<AnsweredRow>, Error> {
        let sql = "SELECT api, environment, CAST(sum(calls) AS BIGINT) AS calls, \
                   CAST(sum(CASE WHEN status >= 500 THEN calls ELSE 0 END) AS BIGINT) AS failed \
                   FROM call_count WHERE hour >= $1 GROUP BY api, environment";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(since.millis()).fetch_all(pool).await)?)
    }

    /// How an API answered on each day from `since` on, oldest first; all of them together, if none is named.
    pub async fn answered_by_day(&self, api: Option<&str>, since: Timestamp) -> Result<Vec<DayRow>, Error> {
        let sql = "SELECT day, environment, calls, failed FROM day_count WHERE api = $1 AND day >= $2 \
                   ORDER BY environment, day";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(api.unwrap_or(PLATFORM)).bind(since.millis())
            .fetch_all(pool).await)?)
    }
}

/// What a batch of counts adds to a day of an API in an environment.
pub(crate) struct OfDay<'c> {
    pub(crate) api: &'c str,
    pub(crate) environment: &'c str,
    pub(crate) day: i64,
    pub(crate) calls: i64,
    pub(crate) failed: i64,
}

/// Adds up a batch by day, for each API and for the platform.
pub(crate) fn by_day(counts: &[CallCount]) -> Vec<OfDay<'_>> {
    let mut days: BTreeMap<(&str, &str, i64), (i64, i64)> = BTreeMap::new();
    for count in counts {
        let hour = count.hour.millis();
        let failed = if count.status >= 500 { count.calls } else { 0 };
        for api in [count.api.as_str(), PLATFORM] {
            let key = (api, count.environment.as_str(), hour - hour.rem_euclid(DAY_MS));
            let (all, lost) = days.entry(key).or_default();
            *all += count.calls;
            *lost += failed;
        }
    }
    let of_day = |((api, environment, day), (calls, failed))| OfDay { api, environment, day, calls, failed };
    days.into_iter().map(of_day).collect()
}
