//! Codes: shown once, by the right one, with proof.

use crate::{
    flows::{CALLBACK, VERIFIER},
    town::{HUB, Key, PRODUCTION, SANDBOX, Town, opened},
};

#[tokio::test]
async fn rfc6749_4_1_2_a_code_that_is_shown_again_takes_its_tokens_along() {
    let town = Town::new().await;
    let app = town.confidential().await;
    let code = town.code(&app, &[("resource", HUB), ("scope", "hub:read")]).await;
    let got = town.redeem(&app, &code, &[]).await;
    let (access, refresh) = (got.body["access_token"].as_str().unwrap(), got.body["refresh_token"].as_str().unwrap());
    assert!(town.oauth.authenticate(access).await.is_ok());
    let again = town.redeem(&app, &code, &[]).await;
    assert_eq!((again.status.as_u16(), again.body["error"].as_str()), (400, Some("invalid_grant")));
    assert!(town.oauth.authenticate(access).await.is_err(), "the first one's tokens end");
    assert_eq!(town.refresh(&app, refresh, &[]).await.body["error"], "invalid_grant");
    let audit = town
        .control
        .audit_for(&hansom_domain::Actor::Platform, hansom_domain::Timestamp::from_millis(i64::MAX), 50)
        .await
        .unwrap();
    assert!(audit.iter().any(|entry| entry.verb == "refuse_replayed_code"));
}

#[tokio::test]
async fn rfc7636_4_6_a_code_without_its_verifier_is_worth_nothing() {
    let town = Town::new().await;
    let app = town.confidential().await;
    for verifier in
        ["", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", &VERIFIER.to_lowercase(), "short", &"a".repeat(129)]
    {
        let code = town.code(&app, &[]).await;
        let answer = town.redeem(&app, &code, &[("code_verifier", verifier)]).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body["error"].as_str()),
            (400, Some("invalid_grant")),
            "{verifier:?}"
        );
        let right = town.redeem(&app, &code, &[]).await;
        assert_eq!(right.status, 400, "{verifier:?}: nobody tries twice");
    }
}

#[tokio::test]
async fn rfc9700_4_5_a_code_of_one_client_is_worth_nothing_to_another() {
    let town = Town::new().await;
    let (app, other) = (town.confidential().await, town.confidential().await);
    let code = town.code(&app, &[]).await;
    let stolen = town.redeem(&other, &code, &[]).await;
    assert_eq!((stolen.status.as_u16(), stolen.body["error"].as_str()), (400, Some("invalid_grant")));
    let late = town.redeem(&app, &code, &[]).await;
    assert_eq!(late.status, 400, "what a thief has shown is not good any more");
    let public = town.public().await;
    let code = town.code(&app, &[]).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", public.id.as_str()),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    assert_eq!(town.post("/oauth/token", &form).await.body["error"], "invalid_grant");
}

#[tokio::test]
async fn a_code_is_good_for_a_minute_and_for_the_address_that_it_was_sent_to() {
    let town = Town::new().await;
    let app = town.confidential().await;
    for uri in ["", "https://app.example/callback/", "https://app.example/other"] {
        let code = town.code(&app, &[]).await;
        assert_eq!(town.redeem(&app, &code, &[("redirect_uri", uri)]).await.body["error"], "invalid_grant", "{uri:?}");
    }
    let code = town.code(&app, &[]).await;
    town.wait(60);
    assert_eq!(town.redeem(&app, &code, &[]).await.body["error"], "invalid_grant");
    let code = town.code(&app, &[]).await;
    town.wait(59);
    assert_eq!(town.redeem(&app, &code, &[]).await.status, 200);
    assert_eq!(town.redeem(&app, "nonsense", &[]).await.body["error"], "invalid_grant");
}

#[tokio::test]
async fn rfc8707_2_2_a_code_for_one_place_gives_no_token_for_another() {
    let town = Town::new().await;
    let app = town.confidential().await;
    for (allowed, wanted) in
        [(SANDBOX, PRODUCTION), (PRODUCTION, SANDBOX), (SANDBOX, HUB), (PRODUCTION, "https://elsewhere.example")]
    {
        let code = town.code(&app, &[("resource", allowed)]).await;
        let answer = town.redeem(&app, &code, &[("resource", wanted)]).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body["error"].as_str()),
            (400, Some("invalid_target")),
            "{allowed} {wanted}"
        );
    }
    let code = town.code(&app, &[("resource", SANDBOX)]).await;
    let answer = town.redeem(&app, &code, &[("resource", SANDBOX)]).await;
    assert_eq!(opened(answer.body["access_token"].as_str().unwrap()).1["aud"], SANDBOX);
}

#[tokio::test]
async fn an_application_with_a_secret_does_not_show_a_code_without_it() {
    let town = Town::new().await;
    let app = town.confidential().await;
    let code = town.code(&app, &[]).await;
    let form = |client: &'static str| {
        [
            ("grant_type", "authorization_code"),
            ("client_id", client),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ]
    };
    let mut unproven = vec![("code", code.as_str())];
    unproven.extend(form("0123456789abcdef0123456789abcdef"));
    let stranger = town.post("/oauth/token", &unproven).await;
    let own = crate::flows::with(&unproven, &[("client_id", app.id.as_str())]);
    let known = town.post("/oauth/token", &own).await;
    assert_eq!((known.status.as_u16(), known.body["error"].as_str()), (401, Some("invalid_client")));
    assert_eq!(known.body["detail"], stranger.body["detail"], "nobody learns which applications there are");
    assert_eq!(town.redeem(&app, &code, &[]).await.status, 200, "and the code is as it was");
}

#[tokio::test]
async fn of_two_who_show_a_code_at_once_one_gets_tokens_and_they_end() {
    for (database, town) in Town::on_every_database("code_race").await {
        let app = town.confidential().await;
        let code = town.code(&app, &[("resource", HUB), ("scope", "hub:read")]).await;
        let (one, two) = tokio::join!(town.redeem(&app, &code, &[]), town.redeem(&app, &code, &[]));
        let (won, lost) = if one.status == 200 { (one, two) } else { (two, one) };
        assert_eq!((won.status.as_u16(), lost.status.as_u16()), (200, 400), "{database}");
        let access = won.body["access_token"].as_str().unwrap();
        assert!(town.oauth.authenticate(access).await.is_err(), "{database}: two had the code");
    }
}

#[tokio::test]
async fn a_public_application_has_no_tokens_of_its_own_and_is_told_nothing() {
    let town = Town::new().await;
    let app = town.public().await;
    let id = ("client_id", app.id.as_str());
    let own = town.post("/oauth/token", &[("grant_type", "client_credentials"), id]).await;
    assert_eq!(own.body["error"], "unauthorized_client");
    let told = town.post("/oauth/introspect", &[("token", "x"), id]).await;
    assert_eq!(told.body["error"], "unauthorized_client");
    let key = Key::es256();
    let (keyed, _) = town.with_key(&key).await;
    let unproven = town.post("/oauth/introspect", &[("token", "x"), ("client_id", keyed.as_str())]).await;
    assert_eq!(unproven.status, 401);
}
