//! Who is a person to an identity provider?

use serde::{Deserialize, Serialize};

/// A person's key: issuer and subject, never the e-mail address, which may be given to somebody else one day.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PersonKey {
    /// The OpenID provider's `iss`.
    pub issuer: String,
    /// The provider's `sub` for the person.
    pub subject: String,
}
