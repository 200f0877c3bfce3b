//! Does an application prove itself?

use hansom_domain::{ApplicationId, CredentialId, CredentialKind, Timestamp};
use hansom_store::{Change, CredentialRow};
use serde_json::Value;

use crate::{Control, Error};

/// An application has at most this many credentials in force.
const MOST: i64 = 5;

impl Control {
    /// The credential whose secret this is; `None` if it is none of the application's, or revoked.
    pub async fn authenticate_secret(
        &self,
        application: &ApplicationId,
        secret: &str,
    ) -> Result<Option<CredentialId>, Error> {
        let live = self.live_credentials(application).await?;
        // Every hash is compared, so that the time tells nothing of which one fits.
        let mut found = None;
        for credential in live {
            let fits = credential.secret_hash.as_deref().is_some_and(|hash| self.vault.is_hash_of(hash, secret));
            if fits {
                found = Some(credential.id);
            }
        }
        Ok(found)
    }

    /// The public keys of an application that are in force, as JWKs.
    pub async fn live_keys(&self, application: &ApplicationId) -> Result<Vec<(CredentialId, Value)>, Error> {
        let live = self.live_credentials(application).await?;
        Ok(live
            .into_iter()
            .filter(|credential| credential.kind == CredentialKind::PublicKey)
            .filter_map(|credential| {
                let jwk = credential.public_jwk.as_deref().and_then(|jwk| serde_json::from_str(jwk).ok())?;
                Some((credential.id, jwk))
            })
            .collect())
    }

    async fn live_credentials(&self, application: &ApplicationId) -> Result<Vec<CredentialRow>, Error> {
        let known = self.reads.application(application).await?;
        if known.is_none_or(|application| application.revoked_at.is_some()) {
            return Ok(vec![]);
        }
        let mut credentials = self.reads.credentials_of(application).await?;
        credentials.retain(|credential| credential.revoked_at.is_none());
        Ok(credentials)
    }

    /// Uses a client assertion up, by the fingerprint of its id; `false` if it was used before.
    pub async fn use_assertion(&self, fingerprint: &str, expires_at: Timestamp) -> Result<bool, Error> {
        Ok(self.writes.use_assertion(fingerprint, expires_at).await?)
    }

    /// Notes that a token was issued for a credential.
    pub async fn touch_credential(&self, id: &CredentialId) -> Result<(), Error> {
        Ok(self.writes.touch_credential(id, self.clock.now()).await?)
    }
}

/// Refuses one credential more than there may be.
pub(crate) async fn refuse_too_many(change: &mut Change, application: &ApplicationId) -> Result<(), Error> {
    if change.count_live_credentials(application).await? >= MOST {
        return Err(Error::Conflict(format!(
            "the application has {MOST} credentials; revoke one before you make another"
        )));
    }
    Ok(())
}
