//! How many calls has each caller made today and this month?
//!
//! Days and months are those of UTC. The counts are kept with the rates of the same caller, under one lock; somebody else
//! carries them to where they survive a restart, with [`QuotaLedger`]. A wall clock that jumps back over the end of a period
//! opens no quota again: the later period goes on. One that was ahead by more than a period and was set right takes the count
//! with it into the present.

use std::sync::Arc;

use hansom_domain::{ApiSlug, ApplicationId, Clock, EnvironmentName, Major, Period, PersonId, Timestamp};
use hashbrown::HashTable;
use serde::{Deserialize, Serialize};

use super::{
    Caller, Limiter, Scope,
    counts::{OwnedScope, Owner},
    plan::Kind,
};

/// The quota counts of one shard.
#[derive(Default)]
pub(super) struct QuotaTable {
    entries: HashTable<Entry>,
}

/// What one caller has called in one scope.
pub(super) struct Entry {
    hash: u64,
    owner: Owner,
    scope: OwnedScope,
    day: Tally,
    month: Tally,
}

/// The calls of one period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tally {
    period: Period,
    /// What all nodes together have kept, as far as this one has heard.
    kept: u64,
    /// What this node has handed out to be kept and not heard of again.
    under_way: u64,
    /// What this node has counted since.
    fresh: u64,
}

impl QuotaTable {
    /// The entry of a caller, turned to the periods of `date`; addresses have none.
    pub(super) fn entry(
        &mut self,
        hash: u64,
        caller: Caller<'_>,
        scope: Scope<'_>,
        date: Timestamp,
    ) -> Option<&mut Entry> {
        if matches!(caller, Caller::Address(_)) {
            return None;
        }
        let found =
            self.entries.entry(hash, |entry| entry.owner.is(caller) && entry.scope.is(scope), |entry| entry.hash);
        let (day, month) = (Period::day_of(date), Period::month_of(date));
        let entry = found.or_insert_with(|| Entry {
            hash,
            owner: caller.into(),
            scope: scope.into(),
            day: Tally::new(day),
            month: Tally::new(month),
        });
        let entry = entry.into_mut();
        entry.day.turn(day);
        entry.month.turn(month);
        Some(entry)
    }
}

impl Entry {
    pub(super) fn calls(&self, kind: Kind) -> u64 {
        self.tally(kind).map_or(0, |tally| tally.calls())
    }

    pub(super) fn seconds_to_end(&self, kind: Kind, date: Timestamp) -> u64 {
        let millis = |tally: &Tally| tally.period.end().millis().saturating_sub(date.millis());
        self.tally(kind).map_or(0, |tally| u64::try_from(millis(tally)).unwrap_or_default().div_ceil(1000))
    }

    pub(super) fn add(&mut self) {
        for tally in [&mut self.day, &mut self.month] {
            tally.fresh = tally.fresh.saturating_add(1);
        }
    }

    fn count(&self, period: Period, calls: u64) -> Option<QuotaCount> {
        let OwnedScope { environment, api, major } = self.scope.clone();
        Some(QuotaCount { period, environment, api, major, caller: QuotaCaller::of(&self.owner)?, calls })
    }

    fn tally(&self, kind: Kind) -> Option<&Tally> {
        match kind {
            Kind::Day => Some(&self.day),
            Kind::Month => Some(&self.month),
            Kind::Consumer | Kind::Person | Kind::Address | Kind::Operation => None,
        }
    }
}

impl Tally {
    fn new(period: Period) -> Self {
        Self { period, kept: 0, under_way: 0, fresh: 0 }
    }

    fn calls(&self) -> u64 {
        self.kept.saturating_add(self.under_way).saturating_add(self.fresh)
    }

    /// Goes on to the present period.
    fn turn(&mut self, present: Period) {
        if self.period == present {
            return;
        }
        let ahead = self.period.number().saturating_sub(present.number());
        if ahead > 1 {
            *self = Self { fresh: self.calls(), ..Self::new(present) };
        } else if ahead < 0 {
            *self = Self::new(present);
        }
    }
}

/// Calls of one caller in one period: on the way out what a node adds to what is kept, on the way in what all have kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaCount {
    /// The day or month.
    pub period: Period,
    /// In which environment.
    pub environment: EnvironmentName,
    /// Of which API.
    pub api: ApiSlug,
    /// Of which version.
    pub major: Major,
    /// By whom.
    pub caller: QuotaCaller,
    /// How many.
    pub calls: u64,
}

/// Who has quotas.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuotaCaller {
    /// A program.
    Application(ApplicationId),
    /// A person.
    Person(PersonId),
}

