//! Let a service account of another issuer prove an application, so that no secret is kept at all.

use hansom_domain::{Actor, ApplicationId, CredentialId, CredentialKind};
use hansom_store::{NewCredential, ServiceAccountRow};
use serde_json::json;

use crate::{Control, Error, Lasting};

/// A service account as its issuer's tokens name it.
#[derive(Clone, Copy, Debug)]
pub struct ServiceAccount<'a> {
    /// The `iss` of its tokens.
    pub issuer: &'a str,
    /// Their `sub`.
    pub subject: &'a str,
    /// Their `email`, which must be verified there.
    pub email: &'a str,
}

impl Control {
    /// Binds a service account to an application of the actor's groups. It is a credential like the others: revoking it
    /// takes its tokens with it.
    pub async fn bind_service_account(
        &self,
        actor: &Actor,
        application: &ApplicationId,
        account: ServiceAccount<'_>,
    ) -> Result<CredentialId, Error> {
        self.application_to_equip(actor, application).await?;
        check(account)?;
        let id = CredentialId::random(&self.chance);
        let now = self.clock.now();
        let mut change = self.begin(actor, "bind_service_account", now).await?;
        self.make_room(&mut change, application, CredentialKind::ServiceAccount, &Lasting::default()).await?;
        if change.is_bound_service_account(account.issuer, account.subject).await? {
            return Err(Error::Conflict(
                "the service account proves an application already; revoke that credential first, or use another account"
                    .into(),
            ));
        }
        let credential = NewCredential {
            id: &id,
            application_id: application,
            kind: CredentialKind::ServiceAccount,
            public_jwk: None,
            secret_hash: None,
            jwks_url: None,
            expires_at: None,
            hint: account.email,
            at: now,
            by: actor.name(),
        };
        change.insert_credential(&credential).await?;
        change.insert_service_account(&id, account.issuer, account.subject, account.email).await?;
        let detail = json!({
            "credential": id, "kind": "service_account", "issuer": account.issuer, "subject": account.subject,
            "email": account.email,
        });
        change.commit(&format!("application {application}"), &detail).await?;
        Ok(id)
    }

    /// The application that a service account proves, and by which credential.
    pub async fn service_account(&self, issuer: &str, subject: &str) -> Result<Option<ServiceAccountRow>, Error> {
        Ok(self.reads.service_account(issuer, subject, self.clock.now()).await?)
    }
}

fn check(account: ServiceAccount<'_>) -> Result<(), Error> {
    let is_word =
        |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
    let is_here = ["http://127.0.0.1:", "http://localhost:"].iter().any(|here| account.issuer.starts_with(here));
    if !(is_here || account.issuer.starts_with("https://")) || !is_word(account.issuer, 300) {
        return Err(Error::Invalid("the issuer is no issuer; write it like https://accounts.google.com".into()));
    }
    if !is_word(account.subject, 255) {
        return Err(Error::Invalid("the subject is the sub of its tokens: 1 to 255 characters without spaces".into()));
    }
    if !is_word(account.email, 100) || !account.email.contains('@') {
        return Err(Error::Invalid("the address is the email of its tokens, at most 100 characters".into()));
    }
    Ok(())
}
