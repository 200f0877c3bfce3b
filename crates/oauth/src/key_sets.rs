//! Which keys does an application show at the address that it registered?
//!
//! The address is a stranger's word. It is asked only where it leads to the public internet or to what the operators opened,
//! whatever its name resolves to at that moment; no redirect is followed; time, size and count are bounded; and however many
//! assertions come, it is asked seldom.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use hansom_control::usable_key;
use hansom_domain::{OpenNetworks, Timestamp};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use serde_json::Value;
use tokio::sync::Mutex as Turn;

use crate::OAuth;

/// A set is good for so long without asking again.
const FRESH_SECONDS: i64 = 300;
/// A key that is not in it has the set asked for again, but not sooner than this.
const AGAIN_SECONDS: i64 = 30;
/// While the address does not answer, the last good set is good for so long.
const STALE_SECONDS: i64 = 3600;
const PATIENCE: Duration = Duration::from_secs(5);
const MOST_BYTES: usize = 256 * 1024;
const MOST_KEYS: usize = 50;
const MOST_SETS: usize = 10_000;

/// Why there is no key set. No more of it is told than whoever registered the address needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    /// The name leads to an address that is closed, or nowhere, or nobody answered in time.
    #[error("it cannot be reached from here; it must be on the public internet and answer within 5 seconds")]
    Unreached,
    /// Another status than 200; a redirect is one of them.
    #[error("it answered with status {0}; 200 is expected, and redirects are not followed")]
    Status(u16),
    /// Too long.
    #[error("its answer is longer than 256 KiB")]
    TooLarge,
    /// Not a JWK set, or one without a key that can be used.
    #[error("its answer is no JWK set with 1 to 50 public keys: EC on P-256, Ed25519, or RSA of 2,048 bits or more")]
    NoKeys,
}

/// Asks for key sets, and remembers them.
#[derive(Debug)]
pub(crate) struct KeySets {
    /// None where the machine lets no client be made; then no set is had.
    client: Option<reqwest::Client>,
    known: Mutex<HashMap<String, Arc<Turn<Known>>>>,
}

/// What is known of one address.
#[derive(Debug, Default)]
struct Known {
    keys: Arc<Vec<Value>>,
    asked_at: Option<Timestamp>,
    answered_at: Option<Timestamp>,
}

