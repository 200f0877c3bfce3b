//! Who may read why a call was refused?

use hansom_domain::{Actor, ApiSlug, ApplicationId, RequestId};
use hansom_store::RefusedCall;

use crate::{Control, Error};

impl Control {
    /// The refused call with that request id, for the caller, the owners of the calling application, the owners of the
    /// API, and administrators. A call without a known caller can be read by everyone who holds its id.
    pub async fn refused_call_for(&self, actor: &Actor, id: &RequestId) -> Result<RefusedCall, Error> {
        let missing = || {
            Error::NotFound("there is no refused call with that request id among yours; it shows up a second after the call and is kept for 30 days".into())
        };
        let call = self.reads.refused_call(id).await?.ok_or_else(missing)?;
        if self.may_read(actor, &call).await? { Ok(call) } else { Err(missing()) }
    }

    async fn may_read(&self, actor: &Actor, call: &RefusedCall) -> Result<bool, Error> {
        if actor.is_administrator() || (call.application.is_none() && call.person.is_none()) {
            return Ok(true);
        }
        if call.person.as_deref() == Some(actor.id()) || call.application.as_deref() == Some(actor.id()) {
            return Ok(true);
        }
        if let Some(id) = call.application.as_deref().and_then(|id| id.parse::<ApplicationId>().ok()) {
            let application = self.reads.application(&id).await?;
            if application.is_some_and(|application| actor.speaks_for(&application.owner)) {
                return Ok(true);
            }
        }
        let Some(slug) = call.api.as_deref().and_then(|slug| slug.parse::<ApiSlug>().ok()) else {
            return Ok(false);
        };
        Ok(self.reads.api(&slug).await?.is_some_and(|api| actor.speaks_for(&api.owner)))
    }
}
