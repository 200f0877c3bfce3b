//! How is a signed token that somebody shows taken apart, before anything of it is believed?

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

/// What a part of it says: base64url of JSON, each field once.
pub(crate) fn part<T: DeserializeOwned>(text: &str) -> Option<T> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Fields of a head that change how the rest is to be read (RFC 7515 4.1.11, RFC 7797, RFC 7516). None is understood here, so a token
/// that has one is refused.
#[derive(Deserialize)]
pub(crate) struct Extensions {
    #[serde(default)]
    crit: Option<Value>,
    #[serde(default)]
    b64: Option<Value>,
    #[serde(default)]
    enc: Option<Value>,
    #[serde(default)]
    zip: Option<Value>,
}

impl Extensions {
    /// Whether there is any.
    pub(crate) fn are_there(&self) -> bool {
        [&self.crit, &self.b64, &self.enc, &self.zip].iter().any(|field| field.is_some())
    }
}
