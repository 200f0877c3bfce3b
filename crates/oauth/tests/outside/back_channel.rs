//! Does a session end here when the provider says that it has ended there (OpenID Connect Back-Channel Logout 1.0)?

use hansom_oauth::{Provider, SignIn, SignInError, Way};
use serde_json::{Value, json};

use crate::{
    provider::FakeProvider,
    town::{HUB, Key, Town},
};

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

struct Street {
    town: Town,
    provider: FakeProvider,
    sign_in: SignIn,
}

impl Street {
    async fn new() -> Self {
        let town = Town::new().await;
        let provider = FakeProvider::start(town.now()).await;
        let known = Provider::alone(provider.issuer(), "hub".into(), None, "Example".into());
        let way = Way { provider: known, sources: vec![] };
        let sign_in = SignIn::new(town.control.clone(), vec![way], HUB.into()).unwrap();
        Self { town, provider, sign_in }
    }

    /// Signs a person in whose session at the provider has that name.
    async fn enter(&self, subject: &str, sid: Value) -> String {
        self.provider.change(|inside| inside.spoiled = json!({ "sub": subject, "sid": sid }));
        let begun = self.sign_in.begin("", "/").await.unwrap();
        let callback = self.provider.agree(&begun.location);
        self.sign_in.finish("", callback, Some(&begun.browser_cookie), "").await.unwrap().session.value
    }

    async fn is_in(&self, session: &str) -> bool {
        self.town.control.session(session).await.unwrap().is_some()
    }

    /// The claims of a good logout token, with these in place of or beside them; null takes one away.
    fn claims(&self, jti: &str, others: &Value) -> Value {
        let now = self.town.now();
        let mut claims = json!({
            "iss": self.provider.issuer(), "aud": "hub", "iat": now, "exp": now + 120, "jti": jti, "events": { EVENT: {} },
        });
        for (name, value) in others.as_object().unwrap() {
            if value.is_null() {
                claims.as_object_mut().unwrap().remove(name);
            } else {
                claims[name] = value.clone();
            }
        }
        claims
    }

    async fn end(&self, claims: &Value) -> Result<usize, SignInError> {
        self.sign_in.end_by_provider("", &self.provider.sign(claims)).await
    }
}

#[tokio::test]
async fn a_session_ends_with_the_one_that_it_came_of_and_no_other_does() {
    let street = Street::new().await;
    let (one, other) = (street.enter("ada", json!("s-1")).await, street.enter("ada", json!("s-2")).await);
    let bens = street.enter("ben", json!("s-3")).await;
    assert_eq!(street.end(&street.claims("1", &json!({ "sid": "s-1" }))).await.unwrap(), 1);
    assert!(!street.is_in(&one).await && street.is_in(&other).await && street.is_in(&bens).await);
    let anothers = street.claims("2", &json!({ "sub": "ben", "sid": "s-2" }));
    assert_eq!(street.end(&anothers).await.unwrap(), 0, "a session of somebody else");
    assert!(street.is_in(&other).await);
    assert_eq!(street.end(&street.claims("3", &json!({ "sub": "ada" }))).await.unwrap(), 1);
    assert!(!street.is_in(&other).await && street.is_in(&bens).await);
    assert_eq!(street.end(&street.claims("4", &json!({ "sub": "nobody" }))).await.unwrap(), 0);
    let audit = street.town.control.reads().audit(street.town.control.clock().now().plus_seconds(1), 50).await.unwrap();
    assert_eq!(
        audit.iter().filter(|entry| entry.verb == "end_provider_sessions").count(),
        2,
        "who had none is no entry"
    );
}

#[tokio::test]
async fn a_person_whose_provider_tells_no_session_is_found_by_subject() {
    let street = Street::new().await;
    let session = street.enter("ada", Value::Null).await;
    assert_eq!(street.end(&street.claims("1", &json!({ "sid": "s-1" }))).await.unwrap(), 0);
    assert!(street.is_in(&session).await);
    assert_eq!(street.end(&street.claims("2", &json!({ "sub": "ada", "aud": ["other", "hub"] }))).await.unwrap(), 1);
}

