//! How does a browser carry a sign-in that it has begun?
//!
//! In a sealed cookie, so that strangers who begin as many as they like leave nothing in the store.

use hansom_domain::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Control, Error, fingerprint};

/// From the beginning to the end of a sign-in.
pub const SIGN_IN_SECONDS: i64 = 900;
const PURPOSE: &str = "sign-in";

/// A sign-in under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BegunSignIn {
    /// With which provider, by its name in the configuration.
    pub provider: String,
    /// The `state` with which the provider sends the browser back.
    pub state: String,
    /// The nonce that the ID token must carry.
    pub nonce: String,
    /// The PKCE verifier.
    pub verifier: String,
    /// The path to go to afterwards.
    pub return_to: String,
    /// When it began.
    pub began_at: Timestamp,
}

impl Control {
    /// The sign-in as its browser carries it: nobody reads it, and nobody makes one up.
    pub fn seal_sign_in(&self, begun: &BegunSignIn) -> Result<String, Error> {
        let text = serde_json::to_vec(begun);
        let text = text.map_err(|error| Error::Internal(format!("a sign-in cannot be written: {error}")))?;
        self.vault.seal_for_browser(&text, PURPOSE, &self.chance)
    }

    /// The sign-in that a browser carries, for a quarter of an hour.
    pub fn open_sign_in(&self, sealed: &str) -> Option<BegunSignIn> {
        let text = self.vault.open_of_browser(sealed, PURPOSE)?;
        let begun: BegunSignIn = serde_json::from_slice(&text).ok()?;
        let now = self.clock.now();
        (begun.began_at <= now && now <= begun.began_at.plus_seconds(SIGN_IN_SECONDS)).then_some(begun)
    }

    /// Uses a sign-in up once the provider has proven a person by it; `false` if it was used before. Only whom a provider
    /// knows leaves anything in the store by that.
    pub async fn use_sign_in(&self, begun: &BegunSignIn) -> Result<bool, Error> {
        let once = fingerprint(&format!("sign-in\n{}", begun.state));
        // A second beyond its last moment, so that it is not forgotten in it.
        self.use_assertion(&once, begun.began_at.plus_seconds(SIGN_IN_SECONDS + 1)).await
    }
}
