//! Which session does a provider say has ended (OpenID Connect Back-Channel Logout 1.0)?

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hansom_control::fingerprint;
use hansom_domain::Timestamp;
use openidconnect::{
    JsonWebKey,
    core::{CoreJsonWebKey, CoreJsonWebKeyUse, CoreJwsSigningAlgorithm},
};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    SignInError,
    jws::{self, Extensions},
    party::{LEEWAY_SECONDS, Metadata, Party},
};

/// The event that a logout token tells of.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
const MOST_BYTES: usize = 16 * 1024;
const MOST_WORD_BYTES: usize = 255;
/// A token that was made longer ago tells nothing: whoever comes with it later has kept it.
const FRESH_SECONDS: i64 = 300;

/// What a proven logout token says.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Whose sessions.
    pub(crate) subject: Option<String>,
    /// Which session.
    pub(crate) session: Option<String>,
    /// What a second token of the same kind has in common with it.
    pub(crate) once: String,
    /// Until when it would be taken.
    pub(crate) good_until: Timestamp,
}

#[derive(Deserialize)]
struct Head {
    alg: CoreJwsSigningAlgorithm,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    typ: Option<String>,
    #[serde(flatten)]
    extensions: Extensions,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Value,
    iat: i64,
    #[serde(default)]
    exp: Option<i64>,
    jti: String,
    #[serde(default)]
    sub: Option<String>,
    #[serde(default)]
    sid: Option<String>,
    events: Map<String, Value>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

fn unproven(why: &str) -> SignInError {
    SignInError::Unended(format!("the logout token proves nothing: {why}"))
}

impl Party {
    /// What a logout token of this provider says, if it is one. Whatever can be refused without a key is refused first.
    pub(crate) async fn ended(&self, token: &str) -> Result<Ended, SignInError> {
        if token.len() > MOST_BYTES || !token.is_ascii() {
            return Err(unproven("it is no signed JWT of at most 16 KiB"));
        }
        let parts: Vec<&str> = token.split('.').collect();
        let [head, claims, signature] = parts.as_slice() else {
            return Err(unproven("it is no signed JWT"));
        };
        let told: Head = jws::part(head).ok_or_else(|| unproven("its head cannot be read"))?;
        let is_logout = told.typ.as_deref().is_none_or(|typ| {
            ["jwt", "logout+jwt", "application/logout+jwt"].iter().any(|known| typ.eq_ignore_ascii_case(known))
        });
        if told.extensions.are_there() || !is_logout {
            return Err(unproven("its head has a field that is not understood, or it is of another type"));
        }
        let said: Claims = jws::part(claims).ok_or_else(|| unproven("it lacks a claim that it needs"))?;
        let ended = self.read(said)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| unproven("its signature is no base64url"))?;
        let message = format!("{head}.{claims}");
        let is_signed = |metadata: &Metadata| is_signed(metadata, &told, message.as_bytes(), &signature);
        if is_signed(&*self.metadata().await?) || is_signed(&*self.renewed_metadata().await?) {
            return Ok(ended);
        }
        Err(unproven("no key of the provider has signed it"))
    }

    fn read(&self, said: Claims) -> Result<Ended, SignInError> {
        let now = self.clock.now().seconds();
        if said.iss != self.provider.issuer {
            return Err(unproven("it is of another issuer"));
        }
        let is_us = |audience: &Value| audience.as_str() == Some(self.provider.client_id.as_str());
        let is_for_us = match &said.aud {
            Value::Array(audiences) => audiences.iter().any(is_us),
            one => is_us(one),
        };
        if !is_for_us {
            return Err(unproven("it is for another client"));
        }
        // An ID token must never pass for one, nor the other way round.
        if !said.events.get(EVENT).is_some_and(Value::is_object) || said.others.contains_key("nonce") {
            return Err(unproven("it tells of another event, or has a nonce"));
        }
        let latest = said.exp.unwrap_or(i64::MAX).min(said.iat.saturating_add(FRESH_SECONDS));
        if said.iat > now.saturating_add(LEEWAY_SECONDS) || latest.saturating_add(LEEWAY_SECONDS) <= now {
            return Err(unproven("its time has not come, or is over"));
        }
        let word = |text: Option<String>| match text {
            Some(text) if text.is_empty() || text.len() > MOST_WORD_BYTES => {
                Err(unproven("sub, sid and jti have 1 to 255 characters"))
            }
            text => Ok(text),
        };
        let (subject, session) = (word(said.sub)?, word(said.sid)?);
        let jti = word(Some(said.jti))?.unwrap_or_default();
        if subject.is_none() && session.is_none() {
            return Err(unproven("it names neither a person nor a session"));
        }
        let once = fingerprint(&format!("logout\n{}\n{jti}", said.iss));
        let good_until = Timestamp::from_seconds(latest.saturating_add(LEEWAY_SECONDS + 1));
        Ok(Ended { subject, session, once, good_until })
    }
}

/// Whether one of the provider's keys has signed it, by an algorithm that its ID tokens may have.
fn is_signed(metadata: &Metadata, head: &Head, message: &[u8], signature: &[u8]) -> bool {
    if !crate::party::allowed_algorithms(metadata).any(|known| known == head.alg) {
        return false;
    }
    let fits = |key: &&CoreJsonWebKey| {
        let is_named = head.kid.as_ref().is_none_or(|kid| key.key_id().is_some_and(|id| id.as_str() == kid));
        is_named && key.key_use().is_none_or(|use_| *use_ == CoreJsonWebKeyUse::Signature)
    };
    let mut keys = metadata.jwks().keys().iter().filter(fits);
    keys.any(|key| key.verify_signature(&head.alg, message, signature).is_ok())
}
