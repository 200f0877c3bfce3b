//! Who may read why a call was refused?

use hansom_domain::{Actor, ApplicationId, RequestId};
use hansom_store::RefusedCall;

use crate::{Control, Error};

impl Control {
    /// The refused call with that request id, for the caller, the owners of the calling application, and administrators. A
    /// call whose caller was not proven is nobody's, whatever its token said: only administrators read it.
    pub(crate) async fn refused_call_for(&self, actor: &Actor, id: &RequestId) -> Result<RefusedCall, Error> {
        let missing = || {
            Error::NotFound("there is no refused call with that request id among yours; it shows up a second after the call and is kept for 30 days".into())
        };
        let call = self.reads.refused_call(id).await?.ok_or_else(missing)?;
        if self.may_read(actor, &call).await? { Ok(call) } else { Err(missing()) }
    }

    async fn may_read(&self, actor: &Actor, call: &RefusedCall) -> Result<bool, Error> {
        if actor.is_administrator() {
            return Ok(true);
        }
        let of_caller = match actor {
            Actor::Person { id, .. } => call.person.as_deref() == Some(id.as_str()),
            Actor::Application { id, .. } => call.application.as_deref() == Some(id.as_str()),
            _ => false,
        };
        if of_caller {
            return Ok(true);
        }
        let Some(id) = call.application.as_deref().and_then(|id| id.parse::<ApplicationId>().ok()) else {
            return Ok(false);
        };
        let application = self.reads.application(&id).await?;
        Ok(application.is_some_and(|application| actor.is_in(&application.owner)))
    }
}
