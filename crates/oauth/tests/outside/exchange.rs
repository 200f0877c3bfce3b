//! Tokens of other issuers that become ours (RFC 8693).

use std::sync::Arc;

use hansom_control::ServiceAccount;
use hansom_domain::{Actor, EnvironmentName, PersonKey};
use hansom_oauth::{OAuth, OpenIdIssuer, Rules, Scope, Setup};
use serde_json::{Value, json};

use crate::{
    provider::FakeProvider,
    town::{Answer, HUB, Key, NOON, PRODUCTION, SANDBOX, Town, opened},
};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
/// The id of a client at the provider whose ID tokens speak for people here.
const KNOWN_CLIENT: &str = "32555940559.apps.example";
const ROBOT: &str = "repairs@project.iam.example";

/// A town that takes the ID tokens of a provider.
async fn town() -> (Town, FakeProvider) {
    let mut town = Town::new().await;
    let provider = FakeProvider::start(NOON).await;
    let issuer = OpenIdIssuer::new(&provider.issuer(), vec![KNOWN_CLIENT.into()]).unwrap();
    town.oauth = OAuth::new(Setup {
        control: town.control.clone(),
        issuer: HUB.into(),
        audiences: vec![
            (EnvironmentName::production(), PRODUCTION.into()),
            (EnvironmentName::sandbox(), SANDBOX.into()),
        ],
        person_seconds: 900,
        application_seconds: 3600,
        rules: Rules { subjects: vec![Arc::new(issuer)], ..Rules::default() },
    });
    (town, provider)
}

/// The claims of a person's good ID token.
fn of_person(town: &Town, provider: &FakeProvider) -> Value {
    json!({ "iss": provider.issuer(), "sub": "ada", "aud": KNOWN_CLIENT, "iat": town.now(), "exp": town.now() + 300,
        "email": "ada@hackney.example", "email_verified": true })
}

/// The claims of a service account's good ID token.
fn of_robot(town: &Town, provider: &FakeProvider) -> Value {
    json!({ "iss": provider.issuer(), "sub": "1174839", "azp": "1174839", "aud": HUB, "iat": town.now(),
        "exp": town.now() + 300, "email": ROBOT, "email_verified": true })
}

async fn exchange(town: &Town, token: &str, more: &[(&str, &str)]) -> Answer {
    let good = [("grant_type", EXCHANGE), ("subject_token", token), ("subject_token_type", ID_TOKEN)];
    town.post("/oauth/token", &crate::flows::with(&good, more)).await
}

async fn ada(town: &Town, provider: &FakeProvider) {
    let key = PersonKey { issuer: provider.issuer(), subject: "ada".into() };
    let groups = ["repairs@hackney.example".parse().unwrap()];
    town.control.sign_in_person(key, "ada@hackney.example", "Ada", &groups).await.unwrap();
}

async fn bound(town: &Town, provider: &FakeProvider) -> String {
    let application = town.application().await;
    let account = ServiceAccount { issuer: &provider.issuer(), subject: "1174839", email: ROBOT };
    town.control.bind_service_account(&Actor::Platform, &application, account).await.unwrap();
    application.to_string()
}

#[tokio::test]
async fn rfc8693_2_a_persons_id_token_becomes_an_access_token_that_speaks_for_them() {
    let (town, provider) = town().await;
    ada(&town, &provider).await;
    let token = provider.sign(&of_person(&town, &provider));
    let answer = exchange(&town, &token, &[("client_id", "hansom-cli"), ("resource", SANDBOX)]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.body["issued_token_type"], ACCESS_TOKEN);
    assert_eq!(answer.body["token_type"], "Bearer");
    assert!(answer.body.get("refresh_token").is_none());
    let (_, claims) = opened(answer.body["access_token"].as_str().unwrap());
    assert_eq!((claims["aud"].as_str(), claims["client_id"].as_str()), (Some(SANDBOX), Some("hansom-cli")));
    assert_eq!(claims["groups"], json!(["repairs@hackney.example"]));
    let hub = [("client_id", "hansom-cli"), ("resource", HUB), ("scope", "hub:read hub:write")];
    let answer = exchange(&town, &token, &hub).await;
    assert_eq!(answer.body["scope"], "hub:read", "nobody was asked, so nothing is changed");
    let bearer = town.oauth.authenticate(answer.body["access_token"].as_str().unwrap()).await.unwrap();
    assert_eq!(bearer.scopes, [Scope::Read]);
}

#[tokio::test]
async fn a_persons_id_token_that_is_wrong_in_one_place_is_worth_nothing() {
    let (town, provider) = town().await;
    ada(&town, &provider).await;
    let now = town.now();
    for (name, value) in [
        ("iss", json!("https://elsewhere.example")),
        ("sub", json!("nobody")),
        ("aud", json!("another.client")),
        ("aud", json!([KNOWN_CLIENT, "another.client"])),
        ("aud", json!(PRODUCTION)),
        ("exp", json!(now - 61)),
        ("iat", json!(now + 120)),
        ("exp", Value::Null),
    ] {
        let mut claims = of_person(&town, &provider);
        match &value {
            Value::Null => drop(claims.as_object_mut().unwrap().shift_remove(name)),
            value => claims[name] = value.clone(),
        }
        let answer = exchange(&town, &provider.sign(&claims), &[("client_id", "hansom-cli")]).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body["error"].as_str()),
            (400, Some("invalid_grant")),
            "{name}: {value}"
        );
        town.wait(0);
    }
    let claims = of_person(&town, &provider);
    let forged = Key::es256().sign(&claims);
    for token in [forged.as_str(), "a.b.c", "", "x"] {
        let answer = exchange(&town, token, &[("client_id", "hansom-cli")]).await;
        assert_eq!(answer.status, 400, "{token}");
    }
    let nobody = exchange(&town, &provider.sign(&claims), &[]).await;
    assert_eq!(nobody.body["error"], "invalid_client", "a person's token is exchanged by somebody");
}