/// The quota counts of a running gateway, for whoever keeps them. One keeper at a time: what it [takes](QuotaLedger::take) it
/// reports as [kept](QuotaLedger::kept) or [gives back](QuotaLedger::give_back) before it takes again.
#[derive(Clone)]
pub struct QuotaLedger {
    limiter: Arc<Limiter>,
    clock: Clock,
}

impl QuotaLedger {
    pub(crate) fn new(limiter: Arc<Limiter>, clock: Clock) -> Self {
        Self { limiter, clock }
    }

    /// All that is counted, of periods that are not over. For a node that keeps its counts by itself and never takes any.
    pub fn totals(&self) -> Vec<QuotaCount> {
        self.each_count(Tally::calls)
    }

    /// What is counted and not kept.
    pub fn unkept(&self) -> Vec<QuotaCount> {
        self.each_count(|tally| tally.fresh.saturating_add(tally.under_way))
    }

    fn each_count(&self, calls: impl Fn(&Tally) -> u64) -> Vec<QuotaCount> {
        let date = self.clock.now();
        let (day, month) = (Period::day_of(date), Period::month_of(date));
        let mut counts = vec![];
        self.limiter.each_quota_table(|table| {
            for entry in &table.entries {
                let present = [(&entry.day, day), (&entry.month, month)];
                let present = present.into_iter().filter(|(tally, now)| tally.period >= *now && calls(tally) > 0);
                counts.extend(present.filter_map(|(tally, _)| entry.count(tally.period, calls(tally))));
            }
        });
        counts
    }

    /// What was counted and is not kept yet. Entries of periods that are over are forgotten on the way.
    pub fn take(&self) -> Vec<QuotaCount> {
        let date = self.clock.now();
        let (day, month) = (Period::day_of(date), Period::month_of(date));
        let mut taken = vec![];
        self.limiter.each_quota_table(|table| {
            for entry in &mut table.entries {
                let fresh = [(entry.day.period, entry.day.fresh), (entry.month.period, entry.month.fresh)];
                let fresh = fresh.into_iter().filter(|(_, calls)| *calls > 0);
                taken.extend(fresh.filter_map(|(period, calls)| entry.count(period, calls)));
                for tally in [&mut entry.day, &mut entry.month] {
                    tally.under_way = tally.under_way.saturating_add(std::mem::take(&mut tally.fresh));
                }
            }
            table.entries.retain(|entry| {
                let is_new = entry.day.period >= day || entry.month.period >= month;
                is_new || entry.day.under_way > 0 || entry.month.under_way > 0
            });
        });
        taken
    }

    /// What was taken is kept, with these sums.
    pub fn kept(&self, sums: &[QuotaCount]) {
        self.each_tally(sums, |tally, sum| {
            tally.kept = sum;
            tally.under_way = 0;
        });
    }

    /// What was taken could not be kept; it is handed out again the next time.
    pub fn give_back(&self) {
        self.limiter.each_quota_table(|table| {
            for entry in &mut table.entries {
                for tally in [&mut entry.day, &mut entry.month] {
                    tally.fresh = tally.fresh.saturating_add(std::mem::take(&mut tally.under_way));
                }
            }
        });
    }

    /// Takes over what all nodes have kept, when nothing is under way; sums only grow, so an old one changes nothing.
    pub fn learn(&self, sums: &[QuotaCount]) {
        self.each_tally(sums, |tally, sum| tally.kept = tally.kept.max(sum));
    }

    /// Counts again what a node had counted and not been able to keep when it stopped.
    pub fn restore(&self, counts: &[QuotaCount]) {
        self.each_tally(counts, |tally, calls| tally.fresh = tally.fresh.saturating_add(calls));
    }

    fn each_tally(&self, counts: &[QuotaCount], mut change: impl FnMut(&mut Tally, u64)) {
        let date = self.clock.now();
        for count in counts {
            let scope = Scope { environment: &count.environment, api: &count.api, major: count.major };
            let caller = match &count.caller {
                QuotaCaller::Application(id) => Caller::Application(id),
                QuotaCaller::Person(id) => Caller::Person(id),
            };
            self.limiter.quota_table(caller, scope, |table, hash| {
                let Some(entry) = table.entry(hash, caller, scope, date) else { return };
                let tally = match count.period {
                    Period::Day(_) => &mut entry.day,
                    Period::Month(_) => &mut entry.month,
                };
                // A period that has begun elsewhere, where the clock is a little ahead, or before it was set back here.
                if count.period.number() == tally.period.number().saturating_add(1) {
                    *tally = Tally::new(count.period);
                }
                if count.period == tally.period {
                    change(tally, count.calls);
                }
            });
        }
    }
}

impl QuotaCaller {
    fn of(owner: &Owner) -> Option<Self> {
        match owner {
            Owner::Application(id) => Some(Self::Application(id.clone())),
            Owner::Person(id) => Some(Self::Person(id.clone())),
            Owner::Address(_) => None,
        }
    }
}
