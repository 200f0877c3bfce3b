//! Is this browser signed in, and as whom?

use hansom_domain::{Actor, ApplicationId, GroupAddress, PersonId, Timestamp};
use hansom_store::{MembershipSource, PersonRow, SessionRow};

use crate::{Control, Error, fingerprint, knowledge::is_known};

/// So much of a session's fingerprint is enough to tell it from the others of one person.
const HANDLE_CHARS: usize = 22;

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
    /// Their groups; those that Hansom keeps itself, if the others are not known.
    pub groups: Vec<GroupAddress>,
    /// Whether the directory has been silent too long to know all groups.
    pub groups_unknown: bool,
    /// What each form of the session must carry.
    pub form_token: String,
    /// When they signed in.
    pub signed_in_at: Timestamp,
}

/// One of the sessions of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedSession {
    /// What it is called by; nobody gets in with that.
    pub handle: String,
    /// Which browser, in words; empty if it did not say.
    pub browser: String,
    /// When it began.
    pub began_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_seen_at: Timestamp,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

/// What a session leaves behind for the provider that it began with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedOut {
    /// The provider, by its name in the configuration.
    pub provider: String,
    /// The ID token that it began with.
    pub id_token: Option<String>,
}

/// What a session is called by.
pub(crate) fn handle(id_hash: &str) -> String {
    id_hash.chars().take(HANDLE_CHARS).collect()
}

impl Control {
    /// The session of a cookie, if it is still good.
    pub async fn session(&self, cookie: &str) -> Result<Option<Session>, Error> {
        if cookie.len() > 200 {
            return Ok(None);
        }
        let hash = fingerprint(cookie);
        let Some(row) = self.reads.session(&hash).await? else {
            return Ok(None);
        };
        if !self.is_live(&row) {
            self.writes.delete_session(&hash).await?;
            return Ok(None);
        }
        let now = self.clock.now();
        if now > row.last_seen_at.plus_seconds(60) {
            self.writes.touch_session(&hash, now).await?;
        }
        let Some(person) = self.reads.person(&row.person_id).await? else {
            return Ok(None);
        };
        if person.suspended_at.is_some() {
            return Ok(None);
        }
        let groups_unknown = !is_known(&person, now);
        let groups = if groups_unknown {
            let told = self.reads.told_groups_of(&person.id).await?.into_iter();
            told.filter(|told| told.source == MembershipSource::Kept.as_str()).map(|told| told.group_address).collect()
        } else {
            self.reads.groups_of(&person.id).await?
        };
        let actor = self.person_actor(&person, &groups);
        let (form_token, signed_in_at) = (row.form_token, row.created_at);
        Ok(Some(Session { person, actor, groups, groups_unknown, form_token, signed_in_at }))
    }

    /// Ends the session of a cookie, and says what its provider has to be told.
    pub async fn sign_out(&self, cookie: &str) -> Result<Option<SignedOut>, Error> {
        let hash = fingerprint(cookie);
        let Some(row) = self.reads.session(&hash).await? else {
            return Ok(None);
        };
        self.writes.delete_session(&hash).await?;
        let opened = row.sealed_id_token.and_then(|sealed| self.vault.open(&sealed, &hash).ok());
        let id_token = opened.and_then(|bytes| String::from_utf8(bytes.to_vec()).ok());
        Ok(Some(SignedOut { provider: row.provider, id_token }))
    }

    /// The sessions of a person that are good still, the one that was used last first. `cookie` is that of the session that
    /// asks, if a session does.
    pub async fn sessions_of(&self, person: &PersonId, cookie: Option<&str>) -> Result<Vec<ListedSession>, Error> {
        let this = cookie.map(fingerprint);
        let rows = self.reads.sessions_of(person).await?.into_iter().filter(|row| self.is_live(row));
        let listed = rows.map(|row| ListedSession {
            handle: handle(&row.id_hash),
            is_this: this.as_ref() == Some(&row.id_hash),
            browser: row.browser,
            began_at: row.created_at,
            last_seen_at: row.last_seen_at,
        });
        Ok(listed.collect())
    }

    fn is_live(&self, row: &SessionRow) -> bool {
        let (now, terms) = (self.clock.now(), &self.settings.terms.people);
        now <= row.last_seen_at.plus_seconds(terms.idle_seconds)
            && now <= row.created_at.plus_seconds(terms.absolute_seconds)
    }

    /// A person as an actor, with the groups that the store has now.
    pub async fn actor_of_person(&self, id: &PersonId) -> Result<Actor, Error> {
        let person = self.reads.person(id).await?;
        let person =
            person.ok_or_else(|| Error::NotAllowed("there is no such person any more; sign in again".into()))?;
        if person.suspended_at.is_some() {
            return Err(Error::NotAllowed("your account is suspended; ask the administrators of the platform".into()));
        }
        if !is_known(&person, self.clock.now()) {
            return Err(Error::GroupsUnknown);
        }
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