#[tokio::test]
async fn a_service_account_proves_its_application_without_any_secret() {
    let (town, provider) = town().await;
    let application = bound(&town, &provider).await;
    let token = provider.sign(&of_robot(&town, &provider));
    let answer = exchange(&town, &token, &[]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let (_, claims) = opened(answer.body["access_token"].as_str().unwrap());
    assert_eq!(
        (claims["sub"].as_str(), claims["client_id"].as_str()),
        (Some(application.as_str()), Some(application.as_str()))
    );
    let credential = claims["credential"].as_str().expect("it ends with the binding");
    let listed = town.control.reads().credentials_of(&application.parse().unwrap()).await.unwrap();
    assert_eq!(listed[0].id.as_str(), credential);
    assert!(listed[0].last_used_at.is_some());
    let hub = exchange(&town, &token, &[("resource", HUB)]).await;
    let hub = hub.body["access_token"].as_str().unwrap().to_owned();
    assert!(town.oauth.authenticate(&hub).await.is_ok());
    town.control.revoke_credential(&Actor::Platform, &application.parse().unwrap(), &listed[0].id).await.unwrap();
    assert!(town.oauth.authenticate(&hub).await.is_err());
    assert_eq!(exchange(&town, &token, &[]).await.body["error"], "invalid_grant");
}

#[tokio::test]
async fn a_service_account_is_who_it_was_bound_as_and_nobody_else() {
    let (town, provider) = town().await;
    bound(&town, &provider).await;
    let other = town.application().await;
    for (name, value) in [
        ("sub", json!("999")),
        ("email", json!("other@project.iam.example")),
        ("email_verified", json!(false)),
        ("email_verified", Value::Null),
        ("aud", json!(KNOWN_CLIENT)),
    ] {
        let mut claims = of_robot(&town, &provider);
        match &value {
            Value::Null => drop(claims.as_object_mut().unwrap().shift_remove(name)),
            value => claims[name] = value.clone(),
        }
        let answer = exchange(&town, &provider.sign(&claims), &[("client_id", "hansom-cli")]).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body["error"].as_str()),
            (400, Some("invalid_grant")),
            "{name}: {value}"
        );
    }
    let token = provider.sign(&of_robot(&town, &provider));
    let as_other = exchange(&town, &token, &[("client_id", other.as_str())]).await;
    assert_eq!(as_other.body["error"], "invalid_grant");
    let account = ServiceAccount { issuer: &provider.issuer(), subject: "1174839", email: ROBOT };
    let twice = town.control.bind_service_account(&Actor::Platform, &other, account).await;
    assert!(twice.is_err(), "one service account proves one application");
}

#[tokio::test]
async fn rfc8693_2_1_what_is_not_offered_is_refused() {
    let (town, provider) = town().await;
    ada(&town, &provider).await;
    let token = provider.sign(&of_person(&town, &provider));
    for (name, value) in [
        ("subject_token_type", "urn:ietf:params:oauth:token-type:saml2"),
        ("subject_token_type", ACCESS_TOKEN),
        ("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token"),
        ("actor_token", "x"),
        ("subject_token", ""),
    ] {
        let answer = exchange(&town, &token, &[("client_id", "hansom-cli"), (name, value)]).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body["error"].as_str()),
            (400, Some("invalid_request")),
            "{name}={value}"
        );
    }
    let elsewhere = [("client_id", "hansom-cli"), ("resource", "https://elsewhere.example")];
    assert_eq!(exchange(&town, &token, &elsewhere).await.body["error"], "invalid_target");
}

#[tokio::test]
async fn an_issuer_that_is_silent_is_no_reason_to_say_that_a_token_is_bad() {
    let (town, provider) = town().await;
    ada(&town, &provider).await;
    provider.change(|inside| inside.silent = true);
    let token = provider.sign(&of_person(&town, &provider));
    let answer = exchange(&town, &token, &[("client_id", "hansom-cli")]).await;
    assert_eq!((answer.status.as_u16(), answer.body["error"].as_str()), (503, Some("temporarily_unavailable")));
    provider.change(|inside| inside.silent = false);
    town.wait(6);
    assert_eq!(exchange(&town, &token, &[("client_id", "hansom-cli")]).await.status, 200);
}

#[tokio::test]
async fn our_own_tokens_are_not_exchanged() {
    let (town, _provider) = town().await;
    let (application, _, secret) = town.with_secret().await;
    let own = town.token(application.as_str(), &secret, &[]).await;
    let answer = exchange(&town, &own, &[("client_id", "hansom-cli")]).await;
    assert_eq!(answer.body["error"], "invalid_grant");
}
