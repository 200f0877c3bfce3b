//! With which key does the platform sign, and which keys verify?
//!
//! A key is announced first: it verifies, and is shown to whoever verifies, before it signs. Then it signs until the next one
//! does, verifies on until the last token that it signed is over, and is gone. Which key signs follows from the time alone, so
//! that several nodes agree without asking each other.

use std::sync::{Arc, Mutex, PoisonError};

use base64::{Engine, engine::general_purpose::STANDARD};
use hansom_domain::{Actor, SigningAlgorithm, Timestamp};
use hansom_store::SigningKeyRow;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::Value;
use zeroize::Zeroizing;

use crate::{Control, Error, Vault};

/// What was read of the keys is asked for again after so many seconds.
const READ_AGAIN_SECONDS: i64 = 2;

/// Beyond the longest life of a token, for clocks that differ and tokens that were being made.
pub(crate) const MARGIN_SECONDS: i64 = 300;

/// The key that signs now.
pub struct SigningKey {
    /// Its `kid`.
    pub kid: String,
    /// Its algorithm.
    pub algorithm: Algorithm,
    /// The private half.
    pub encoding: EncodingKey,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.kid)
    }
}

/// A signing key as it lies in the store: of use to nobody without the master key.
#[derive(Clone, Debug)]
pub struct SealedKey {
    /// Its `kid`.
    pub kid: String,
    /// Its algorithm.
    pub algorithm: SigningAlgorithm,
    /// The private half, sealed, in base64.
    pub sealed: String,
}

impl SealedKey {
    fn of(row: SigningKeyRow) -> Result<Self, Error> {
        let unknown = |_| Error::Internal(format!("signing key {} has an unknown algorithm {}", row.id, row.algorithm));
        let algorithm = row.algorithm.parse().map_err(unknown)?;
        Ok(Self { kid: row.id, algorithm, sealed: row.sealed_private })
    }

    /// The key itself.
    pub fn open(&self, vault: &Vault) -> Result<SigningKey, Error> {
        let pkcs8: Zeroizing<Vec<u8>> = vault.open(&self.sealed, &self.kid)?;
        let (algorithm, encoding) = match self.algorithm {
            SigningAlgorithm::Es256 => (Algorithm::ES256, EncodingKey::from_ec_der(&pkcs8)),
            SigningAlgorithm::Rs256 => (Algorithm::RS256, rsa_key(&pkcs8)?),
            SigningAlgorithm::EdDsa => (Algorithm::EdDSA, EncodingKey::from_ed_der(&pkcs8)),
        };
        Ok(SigningKey { kid: self.kid.clone(), algorithm, encoding })
    }
}

/// The library takes RSA keys as PKCS #1 alone where it is given DER, and as PKCS #8 too where it is given PEM.
pub(crate) fn rsa_key(pkcs8: &[u8]) -> Result<EncodingKey, Error> {
    let body = Zeroizing::new(STANDARD.encode(pkcs8));
    let pem = Zeroizing::new(format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", *body));
    EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(|_| Error::Internal("the RSA signing key cannot be read".into()))
}

/// A key that verifies.
#[derive(Clone, Debug, PartialEq)]
pub struct VerificationKey {
    /// Its `kid`.
    pub kid: String,
    /// Its JWS algorithm.
    pub algorithm: String,
    /// The public half.
    pub jwk: Value,
}

/// Where a signing key stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// Shown, but does not sign yet.
    Announced,
    /// Signs.
    Signing,
    /// Signs no more, and verifies until its last token is over.
    Retired,
    /// Its last token is over.
    Gone,
    /// Taken out of use at once: what it signed counts no more.
    Withdrawn,
}

impl KeyState {
    /// In one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::Signing => "signing",
            Self::Retired => "retired",
            Self::Gone => "gone",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// A signing key as it can be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedKey {
    /// Its `kid`.
    pub kid: String,
    /// Its JWS algorithm.
    pub algorithm: String,
    /// Where it stands.
    pub state: KeyState,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it signs.
    pub signs_from: Timestamp,
    /// When it stops to sign, if that is settled.
    pub retired_at: Option<Timestamp>,
    /// When nothing of it counts any more, if that is settled.
    pub gone_at: Option<Timestamp>,
}

/// The keys as they were last read, and the one that signs, opened once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Held(Arc<Mutex<Option<Read>>>);

#[derive(Clone, Debug)]
struct Read {
    at: Timestamp,
    key: Arc<SigningKey>,
}

impl Held {
    fn read(&self) -> Option<Read> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn put(&self, read: Option<Read>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = read;
    }

