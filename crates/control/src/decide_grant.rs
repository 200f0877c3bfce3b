//! Decide requests for grants.

use std::collections::BTreeMap;

use hansom_domain::{Actor, Decision, GrantId, GrantState, GroupAddress, Timestamp};
use hansom_store::{Change, GrantRow};
use serde_json::json;

use crate::{Control, Error, fingerprint, text};

/// A twelfth of a year of 365 days and a quarter, in seconds.
const MONTH: i64 = 2_629_800;

/// An owner's word on a request.
#[derive(Clone, Debug)]
pub struct GrantWord<'a> {
    /// Yes or no.
    pub decision: Decision,
    /// Why.
    pub reason: &'a str,
    /// For how many months; as usual, if nobody says.
    pub months: Option<u16>,
    /// What was shown to the one who decides, by [`Control::shown_grant`]: another request is not decided by mistake.
    pub shown: Option<&'a str>,
}

/// So many months after a moment.
pub(crate) fn months_after(moment: Timestamp, months: u16) -> Timestamp {
    moment.plus_seconds(MONTH.saturating_mul(months.into()))
}

fn decided_before() -> Error {
    Error::Conflict("the request was decided before; load the page again".into())
}

impl Control {
    /// Approves or refuses a request, with a reason. The actor is a member of the API's owner group and not the person
    /// who asked, by whichever account.
    pub async fn decide_grant(
        &self,
        actor: &Actor,
        id: &GrantId,
        decision: Decision,
        reason: &str,
    ) -> Result<(), Error> {
        self.decide_grant_for(actor, id, GrantWord { decision, reason, months: None, shown: None }).await
    }

    /// Approves a request for so long, or refuses it, as it was shown.
    pub async fn decide_grant_for(&self, actor: &Actor, id: &GrantId, word: GrantWord<'_>) -> Result<(), Error> {
        let grant = self.grant_for(actor, id).await?;
        self.decide(actor, vec![grant], word).await
    }

    /// Decides all requests of a bundle that wait for the actor's groups, in one act for each group: all of them or none. Each
    /// has its own audit entry. Gives how many they were.
    pub async fn decide_bundle(&self, actor: &Actor, bundle: &str, word: GrantWord<'_>) -> Result<usize, Error> {
        let mut by_group: BTreeMap<GroupAddress, Vec<GrantRow>> = BTreeMap::new();
        for grant in self.reads.grants_of_bundle(bundle).await? {
            if grant.state == GrantState::Requested && actor.speaks_for(&grant.api_owner) {
                by_group.entry(grant.api_owner.clone()).or_default().push(grant);
            }
        }
        if by_group.is_empty() {
            return Err(Error::NotFound("nothing of this bundle waits for a decision of your groups".into()));
        }
        let mut count = 0_usize;
        for grants in by_group.into_values() {
            count = count.saturating_add(grants.len());
            self.decide(actor, grants, GrantWord { shown: None, ..word.clone() }).await?;
        }
        Ok(count)
    }

    /// What of a request is shown to the one who decides, in short.
    pub fn shown_grant(&self, grant: &GrantRow) -> String {
        let words = (&grant.id, &grant.environment, &grant.operations, &grant.purpose, &grant.legal_basis);
        let version = (&grant.version_id, grant.current_release, &grant.api_owner, &grant.application_owner);
        fingerprint(&format!("{words:?} {version:?} {:?}", grant.state)).chars().take(22).collect()
    }

    /// For how many months a grant may be given at most.
    pub async fn longest_grant(&self, grant: &GrantRow) -> Result<u16, Error> {
        let terms = &self.settings.terms.grants;
        let Some(version) = self.reads.version(&grant.slug, grant.major).await? else { return Ok(terms.most_months) };
        Ok(self.contract_of(&version).await?.manifest.grants.longest(terms))
    }

