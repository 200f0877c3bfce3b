//! Take over what the directory says of people's groups, or that it says nothing.

use hansom_domain::{Actor, GroupAddress, PersonId};
use hansom_store::{MembershipSource, PersonRow};
use serde_json::json;

use crate::{Control, Error, knowledge::Knowledge};

/// Of all nodes one refreshes, as long as it says so.
const LEASE_SECONDS: i64 = 300;
/// Who did not sign in for so long is not asked for.
const FORGOTTEN_SECONDS: i64 = 30 * 86_400;

impl Control {
    /// Takes over what the directory says of a person's groups now. Where nothing changed, nothing but the time is written.
    pub async fn renew_groups(&self, person: &PersonId, groups: &[GroupAddress]) -> Result<(), Error> {
        let now = self.clock.now();
        let mut change = self.begin(&Actor::Platform, "renew_groups", now).await?;
        let known = change.memberships(person, MembershipSource::Directory).await?;
        let row = change.person_by_id(person).await?;
        let Some(row) = row else { return Ok(()) };
        let claims = change.memberships(person, MembershipSource::Claim).await?;
        let claimed_at = (!claims.is_empty()).then_some(row.signed_in_at);
        let end = Knowledge { told_at: Some(now), claimed_at }.end(&self.settings.terms.people);
        let is_same = known.len() == groups.len() && groups.iter().all(|group| known.contains(group));
        if is_same && row.groups_known_until == end {
            drop(change);
            return Ok(self.writes.note_groups_told(person, now).await?);
        }
        if !is_same {
            change.put_memberships(person, groups, MembershipSource::Directory).await?;
        }
        change.put_knowledge(person, Some(now), end).await?;
        let detail = json!({ "groups": groups, "before": { "groups": known } });
        Ok(change.commit(&format!("person {person}"), &detail).await?)
    }

    /// Notes that the directory is silent about people: what it told last holds for a while, and then nobody knows. Where
    /// that is noted already, nothing is written.
    pub async fn note_silence(&self, people: &[PersonRow]) -> Result<(), Error> {
        let terms = &self.settings.terms.people;
        let mut change = self.begin(&Actor::Platform, "note_silence", self.clock.now()).await?;
        let mut noted = 0_u32;
        for person in people {
            let claims = change.memberships(&person.id, MembershipSource::Claim).await?;
            let claimed_at = (!claims.is_empty()).then_some(person.signed_in_at);
            let end = Knowledge { told_at: person.groups_told_at, claimed_at }.end_in_silence(terms);
            if end != person.groups_known_until {
                change.put_knowledge(&person.id, person.groups_told_at, end).await?;
                noted += 1;
            }
        }
        if noted == 0 {
            return Ok(());
        }
        Ok(change.commit("directory", &json!({ "people": noted })).await?)
    }

    /// People whose groups `holder` is to ask the directory for again, at most `most`; nobody if another node does it.
    pub async fn people_to_refresh(&self, holder: &str, most: u16) -> Result<Vec<PersonRow>, Error> {
        let now = self.clock.now();
        if !self.writes.take_lease("groups", holder, now, now.plus_seconds(LEASE_SECONDS)).await? {
            return Ok(vec![]);
        }
        let told_before = now.plus_seconds(-self.settings.terms.people.cache_seconds);
        Ok(self.reads.people_to_refresh(told_before, now.plus_seconds(-FORGOTTEN_SECONDS), most).await?)
    }
}
