//! What is reused, by how many teams, how does that grow, and what does it save?
//!
//! Figures come from grants and from what the gateway counted, outside of the sandbox. Counting takes a while where there is much, so that
//! what was counted is kept for some minutes.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, Datelike, Months, NaiveDate};
use hansom_control::Error;
use hansom_domain::{Actor, Audience, EnvironmentName, Timestamp};
use hansom_store::{ReuseRow, Span};

use crate::{Hub, form::Fields, moment};

/// Counted figures are shown for so long.
const FRESH_SECONDS: i64 = 300;
/// Calls are counted in so many days before now.
const DAYS: i64 = 30;
/// Months of growth, the present one among them.
const MONTHS: u32 = 13;
/// APIs that are counted.
const MOST_APIS: u16 = 20_000;
/// The largest number that an estimate takes.
pub(crate) const MOST: u32 = 100_000;

/// What is reused.
#[derive(Clone, Debug)]
pub(crate) struct Reuse {
    pub(crate) at: Timestamp,
    /// Every API, the most reused first.
    pub(crate) apis: Vec<ApiReuse>,
    /// The oldest month first.
    pub(crate) months: Vec<Month>,
}

/// An API and those who use it.
#[derive(Clone, Debug)]
pub(crate) struct ApiReuse {
    pub(crate) api: ReuseRow,
    /// Groups with an application that called in the last thirty days.
    pub(crate) calling: i64,
    /// Calls in the last thirty days, whoever called.
    pub(crate) calls: i64,
}

/// A calendar month by UTC.
#[derive(Clone, Debug)]
pub(crate) struct Month {
    /// `2026-11`
    pub(crate) name: String,
    pub(crate) calls: i64,
    pub(crate) apis: i64,
    pub(crate) applications: i64,
}

/// All APIs together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Total {
    pub(crate) apis: i64,
    /// APIs with two or more teams that may call them.
    pub(crate) shared: i64,
    /// Of a thousand APIs, those with two or more teams.
    pub(crate) share: i64,
    /// Teams that may call, beyond the first of each API.
    pub(crate) beyond: i64,
    /// Teams that called in the last thirty days, beyond the first of each API.
    pub(crate) calling_beyond: i64,
    pub(crate) calls: i64,
}

/// What an estimate takes for granted. Everybody may put in their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Assumptions {
    /// Days of work that a team would need for a way of its own to the same data.
    pub(crate) own_days: u32,
    /// Days of work to use the API instead.
    pub(crate) use_days: u32,
    /// Days of upkeep a year that a way of its own would need.
    pub(crate) upkeep_days: u32,
    /// What a day of work costs, in pounds.
    pub(crate) day_rate: u32,
}

/// What was not spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Estimate {
    /// Once.
    pub(crate) days: i64,
    pub(crate) pounds: i64,
    /// Each year.
    pub(crate) yearly_days: i64,
    pub(crate) yearly_pounds: i64,
}

/// What was counted lately: for those who may know of every API, and for everybody else.
#[derive(Debug, Default)]
pub(crate) struct Counted([Mutex<Option<Arc<Reuse>>>; 2]);

impl Counted {
    fn held(&self, unseen: Option<Audience>) -> &Mutex<Option<Arc<Reuse>>> {
        let [all, open] = &self.0;
        if unseen.is_some() { open } else { all }
    }

    /// The figures for a viewer: internal APIs are for people.
    pub(crate) async fn current(&self, hub: &Hub, viewer: Option<&Actor>) -> Result<Arc<Reuse>, Error> {
        let knows_all = matches!(viewer, Some(Actor::Person { .. } | Actor::Platform));
        let unseen = (!knows_all).then_some(Audience::Internal);
        let now = hub.control.clock().now();
        let held = self.held(unseen).lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(reuse) = held.filter(|reuse| now.seconds() - reuse.at.seconds() < FRESH_SECONDS) {
            return Ok(reuse);
        }
        let reuse = Arc::new(count(hub, unseen, now).await?);
        *self.held(unseen).lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&reuse));
        Ok(reuse)
    }
}

async fn count(hub: &Hub, unseen: Option<Audience>, now: Timestamp) -> Result<Reuse, Error> {
    let reads = hub.control.reads();
    let trial = EnvironmentName::sandbox();
    let until = now.plus_seconds(3600);
    let lately = Span { from: until.plus_seconds(-DAYS * 86_400), until };
    let called = reads.callers(&trial, lately).await?.into_iter();
    let mut called: HashMap<String, (i64, i64)> = called.map(|row| (row.api.clone(), (row.calls, row.teams))).collect();
    let of = |api: ReuseRow| {
        let (calls, calling) = called.remove(api.slug.as_str()).unwrap_or_default();
        ApiReuse { api, calling, calls }
    };
    let mut apis: Vec<ApiReuse> = reads.reuse(unseen, (&trial, now), MOST_APIS).await?.into_iter().map(of).collect();
    // Stable, so that those that are reused as much stay in the order of their titles.
    apis.sort_by_key(|one| (-one.api.teams, -one.calls));
    let mut months = vec![];
    for (name, span) in months_until(now) {
        let grown = reads.growth(unseen, &trial, span).await?;
        months.push(Month { name, calls: grown.calls, apis: grown.apis, applications: grown.applications });
    }
    Ok(Reuse { at: now, apis, months })
}

