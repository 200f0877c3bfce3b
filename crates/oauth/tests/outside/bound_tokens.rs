//! Tokens that are bound to a key (RFC 9449).

use axum::http::HeaderMap;
use hansom_control::ClientSettings;
use hansom_oauth::{Error, KeyProof, OAuth, Rules, Setup};
use serde_json::{Value, json};

use crate::{
    flows::{CALLBACK, thumbprint},
    town::{Answer, HUB, Key, PRODUCTION, Town, opened, part},
};

const PATH: &str = "/oauth/token";

/// A token request of an application with its secret in the form, and this proof.
async fn ask(town: &Town, proof: &str) -> Answer {
    let (application, _, secret) = town.with_secret().await;
    ask_as(town, application.as_str(), &secret, proof).await
}

async fn ask_as(town: &Town, application: &str, secret: &str, proof: &str) -> Answer {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", application),
        ("client_secret", secret),
        ("resource", HUB),
    ];
    town.post_with_proof(PATH, &form, proof).await
}

#[tokio::test]
async fn rfc9449_5_a_proof_binds_the_token_to_its_key() {
    let town = Town::new().await;
    let key = Key::es256();
    let answer = ask(&town, &town.proven(&key, PATH)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.body["token_type"], "DPoP");
    let (_, claims) = opened(answer.body["access_token"].as_str().unwrap());
    assert_eq!(claims["cnf"]["jkt"], thumbprint(&key.jwk));
    for key in [Key::rs256(), Key::ed25519()] {
        assert_eq!(ask(&town, &town.proven(&key, PATH)).await.status, 200, "{:?}", key.algorithm);
    }
}

#[tokio::test]
async fn rfc9449_4_3_a_proof_that_is_wrong_in_one_place_proves_nothing() {
    let town = Town::new().await;
    let (key, other) = (Key::es256(), Key::es256());
    let now = town.now();
    let private = json!({ "d": "AAAA" });
    for (place, name, value) in [
        ("head", "typ", json!("JWT")),
        ("head", "typ", json!("at+jwt")),
        ("head", "typ", Value::Null),
        ("head", "alg", json!("none")),
        ("head", "alg", json!("HS256")),
        ("head", "alg", json!("RS256")),
        ("head", "jwk", other.jwk.clone()),
        ("head", "jwk", json!({ "kty": "oct", "k": "c2VjcmV0" })),
        ("head", "jwk", merged(&key.jwk, &private)),
        ("head", "jwk", Value::Null),
        ("head", "crit", json!(["b64"])),
        ("head", "b64", json!(false)),
        ("claims", "jti", Value::Null),
        ("claims", "jti", json!("")),
        ("claims", "jti", json!("x".repeat(256))),
        ("claims", "htm", json!("GET")),
        ("claims", "htm", json!("post")),
        ("claims", "htm", Value::Null),
        ("claims", "htu", json!(format!("{HUB}/oauth/par"))),
        ("claims", "htu", json!("https://elsewhere.example/oauth/token")),
        ("claims", "htu", json!("http://hub.example/oauth/token")),
        ("claims", "htu", json!("/oauth/token")),
        ("claims", "htu", Value::Null),
        ("claims", "iat", json!(now - 61)),
        ("claims", "iat", json!(now + 61)),
        ("claims", "iat", json!(format!("{now}"))),
        ("claims", "iat", Value::Null),
    ] {
        let (mut head, mut claims) = town.proof(&key, PATH);
        let object = if place == "head" { &mut head } else { &mut claims };
        match value {
            Value::Null => drop(object.as_object_mut().unwrap().shift_remove(name)),
            ref value => object[name] = value.clone(),
        }
        let answer = ask(&town, &key.sign_text(&head.to_string(), &claims.to_string())).await;
        assert_eq!(answer.status, 400, "{name}: {value}");
        assert_eq!(answer.body["error"], "invalid_dpop_proof", "{name}: {value}");
    }
}

fn merged(one: &Value, other: &Value) -> Value {
    let mut both = one.as_object().unwrap().clone();
    both.extend(other.as_object().unwrap().clone());
    Value::Object(both)
}

