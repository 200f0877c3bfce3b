//! As whom is Google asked?

use std::fmt;

use hansom_domain::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Deserialize;
use serde_json::json;

/// A service account, from the key file that Google gives out for it.
#[derive(Clone)]
pub struct ServiceAccount {
    pub(super) email: String,
    pub(super) token_uri: String,
    key_id: String,
    key: EncodingKey,
}

#[derive(Deserialize)]
struct KeyFile {
    r#type: String,
    client_email: String,
    private_key_id: String,
    private_key: String,
    token_uri: String,
}

impl fmt::Debug for ServiceAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServiceAccount({})", self.email)
    }
}

impl ServiceAccount {
    /// Reads the key file's text. What is wrong is said without anything of the key.
    pub fn read(text: &str) -> Result<Self, String> {
        let file: KeyFile = serde_json::from_str(text).map_err(|error| {
            format!("it is no key file of a service account, at line {} column {}", error.line(), error.column())
        })?;
        if file.r#type != "service_account" {
            return Err("it is no key file of a service account: its type is another".into());
        }
        let key = EncodingKey::from_rsa_pem(file.private_key.as_bytes())
            .map_err(|_| "its private_key is no RSA key in PEM".to_owned())?;
        Ok(Self { email: file.client_email, token_uri: file.token_uri, key_id: file.private_key_id, key })
    }

    /// What is shown for an access token (RFC 7523): who asks, for whom, for what.
    pub(super) fn assertion(&self, scopes: &str, administrator: Option<&str>, now: Timestamp) -> Option<String> {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(self.key_id.clone());
        let mut claims = json!({
            "iss": self.email,
            "scope": scopes,
            "aud": self.token_uri,
            "iat": now.seconds(),
            "exp": now.plus_seconds(3600).seconds(),
        });
        if let Some(administrator) = administrator {
            claims["sub"] = administrator.into();
        }
        jsonwebtoken::encode(&header, &claims, &self.key).ok()
    }
}