    /// Has the keys read again at once.
    pub(crate) fn forget(&self) {
        self.put(None);
    }
}

/// Of all keys, the last first, the one that signs at a moment.
pub(crate) fn signing_at(keys: &[SigningKeyRow], now: Timestamp) -> Option<&SigningKeyRow> {
    let signs = |key: &&SigningKeyRow| key.signs_from <= now && key.retired_at.is_none_or(|retired| now < retired);
    keys.iter().filter(|key| key.withdrawn_at.is_none()).find(signs)
}

/// The key that will sign later, if there is one.
pub(crate) fn announced_at(keys: &[SigningKeyRow], now: Timestamp) -> Option<&SigningKeyRow> {
    keys.iter().rfind(|key| key.withdrawn_at.is_none() && key.signs_from > now)
}

impl Control {
    /// The key that signs now. What others did to the keys is seen within two seconds.
    pub async fn signing_key(&self) -> Result<Arc<SigningKey>, Error> {
        let now = self.clock.now();
        let held = self.signing.read();
        if let Some(held) = &held
            && held.at <= now
            && now < held.at.plus_seconds(READ_AGAIN_SECONDS)
        {
            return Ok(Arc::clone(&held.key));
        }
        let sealed = self.sealed_signing_key().await?;
        let key = match held.filter(|held| held.key.kid == sealed.kid) {
            Some(held) => held.key,
            None => Arc::new(sealed.open(&self.vault)?),
        };
        self.signing.put(Some(Read { at: now, key: Arc::clone(&key) }));
        Ok(key)
    }

    /// The key that signs now, sealed.
    pub async fn sealed_signing_key(&self) -> Result<SealedKey, Error> {
        let rows = self.reads.signing_keys().await?;
        let row = signing_at(&rows, self.clock.now()).cloned();
        SealedKey::of(row.ok_or_else(|| Error::Internal("there is no signing key".into()))?)
    }

    /// Every key whose tokens may be about, the announced one too.
    pub async fn verification_keys(&self) -> Result<Vec<VerificationKey>, Error> {
        let now = self.clock.now();
        let rows = self.reads.signing_keys().await?.into_iter();
        rows.filter(|row| !matches!(self.state_of(row, false, now), KeyState::Gone | KeyState::Withdrawn))
            .map(|row| {
                let jwk = serde_json::from_str(&row.public_jwk)
                    .map_err(|error| Error::Internal(format!("signing key {} is no JWK: {error}", row.id)))?;
                Ok(VerificationKey { kid: row.id, algorithm: row.algorithm, jwk })
            })
            .collect()
    }

    /// Every signing key that is still known, the one that signs last first; for administrators.
    pub async fn list_signing_keys(&self, actor: &Actor) -> Result<Vec<ListedKey>, Error> {
        self.only_administrators(actor)?;
        let (rows, now) = (self.reads.signing_keys().await?, self.clock.now());
        let signing = signing_at(&rows, now).map(|row| row.id.clone());
        let listed = rows.into_iter().map(|row| ListedKey {
            state: self.state_of(&row, signing.as_ref() == Some(&row.id), now),
            gone_at: row.withdrawn_at.or_else(|| self.gone_at(&row)),
            kid: row.id,
            algorithm: row.algorithm,
            created_at: row.created_at,
            signs_from: row.signs_from,
            retired_at: row.retired_at,
        });
        Ok(listed.collect())
    }

    /// When the last token of a key is over, if its end is settled.
    pub(crate) fn gone_at(&self, key: &SigningKeyRow) -> Option<Timestamp> {
        let after = self.settings.terms.keys.token_seconds.saturating_add(MARGIN_SECONDS);
        key.retired_at.map(|retired| retired.plus_seconds(after))
    }

    fn state_of(&self, key: &SigningKeyRow, signs: bool, now: Timestamp) -> KeyState {
        if key.withdrawn_at.is_some() {
            KeyState::Withdrawn
        } else if signs {
            KeyState::Signing
        } else if key.signs_from > now {
            KeyState::Announced
        } else if self.gone_at(key).is_some_and(|gone| gone <= now) {
            KeyState::Gone
        } else {
            KeyState::Retired
        }
    }

    pub(crate) fn only_administrators(&self, actor: &Actor) -> Result<(), Error> {
        if matches!(actor, Actor::Person { .. } | Actor::Platform) && actor.is_administrator() {
            return Ok(());
        }
        Err(Error::NotAllowed(format!("only members of {} may do that", self.settings.administrators)))
    }
}
