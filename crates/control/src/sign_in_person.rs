//! Sign a person in whom an OpenID provider has proven.

use hansom_domain::{Actor, GroupAddress, PersonId, PersonKey};
use hansom_store::{MembershipSource, NewSession, PersonRow};
use serde_json::json;

use crate::{Control, Error, SessionCookie, fingerprint};

impl Control {
    /// Makes or renews the person, takes over what the directory says of their groups, and begins a session with an id
    /// that nobody could know before.
    pub async fn sign_in_person(
        &self,
        key: PersonKey,
        email: &str,
        name: &str,
        groups: &[GroupAddress],
    ) -> Result<SessionCookie, Error> {
        let now = self.clock.now();
        let mut change = self.begin(&Actor::Platform, "sign_in_person", now).await?;
        let known = change.person(&key).await?;
        let person = PersonRow {
            id: known.as_ref().map_or_else(|| PersonId::random(&self.chance), |person| person.id.clone()),
            issuer: key.issuer,
            subject: key.subject,
            email: email.chars().filter(|c| !c.is_control()).take(254).collect(),
            name: name.chars().filter(|c| !c.is_control()).take(200).collect(),
            created_at: known.map_or(now, |person| person.created_at),
            signed_in_at: now,
        };
        change.put_person(&person).await?;
        change.put_memberships(&person.id, groups, MembershipSource::Directory).await?;
        let value = self.chance.hex(32);
        let session = NewSession {
            id_hash: &fingerprint(&value),
            person_id: &person.id,
            form_token: &self.chance.hex(32),
            at: now,
        };
        change.insert_session(&session).await?;
        change.commit(&format!("person {}", person.id), &json!({ "name": person.name })).await?;
        Ok(SessionCookie { value, person: person.id })
    }

    /// Takes over what the directory says of a person's groups now. Where nothing changed, nothing is written.
    pub async fn renew_groups(&self, person: &PersonId, groups: &[GroupAddress]) -> Result<(), Error> {
        let mut change = self.begin(&Actor::Platform, "renew_groups", self.clock.now()).await?;
        let known = change.memberships(person, MembershipSource::Directory).await?;
        if known.len() == groups.len() && groups.iter().all(|group| known.contains(group)) {
            return Ok(());
        }
        change.put_memberships(person, groups, MembershipSource::Directory).await?;
        Ok(change.commit(&format!("person {person}"), &json!({ "groups": groups })).await?)
    }
}
