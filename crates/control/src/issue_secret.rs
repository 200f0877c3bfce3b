//! Make a secret for an application: shown once, stored hashed.

use hansom_domain::{Actor, ApplicationId, CredentialId, CredentialKind, PlainSecret};
use hansom_store::NewCredential;
use serde_json::json;

use crate::{Control, Error, Lasting};

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
        self.issue_secret_for(actor, application, &Lasting::default()).await
    }

    /// Makes a secret that ends by itself, or takes the place of another credential.
    pub async fn issue_secret_for(
        &self,
        actor: &Actor,
        application: &ApplicationId,
        lasting: &Lasting,
    ) -> Result<IssuedSecret, Error> {
        self.application_to_equip(actor, application).await?;
        let secret = PlainSecret::random(&self.chance);
        let id = CredentialId::random(&self.chance);
        let now = self.clock.now();
        let mut change = self.begin(actor, "issue_secret", now).await?;
        let expires_at = self.make_room(&mut change, application, CredentialKind::Secret, lasting).await?;
        let shown: String = secret.reveal().chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect();
        let credential = NewCredential {
            id: &id,
            application_id: application,
            kind: CredentialKind::Secret,
            public_jwk: None,
            secret_hash: Some(&self.vault.hash(secret.reveal())),
            jwks_url: None,
            expires_at,
            hint: &format!("…{shown}"),
            at: now,
            by: actor.name(),
        };
        change.insert_credential(&credential).await?;
        let replaced = lasting.replaces.as_ref().map(|(id, overlap)| json!({ "credential": id, "ends": overlap }));
        let detail = json!({ "credential": id, "kind": "secret", "expires_at": expires_at, "replaces": replaced });
        change.commit(&format!("application {application}"), &detail).await?;
        Ok(IssuedSecret { credential: id, secret })
    }
}
