//! Suspend a person, or take that back.

use hansom_domain::{Actor, PersonId};
use serde_json::json;

use crate::{Control, Error, text};

impl Control {
    /// Ends everything that a person may do here at once: their sessions end, gateways refuse their tokens, and they cannot
    /// sign in. Nobody suspends themselves, so that there is always an administrator left.
    pub async fn suspend_person(&self, actor: &Actor, person: &PersonId, why: &str) -> Result<(), Error> {
        self.may_suspend(actor, person).await?;
        if matches!(actor, Actor::Person { id, .. } if id == person) {
            return Err(Error::Conflict("you cannot suspend yourself; another administrator can".into()));
        }
        let why = text::checked("the reason", why, 3, 500, false)?;
        let now = self.clock.now();
        let mut change = self.begin(actor, "suspend_person", now).await?;
        change.put_suspension(person, Some(now), &why).await?;
        let ended = change.end_sessions(person, None).await?;
        Ok(change.commit(&format!("person {person}"), &json!({ "reason": why, "sessions_ended": ended })).await?)
    }

    /// Lets a suspended person in again.
    pub async fn unsuspend_person(&self, actor: &Actor, person: &PersonId) -> Result<(), Error> {
        self.may_suspend(actor, person).await?;
        let mut change = self.begin(actor, "unsuspend_person", self.clock.now()).await?;
        change.put_suspension(person, None, "").await?;
        Ok(change.commit(&format!("person {person}"), &json!({})).await?)
    }

    async fn may_suspend(&self, actor: &Actor, person: &PersonId) -> Result<(), Error> {
        if !actor.is_administrator() {
            return Err(Error::NotFound("there is no such person, or you may not see them".into()));
        }
        if self.reads.person(person).await?.is_none() {
            return Err(Error::NotFound("there is no such person".into()));
        }
        Ok(())
    }
}
