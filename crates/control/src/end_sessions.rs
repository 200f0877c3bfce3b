//! End sessions of one's own from another browser.

use hansom_domain::Actor;
use serde_json::json;

use crate::{Control, Error, fingerprint, sessions::handle};

impl Control {
    /// Ends one session of the actor, by what it is called in the list.
    pub async fn end_session(&self, actor: &Actor, called: &str) -> Result<(), Error> {
        let Actor::Person { id, .. } = actor else {
            return Err(Error::NotAllowed("programs have no sessions".into()));
        };
        let sessions = self.reads.sessions_of(id).await?;
        let found = sessions.into_iter().find(|session| handle(&session.id_hash) == called);
        let found = found.ok_or_else(|| Error::NotFound("there is no such session any more".into()))?;
        let mut change = self.begin(actor, "end_session", self.clock.now()).await?;
        if !change.end_session(id, &found.id_hash).await? {
            return Err(Error::NotFound("there is no such session any more".into()));
        }
        Ok(change.commit(&format!("person {id}"), &json!({ "browser": found.browser })).await?)
    }

    /// Ends all sessions of the actor but that of `cookie`.
    pub async fn end_other_sessions(&self, actor: &Actor, cookie: Option<&str>) -> Result<u64, Error> {
        let Actor::Person { id, .. } = actor else {
            return Err(Error::NotAllowed("programs have no sessions".into()));
        };
        let this = cookie.map(fingerprint);
        let mut change = self.begin(actor, "end_other_sessions", self.clock.now()).await?;
        let ended = change.end_sessions(id, this.as_deref()).await?;
        change.commit(&format!("person {id}"), &json!({ "sessions_ended": ended })).await?;
        Ok(ended)
    }
}
