//! Put a new signing key in the place of the one that signs.
//!
//! All of it is done while the keys are held, so that of several nodes that want to rotate at once only one does.

use hansom_domain::{Actor, Timestamp};
use hansom_store::{Change, NewSigningKey, SigningKeyRow};
use serde_json::json;

use crate::{
    Control, Error,
    key_pair::NewPair,
    keys::{MARGIN_SECONDS, announced_at, signing_at},
    terms::{DAY, days_after},
    vault::PEPPER,
};

/// Withdrawn and ended keys are shown for so many days.
const SHOWN_DAYS: i64 = 30;

/// When the new key begins to sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begins {
    /// Once whoever verifies has had the time to learn of it.
    Announced,
    /// At once: those who verify ask for the keys again when they meet an unknown one.
    Now,
}

impl Control {
    /// Makes the first signing key if there is none, and takes over what the store has sealed with the master key. A master
    /// key that does not fit is found here.
    pub async fn ensure_signing_key(&self) -> Result<(), Error> {
        let sealed = self.reads.sealed_value(PEPPER).await?;
        if let Some(sealed) = &sealed {
            self.vault.take_pepper(sealed)?;
            if !self.reads.signing_keys().await?.is_empty() {
                return Ok(());
            }
        }
        let now = self.clock.now();
        let mut change = self.begin(&Actor::Platform, "make_signing_key", now).await?;
        change.hold_keys().await?;
        let mut made = None;
        let keys = change.signing_keys().await?;
        match change.sealed_value(PEPPER).await? {
            Some(sealed) => self.vault.take_pepper(&sealed)?,
            None => {
                // The keys from before there was a pepper have to fit, or it would be sealed with another master key.
                for key in keys.iter().filter(|key| !key.sealed_private.is_empty()) {
                    self.vault.open(&key.sealed_private, &key.id)?;
                }
                change.put_sealed_value(PEPPER, &self.vault.sealed_pepper(&self.chance)?).await?;
                made = Some("the master key's seal".to_owned());
            }
        }
        if keys.is_empty() {
            let key = self.new_key(now, now)?;
            change.insert_signing_key(&key).await?;
            made = Some(format!("signing key {}", key.id));
        }
        let Some(made) = made else { return Ok(()) };
        let detail = json!({ "algorithm": self.settings.terms.keys.algorithm });
        Ok(change.commit(&made, &detail).await?)
    }

    /// Makes the key that signs next; gives its name and from when on it signs.
    pub async fn rotate_signing_key(&self, actor: &Actor, begins: Begins) -> Result<(String, Timestamp), Error> {
        self.only_administrators(actor)?;
        let now = self.clock.now();
        let mut change = self.begin(actor, "rotate_signing_key", now).await?;
        let keys = self.hold_keys(&mut change).await?;
        let announced = announced_at(&keys, now);
        let signs_from = match begins {
            Begins::Now => now,
            Begins::Announced => now.plus_seconds(self.settings.terms.keys.announce_seconds.max(0)),
        };
        let kid = match (announced, begins) {
            (Some(announced), Begins::Announced) => {
                return Err(Error::Conflict(format!(
                    "the key {} is announced already; it signs in {} minutes",
                    announced.id,
                    announced.signs_from.seconds().saturating_sub(now.seconds()).max(0).div_euclid(60),
                )));
            }
            (Some(announced), Begins::Now) => announced.id.clone(),
            (None, _) => {
                let key = self.new_key(now, signs_from)?;
                change.insert_signing_key(&key).await?;
                key.id
            }
        };
        succeed(&mut change, &keys, &kid, signs_from).await?;
        let detail = json!({ "algorithm": self.settings.terms.keys.algorithm, "signs_from": signs_from });
        change.commit(&format!("signing key {kid}"), &detail).await?;
        self.signing.forget();
        Ok((kid, signs_from))
    }

    /// Announces the next key where the one that signs has signed for long enough; `false` if nothing was to be done.
    pub(crate) async fn rotate_if_due(&self) -> Result<bool, Error> {
        let now = self.clock.now();
        if !self.is_rotation_due(&self.reads.signing_keys().await?, now) {
            return Ok(false);
        }
        let mut change = self.begin(&Actor::Platform, "rotate_signing_key", now).await?;
        let keys = self.hold_keys(&mut change).await?;
        if !self.is_rotation_due(&keys, now) {
            return Ok(false);
        }
        let signs_from = now.plus_seconds(self.settings.terms.keys.announce_seconds.max(0));
        let key = self.new_key(now, signs_from)?;
        change.insert_signing_key(&key).await?;
        succeed(&mut change, &keys, &key.id, signs_from).await?;
        let detail = json!({ "algorithm": key.algorithm, "signs_from": signs_from, "by": "schedule" });
        change.commit(&format!("signing key {}", key.id), &detail).await?;
        self.signing.forget();
        Ok(true)
    }

