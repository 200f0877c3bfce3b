//! What may an application still call today and this month?

use hansom_domain::{Actor, ApplicationId, EnvironmentName, GrantState, Limits, Period, Timestamp};
use hansom_store::{GrantRow, QuotaRow};

use crate::{Control, Error};

/// How an application stands with the limits of a version that it was granted.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The grant.
    pub grant: GrantRow,
    /// How fast it may call.
    pub limits: Limits,
    /// What it has made of its quotas, if the version has any.
    pub quotas: Vec<Used>,
}

/// What was made of a quota in a day or a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Used {
    /// The day or the month.
    pub period: Period,
    /// How many calls it holds.
    pub quota: u64,
    /// How many were made.
    pub calls: u64,
}

impl Used {
    /// How many calls are left.
    pub fn left(self) -> u64 {
        self.quota.saturating_sub(self.calls)
    }
}

impl Control {
    /// The limits of each grant in force of an application, and what is left: for its owner group, itself and administrators.
    /// Counts are those of all nodes, a few seconds old.
    pub async fn standings_of(&self, actor: &Actor, id: &ApplicationId) -> Result<Vec<Standing>, Error> {
        let application = self.application_for(actor, id).await?;
        let now = self.clock.now();
        let counts = self.reads.quotas_of(&application.id, now).await?;
        let mut standings = vec![];
        for grant in self.reads.grants_of(&application.id).await? {
            if grant.state != GrantState::Approved || grant.expires_at.is_some_and(|end| end <= now) {
                continue;
            }
            let Some(version) = self.reads.version(&grant.slug, grant.major).await? else { continue };
            let manifest = &self.contract_of(&version).await?.manifest;
            let quotas =
                used(&counts, (&grant, &grant.environment), (manifest.quotas.per_day, manifest.quotas.per_month), now);
            standings.push(Standing { limits: manifest.limits.clone(), quotas, grant });
        }
        Ok(standings)
    }
}

fn used(
    counts: &[QuotaRow],
    (grant, environment): (&GrantRow, &EnvironmentName),
    (per_day, per_month): (Option<u64>, Option<u64>),
    now: Timestamp,
) -> Vec<Used> {
    let periods = [(Period::day_of(now), per_day), (Period::month_of(now), per_month)];
    let used = periods.into_iter().filter_map(|(period, quota)| {
        let count = counts.iter().find(|count| {
            count.period == period
                && count.environment == *environment
                && count.api == grant.slug
                && count.major == grant.major
        });
        let calls = count.map_or(0, |count| u64::try_from(count.calls).unwrap_or(0));
        Some(Used { period, quota: quota?, calls })
    });
    used.collect()
}
