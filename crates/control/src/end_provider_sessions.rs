//! End the sessions of a person whose provider says that they signed out there.

use std::collections::BTreeSet;

use hansom_domain::{Actor, PersonKey};
use serde_json::json;

use crate::{Control, Error, fingerprint};

/// What a provider says that ended.
#[derive(Clone, Copy, Debug)]
pub struct EndedAtProvider<'e> {
    /// The provider, by its name in the configuration.
    pub provider: &'e str,
    /// Its `iss`.
    pub issuer: &'e str,
    /// Whose sessions, by their `sub`; whoever's it was, if only the session is told.
    pub subject: Option<&'e str>,
    /// Which session of theirs at the provider; all of them, if only the person is told.
    pub session: Option<&'e str>,
}

impl Control {
    /// Ends the sessions here that came of what ended there; gives how many those were. Of somebody who has none, nothing is
    /// written.
    pub async fn end_provider_sessions(&self, ended: EndedAtProvider<'_>) -> Result<usize, Error> {
        let now = self.clock.now();
        let mut change = self.begin(&Actor::Platform, "end_provider_sessions", now).await?;
        let person = match ended.subject {
            Some(subject) => {
                let key = PersonKey { issuer: ended.issuer.to_owned(), subject: subject.to_owned() };
                match change.person(&key).await? {
                    Some(person) => Some(person.id),
                    None => return Ok(0),
                }
            }
            None => None,
        };
        let session = ended.session.map(fingerprint);
        let whose = change.end_sessions_of_provider(ended.provider, person.as_ref(), session.as_deref()).await?;
        let people: BTreeSet<_> = whose.iter().collect();
        let Some(first) = people.first() else { return Ok(0) };
        let detail = json!({ "provider": ended.provider, "sessions_ended": whose.len(), "people": people });
        change.commit(&format!("person {first}"), &detail).await?;
        Ok(whose.len())
    }
}
