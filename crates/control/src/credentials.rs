//! Does an application prove itself?

use hansom_domain::{Actor, ApplicationId, CredentialId, CredentialKind, Overlap, PlainSecret, Timestamp};
use hansom_store::{ApplicationRow, Change, CredentialRow};
use serde_json::Value;

use crate::{Control, Error, terms::days_after};

/// An application has at most this many credentials in force.
const MOST: i64 = 5;
/// And none lasts longer than so many days, where its owners say how long.
const MOST_DAYS: u16 = 3650;

/// How long a new credential is to last, and what becomes of the one that it takes the place of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lasting {
    /// It ends after so many days.
    pub days: Option<u16>,
    /// The credential before it, and when that one ends.
    pub replaces: Option<(CredentialId, Overlap)>,
}

impl Control {
    /// The credential whose secret this is; `None` if it is none of the application's, or has ended.
    pub async fn authenticate_secret(
        &self,
        application: &ApplicationId,
        secret: &str,
    ) -> Result<Option<CredentialId>, Error> {
        // What cannot be a secret of ours is not looked for. It tells nobody anything: the checksum is no secret.
        if !PlainSecret::may_be(secret) {
            return Ok(None);
        }
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
        Ok(self.live_proofs(application).await?.0)
    }

    /// The public keys of an application that are in force, as JWKs, and the addresses of its others.
    pub async fn live_proofs(
        &self,
        application: &ApplicationId,
    ) -> Result<(Vec<(CredentialId, Value)>, Vec<(CredentialId, String)>), Error> {
        let (mut keys, mut addresses) = (vec![], vec![]);
        for credential in self.live_credentials(application).await? {
            match credential.kind {
                CredentialKind::PublicKey => {
                    let jwk = credential.public_jwk.as_deref().and_then(|jwk| serde_json::from_str(jwk).ok());
                    keys.extend(jwk.map(|jwk| (credential.id, jwk)));
                }
                CredentialKind::JwksUrl => addresses.extend(credential.jwks_url.map(|url| (credential.id, url))),
                CredentialKind::Secret | CredentialKind::ServiceAccount => {}
            }
        }
        Ok((keys, addresses))
    }

    async fn live_credentials(&self, application: &ApplicationId) -> Result<Vec<CredentialRow>, Error> {
        let known = self.reads.application(application).await?;
        if known.is_none_or(|application| !application.is_in_force()) {
            return Ok(vec![]);
        }
        let now = self.clock.now();
        let mut credentials = self.reads.credentials_of(application).await?;
        credentials.retain(|credential| credential.is_in_force(now));
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

    /// An application of the actor's groups that is to get a credential.
    pub(crate) async fn application_to_equip(
        &self,
        actor: &Actor,
        id: &ApplicationId,
    ) -> Result<ApplicationRow, Error> {
        let application = self.application_for(actor, id).await?;
        refuse_out_of_force(&application)?;
        Ok(application)
    }

    /// Makes room for a new credential; gives when it ends.
    pub(crate) async fn make_room(
        &self,
        change: &mut Change,
        application: &ApplicationId,
        kind: CredentialKind,
        lasting: &Lasting,
    ) -> Result<Option<Timestamp>, Error> {
        let now = self.clock.now();
        let expires_at = self.end_of(kind, lasting.days, now)?;
        change.hold_application(application).await?;
        if let Some((before, overlap)) = &lasting.replaces {
            let known = change.credential(before).await?;
            if !known.is_some_and(|known| known.application_id == *application && known.is_in_force(now)) {
                return Err(Error::NotFound(
                    "the application has no such credential in force to put another in its place".into(),
                ));
            }
            match overlap {
                Overlap::Now => change.revoke_credential(application, before, now, Some("replaced")).await?,
                Overlap::Day | Overlap::Week => {
                    let end = now.plus_seconds(overlap.seconds());
                    change.expire_credential(application, before, end, "replaced").await?
                }
            };
        }
        if change.count_live_credentials(application, now).await? >= MOST {
            return Err(Error::Conflict(format!(
                "the application has {MOST} credentials; revoke one before you make another"
            )));
        }
        Ok(expires_at)
    }

    fn end_of(&self, kind: CredentialKind, days: Option<u16>, now: Timestamp) -> Result<Option<Timestamp>, Error> {
        let most = match (kind, self.settings.terms.credentials.longest_secret_days) {
            (CredentialKind::Secret, longest @ 1..) => longest.min(MOST_DAYS),
            _ => MOST_DAYS,
        };
        match days {
            Some(days) if days == 0 || days > most => {
                Err(Error::Invalid(format!("a credential lasts from 1 to {most} days here; {days} is none of them")))
            }
            Some(days) => Ok(Some(days_after(now, days))),
            None if most < MOST_DAYS => Ok(Some(days_after(now, most))),
            None => Ok(None),
        }
    }
}

/// Refuses what an application that was revoked or is suspended is to have.
pub(crate) fn refuse_out_of_force(application: &ApplicationRow) -> Result<(), Error> {
    if application.revoked_at.is_some() {
        return Err(Error::Conflict("the application is revoked; register another one".into()));
    }
    if application.suspended_at.is_some() {
        return Err(Error::Conflict(
            "the application is suspended, for its owning group is empty; have an administrator transfer it".into(),
        ));
    }
    Ok(())
}
