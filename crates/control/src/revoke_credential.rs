//! Revoke a credential: tokens issued for it are refused within a second.

use hansom_domain::{Actor, ApplicationId, CredentialId};
use serde_json::json;

use crate::{Control, Error};

impl Control {
    /// Revokes a credential of an application of the actor's groups, for good.
    pub async fn revoke_credential(
        &self,
        actor: &Actor,
        application: &ApplicationId,
        id: &CredentialId,
    ) -> Result<(), Error> {
        self.application_for(actor, application).await?;
        let now = self.clock.now();
        let mut change = self.begin(actor, "revoke_credential", now).await?;
        if !change.revoke_credential(application, id, now, None).await? {
            return Err(Error::NotFound("the application has no such credential in force".into()));
        }
        Ok(change.commit(&format!("application {application}"), &json!({ "credential": id })).await?)
    }
}
