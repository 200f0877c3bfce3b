//! Is only the platform's word believed on who calls, and only who may let in?

use reqwest::Method;
use serde_json::{Value, json};
use service::settings::Trust;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::{
    contract_checks::fits,
    world::{AUDIENCE, ISSUER, World, answered, new_key, signed},
};

const HEALTH: &str = "/health";

/// Every operation of the contract, with an identifier that nobody has.
fn operations(world: &World) -> Vec<(Method, String, String)> {
    let operations = world.running.app.contract.operations.iter();
    operations
        .map(|operation| (operation.method.clone(), operation.path.replace("{id}", "nonsense"), operation.path.clone()))
        .collect()
}

#[sqlx::test]
async fn every_operation_is_closed_to_who_does_not_say_who_calls(_: PgPoolOptions, database: PgConnectOptions) {
    let world = World::start(database).await;
    for (method, path, template) in operations(&world) {
        let refused = answered(world.ask_as_nobody(method.clone(), &path)).await;
        refused.is_problem(401, "unauthenticated");
        assert_eq!(refused.header("www-authenticate"), "Bearer");
        fits(&refused, method.as_str(), &template);
    }
}

#[sqlx::test]
async fn a_word_that_is_forged_for_others_over_or_of_another_kind_is_worth_nothing(
    _: PgPoolOptions,
    database: PgConnectOptions,
) {
    let world = World::start(database).await;
    let (platform, now) = (&world.platform, chrono::Utc::now().timestamp());
    let good = platform.says(json!({}));
    let (unsigned, _) = good.rsplit_once('.').unwrap();
    let (_, claims) = unsigned.split_once('.').unwrap();
    // {"alg":"none","kid":"one","typ":"hansom-identity+jwt"}
    let none = "eyJhbGciOiJub25lIiwia2lkIjoib25lIiwidHlwIjoiaGFuc29tLWlkZW50aXR5K2p3dCJ9";
    let bad = [
        ("of another key", signed(json!({}), json!({}), &new_key())),
        ("without a signature", format!("{unsigned}.")),
        ("by the algorithm none", format!("{none}.{claims}.")),
        ("of another issuer", platform.says(json!({ "iss": "https://evil.example" }))),
        ("for another upstream", platform.says(json!({ "aud": "https://other.example" }))),
        ("for another API", platform.says(json!({ "api": "another" }))),
        ("of another environment", platform.says(json!({ "environment": "another" }))),
        ("that is over", platform.says(json!({ "iat": now - 120, "exp": now - 60 }))),
        ("without an end", platform.says(json!({ "exp": null }))),
        ("without a subject", platform.says(json!({ "sub": null }))),
        ("of nobody", platform.says(json!({ "sub": "" }))),
        ("of a kind that is not known", platform.says(json!({ "kind": "robot" }))),
        ("with groups that are none", platform.says(json!({ "groups": ["*"] }))),
        ("that is an access token", platform.says_with(json!({}), json!({ "typ": "at+jwt" }))),
        ("of a key that is not known", platform.says_with(json!({}), json!({ "kid": "two" }))),
        ("with conditions", platform.says_with(json!({}), json!({ "crit": ["b64"] }))),
        ("that is too long", platform.says(json!({ "more": "x".repeat(9000) }))),
        ("that is none", "nonsense".to_owned()),
        ("that is empty", String::new()),
        ("that comes twice", format!("{good}, {good}")),
    ];
    for (what, identity) in bad {
        let refused = answered(world.ask_as(Method::GET, HEALTH, &identity)).await;
        assert_eq!(refused.status, 401, "a word {what} was let in");
        refused.is_problem(401, "unauthenticated");
    }
    let twice = world.ask_as(Method::GET, HEALTH, &good).header("hansom-identity", &good);
    answered(twice).await.is_problem(401, "unauthenticated");
    assert_eq!(answered(world.ask_as(Method::GET, HEALTH, &good)).await.status, 200);
}

#[sqlx::test]
async fn a_person_in_no_group_that_may_is_refused_and_an_application_with_a_grant_let_in(
    _: PgPoolOptions,
    database: PgConnectOptions,
) {
    let world = World::start(database).await;
    for groups in [json!(["others@elsewhere.example"]), json!([]), Value::Null] {
        let identity = world.platform.says(json!({ "groups": groups }));
        for (method, path, _) in operations(&world) {
            answered(world.ask_as(method, &path, &identity)).await.is_problem(403, "not-allowed");
        }
    }
    let application = world.platform.says(json!({ "kind": "application", "groups": null }));
    assert_eq!(answered(world.ask_as(Method::GET, HEALTH, &application)).await.status, 200);
}

#[sqlx::test]
async fn keys_that_cannot_be_had_are_not_the_callers_fault(_: PgPoolOptions, database: PgConnectOptions) {
    let world = World::start_with(database, |settings| {
        settings.trust = Trust::Platform {
            issuer: ISSUER.into(),
            audience: AUDIENCE.into(),
            jwks_url: "http://127.0.0.1:1/oauth/jwks".parse().unwrap(),
        };
    })
    .await;
    for _ in 0..2 {
        world.get(HEALTH).await.is_problem(503, "unavailable");
    }
}

#[sqlx::test]
async fn on_a_developers_machine_everybody_is_let_in_and_the_log_says_so(_: PgPoolOptions, database: PgConnectOptions) {
    let world = World::start_with(database, |settings| settings.trust = Trust::Local).await;
    assert_eq!(answered(world.ask_as_nobody(Method::GET, HEALTH)).await.status, 200);
    let says = |line: &Value| line["message"].as_str().unwrap().contains("everybody is let in");
    assert!(world.log().iter().any(says));
}
