//! Who may look at people and groups?

use hansom_domain::{Actor, GroupAddress, PersonId};
use hansom_store::{GroupFilter, GroupStandingRow, Part, PeopleFilter, PersonRow};

use crate::{Control, Error};

/// The most of either that are given at once.
const MOST: usize = 200;
/// The most groups that are looked through for those of one person.
const MOST_GROUPS: usize = 100_000;

impl Control {
    /// A part of those who have signed in, by name: for administrators.
    pub async fn people_found(
        &self,
        actor: &Actor,
        filter: PeopleFilter<'_>,
        part: Part<'_>,
    ) -> Result<Vec<PersonRow>, Error> {
        self.refuse_who_sees_no_people(actor)?;
        Ok(self.reads.people_found(filter, Part { most: part.most.min(MOST + 1), ..part }).await?)
    }

    /// How many of those who have signed in fit: for administrators.
    pub async fn people_count(&self, actor: &Actor, filter: PeopleFilter<'_>) -> Result<usize, Error> {
        self.refuse_who_sees_no_people(actor)?;
        Ok(self.reads.people_count(filter).await?)
    }

    /// One person: for administrators.
    pub async fn person_for(&self, actor: &Actor, id: &PersonId) -> Result<PersonRow, Error> {
        let person = if actor.is_administrator() { self.reads.person(id).await? } else { None };
        person.ok_or_else(|| Error::NotFound("there is no such person, or you may not see them".into()))
    }

    /// A part of the groups, by address, and how many fit: of all for administrators, else of those that the actor is in or
    /// owns.
    pub async fn groups_found(
        &self,
        actor: &Actor,
        filter: GroupFilter<'_>,
        part: Part<'_>,
    ) -> Result<(Vec<GroupStandingRow>, usize), Error> {
        if actor.is_administrator() {
            let part = Part { most: part.most.min(MOST + 1), ..part };
            return Ok((self.reads.groups_found(filter, part).await?, self.reads.groups_count(filter).await?));
        }
        let owned = match actor {
            Actor::Person { id, .. } => self.reads.groups_owned_by(id).await?,
            Actor::Application { .. } | Actor::Pipeline { .. } | Actor::Platform => vec![],
        };
        let all = Part { skip: 0, most: MOST_GROUPS, ..part };
        let mut groups = self.reads.groups_found(filter, all).await?;
        groups.retain(|group| actor.is_in(&group.address) || owned.contains(&group.address));
        let count = groups.len();
        Ok((groups.into_iter().skip(part.skip).take(part.most).collect(), count))
    }

    /// One group: for administrators, its members and its owners.
    pub async fn group_for(&self, actor: &Actor, address: &GroupAddress) -> Result<GroupStandingRow, Error> {
        let hidden = || Error::NotFound("there is no such group, or you may not see it".into());
        if !actor.speaks_for(address) && !self.keeps_group(actor, address).await? {
            return Err(hidden());
        }
        self.reads.group_standing(address).await?.ok_or_else(hidden)
    }

    fn refuse_who_sees_no_people(&self, actor: &Actor) -> Result<(), Error> {
        if actor.is_administrator() {
            return Ok(());
        }
        Err(Error::NotAllowed(format!("only members of {} may list people", self.settings.administrators)))
    }
}
