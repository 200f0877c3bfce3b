//! Credentials that end, and keys at an address of the application's own.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, http::StatusCode, response::IntoResponse, routing::get};
use hansom_control::Lasting;
use hansom_domain::{Actor, ApplicationId, EnvironmentName, Overlap};
use hansom_oauth::KeySetError;
use jsonwebtoken::Header;
use serde_json::{Value, json};

use crate::town::{Key, Town};

/// A server that shows what a test puts there, and counts how often it is asked.
#[derive(Clone)]
struct Shown {
    answer: Arc<Mutex<(u16, String)>>,
    asked: Arc<AtomicUsize>,
    address: String,
}

impl Shown {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/keys.json", listener.local_addr().unwrap());
        let shown = Self { answer: Arc::default(), asked: Arc::default(), address };
        let state = shown.clone();
        let answer = move || {
            let state = state.clone();
            async move {
                state.asked.fetch_add(1, Ordering::SeqCst);
                let (status, body) = state.answer.lock().unwrap().clone();
                let location = [("location", "http://169.254.169.254/latest/meta-data")];
                (StatusCode::from_u16(status).unwrap(), location, body).into_response()
            }
        };
        tokio::spawn(
            async move { axum::serve(listener, Router::new().route("/keys.json", get(answer))).await.unwrap() },
        );
        shown
    }

    fn show(&self, status: u16, body: &str) {
        *self.answer.lock().unwrap() = (status, body.to_owned());
    }

    fn show_keys(&self, keys: &[(&str, &Key)]) {
        let keys: Vec<Value> = keys.iter().map(|(kid, key)| named(&key.jwk, kid)).collect();
        self.show(200, &json!({ "keys": keys }).to_string());
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn named(jwk: &Value, kid: &str) -> Value {
    let mut jwk = jwk.clone();
    jwk["kid"] = kid.into();
    jwk
}

async fn prove(town: &Town, application: &ApplicationId, kid: &str, key: &Key) -> u16 {
    let mut header = Header::new(key.algorithm);
    header.kid = Some(kid.into());
    let assertion = jsonwebtoken::encode(&header, &town.claims(application), &key.encoding).unwrap();
    town.assert(&assertion, &[]).await.status.as_u16()
}

async fn with_key_set(town: &Town, address: &str) -> ApplicationId {
    let application = town.application().await;
    let lasting = Lasting::default();
    town.control.register_key_set(&Actor::Platform, &application, address, &lasting).await.unwrap();
    application
}

#[tokio::test]
async fn an_application_changes_its_keys_at_its_own_address() {
    let (town, shown) = (Town::new().await, Shown::start().await);
    let (first, second, foreign) = (Key::es256(), Key::ed25519(), Key::es256());
    shown.show_keys(&[("one", &first)]);
    let application = with_key_set(&town, &shown.address).await;
    assert_eq!(prove(&town, &application, "one", &first).await, 200);
    assert_eq!(prove(&town, &application, "one", &foreign).await, 401, "the name of a key proves nothing");
    assert_eq!(shown.asked(), 1, "what is fresh is not asked for again");

    shown.show_keys(&[("one", &first), ("two", &second)]);
    assert_eq!(prove(&town, &application, "two", &second).await, 401);
    for _ in 0..3 {
        assert_eq!(prove(&town, &application, "made-up", &foreign).await, 401);
    }
    assert_eq!(shown.asked(), 1, "g78: unknown keys have it asked for once in 30 seconds");
    town.wait(30);
    assert_eq!(prove(&town, &application, "two", &second).await, 200, "g86: the new key is found by its name");
    assert_eq!(shown.asked(), 2);

    shown.show_keys(&[("two", &second)]);
    town.wait(300);
    assert_eq!(prove(&town, &application, "one", &first).await, 401, "g86: what is not shown any more counts no more");
}

#[tokio::test]
async fn g85_while_the_address_is_broken_the_last_good_keys_are_used_for_an_hour() {
    let (town, shown) = (Town::new().await, Shown::start().await);
    let key = Key::es256();
    shown.show_keys(&[("one", &key)]);
    let application = with_key_set(&town, &shown.address).await;
    assert_eq!(prove(&town, &application, "one", &key).await, 200);
    for (status, body) in [
        (500, String::new()),
        (302, String::new()),
        (200, "<html>".into()),
        (200, "{\"keys\":[]}".into()),
        (200, format!("{{\"keys\":[], \"padding\": \"{}\"}}", "x".repeat(300_000))),
    ] {
        shown.show(status, &body);
        town.wait(301);
        assert_eq!(prove(&town, &application, "one", &key).await, 200, "{status} {}", body.len());
    }
    town.wait(3601);
    assert_eq!(prove(&town, &application, "one", &key).await, 401, "an hour is long enough to mend it");
}

#[tokio::test]
async fn whoever_registers_an_address_is_told_what_is_wrong_with_it() {
    let (town, shown) = (Town::new().await, Shown::start().await);
    let look = async || town.oauth.look_at_key_set(&shown.address).await;
    shown.show(404, "");
    assert_eq!(look().await, Err(KeySetError::Status(404)));
    shown.show(302, "");
    assert_eq!(look().await, Err(KeySetError::Status(302)), "j114: a redirect to inside is not followed");
    shown.show(200, "{}");
    assert_eq!(look().await, Err(KeySetError::NoKeys));
    shown.show(200, &"x".repeat(300_000));
    assert_eq!(look().await, Err(KeySetError::TooLarge));
    shown.show_keys(&[("one", &Key::es256()), ("two", &Key::rs256())]);
    assert_eq!(look().await, Ok(2));
    for address in ["http://169.254.169.254/keys", "https://10.0.0.1/keys", "https://[fd00:ec2::254]/"] {
        assert_eq!(town.oauth.look_at_key_set(address).await, Err(KeySetError::Unreached), "{address}");
    }
}

#[tokio::test]
async fn a_credential_that_has_expired_gives_no_token_and_takes_its_tokens_with_it() {
    let town = Town::new().await;
    let application = town.application().await;
    let lasting = Lasting { days: Some(1), replaces: None };
    let issued = town.control.issue_secret_for(&Actor::Platform, &application, &lasting).await.unwrap();
    let (client, secret) = (application.to_string(), issued.secret.reveal().to_owned());
    town.wait(86_399);
    town.token(&client, &secret, &[]).await;
    town.wait(1);
    let form = [("grant_type", "client_credentials")];
    assert_eq!(town.post_as("/oauth/token", &client, &secret, &form).await.status, 401);
    let production = EnvironmentName::production();
    assert!(town.oauth.issue_application_token(&application, &issued.credential, &production).await.is_err());
}

#[tokio::test]
async fn a_secret_is_rolled_with_both_in_force_for_a_day() {
    let town = Town::new().await;
    let (application, credential, old) = town.with_secret().await;
    let lasting = Lasting { days: None, replaces: Some((credential, Overlap::Day)) };
    let new = town.control.issue_secret_for(&Actor::Platform, &application, &lasting).await.unwrap();
    let client = application.to_string();
    town.token(&client, &old, &[]).await;
    town.token(&client, new.secret.reveal(), &[]).await;
    town.wait(86_400);
    let form = [("grant_type", "client_credentials")];
    assert_eq!(town.post_as("/oauth/token", &client, &old, &form).await.status, 401);
    town.token(&client, new.secret.reveal(), &[]).await;
}
