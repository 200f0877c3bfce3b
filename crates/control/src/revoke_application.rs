//! Revoke an application: its tokens are refused within a second.

use hansom_domain::{Actor, ApplicationId};
use serde_json::json;

use crate::{Control, Error};

impl Control {
    /// Revokes an application of the actor's groups, for good.
    pub async fn revoke_application(&self, actor: &Actor, id: &ApplicationId) -> Result<(), Error> {
        let application = self.application_for(actor, id).await?;
        let now = self.clock.now();
        let mut change = self.begin(actor, "revoke_application", now).await?;
        if !change.revoke_application(id, now).await? {
            return Err(Error::Conflict("the application was revoked before".into()));
        }
        Ok(change.commit(&format!("application {id}"), &json!({ "name": application.name })).await?)
    }
}