/// The months with their beginnings and ends, the oldest first.
fn months_until(now: Timestamp) -> Vec<(String, Span)> {
    let today = DateTime::from_timestamp_millis(now.millis()).map(|moment| moment.date_naive()).unwrap_or_default();
    let first = NaiveDate::from_ymd_opt(today.year(), today.month(), 1).unwrap_or(today);
    let month = |back: u32| {
        let from = first.checked_sub_months(Months::new(back))?;
        let until = from.checked_add_months(Months::new(1))?;
        let span = Span { from: moment::beginning(from), until: moment::beginning(until) };
        Some((from.format("%Y-%m").to_string(), span))
    };
    (0..MONTHS).rev().filter_map(month).collect()
}

impl Reuse {
    /// All APIs together.
    pub(crate) fn total(&self) -> Total {
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let apis = count(self.apis.len());
        let shared = count(self.apis.iter().filter(|one| one.api.teams >= 2).count());
        Total {
            apis,
            shared,
            share: (shared * 1000).checked_div(apis).unwrap_or_default(),
            beyond: self.apis.iter().map(|one| (one.api.teams - 1).max(0)).sum(),
            calling_beyond: self.apis.iter().map(|one| (one.calling - 1).max(0)).sum(),
            calls: self.apis.iter().map(|one| one.calls).sum(),
        }
    }
}

impl Default for Assumptions {
    fn default() -> Self {
        Self { own_days: 40, use_days: 6, upkeep_days: 0, day_rate: 450 }
    }
}

impl Assumptions {
    /// What a form or query says; what it leaves out is as usual. The names of the fields that are no such numbers.
    pub(crate) fn read(fields: &Fields) -> (Self, Vec<&'static str>) {
        let mut wrong = vec![];
        let mut number = |name: &'static str, usual: u32| match fields.one(name) {
            "" => usual,
            text => text.parse().ok().filter(|number| *number <= MOST).unwrap_or_else(|| {
                wrong.push(name);
                usual
            }),
        };
        let usual = Self::default();
        let read = Self {
            own_days: number("own_days", usual.own_days),
            use_days: number("use_days", usual.use_days),
            upkeep_days: number("upkeep_days", usual.upkeep_days),
            day_rate: number("day_rate", usual.day_rate),
        };
        (read, wrong)
    }

    /// What was not spent, since teams called what was there already. The first team of each API saves nothing: for it, the API was
    /// made.
    pub(crate) fn estimate(self, total: Total) -> Estimate {
        let each = i64::from(self.own_days.saturating_sub(self.use_days));
        let days = total.calling_beyond.saturating_mul(each);
        let yearly_days = total.calling_beyond.saturating_mul(i64::from(self.upkeep_days));
        let rate = i64::from(self.day_rate);
        let (pounds, yearly_pounds) = (days.saturating_mul(rate), yearly_days.saturating_mul(rate));
        Estimate { days, pounds, yearly_days, yearly_pounds }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_whole_and_follow_each_other() {
        let months = months_until(Timestamp::from_seconds(1_772_323_200));
        assert_eq!(months.len(), 13);
        assert_eq!(months.first().map(|(name, _)| name.as_str()), Some("2025-03"));
        assert_eq!(months.last().map(|(name, _)| name.as_str()), Some("2026-03"));
        assert!(months.iter().zip(months.iter().skip(1)).all(|(one, next)| one.1.until == next.1.from));
    }

    #[test]
    fn an_estimate_counts_the_teams_that_call_beyond_the_first() {
        let total = Total { apis: 2, shared: 1, share: 500, beyond: 4, calling_beyond: 2, calls: 9 };
        let read = |query: &str| Assumptions::read(&Fields::read(query.as_bytes()));
        let (usual, wrong) = read("own_days=&other=5");
        assert_eq!((usual, wrong.len()), (Assumptions::default(), 0));
        assert_eq!(usual.estimate(total), Estimate { days: 68, pounds: 30_600, yearly_days: 0, yearly_pounds: 0 });
        let (own, wrong) = read("own_days=10&use_days=20&upkeep_days=3&day_rate=100001");
        assert_eq!(wrong, ["day_rate"]);
        assert_eq!(own.estimate(total), Estimate { days: 0, pounds: 0, yearly_days: 6, yearly_pounds: 2_700 });
        assert_eq!(read("own_days=-1&use_days=1e3&upkeep_days=x").1, ["own_days", "use_days", "upkeep_days"]);
    }
}
