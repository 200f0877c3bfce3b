//! With which token does this service call others? With one of its own, which it gets from the platform by its key (RFC 7523).

use std::time::Duration;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::Url;
use serde::Deserialize;
use serde_json::json;
use tokio::{sync::Mutex, time::Instant};
use uuid::Uuid;

use crate::{
    outbound::{Bounded, NoReply},
    settings::Client,
};

const LARGEST_ANSWER: usize = 65_536;
/// A token that ends sooner than this is not begun with.
const LEAST_LEFT: Duration = Duration::from_secs(30);
const ASSERTION_SECONDS: i64 = 60;

/// The tokens of this service.
pub struct Tokens {
    client: reqwest::Client,
    id: String,
    key: EncodingKey,
    token_url: Url,
    /// For whom they are: the base address of the environment.
    resource: String,
    /// Who holds it asks; the others wait for the answer.
    kept: Mutex<Option<Kept>>,
}

struct Kept {
    token: String,
    until: Instant,
}

/// The key of this service cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("HANSOM_KEY_FILE is no private key in PEM (PKCS#8, P-256)")]
pub struct NoKey(#[source] Box<dyn std::error::Error + Send + Sync>);

#[derive(Deserialize)]
struct Given {
    access_token: String,
    expires_in: u64,
}

impl Tokens {
    /// As the settings say, for calls of one environment.
    pub fn new(client: reqwest::Client, settings: &Client, resource: &str) -> Result<Self, NoKey> {
        let pem = std::fs::read(&settings.key_file).map_err(|error| NoKey(error.into()))?;
        let key = EncodingKey::from_ec_pem(&pem).map_err(|error| NoKey(error.into()))?;
        let (id, token_url, resource) = (settings.id.clone(), settings.token_url.clone(), resource.to_owned());
        Ok(Self { client, id, key, token_url, resource, kept: Mutex::default() })
    }

    /// A token that is good for a while.
    pub async fn token(&self) -> Result<String, NoReply> {
        let mut kept = self.kept.lock().await;
        if let Some(kept) = kept.as_ref().filter(|kept| kept.until > Instant::now()) {
            return Ok(kept.token.clone());
        }
        let Given { access_token, expires_in } = self.ask().await?;
        let until = Instant::now() + Duration::from_secs(expires_in.min(86_400)).saturating_sub(LEAST_LEFT);
        *kept = Some(Kept { token: access_token.clone(), until });
        Ok(access_token)
    }

    async fn ask(&self) -> Result<Given, NoReply> {
        let assertion = self.assertion().map_err(|error| NoReply::NoToken(error.to_string()))?;
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &self.id),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &assertion),
            ("resource", &self.resource),
        ];
        let answer = self.client.post(self.token_url.clone()).form(&form).send().await?;
        let status = answer.status();
        let body = answer.bounded(LARGEST_ANSWER).await?;
        // The answer may hold a token, so it is not repeated.
        let given = serde_json::from_slice(&body).ok().filter(|_| status.is_success());
        given.ok_or_else(|| NoReply::NoToken(format!("the platform answered {status}")))
    }

    /// Our word that it is us, for the platform alone and for one time.
    fn assertion(&self) -> jsonwebtoken::errors::Result<String> {
        let now = chrono::Utc::now().timestamp();
        let claims = json!({
            "iss": self.id,
            "sub": self.id,
            "aud": self.token_url.as_str(),
            "iat": now,
            "exp": now + ASSERTION_SECONDS,
            "jti": Uuid::new_v4(),
        });
        jsonwebtoken::encode(&Header::new(Algorithm::ES256), &claims, &self.key)
    }
}
