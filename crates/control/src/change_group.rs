//! Who is in a group that Hansom keeps, and who owns it?

use std::collections::BTreeSet;

use hansom_domain::{Actor, GroupAddress, PersonId};
use hansom_store::MembershipSource;
use serde_json::json;

use crate::{Control, Error};

/// The most members of one group, those who are awaited among them.
const MOST_MEMBERS: usize = 5000;
/// The most owners of one group.
const MOST_OWNERS: usize = 20;

/// Somebody for a group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NewMember {
    /// A person who has signed in.
    Person(PersonId),
    /// Whoever signs in with this verified address from this issuer, the next time they do.
    Awaited {
        /// The provider's `iss`.
        issuer: String,
        /// The address.
        email: String,
    },
}

impl NewMember {
    /// An address awaited from an issuer, in lower case.
    pub fn awaited(issuer: &str, email: &str) -> Result<Self, Error> {
        let email = email.trim().to_lowercase();
        let is_plain = email.len() <= 254
            && email.split_once('@').is_some_and(|(name, domain)| !name.is_empty() && domain.contains('.'))
            && email.matches('@').count() == 1
            && !email.chars().any(|c| c.is_whitespace() || c.is_control() || "<>,;\"()".contains(c));
        if !is_plain {
            return Err(Error::Invalid("the e-mail address is none; write it like dev.patel@hackney.example".into()));
        }
        Ok(Self::Awaited { issuer: issuer.into(), email })
    }
}

impl Control {
    /// Adds members to a group that Hansom keeps, all or none; how many there are that were none before. Its owners and
    /// administrators may.
    pub async fn add_members(&self, actor: &Actor, group: &GroupAddress, new: &[NewMember]) -> Result<usize, Error> {
        self.may_keep(actor, group).await?;
        let new: BTreeSet<_> = new.iter().collect();
        let members = self.reads.kept_members_of(group).await?;
        let awaited = self.reads.awaited_members_of(group).await?;
        let is_there = |member: &NewMember| match member {
            NewMember::Person(id) => members.iter().any(|row| row.person_id == *id),
            NewMember::Awaited { issuer, email } => {
                awaited.iter().any(|row| row.issuer == *issuer && row.email == *email)
            }
        };
        let missing: Vec<_> = new.into_iter().filter(|member| !is_there(member)).collect();
        if members.len() + awaited.len() + missing.len() > MOST_MEMBERS {
            return Err(Error::Invalid(format!("a group that Hansom keeps has at most {MOST_MEMBERS} members")));
        }
        let now = self.clock.now();
        let mut change = self.begin(actor, "add_members", now).await?;
        for member in &missing {
            match member {
                NewMember::Person(id) => {
                    if change.person_by_id(id).await?.is_none() {
                        return Err(Error::Invalid(format!(
                            "there is no person {id}; who has not signed in yet is added by e-mail address"
                        )));
                    }
                    change.insert_membership(id, group, MembershipSource::Kept).await?;
                }
                NewMember::Awaited { issuer, email } => {
                    change.insert_awaited_member(group, (issuer, email), now).await?;
                }
            }
        }
        if !missing.is_empty() {
            change
                .commit(
                    &format!("group {group}"),
                    &json!({ "added": missing.iter().map(|member| told(member)).collect::<Vec<_>>() }),
                )
                .await?;
        }
        Ok(missing.len())
    }

    /// Takes somebody out of a group that Hansom keeps. Its owners and administrators may, and a member for themselves.
    pub async fn remove_member(&self, actor: &Actor, group: &GroupAddress, member: &NewMember) -> Result<(), Error> {
        let is_self = matches!((actor, member), (Actor::Person { id, .. }, NewMember::Person(other)) if id == other);
        if !(is_self && actor.is_in(group)) {
            self.may_keep(actor, group).await?;
        }
        let mut change = self.begin(actor, "remove_member", self.clock.now()).await?;
        let was_there = match member {
            NewMember::Person(id) => change.delete_kept_membership(group, id).await?,
            NewMember::Awaited { issuer, email } => change.delete_awaited_member(group, (issuer, email)).await?,
        };
        if !was_there {
            return Err(Error::NotFound("they are not in this group, or not by Hansom's own list".into()));
        }
        Ok(change.commit(&format!("group {group}"), &json!({ "removed": told(member) })).await?)
    }

