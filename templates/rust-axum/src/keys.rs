//! With which keys does the platform sign? Asked of the hub, and kept.

use std::{sync::Arc, time::Duration};

use jsonwebtoken::{Algorithm, DecodingKey, jwk::Jwk};
use reqwest::Url;
use serde::Deserialize;
use serde_json::Value;
use tokio::{
    sync::{Mutex, RwLock},
    time::Instant,
};

use crate::outbound::Bounded;

/// After this the hub is asked again.
const FRESH: Duration = Duration::from_secs(600);
/// While the hub does not answer, keys are believed this long.
const BELIEVED: Duration = Duration::from_secs(3600);
/// For a key that is not known the hub is not asked more often than this.
const COOL_DOWN: Duration = Duration::from_secs(30);
const LARGEST_SET: usize = 65_536;

/// The platform's keys.
pub struct Keys {
    client: reqwest::Client,
    url: Url,
    kept: RwLock<Kept>,
    /// When the hub was asked last. Who holds it asks; the others wait for the answer.
    asked: Mutex<Option<Instant>>,
}

/// A key, and the one algorithm that it is good for.
pub struct Key {
    id: String,
    /// What the key is for.
    pub algorithm: Algorithm,
    /// What signatures are checked with.
    pub decoding: DecodingKey,
}

/// The keys cannot be had, which is not the caller's fault.
#[derive(Debug, thiserror::Error)]
#[error("the platform's keys cannot be had: {0}")]
pub struct KeysAway(pub String);

#[derive(Default)]
struct Kept {
    keys: Vec<Arc<Key>>,
    since: Option<Instant>,
}

impl Keys {
    /// Those that are published there.
    pub fn new(client: reqwest::Client, url: Url) -> Self {
        Self { client, url, kept: RwLock::default(), asked: Mutex::default() }
    }

    /// The key of this name, if the platform has one.
    pub async fn find(&self, id: &str) -> Result<Option<Arc<Key>>, KeysAway> {
        if let Some(key) = self.kept.read().await.find(id, FRESH) {
            return Ok(Some(key));
        }
        let mut asked = self.asked.lock().await;
        // Somebody may have asked while we waited.
        if let Some(key) = self.kept.read().await.find(id, FRESH) {
            return Ok(Some(key));
        }
        let failure = match *asked {
            Some(then) if then.elapsed() < COOL_DOWN => None,
            _ => {
                *asked = Some(Instant::now());
                self.ask().await.err()
            }
        };
        let kept = self.kept.read().await;
        match (kept.find(id, BELIEVED), failure) {
            (Some(key), _) => Ok(Some(key)),
            (None, Some(failure)) => Err(failure),
            (None, None) if kept.since.is_none() => Err(KeysAway("they could not be had a moment ago".into())),
            (None, None) => Ok(None),
        }
    }

    async fn ask(&self) -> Result<(), KeysAway> {
        let answer = self.client.get(self.url.clone()).timeout(Duration::from_secs(3)).send().await;
        let answer =
            answer.and_then(reqwest::Response::error_for_status).map_err(|error| KeysAway(error.to_string()))?;
        let body = answer.bounded(LARGEST_SET).await.map_err(|error| KeysAway(error.to_string()))?;
        let set: KeySet = serde_json::from_slice(&body).map_err(|error| KeysAway(error.to_string()))?;
        let keys = set.keys.into_iter().filter_map(|key| Key::read(key).map(Arc::new)).collect();
        *self.kept.write().await = Kept { keys, since: Some(Instant::now()) };
        Ok(())
    }
}

impl Kept {
    fn find(&self, id: &str, age: Duration) -> Option<Arc<Key>> {
        self.since.filter(|since| since.elapsed() < age)?;
        self.keys.iter().find(|key| key.id == id).cloned()
    }
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Value>,
}

impl Key {
    /// A key that we can use; the platform may publish others.
    fn read(key: Value) -> Option<Self> {
        let algorithm = match (key.get("alg")?.as_str()?, key.get("kty")?.as_str()?) {
            ("ES256", "EC") => Algorithm::ES256,
            ("RS256", "RSA") => Algorithm::RS256,
            ("EdDSA" | "Ed25519", "OKP") => Algorithm::EdDSA,
            _ => return None,
        };
        let id = key.get("kid")?.as_str()?.to_owned();
        let mut key = key;
        // Which algorithm was decided above, and not every name of it is known there.
        key.as_object_mut()?.remove("alg");
        let key: Jwk = serde_json::from_value(key).ok()?;
        Some(Self { id, algorithm, decoding: DecodingKey::from_jwk(&key).ok()? })
    }
}
