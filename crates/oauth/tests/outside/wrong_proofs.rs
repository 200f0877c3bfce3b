//! Clients that do not prove themselves: bad input 76 to 89.

use axum::http::header;
use hansom_domain::Actor;
use serde_json::{Value, json};

use crate::town::{Answer, HUB, Key, NOON, Town, part};

fn assert_refused(answer: &Answer, why: &str) {
    assert_eq!(answer.status, 401, "{why}: {}", answer.body);
    assert_eq!(answer.body["error"], "invalid_client", "{why}");
    assert_eq!(answer.body["code"], "client-invalid", "{why}");
    assert!(answer.body.get("access_token").is_none(), "{why}");
}

#[tokio::test]
async fn an_assertion_works_once() {
    let town = Town::new().await;
    let key = Key::es256();
    let (application, _) = town.with_key(&key).await;
    let claims = town.claims(&application);
    let assertion = key.sign(&claims);
    assert_eq!(town.assert(&assertion, &[]).await.status, 200);
    assert_refused(&town.assert(&assertion, &[]).await, "the same again");
    let mut resigned = claims;
    resigned["exp"] = json!(town.now() + 30);
    let resigned = key.sign(&resigned);
    assert_refused(&town.assert(&resigned, &[]).await, "the same jti again");
}

#[tokio::test]
async fn a_refused_assertion_does_not_use_up_its_id() {
    let town = Town::new().await;
    let key = Key::es256();
    let (application, _) = town.with_key(&key).await;
    let claims = town.claims(&application);
    assert_refused(&town.assert(&Key::es256().sign(&claims), &[]).await, "a stranger's key");
    assert_eq!(town.assert(&key.sign(&claims), &[]).await.status, 200);
}

#[tokio::test]
async fn claims_that_are_not_for_us_now_and_in_order_are_refused() {
    let key = Key::es256();
    let now = NOON;
    for (name, value) in [
        ("aud", json!("https://other.example/oauth/token")),
        ("aud", json!(format!("{HUB}/"))),
        ("aud", json!(["https://other.example"])),
        ("aud", json!([])),
        ("aud", json!({ "url": HUB })),
        ("aud", Value::Null),
        ("exp", json!(now - 61)),
        ("exp", json!(now + 3700)),
        ("exp", json!(-1)),
        ("exp", json!(format!("{}", now + 60))),
        ("exp", json!(now as f64 + 60.5)),
        ("exp", json!(1e300)),
        ("exp", Value::Null),
        ("nbf", json!(now + 120)),
        ("iat", json!(now + 120)),
        ("iat", json!("now")),
        ("jti", json!("")),
        ("jti", json!("x".repeat(300))),
        ("jti", Value::Null),
        ("iss", json!("somebody-else")),
        ("sub", json!("somebody-else")),
        ("sub", json!(["a", "b"])),
    ] {
        let town = Town::new().await;
        let (application, _) = town.with_key(&key).await;
        let mut claims = town.claims(&application);
        claims[name] = value.clone();
        let answer = town.assert(&key.sign(&claims), &[]).await;
        assert_refused(&answer, &format!("{name} = {value}"));
    }
}

