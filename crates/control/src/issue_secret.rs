//! Make a secret for an application: shown once, stored hashed.

use hansom_domain::{Actor, ApplicationId, CredentialId, CredentialKind, PlainSecret};
use hansom_store::NewCredential;
use serde_json::json;

use crate::{Control, Error, credentials::refuse_too_many};

/// A new secret, in the one moment in which it can be shown.
#[derive(Debug)]
pub struct IssuedSecret {
    /// The credential.
    pub credential: CredentialId,
    /// Its secret.
    pub secret: PlainSecret,
}

impl Control {
    /// Makes a secret for an application of the actor's groups.
    pub async fn issue_secret(&self, actor: &Actor, application: &ApplicationId) -> Result<IssuedSecret, Error> {
        let known = self.application_for(actor, application).await?;
        if known.revoked_at.is_some() {
            return Err(Error::Conflict("the application is revoked; register another one".into()));
        }
        let secret = PlainSecret::random(&self.chance);
        let id = CredentialId::random(&self.chance);
        let now = self.clock.now();
        let mut change = self.begin(actor, "issue_secret", now).await?;
        refuse_too_many(&mut change, application).await?;
        let shown: String = secret.reveal().chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect();
        let credential = NewCredential {
            id: &id,
            application_id: application,
            kind: CredentialKind::Secret,
            public_jwk: None,
            secret_hash: Some(&self.vault.hash(secret.reveal())),
            hint: &format!("…{shown}"),
            at: now,
            by: actor.name(),
        };
        change.insert_credential(&credential).await?;
        change.commit(&format!("application {application}"), &json!({ "credential": id, "kind": "secret" })).await?;
        Ok(IssuedSecret { credential: id, secret })
    }
}
