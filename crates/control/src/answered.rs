//! How well do APIs answer, hour by hour and day by day?

use std::collections::HashMap;

use hansom_domain::{ApiSlug, EnvironmentName, Health, Timestamp};
use hansom_store::DayRow;

use crate::{Control, Error};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 86_400_000;
/// Days that are told of.
pub const DAYS: usize = 90;

/// How every API that was called lately answers, by name and environment.
pub type Answering = HashMap<(String, EnvironmentName), Health>;

/// A day in an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// When it began.
    pub began_at: Timestamp,
    /// Calls.
    pub calls: i64,
    /// Calls that were answered with a server's error.
    pub failed: i64,
}

impl Day {
    /// How well calls were answered on that day.
    pub fn health(&self) -> Health {
        Health::of_calls(self.calls, self.failed)
    }
}

/// The last days of an API, or of the platform, in one environment: as many as [`DAYS`], oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Days(pub Vec<Day>);

impl Days {
    /// How many of a thousand calls were answered well in all these days, in hundredths of a percent; none without calls.
    pub fn share_answered(&self) -> Option<f64> {
        let calls: i64 = self.0.iter().map(|day| day.calls).sum();
        let failed: i64 = self.0.iter().map(|day| day.failed).sum();
        #[expect(clippy::cast_precision_loss, reason = "a share is shown with two decimals")]
        (calls > 0).then(|| (calls - failed) as f64 * 100.0 / calls as f64)
    }
}

impl Control {
    /// How APIs answer now: measured by the calls of this hour and the one before.
    pub async fn answering_now(&self) -> Result<Answering, Error> {
        let now = self.clock.now().millis();
        let since = Timestamp::from_millis(now - now.rem_euclid(HOUR_MS) - HOUR_MS);
        let rows = self.reads.answered_since(since).await?;
        Ok(rows.into_iter().map(|row| ((row.api, row.environment), Health::of_calls(row.calls, row.failed))).collect())
    }

    /// The last days of an API in each environment; of all together, if none is named. Whether somebody may know of the API is
    /// asked before.
    pub async fn answered_by_day(&self, api: Option<&ApiSlug>) -> Result<HashMap<EnvironmentName, Days>, Error> {
        let now = self.clock.now().millis();
        let today = now - now.rem_euclid(DAY_MS);
        let days = i64::try_from(DAYS).unwrap_or(i64::MAX);
        let first = today - (days - 1) * DAY_MS;
        let rows = self.reads.answered_by_day(api.map(ApiSlug::as_str), Timestamp::from_millis(first)).await?;
        let mut by_environment: HashMap<EnvironmentName, Vec<DayRow>> = HashMap::new();
        for row in rows {
            by_environment.entry(row.environment.clone()).or_default().push(row);
        }
        let whole = |rows: Vec<DayRow>| {
            let known: HashMap<i64, &DayRow> = rows.iter().map(|row| (row.day.millis(), row)).collect();
            let day = |number: i64| {
                let began = first + number * DAY_MS;
                let (calls, failed) = known.get(&began).map_or((0, 0), |row| (row.calls, row.failed));
                Day { began_at: Timestamp::from_millis(began), calls, failed }
            };
            Days((0..days).map(day).collect())
        };
        Ok(by_environment.into_iter().map(|(environment, rows)| (environment, whole(rows))).collect())
    }
}