impl KeySets {
    /// Asks through open networks only.
    pub(crate) fn new(open: OpenNetworks) -> Self {
        // `reqwest` is built without a crypto library of its own and takes the process's; the binary may have set it before.
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        }
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .dns_resolver(Arc::new(OnlyOpen(open)))
            .connect_timeout(PATIENCE)
            .timeout(PATIENCE)
            .user_agent("hansom")
            .build()
            .inspect_err(|error| tracing::error!(%error, "key sets of applications cannot be asked for"));
        Self { client: client.ok(), known: Mutex::default() }
    }

    /// The keys at an address that may have made a signature with that key id.
    async fn keys(&self, oauth: &OAuth, address: &str, kid: Option<&str>) -> Arc<Vec<Value>> {
        let turn = self.turn(address);
        // One question at a time: who comes meanwhile waits for its answer.
        let mut known = turn.lock().await;
        let now = oauth.control().clock().now();
        if known.wants(kid, now) {
            known.asked_at = Some(now);
            match self.ask(oauth, address).await {
                Ok(keys) => {
                    known.keys = Arc::new(keys);
                    known.answered_at = Some(now);
                }
                Err(error) => {
                    tracing::warn!(%error, address, "a key set could not be had; the last one is used while it is good");
                    if known.answered_at.is_none_or(|at| now > at.plus_seconds(STALE_SECONDS)) {
                        known.keys = Arc::default();
                    }
                }
            }
        }
        Arc::clone(&known.keys)
    }

    fn turn(&self, address: &str) -> Arc<Turn<Known>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = known.get(address) {
            return Arc::clone(turn);
        }
        // Only registered addresses come here; so many are a mistake, and beginning anew costs one question each.
        if known.len() >= MOST_SETS {
            known.clear();
        }
        Arc::clone(known.entry(address.to_owned()).or_default())
    }

    async fn ask(&self, oauth: &OAuth, address: &str) -> Result<Vec<Value>, KeySetError> {
        read(&self.document(oauth, address).await?).ok_or(KeySetError::NoKeys)
    }

    /// What is at an address that somebody registered.
    pub(crate) async fn document(&self, oauth: &OAuth, address: &str) -> Result<Vec<u8>, KeySetError> {
        // What was open when it was registered may have been closed; and an address in digits is resolved by nobody.
        let url = oauth.control().key_set_address(address).map_err(|_| KeySetError::Unreached)?;
        let unreached = |_| KeySetError::Unreached;
        let client = self.client.as_ref().ok_or(KeySetError::Unreached)?;
        let request = client.get(url).header("accept", "application/jwk-set+json, application/json");
        let mut response = request.send().await.map_err(unreached)?;
        if response.status() != reqwest::StatusCode::OK {
            return Err(KeySetError::Status(response.status().as_u16()));
        }
        let mut body = vec![];
        while let Some(chunk) = response.chunk().await.map_err(unreached)? {
            if body.len() + chunk.len() > MOST_BYTES {
                return Err(KeySetError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

impl Known {
    fn wants(&self, kid: Option<&str>, now: Timestamp) -> bool {
        let Some(asked) = self.asked_at else { return true };
        // A clock that goes back would otherwise never ask again.
        if now < asked || now >= asked.plus_seconds(FRESH_SECONDS) {
            return true;
        }
        let is_known = !self.keys.is_empty() && kid.is_none_or(|kid| self.keys.iter().any(|key| is_named(key, kid)));
        !is_known && now >= asked.plus_seconds(AGAIN_SECONDS)
    }
}

fn is_named(key: &Value, kid: &str) -> bool {
    key.get("kid").and_then(Value::as_str) == Some(kid)
}

/// The keys of a set that can be used; `None` where there is none, or more than anybody needs.
fn read(body: &[u8]) -> Option<Vec<Value>> {
    let set: Value = serde_json::from_slice(body).ok()?;
    let keys = set.get("keys")?.as_array()?;
    if keys.len() > MOST_KEYS {
        return None;
    }
    let usable: Vec<Value> = keys.iter().filter_map(usable_key).collect();
    (!usable.is_empty()).then_some(usable)
}

impl OAuth {
    /// Asks an address for its keys now, as whoever registers it wants to know; gives how many of them can be used.
    pub async fn look_at_key_set(&self, address: &str) -> Result<usize, KeySetError> {
        self.key_sets.ask(self, address).await.map(|keys| keys.len())
    }

    /// The keys at a registered address, those of that name first if it has one.
    pub(crate) async fn keys_at(&self, address: &str, kid: Option<&str>) -> Vec<Value> {
        let keys = self.key_sets.keys(self, address, kid).await;
        let named = |key: &&Value| kid.is_none_or(|kid| is_named(key, kid) || key.get("kid").is_none());
        keys.iter().filter(named).cloned().collect()
    }
}

/// Resolves names as the machine does, and leaves out what is closed.
struct OnlyOpen(OpenNetworks);

impl Resolve for OnlyOpen {
    fn resolve(&self, name: Name) -> Resolving {
        let open = self.0.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let open: Vec<SocketAddr> = found.filter(|address| open.refusal(address.ip()).is_none()).take(8).collect();
            if open.is_empty() {
                return Err("the name leads to no address that is open".into());
            }
            Ok(Box::new(open.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn key(kid: &str) -> Value {
        json!({ "kty": "EC", "crv": "P-256", "kid": kid,
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0" })
    }

    fn set(keys: &[Value]) -> Vec<u8> {
        json!({ "keys": keys }).to_string().into_bytes()
    }

    #[test]
    fn g84_of_a_set_only_public_keys_that_sign_are_taken() {
        let mut with_private = key("b");
        with_private["d"] = "AA".into();
        let mut for_encryption = key("c");
        for_encryption["use"] = "enc".into();
        let mut of_another_algorithm = key("d");
        of_another_algorithm["alg"] = "HS256".into();
        let octets = json!({ "kty": "oct", "kid": "e", "k": "c2VjcmV0" });
        let short = json!({ "kty": "RSA", "kid": "f", "n": "AQAB", "e": "AQAB" });
        let read_keys =
            read(&set(&[key("a"), with_private, for_encryption, of_another_algorithm, octets, short])).unwrap();
        assert_eq!(read_keys.len(), 1, "{read_keys:?}");
        assert_eq!(read_keys[0]["kid"], "a");
        assert_eq!(read_keys[0]["alg"], "ES256", "the algorithm is the key's own");
    }

    #[test]
    fn g85_what_is_no_key_set_is_none() {
        let many: Vec<Value> = (0..51).map(|number| key(&number.to_string())).collect();
        for body in [b"".to_vec(), b"<html>".to_vec(), b"{}".to_vec(), set(&[]), set(&many), b"{\"keys\":{}}".to_vec()]
        {
            assert!(read(&body).is_none());
        }
    }

    #[test]
    fn g78_an_unknown_key_has_the_set_asked_for_again_once_in_a_while() {
        let at = Timestamp::from_seconds(1000);
        let mut known = Known::default();
        assert!(known.wants(Some("a"), at), "nothing is known");
        known.asked_at = Some(at);
        known.keys = Arc::new(vec![key("a")]);
        assert!(!known.wants(Some("a"), at.plus_seconds(299)));
        assert!(known.wants(Some("a"), at.plus_seconds(300)), "it is not fresh any more");
        assert!(!known.wants(Some("b"), at.plus_seconds(29)));
        assert!(known.wants(Some("b"), at.plus_seconds(30)), "the application may have a new key");
        assert!(known.wants(Some("a"), at.plus_seconds(-5)), "the clock went back");
    }

    #[tokio::test]
    async fn j113_a_name_that_leads_inside_is_not_asked() {
        let closed = OnlyOpen(OpenNetworks::default());
        assert!(closed.resolve("localhost".parse().unwrap()).await.is_err());
        let open = OnlyOpen(OpenNetworks::new(hansom_domain::Network::LOOPBACK.into()));
        assert!(open.resolve("localhost".parse().unwrap()).await.is_ok());
    }
}
