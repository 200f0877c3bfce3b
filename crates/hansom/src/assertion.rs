//! With what does the gateway sign who calls an upstream?

use std::sync::{Arc, PoisonError, RwLock};

use hansom_control::SigningKey;
use hansom_gateway::IdentitySigner;
use jsonwebtoken::{Header, encode};

/// A signer with the platform's key: an upstream verifies `Hansom-Identity` with the keys at `/oauth/jwks`. The type in its
/// header keeps an assertion from passing as an access token.
pub(crate) fn signer(key: SigningWith) -> IdentitySigner {
    Arc::new(move |claims| {
        let key = key.read().unwrap_or_else(PoisonError::into_inner).clone()?;
        let mut header = Header::new(key.algorithm);
        header.typ = Some("hansom-identity+jwt".into());
        header.kid = Some(key.kid.clone());
        match encode(&header, claims, &key.encoding) {
            Ok(assertion) => Some(assertion),
            Err(error) => {
                tracing::error!(%error, "an assertion of who calls could not be signed");
                None
            }
        }
    })
}

/// The key, once it is known.
pub(crate) type SigningWith = Arc<RwLock<Option<Arc<SigningKey>>>>;