#[tokio::test]
async fn a_proof_that_says_something_twice_or_is_signed_by_nobody_proves_nothing() {
    let town = Town::new().await;
    let key = Key::es256();
    let (head, claims) = town.proof(&key, PATH);
    let twice = claims.to_string().replacen('{', r#"{"htm":"POST","#, 1);
    let good = town.proven(&key, PATH);
    let (message, signature) = good.rsplit_once('.').unwrap();
    for proof in [
        key.sign_text(&head.to_string(), &twice),
        format!("{message}."),
        format!("{message}.{}", part(&[0; 64])),
        format!("{signature}.{message}"),
        "a.b.c".to_owned(),
        "x".repeat(9000),
        format!("{good}, {good}"),
    ] {
        let answer = ask(&town, &proof).await;
        assert_eq!(answer.body["error"], "invalid_dpop_proof", "{}", &proof[..20.min(proof.len())]);
    }
}

#[tokio::test]
async fn rfc9449_11_1_a_proof_works_once() {
    let town = Town::new().await;
    let key = Key::es256();
    let proof = town.proven(&key, PATH);
    let (application, _, secret) = town.with_secret().await;
    assert_eq!(ask_as(&town, application.as_str(), &secret, &proof).await.status, 200);
    assert_eq!(ask_as(&town, application.as_str(), &secret, &proof).await.body["error"], "invalid_dpop_proof");
    let unproven = ask_as(&town, application.as_str(), "wrong", &town.proven(&key, PATH)).await;
    assert_eq!(unproven.body["error"], "invalid_client", "strangers fill no list of proofs");
}

#[tokio::test]
async fn an_application_may_be_registered_for_bound_tokens_alone() {
    let town = Town::new().await;
    let settings =
        ClientSettings { redirect_uris: vec![CALLBACK.into()], dpop_required: true, ..ClientSettings::default() };
    let app = town.app(settings).await;
    let form = [("grant_type", "client_credentials"), ("resource", PRODUCTION)];
    let bare = town.post_as(PATH, app.id.as_str(), &app.secret, &form).await;
    assert_eq!(bare.body["error"], "invalid_dpop_proof");
    let key = Key::es256();
    assert_eq!(ask_as(&town, app.id.as_str(), &app.secret, &town.proven(&key, PATH)).await.status, 200);
}

#[tokio::test]
async fn rfc9449_7_a_bound_token_is_worth_nothing_at_the_hub_without_its_key() {
    let town = Town::new().await;
    let (key, other) = (Key::es256(), Key::es256());
    let answer = ask(&town, &town.proven(&key, PATH)).await;
    let token = answer.body["access_token"].as_str().unwrap();
    let hash = part(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes()).as_ref());
    let proof = |key: &Key, change: &[(&str, Value)]| {
        let (head, mut claims) = town.proof(key, "/api/v1/me");
        claims["htm"] = json!("GET");
        claims["ath"] = json!(hash);
        for (name, value) in change {
            claims[*name] = value.clone();
        }
        key.sign_text(&head.to_string(), &claims.to_string())
    };
    let show = async |is_dpop_scheme: bool, proof: Option<String>| {
        let mut headers = HeaderMap::new();
        headers.extend(
            proof.map(|proof| ("dpop".parse().unwrap(), proof.parse().unwrap())).into_iter().collect::<HeaderMap>(),
        );
        let key = KeyProof { is_dpop_scheme, headers: &headers, method: "GET", path: "/api/v1/me" };
        town.oauth.authenticate_by(token, key).await
    };
    assert!(matches!(town.oauth.authenticate(token).await, Err(Error::TokenInvalid(_))), "as a bearer token");
    assert!(
        matches!(show(false, Some(proof(&key, &[]))).await, Err(Error::TokenInvalid(_))),
        "nor with a proof beside it"
    );
    assert!(matches!(show(true, None).await, Err(Error::Proof(_))));
    assert!(matches!(show(true, Some(proof(&other, &[]))).await, Err(Error::Proof(_))), "another key");
    for (name, value) in
        [("ath", json!("other")), ("htm", json!("POST")), ("htu", json!(format!("{HUB}/api/v1/other")))]
    {
        assert!(matches!(show(true, Some(proof(&key, &[(name, value)]))).await, Err(Error::Proof(_))), "{name}");
    }
    assert!(show(true, Some(proof(&key, &[]))).await.is_ok());
    let (application, _, secret) = town.with_secret().await;
    let bearer = town.token(application.as_str(), &secret, &[("resource", HUB)]).await;
    let headers = HeaderMap::new();
    let key = KeyProof { is_dpop_scheme: true, headers: &headers, method: "GET", path: "/api/v1/me" };
    assert!(town.oauth.authenticate_by(&bearer, key).await.is_err(), "a bearer token is no bound one by its scheme");
}

#[tokio::test]
async fn rfc9449_8_a_server_may_want_its_nonce_in_proofs() {
    let mut town = Town::new().await;
    town.oauth = OAuth::new(Setup {
        control: town.control.clone(),
        issuer: HUB.into(),
        audiences: vec![(hansom_domain::EnvironmentName::production(), PRODUCTION.into())],
        person_seconds: 900,
        application_seconds: 3600,
        rules: Rules { dpop_nonces: true, ..Rules::default() },
    });
    let key = Key::es256();
    let challenged = ask(&town, &town.proven(&key, PATH)).await;
    assert_eq!((challenged.status.as_u16(), challenged.body["error"].as_str()), (400, Some("use_dpop_nonce")));
    let nonce = challenged.headers["dpop-nonce"].to_str().unwrap().to_owned();
    let with_nonce = |nonce: &str| {
        let (head, mut claims) = town.proof(&key, PATH);
        claims["nonce"] = json!(nonce);
        key.sign_text(&head.to_string(), &claims.to_string())
    };
    assert_eq!(ask(&town, &with_nonce("made up")).await.body["error"], "use_dpop_nonce");
    assert_eq!(ask(&town, &with_nonce(&nonce)).await.status, 200);
    town.wait(240);
    assert_eq!(ask(&town, &with_nonce(&nonce)).await.body["error"], "use_dpop_nonce", "it grows old");
}

#[tokio::test]
async fn what_is_told_of_a_bound_token_names_its_key() {
    let town = Town::new().await;
    let key = Key::es256();
    let (application, _, secret) = town.with_secret().await;
    let answer = ask_as(&town, application.as_str(), &secret, &town.proven(&key, PATH)).await;
    let form = [("token", answer.body["access_token"].as_str().unwrap())];
    let told = town.post_as("/oauth/introspect", application.as_str(), &secret, &form).await;
    assert_eq!(told.body["token_type"], "DPoP");
    assert_eq!(told.body["cnf"]["jkt"], thumbprint(&key.jwk));
}
