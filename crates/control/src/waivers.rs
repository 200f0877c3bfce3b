//! Which waivers may an actor see, and which of them are in force?

use hansom_domain::{Actor, ApiSlug, WaiverId, WaiverState};
use hansom_standards::Finding;
use hansom_store::WaiverRow;

use crate::{Control, Error};

/// The waivers of an API that are in force at a moment.
#[derive(Clone, Debug, Default)]
pub struct Waived(Vec<(String, String)>);

impl Waived {
    /// Whether every complaint of a rule is accepted, wherever it is.
    pub(crate) fn covers_rule(&self, rule: &str) -> bool {
        self.0.iter().any(|(known, place)| known == rule && place.is_empty())
    }

    /// Whether a finding is accepted: the rule is the same, and the place is inside the waiver's.
    pub fn covers(&self, finding: &Finding) -> bool {
        self.0.iter().any(|(rule, place)| {
            *rule == *finding.rule
                && finding
                    .pointer
                    .strip_prefix(place.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }
}

impl Control {
    /// Whether an actor speaks for the group that keeps the playbook.
    pub fn speaks_for_standards(&self, actor: &Actor) -> bool {
        matches!(actor, Actor::Person { .. } | Actor::Platform) && actor.speaks_for(&self.settings.standards.group)
    }

    /// One waiver, for the API's owners and the standards group; nobody else learns that it exists.
    pub async fn waiver_for(&self, actor: &Actor, id: &WaiverId) -> Result<WaiverRow, Error> {
        let waiver = self.reads.waiver(id).await?;
        let waiver = waiver.filter(|waiver| actor.speaks_for(&waiver.api_owner) || self.speaks_for_standards(actor));
        waiver.ok_or_else(|| Error::NotFound("there is no such waiver among those of your groups".into()))
    }

    /// The waivers that concern the actor's groups, newest request first.
    pub async fn waivers_visible_to(&self, actor: &Actor) -> Result<Vec<WaiverRow>, Error> {
        let mut waivers = self.reads.waivers().await?;
        waivers.retain(|waiver| actor.speaks_for(&waiver.api_owner) || self.speaks_for_standards(actor));
        Ok(waivers)
    }

    /// The requests that wait for a decision of the standards group, if the actor speaks for it.
    pub async fn waivers_to_decide(&self, actor: &Actor) -> Result<Vec<WaiverRow>, Error> {
        if !self.speaks_for_standards(actor) {
            return Ok(vec![]);
        }
        let mut waivers = self.reads.waivers().await?;
        waivers.retain(|waiver| waiver.state == WaiverState::Requested);
        Ok(waivers)
    }

    /// The waivers of an API that are in force now: everybody who sees the API sees them.
    pub async fn waivers_in_force(&self, api: &ApiSlug) -> Result<Vec<WaiverRow>, Error> {
        let now = self.clock.now();
        let mut waivers = self.reads.waivers_of(api).await?;
        waivers.retain(|waiver| waiver.state.is_in_force(waiver.ends_at, now));
        Ok(waivers)
    }

    /// What the waivers in force cover.
    pub(crate) async fn waived(&self, api: &ApiSlug) -> Result<Waived, Error> {
        let waivers = self.waivers_in_force(api).await?;
        Ok(Waived(waivers.into_iter().map(|waiver| (waiver.rule, waiver.place)).collect()))
    }
}
