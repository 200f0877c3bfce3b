//! How does an application prove itself?

use std::fmt;

use crate::{Chance, invalid::closed_word};

closed_word! {
    /// What a credential is.
    CredentialKind, "credential kind" {
        /// A public key; the private one never leaves the application (RFC 7523).
        PublicKey = "public_key",
        /// A secret, shown once and stored hashed.
        Secret = "secret",
        /// A service account of another issuer, whose tokens are exchanged (RFC 8693).
        ServiceAccount = "service_account",
    }
}

/// A secret in the one moment in which it can be shown. It can be neither stored nor printed by accident.
pub struct PlainSecret(String);

impl PlainSecret {
    /// What every secret starts with, so that scanners recognise a leaked one.
    pub const PREFIX: &'static str = "hansom_";

    /// A new secret of 256 bits.
    pub fn random(chance: &Chance) -> Self {
        Self(format!("{}{}", Self::PREFIX, chance.hex(32)))
    }

    /// The secret itself, to show it once or to hash it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PlainSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlainSecret(…)")
    }
}