    fn is_rotation_due(&self, keys: &[SigningKeyRow], now: Timestamp) -> bool {
        let terms = &self.settings.terms.keys;
        if terms.rotate_every_days == 0 || announced_at(keys, now).is_some() {
            return false;
        }
        // The first key of an older Hansom signs since it was made.
        signing_at(keys, now).is_none_or(|key| {
            let since = key.signs_from.max(key.created_at);
            days_after(since, terms.rotate_every_days).plus_seconds(-terms.announce_seconds) <= now
        })
    }

    /// Destroys the private halves of keys that sign no more, and forgets keys that ended a month ago.
    pub(crate) async fn clear_keys(&self) -> Result<(), Error> {
        let now = self.clock.now();
        let ended = |key: &SigningKeyRow| key.withdrawn_at.or_else(|| self.gone_at(key));
        let is_old = |key: &SigningKeyRow| ended(key).is_some_and(|end| end.plus_seconds(SHOWN_DAYS * DAY) <= now);
        let is_idle = |key: &SigningKeyRow| {
            let retired = key.retired_at.is_some_and(|at| at.plus_seconds(MARGIN_SECONDS) <= now);
            retired && !key.sealed_private.is_empty()
        };
        if !self.reads.signing_keys().await?.iter().any(|key| is_old(key) || is_idle(key)) {
            return Ok(());
        }
        let mut change = self.begin(&Actor::Platform, "clear_signing_keys", now).await?;
        let keys = self.hold_keys(&mut change).await?;
        let signing = signing_at(&keys, now).map(|key| key.id.clone());
        let (mut destroyed, mut forgotten) = (vec![], vec![]);
        for key in keys.iter().filter(|key| Some(&key.id) != signing.as_ref()) {
            if is_old(key) {
                change.delete_signing_key(&key.id).await?;
                forgotten.push(&key.id);
            } else if is_idle(key) {
                change.reseal_signing_key(&key.id, "").await?;
                destroyed.push(&key.id);
            }
        }
        if destroyed.is_empty() && forgotten.is_empty() {
            return Ok(());
        }
        Ok(change.commit("signing keys", &json!({ "private_destroyed": destroyed, "forgotten": forgotten })).await?)
    }

    /// The keys, held until the change ends. What this node would seal with another master key than the store's is refused.
    pub(crate) async fn hold_keys(&self, change: &mut Change) -> Result<Vec<SigningKeyRow>, Error> {
        change.hold_keys().await?;
        if let Some(sealed) = change.sealed_value(PEPPER).await? {
            self.vault.take_pepper(&sealed)?;
        }
        Ok(change.signing_keys().await?)
    }

    pub(crate) fn new_key(&self, now: Timestamp, signs_from: Timestamp) -> Result<NewSigningKey, Error> {
        let algorithm = self.settings.terms.keys.algorithm;
        let pair = NewPair::random(algorithm)?;
        Ok(NewSigningKey {
            sealed_private: self.vault.seal(&pair.private, &pair.kid, &self.chance)?,
            id: pair.kid,
            algorithm: algorithm.to_string(),
            public_jwk: pair.jwk.to_string(),
            created_at: now,
            signs_from,
            retired_at: None,
            withdrawn_at: None,
        })
    }
}

/// Lets `kid` sign from a moment on and every other key stop there at the latest.
pub(crate) async fn succeed(
    change: &mut Change,
    keys: &[SigningKeyRow],
    kid: &str,
    signs_from: Timestamp,
) -> Result<(), Error> {
    for key in keys.iter().filter(|key| key.id != kid && key.withdrawn_at.is_none()) {
        if key.retired_at.is_none_or(|retired| retired > signs_from) {
            change.time_signing_key(&key.id, key.signs_from, Some(signs_from)).await?;
        }
    }
    change.time_signing_key(kid, signs_from, None).await?;
    Ok(())
}
