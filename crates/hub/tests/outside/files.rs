//! Can a program take contracts and collections away by its token, as the control API reads them?

use http::StatusCode;
use serde_json::{Value, json};

use crate::town::{HUB, Town};

const REPAIRS: &str = "housing-repairs@hackney.example";
const FILES: [&str; 5] = ["openapi.yaml", "bundle.json", "bundle.yaml", "postman.json", "bruno.zip"];

/// A token for a resource, of an application of that group.
async fn token(town: &Town, group: &str, resource: &str) -> String {
    let person = town.person(group, &[group]).await;
    let new = json!({ "name": "Mirror", "owner": group });
    let made: Value = serde_json::from_str(&person.send_json("/api/v1/applications", &new).await.text).unwrap();
    let id = made["id"].as_str().unwrap();
    let credentials = format!("/api/v1/applications/{id}/credentials");
    let secret = person.send_json(&credentials, &json!({ "kind": "secret" })).await;
    let secret: Value = serde_json::from_str(&secret.text).unwrap();
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", id),
        ("client_secret", secret["secret"].as_str().unwrap()),
        ("resource", resource),
    ];
    let told = town.stranger().send("/oauth/token", "", &form, &[]).await;
    assert_eq!(told.status, StatusCode::OK, "{}", told.text);
    let told: Value = serde_json::from_str(&told.text).unwrap();
    told["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_owners_program_takes_every_file_of_an_internal_api_and_others_none() {
    let town = Town::with_council().await;
    let (own, other) = (token(&town, REPAIRS, HUB).await, token(&town, "digital@hackney.example", HUB).await);
    for file in FILES {
        let address = format!("/apis/repairs/v1/{file}");
        let stranger = town.stranger();
        assert_eq!(stranger.get(&address).await.status, StatusCode::NOT_FOUND, "{file}");
        let theirs = stranger.get_with(&address, &[("authorization", &format!("Bearer {other}"))]).await;
        assert_eq!(theirs.status, StatusCode::NOT_FOUND, "{file}: {}", theirs.text);
        let taken = stranger.get_with(&address, &[("authorization", &format!("Bearer {own}"))]).await;
        assert_eq!(taken.status, StatusCode::OK, "{file}: {}", taken.text);
        assert!(!taken.bytes.is_empty() && taken.header("content-disposition").starts_with("attachment"), "{file}");
        assert_eq!(taken.header("cache-control"), "no-store", "{file}: for nobody else");
    }
}

#[tokio::test]
async fn a_token_that_does_not_hold_is_no_stranger_and_is_not_made_good_by_a_cookie() {
    let town = Town::with_council().await;
    let chloe = town.person("Chloe", &[REPAIRS]).await;
    let elsewhere = token(&town, REPAIRS, "https://sandbox.hackney.example").await;
    for wrong in ["Bearer nonsense", "Basic eDp5", &format!("Bearer {elsewhere}")] {
        for address in ["/apis/repairs/v1/openapi.yaml", "/apis/bulky-waste/v1/bundle.json"] {
            let answer = chloe.get_with(address, &[("authorization", wrong)]).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{wrong} {address}: {}", answer.text);
            assert!(answer.header("www-authenticate").starts_with("Bearer"), "{wrong}");
            assert_eq!(answer.header("content-type"), "application/problem+json");
        }
    }
    assert_eq!(chloe.get("/apis/repairs/v1/openapi.yaml").await.status, StatusCode::OK);
    let own = token(&town, REPAIRS, HUB).await;
    let page = town.stranger().get_with("/apis/repairs/v1", &[("authorization", &format!("Bearer {own}"))]).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND, "pages take no tokens");
}
