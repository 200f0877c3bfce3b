//! With which key does the platform sign, and which keys verify?

use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hansom_domain::Actor;
use hansom_store::NewSigningKey;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use crate::{Control, Error, Vault, fingerprint};

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
    /// The private half, sealed, in base64.
    pub sealed: String,
}

impl SealedKey {
    /// The key itself.
    pub fn open(&self, vault: &Vault) -> Result<SigningKey, Error> {
        let pkcs8 = vault.open(&self.sealed, &self.kid)?;
        let encoding = EncodingKey::from_ec_der(&pkcs8);
        Ok(SigningKey { kid: self.kid.clone(), algorithm: Algorithm::ES256, encoding })
    }
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

/// The signing key, opened once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Held(Arc<Mutex<Option<Arc<SigningKey>>>>);

impl Control {
    /// Makes the first signing key if there is none.
    pub async fn ensure_signing_key(&self) -> Result<(), Error> {
        if !self.reads.signing_keys().await?.is_empty() {
            return Ok(());
        }
        let failed = |_| Error::Internal("no signing key could be made".into());
        let pkcs8 =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).map_err(failed)?;
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref())
            .map_err(|_| Error::Internal("the signing key cannot be read".into()))?;
        let (kid, jwk) = public_jwk(pair.public_key().as_ref())?;
        let now = self.clock.now();
        let key = NewSigningKey {
            sealed_private: self.vault.seal(pkcs8.as_ref(), &kid, &self.chance)?,
            id: kid.clone(),
            algorithm: "ES256".into(),
            public_jwk: jwk.to_string(),
            created_at: now,
            retired_at: None,
        };
        let mut change = self.begin(&Actor::Platform, "make_signing_key", now).await?;
        change.insert_signing_key(&key).await?;
        Ok(change.commit(&format!("signing key {kid}"), &json!({ "algorithm": "ES256" })).await?)
    }

    /// The key that signs now: the newest that is not retired.
    pub async fn signing_key(&self) -> Result<Arc<SigningKey>, Error> {
        if let Some(held) = self.signing.0.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            return Ok(held);
        }
        let key = Arc::new(self.sealed_signing_key().await?.open(&self.vault)?);
        *self.signing.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&key));
        Ok(key)
    }

    /// The key that signs now, sealed.
    pub async fn sealed_signing_key(&self) -> Result<SealedKey, Error> {
        let rows = self.reads.signing_keys().await?;
        let row = rows.into_iter().find(|key| key.retired_at.is_none());
        let row = row.ok_or_else(|| Error::Internal("there is no signing key".into()))?;
        Ok(SealedKey { kid: row.id, sealed: row.sealed_private })
    }

    /// Every key whose tokens may still be about.
    pub async fn verification_keys(&self) -> Result<Vec<VerificationKey>, Error> {
        let rows = self.reads.signing_keys().await?;
        rows.into_iter()
            .map(|row| {
                let jwk = serde_json::from_str(&row.public_jwk)
                    .map_err(|error| Error::Internal(format!("signing key {} is no JWK: {error}", row.id)))?;
                Ok(VerificationKey { kid: row.id, algorithm: row.algorithm, jwk })
            })
            .collect()
    }
}

/// The JWK of an uncompressed P-256 point, with its thumbprint (RFC 7638) as `kid`.
fn public_jwk(point: &[u8]) -> Result<(String, Value), Error> {
    let coordinates = point.strip_prefix(&[4]).filter(|rest| rest.len() == 64).map(|rest| rest.split_at(32));
    let (x, y) = coordinates.ok_or_else(|| Error::Internal("the public key is no P-256 point".into()))?;
    let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
    let kid = fingerprint(&format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#));
    let kid: String = kid.chars().take(32).collect();
    let jwk = json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": kid, "alg": "ES256", "use": "sig" });
    Ok((kid, jwk))
}