    async fn decide(&self, actor: &Actor, grants: Vec<GrantRow>, word: GrantWord<'_>) -> Result<(), Error> {
        let reason = text::checked("the reason", word.reason, 1, 2000, true)?;
        let now = self.clock.now();
        let mut ends = vec![];
        for grant in &grants {
            self.refuse_who_may_not(actor, grant).await?;
            grant.state.decide(word.decision).ok_or_else(decided_before)?;
            ends.push(self.end_of_grant(grant, &word, now).await?);
        }
        let mut change = self.begin(actor, "decide_grant", now).await?;
        let last = grants.len().saturating_sub(1);
        for (number, (grant, end)) in grants.iter().zip(ends).enumerate() {
            self.decide_one(&mut change, actor, (grant, end), (&word, &reason)).await?;
            let subject = format!("grant {}", grant.id);
            let detail = json!({ "decision": word.decision, "reason": reason, "expires_at": end });
            if number == last {
                return Ok(change.commit(&subject, &detail).await?);
            }
            change.note(self.chance.hex(16), None, "decide_grant", &subject, &detail).await?;
        }
        Ok(())
    }

    async fn decide_one(
        &self,
        change: &mut Change,
        actor: &Actor,
        (grant, end): (&GrantRow, Option<Timestamp>),
        (word, reason): (&GrantWord<'_>, &str),
    ) -> Result<(), Error> {
        let now = self.clock.now();
        let next = grant.state.decide(word.decision).ok_or_else(decided_before)?;
        // Moved first: on a database with many writers that is what keeps the others waiting.
        let by = (actor.id(), actor.name());
        if !change.move_grant(&grant.id, (grant.state, next), by, reason, now).await? {
            return Err(decided_before());
        }
        if word.shown.is_some_and(|shown| shown != self.shown_grant(grant)) {
            return Err(Error::Conflict(
                "the request is not what it was when you saw it; load the page again and look at it".into(),
            ));
        }
        if let Some(end) = end {
            change.end_grant_at(&grant.id, end).await?;
        }
        if let (GrantState::Approved, Some(before)) = (next, grant.replaces.as_ref().and_then(|id| id.parse().ok())) {
            change.close_grant(&before, GrantState::Replaced).await?;
        }
        let (subject, body) = told(actor, grant, next, reason);
        self.tell(change, &[&grant.application_owner, &grant.api_owner], actor, (&subject, &body)).await
    }

    async fn end_of_grant(
        &self,
        grant: &GrantRow,
        word: &GrantWord<'_>,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, Error> {
        if word.decision == Decision::Refuse {
            return Ok(None);
        }
        let longest = self.longest_grant(grant).await?;
        let months = word.months.unwrap_or_else(|| self.settings.terms.grants.usual_months.min(longest));
        if months == 0 || months > longest {
            return Err(Error::Invalid(format!("a grant for this API lasts from 1 to {longest} months")));
        }
        Ok(Some(months_after(now, months)))
    }
}

impl Control {
    async fn refuse_who_may_not(&self, actor: &Actor, grant: &GrantRow) -> Result<(), Error> {
        if !matches!(actor, Actor::Person { .. } | Actor::Platform) {
            return Err(Error::NotAllowed("a person decides, not a program".into()));
        }
        if !actor.speaks_for(&grant.api_owner) {
            return Err(Error::NotAllowed(format!("only members of {} may decide this request", grant.api_owner)));
        }
        if self.is_who_asked(actor, &grant.requested_by).await? {
            return Err(Error::NotAllowed(format!(
                "the approver is never the requester; ask another member of {}",
                grant.api_owner
            )));
        }
        Ok(())
    }
}

fn told(actor: &Actor, grant: &GrantRow, next: GrantState, reason: &str) -> (String, String) {
    let subject = format!("{next}: {} for {} {}", grant.application_name, grant.title, grant.major);
    let body = format!(
        "{} decided the request of {} that {} may call {} {} in {}: {next}.\n\nThe reason: {reason}\n\nSee it in the hub: \
         /grants/{}\n",
        actor.name(),
        grant.requested_by_name,
        grant.application_name,
        grant.title,
        grant.major,
        grant.environment,
        grant.id
    );
    (subject, body)
}