#[tokio::test]
async fn a_logout_token_that_is_wrong_in_one_place_ends_nothing() {
    let street = Street::new().await;
    let session = street.enter("ada", json!("s-1")).await;
    let now = street.town.now();
    for wrong in [
        json!({ "iss": "https://other.example" }),
        json!({ "iss": null }),
        json!({ "aud": "another" }),
        json!({ "aud": [] }),
        json!({ "aud": null }),
        json!({ "iat": now + 61 }),
        json!({ "iat": now - 361, "exp": now + 120 }),
        json!({ "iat": null }),
        json!({ "exp": now - 61 }),
        json!({ "jti": null }),
        json!({ "jti": "" }),
        json!({ "events": null }),
        json!({ "events": {} }),
        json!({ "events": { EVENT: true } }),
        json!({ "events": { "http://schemas.openid.net/event/other": {} } }),
        json!({ "nonce": "n" }),
        json!({ "sub": null, "sid": null }),
        json!({ "sid": "" }),
        json!({ "sid": "s".repeat(256) }),
    ] {
        let mut claims = street.claims("1", &json!({ "sub": "ada" }));
        for (name, value) in wrong.as_object().unwrap() {
            match value {
                Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
                value => claims[name] = value.clone(),
            }
        }
        let refused = street.end(&claims).await;
        assert!(matches!(refused, Err(SignInError::Unended(_))), "{wrong}: {refused:?}");
    }
    let null_nonce =
        street.claims("1", &json!({ "sub": "ada" })).to_string().replace("\"jti\"", "\"nonce\":null,\"jti\"");
    let claims: Value = serde_json::from_str(&null_nonce).unwrap();
    assert!(street.end(&claims).await.is_err(), "an ID token is none, whatever its nonce");
    assert!(street.is_in(&session).await);
    assert_eq!(street.end(&street.claims("1", &json!({ "sub": "ada" }))).await.unwrap(), 1, "the good one does");
}

#[tokio::test]
async fn a_logout_token_that_the_provider_did_not_sign_ends_nothing_and_one_that_it_did_works_once() {
    let street = Street::new().await;
    let session = street.enter("ada", json!("s-1")).await;
    let claims = street.claims("1", &json!({ "sub": "ada" }));
    let stranger = Key::es256();
    let text = claims.to_string();
    let unsigned = stranger.sign_text(r#"{"alg":"none"}"#, &text);
    for forged in [
        stranger.sign_text(r#"{"alg":"ES256","kid":"one"}"#, &text),
        stranger.sign_text(r#"{"alg":"HS256","kid":"one"}"#, &text),
        stranger.sign_text(&json!({ "alg": "ES256", "jwk": stranger.jwk }).to_string(), &text),
        format!("{}.", unsigned.rsplit_once('.').unwrap().0),
        String::new(),
        "a.b.c".into(),
        "x".repeat(20_000),
    ] {
        let refused = street.sign_in.end_by_provider("", &forged).await;
        assert!(matches!(refused, Err(SignInError::Unended(_))), "{forged}");
    }
    assert!(matches!(street.sign_in.end_by_provider("other", "a.b.c").await, Err(SignInError::NoProvider)));
    assert!(street.is_in(&session).await);
    assert_eq!(street.end(&claims).await.unwrap(), 1);
    let session = street.enter("ada", json!("s-2")).await;
    assert!(matches!(street.end(&claims).await, Err(SignInError::Unended(_))), "a replay");
    assert!(street.is_in(&session).await);
}

#[tokio::test]
async fn an_id_token_is_no_logout_token() {
    let street = Street::new().await;
    let session = street.enter("ada", json!("s-1")).await;
    let now = street.town.now();
    let claims = json!({
        "iss": street.provider.issuer(), "aud": "hub", "sub": "ada", "iat": now, "exp": now + 60, "jti": "1", "nonce": "n",
    });
    assert!(street.end(&claims).await.is_err());
    assert!(street.is_in(&session).await);
}