#[tokio::test]
async fn heads_that_would_choose_their_own_key_or_algorithm_are_refused() {
    let town = Town::new().await;
    let key = Key::es256();
    let (application, _) = town.with_key(&key).await;
    let own = Key::es256();
    let own_jwk = own.jwk.to_string();
    for (who, head) in [
        (&own, format!(r#"{{"alg":"ES256","jwk":{own_jwk}}}"#)),
        (&own, r#"{"alg":"ES256","jku":"https://evil.example/keys"}"#.into()),
        (&own, r#"{"alg":"ES256","kid":"' OR 1=1 --"}"#.into()),
        (&key, r#"{"alg":"ES256","crit":["exp"]}"#.into()),
        (&key, r#"{"alg":"ES256","b64":false}"#.into()),
        (&key, r#"{"alg":"ES256","zip":"DEF"}"#.into()),
        (&key, r#"{"alg":"ES256","typ":"at+jwt"}"#.into()),
        (&key, r#"{"alg":"RS256"}"#.into()),
        (&key, r#"{"alg":"PS256"}"#.into()),
        (&key, r#"{"alg":"ES256","alg":"ES256"}"#.into()),
        (&key, r#"{"typ":"JWT"}"#.into()),
    ] {
        let assertion = who.sign_text(&head, &town.claims(&application).to_string());
        assert_refused(&town.assert(&assertion, &[]).await, &head);
    }
    let twice = format!(r#"{{"sub":"{application}",{}"#, &town.claims(&application).to_string()[1..]);
    let assertion = key.sign_text(r#"{"alg":"ES256"}"#, &twice);
    assert_refused(&town.assert(&assertion, &[]).await, "sub twice");
}

#[tokio::test]
async fn alg_none_is_refused() {
    let town = Town::new().await;
    let (application, _) = town.with_key(&Key::es256()).await;
    let claims = part(town.claims(&application).to_string().as_bytes());
    for alg in ["none", "None", "NONE", ""] {
        let head = part(json!({ "alg": alg }).to_string().as_bytes());
        for signature in ["", "AA"] {
            let assertion = format!("{head}.{claims}.{signature}");
            assert_refused(&town.assert(&assertion, &[]).await, alg);
        }
    }
}

#[tokio::test]
async fn hs256_with_the_public_key_as_secret_is_refused() {
    let town = Town::new().await;
    let key = Key::rs256();
    let (application, _) = town.with_key(&key).await;
    let claims = town.claims(&application);
    let n = key.jwk["n"].as_str().unwrap();
    for secret in [key.jwk.to_string(), n.to_owned()] {
        let header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::HS256);
        let secret = jsonwebtoken::EncodingKey::from_secret(secret.as_bytes());
        let assertion = jsonwebtoken::encode(&header, &claims, &secret).unwrap();
        assert_refused(&town.assert(&assertion, &[]).await, "HS256");
    }
}

#[tokio::test]
async fn the_key_of_another_application_is_a_wrong_key() {
    let town = Town::new().await;
    let (one, other) = (Key::es256(), Key::es256());
    let (application, _) = town.with_key(&one).await;
    town.with_key(&other).await;
    let assertion = other.sign(&town.claims(&application));
    assert_refused(&town.assert(&assertion, &[]).await, "another's key");
}

#[tokio::test]
async fn what_is_no_jwt_is_refused() {
    let town = Town::new().await;
    for text in ["x", "a.b", "a.b.c.d", "..", "é.é.é", &"a".repeat(20_000)] {
        assert_refused(&town.assert(text, &[]).await, "no JWT");
    }
}

#[tokio::test]
async fn an_unknown_client_and_a_wrong_secret_look_the_same() {
    let town = Town::new().await;
    let (application, _, secret) = town.with_secret().await;
    let key = Key::es256();
    let (keyed, _) = town.with_key(&key).await;
    let grant = [("grant_type", "client_credentials")];
    let id = application.as_str();
    let mut seen = vec![];
    for (client, secret) in [
        ("00000000000000000000000000000000", secret.as_str()),
        ("'%20OR%201%3D1%20--", secret.as_str()),
        (id, "hansom_wrong"),
        (keyed.as_str(), secret.as_str()),
    ] {
        let answer = town.post_as("/oauth/token", client, secret, &grant).await;
        assert_refused(&answer, client);
        let challenge = answer.headers[header::WWW_AUTHENTICATE].to_str().unwrap();
        assert!(challenge.starts_with("Basic "), "Basic was tried");
        seen.push(answer.body["detail"].clone());
    }
    let unknown = "00000000000000000000000000000000".parse().unwrap();
    for client in [&unknown, &keyed] {
        let assertion = Key::es256().sign(&town.claims(client));
        let answer = town.assert(&assertion, &[]).await;
        assert_refused(&answer, "a stranger's assertion");
        assert!(!answer.headers.contains_key(header::WWW_AUTHENTICATE));
        seen.push(answer.body["detail"].clone());
    }
    seen.dedup();
    assert_eq!(seen.len(), 1, "one text for all: {seen:?}");
}

#[tokio::test]
async fn revoked_credentials_and_applications_get_no_token() {
    let town = Town::new().await;
    let actor = &Actor::Platform;
    let grant = [("grant_type", "client_credentials")];
    let key = Key::es256();
    let (application, credential) = town.with_key(&key).await;
    let revoked = town.control.revoke_credential(actor, &application, &credential);
    revoked.await.unwrap();
    let answer = town.assert(&key.sign(&town.claims(&application)), &[]).await;
    assert_refused(&answer, "revoked key");

    let (application, _, secret) = town.with_secret().await;
    let revoked = town.control.revoke_application(actor, &application);
    revoked.await.unwrap();
    let answer = town.post_as("/oauth/token", application.as_str(), &secret, &grant).await;
    assert_refused(&answer, "revoked application");
}

#[tokio::test]
async fn exactly_one_way_of_proof_and_one_name_are_taken() {
    let town = Town::new().await;
    let (application, _, secret) = town.with_secret().await;
    let id = application.as_str();
    let grant = ("grant_type", "client_credentials");
    let both = [grant, ("client_id", id), ("client_secret", &secret)];
    let answer = town.post_as("/oauth/token", id, &secret, &both).await;
    assert_eq!(answer.body["error"], "invalid_request");
    let other = [grant, ("client_id", "another")];
    let answer = town.post_as("/oauth/token", id, &secret, &other).await;
    assert_eq!(answer.body["error"], "invalid_request");
    let nothing = town.post("/oauth/token", &[grant, ("client_id", id)]).await;
    assert_refused(&nothing, "no proof at all");
    let assertion = [grant, ("client_assertion", "a.b.c"), ("client_assertion_type", "saml")];
    let answer = town.post("/oauth/token", &assertion).await;
    assert_eq!(answer.body["error"], "invalid_request");
}

#[tokio::test]
async fn guessing_is_slowed_down_for_a_minute() {
    let town = Town::new().await;
    let (application, _, secret) = town.with_secret().await;
    let id = application.as_str();
    let grant = [("grant_type", "client_credentials")];
    for number in 0..20 {
        let answer = town.post_as("/oauth/token", id, "wrong", &grant).await;
        assert_refused(&answer, &format!("guess {number}"));
    }
    let answer = town.post_as("/oauth/token", id, &secret, &grant).await;
    assert_eq!(answer.status, 429);
    assert_eq!(answer.headers[header::RETRY_AFTER], "60");
    assert_eq!(answer.body["error"], "temporarily_unavailable");
    let (other, _, other_secret) = town.with_secret().await;
    town.token(other.as_str(), &other_secret, &[]).await;
    town.wait(60);
    town.token(id, &secret, &[]).await;
}
