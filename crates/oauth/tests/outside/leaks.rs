//! Does a secret end that somebody found in the open?

use aws_lc_rs::digest::{SHA256, digest};
use axum::{body::Body, http::Request};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{
    flows::VERIFIER,
    town::{Answer, Town},
};

async fn report(town: &Town, body: &Value) -> Answer {
    let request = Request::post("/oauth/leaks").header("content-type", "application/json");
    town.send(request.body(Body::from(body.to_string())).unwrap()).await
}

#[tokio::test]
async fn a_scanner_learns_which_of_its_finds_are_ours_and_those_end() {
    let town = Town::new().await;
    let (id, _, secret) = town.with_secret().await;
    let app = town.confidential().await;
    let code = town.code(&app, &[]).await;
    let got = town.redeem(&app, &code, &[("code_verifier", VERIFIER)]).await.body;
    let refresh = got["refresh_token"].as_str().unwrap();
    let found = json!([
        { "token": secret, "type": "hansom_application_secret", "url": "https://git.example/a/b", "source": "content" },
        { "token": "hansom_sec_nobodys", "type": "hansom_application_secret" },
        { "token": refresh, "type": "hansom_refresh_token", "url": null },
        { "token": format!("{refresh}0"), "type": "<script>" },
    ]);
    let answer = report(&town, &found).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.headers["cache-control"], "no-store");
    let judged = answer.body.as_array().unwrap();
    let labels: Vec<&str> = judged.iter().map(|one| one["label"].as_str().unwrap()).collect();
    assert_eq!(labels, ["true_positive", "false_positive", "true_positive", "false_positive"]);
    for (one, found) in judged.iter().zip(found.as_array().unwrap()) {
        let hash = STANDARD.encode(digest(&SHA256, found["token"].as_str().unwrap().as_bytes()));
        assert_eq!(
            one,
            &json!({ "token_hash": hash, "token_type": found["type"], "label": one["label"] }),
            "one shape"
        );
    }
    assert!(!answer.body.to_string().contains(&secret), "the secret is not sent back");
    let form = [("grant_type", "client_credentials")];
    assert_eq!(town.post_as("/oauth/token", id.as_str(), &secret, &form).await.body["error"], "invalid_client");
    assert_eq!(town.refresh(&app, refresh, &[]).await.body["error"], "invalid_grant");
    assert!(town.oauth.authenticate(got["access_token"].as_str().unwrap()).await.is_err());
    let again = report(&town, &found).await;
    assert_eq!(again.body, answer.body, "who reports twice learns nothing else");
    let now = town.control.clock().now();
    let mails = town.control.reads().due_notices(now, now.plus_seconds(-60), 50).await.unwrap();
    for (what, whom) in [("A secret of", "the application's owner"), ("A token of", "the person")] {
        let told = |subject: &str| subject.starts_with(what) && subject.contains("found in the open");
        assert_eq!(mails.iter().filter(|mail| told(&mail.subject)).count(), 1, "{whom}, once");
    }
}

#[tokio::test]
async fn a_report_is_bounded_in_every_direction() {
    let town = Town::new().await;
    let many: Vec<Value> = (0..101).map(|number| json!({ "token": number.to_string() })).collect();
    for (body, status) in [
        (json!([]), 400),
        (json!({ "token": "x" }), 400),
        (json!([{ "type": "x" }]), 400),
        (json!([{ "token": 1 }]), 400),
        (json!(many), 400),
        (json!([{ "token": "x".repeat(300_000) }]), 413),
        (json!([{ "token": "x".repeat(200_000) }]), 200),
    ] {
        let answer = report(&town, &body).await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
    }
    let form = town.post("/oauth/leaks", &[("token", "x")]).await;
    assert_eq!(form.status, 415, "{}", form.body);
    let mut statuses = vec![];
    for _ in 0..30 {
        statuses.push(report(&town, &json!([{ "token": "x" }])).await.status.as_u16());
    }
    assert!(statuses.starts_with(&[200]) && statuses.ends_with(&[429]), "{statuses:?}");
    town.wait(61);
    assert_eq!(report(&town, &json!([{ "token": "x" }])).await.status, 200);
}