    /// Makes a person an owner of a group that Hansom keeps.
    pub async fn add_group_owner(&self, actor: &Actor, group: &GroupAddress, person: &PersonId) -> Result<(), Error> {
        self.may_keep(actor, group).await?;
        if self.reads.owners_of_group(group).await?.len() >= MOST_OWNERS {
            return Err(Error::Conflict(format!("a group has at most {MOST_OWNERS} owners")));
        }
        let mut change = self.begin(actor, "add_group_owner", self.clock.now()).await?;
        if change.person_by_id(person).await?.is_none() {
            return Err(Error::Invalid(format!("there is no person {person}; owners have signed in before")));
        }
        change.insert_group_owner(group, person).await?;
        Ok(change.commit(&format!("group {group}"), &json!({ "owner": person })).await?)
    }

    /// Takes a person from the owners of a group that Hansom keeps. Administrators can always make another.
    pub async fn remove_group_owner(
        &self,
        actor: &Actor,
        group: &GroupAddress,
        person: &PersonId,
    ) -> Result<(), Error> {
        self.may_keep(actor, group).await?;
        let mut change = self.begin(actor, "remove_group_owner", self.clock.now()).await?;
        if !change.delete_group_owner(group, person).await? {
            return Err(Error::NotFound("they are no owner of this group".into()));
        }
        Ok(change.commit(&format!("group {group}"), &json!({ "owner_removed": person })).await?)
    }

    /// Removes a group that Hansom keeps, if nothing belongs to it. Administrators may.
    pub async fn delete_group(&self, actor: &Actor, group: &GroupAddress) -> Result<(), Error> {
        self.may_keep(actor, group).await?;
        if !actor.is_administrator() {
            return Err(Error::NotAllowed(format!(
                "only members of {} may remove groups",
                self.settings.administrators
            )));
        }
        if self.reads.group_owns_anything(group).await? {
            return Err(Error::Conflict(format!(
                "APIs or applications belong to {group}; give them another owner or revoke them first"
            )));
        }
        let members: Vec<_> = self.reads.kept_members_of(group).await?.into_iter().map(|row| row.person_id).collect();
        let mut change = self.begin(actor, "delete_group", self.clock.now()).await?;
        change.delete_kept_group(group, &members).await?;
        Ok(change.commit(&format!("group {group}"), &json!({ "members": members })).await?)
    }

    /// Whether the actor may say who is in a group: it is one that Hansom keeps, and they own it or are an administrator.
    pub async fn keeps_group(&self, actor: &Actor, group: &GroupAddress) -> Result<bool, Error> {
        if self.reads.kept_group(group).await?.is_none() {
            return Ok(false);
        }
        match actor {
            Actor::Person { id, administrator, .. } => Ok(*administrator || self.reads.owns_group(id, group).await?),
            _ => Ok(actor.is_administrator()),
        }
    }

    async fn may_keep(&self, actor: &Actor, group: &GroupAddress) -> Result<(), Error> {
        if self.keeps_group(actor, group).await? {
            return Ok(());
        }
        if !actor.speaks_for(group) {
            return Err(Error::NotFound("there is no such group, or you may not see it".into()));
        }
        Err(match self.reads.kept_group(group).await? {
            Some(_) => Error::NotAllowed(format!("only the owners of {group} and administrators may change it")),
            None => Error::Conflict(format!("{group} is not kept in Hansom; change its members in your directory")),
        })
    }
}

fn told(member: &NewMember) -> String {
    match member {
        NewMember::Person(id) => format!("person {id}"),
        NewMember::Awaited { issuer, email } => format!("{email} from {issuer}"),
    }
}
