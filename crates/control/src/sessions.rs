//! Is this browser signed in, and as whom?

use hansom_domain::{Actor, ApplicationId, GroupAddress, PersonId, Timestamp};
use hansom_store::{PersonRow, SignInRow};

use crate::{Control, Error, fingerprint};

/// A session ends after this many seconds without a request.
const IDLE_SECONDS: i64 = 3600;
/// A session ends after this many seconds in any case.
const ABSOLUTE_SECONDS: i64 = 12 * 3600;

/// What the browser keeps; the store has its fingerprint only.
pub struct SessionCookie {
    /// The cookie's value.
    pub value: String,
    /// Who is signed in by it.
    pub person: PersonId,
}

/// A signed-in person.
#[derive(Clone, Debug)]
pub struct Session {
    /// Who.
    pub person: PersonRow,
    /// As an actor of changes.
    pub actor: Actor,
    /// Their groups.
    pub groups: Vec<GroupAddress>,
    /// What each form of the session must carry.
    pub form_token: String,
    /// When they signed in.
    pub signed_in_at: Timestamp,
}

impl Control {
    /// Remembers a sign-in until the provider sends the browser back.
    pub async fn remember_sign_in(&self, sign_in: SignInRow) -> Result<(), Error> {
        Ok(self.writes.insert_sign_in(&sign_in).await?)
    }

    /// Takes a remembered sign-in, by the fingerprint of its state; it works once, within 15 minutes.
    pub async fn take_sign_in(&self, state_hash: &str) -> Result<Option<SignInRow>, Error> {
        let earliest = self.clock.now().plus_seconds(-900);
        Ok(self.writes.take_sign_in(state_hash).await?.filter(|sign_in| sign_in.created_at >= earliest))
    }

    /// The session of a cookie, if it is still good.
    pub async fn session(&self, cookie: &str) -> Result<Option<Session>, Error> {
        if cookie.len() > 200 {
            return Ok(None);
        }
        let hash = fingerprint(cookie);
        let Some(row) = self.reads.session(&hash).await? else {
            return Ok(None);
        };
        let now = self.clock.now();
        if now > row.last_seen_at.plus_seconds(IDLE_SECONDS) || now > row.created_at.plus_seconds(ABSOLUTE_SECONDS) {
            self.writes.delete_session(&hash).await?;
            return Ok(None);
        }
        if now > row.last_seen_at.plus_seconds(60) {
            self.writes.touch_session(&hash, now).await?;
        }
        let Some(person) = self.reads.person(&row.person_id).await? else {
            return Ok(None);
        };
        let groups = self.reads.groups_of(&person.id).await?;
        let actor = self.person_actor(&person, &groups);
        Ok(Some(Session { person, actor, groups, form_token: row.form_token, signed_in_at: row.created_at }))
    }

    /// Ends the session of a cookie.
    pub async fn sign_out(&self, cookie: &str) -> Result<(), Error> {
        Ok(self.writes.delete_session(&fingerprint(cookie)).await?)
    }

    /// A person as an actor, with the groups that the store has now.
    pub async fn actor_of_person(&self, id: &PersonId) -> Result<Actor, Error> {
        let person = self.reads.person(id).await?;
        let person =
            person.ok_or_else(|| Error::NotAllowed("there is no such person any more; sign in again".into()))?;
        let groups = self.reads.groups_of(id).await?;
        Ok(self.person_actor(&person, &groups))
    }

    /// An application as an actor, unless it was revoked.
    pub async fn actor_of_application(&self, id: &ApplicationId) -> Result<Actor, Error> {
        let application = self.reads.application(id).await?.filter(hansom_store::ApplicationRow::is_in_force);
        let application = application.ok_or_else(|| {
            Error::NotAllowed("the application was revoked or is suspended; the hub says which".into())
        })?;
        Ok(Actor::Application {
            administrator: application.may_publish && application.owner == self.settings.administrators,
            may_publish: application.may_publish,
            id: application.id,
            name: application.name,
            owner: application.owner,
        })
    }

    fn person_actor(&self, person: &PersonRow, groups: &[GroupAddress]) -> Actor {
        Actor::Person {
            id: person.id.clone(),
            name: person.name.clone(),
            groups: groups.iter().cloned().collect(),
            administrator: groups.contains(&self.settings.administrators),
        }
    }
}
