//! Devices that a person lets in (RFC 8628).

use hansom_oauth::{Consent, Error};

use crate::town::{Answer, HUB, Town, opened};

const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

async fn begin(town: &Town, more: &[(&str, &str)]) -> Answer {
    let form =
        crate::flows::with(&[("client_id", "hansom-cli"), ("resource", HUB), ("scope", "hub:read hub:write")], more);
    let answer = town.post("/oauth/device_authorization", &form).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer
}

async fn poll(town: &Town, code: &str) -> Answer {
    let form = [("grant_type", DEVICE_GRANT), ("client_id", "hansom-cli"), ("device_code", code)];
    town.post("/oauth/token", &form).await
}

fn text<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.body[name].as_str().unwrap_or_else(|| panic!("{}", answer.body))
}

#[tokio::test]
async fn rfc8628_3_a_person_lets_a_device_in() {
    let town = Town::new().await;
    let session = town.session("ada").await;
    let began = begin(&town, &[]).await;
    assert_eq!(began.headers["cache-control"], "no-store");
    let (device, user) = (text(&began, "device_code"), text(&began, "user_code"));
    assert_eq!(text(&began, "verification_uri"), format!("{HUB}/device"));
    assert_eq!(text(&began, "verification_uri_complete"), format!("{HUB}/device?user_code={user}"));
    assert_eq!((&began.body["expires_in"], &began.body["interval"]), (&600.into(), &5.into()));
    assert_eq!(poll(&town, device).await.body["error"], "authorization_pending");
    let typed = user.replace('-', " ").to_lowercase();
    let question = town.oauth.waiting_device(&session, &typed).await.unwrap().expect("as people type it");
    assert_eq!(question.asked, ["hub:read", "hub:write"]);
    assert!(town.oauth.decide_device(&session, &typed, &Consent::Whole).await.unwrap());
    town.wait(5);
    let got = poll(&town, device).await;
    assert_eq!(got.status, 200, "{}", got.body);
    let (_, claims) = opened(text(&got, "access_token"));
    assert_eq!(
        (claims["client_id"].as_str(), claims["sub"].as_str()),
        (Some("hansom-cli"), Some(session.person.id.as_str()))
    );
    assert_eq!(got.body["scope"], "hub:read hub:write");
    assert!(got.body["refresh_token"].is_string());
    town.wait(5);
    assert_eq!(poll(&town, device).await.body["error"], "invalid_grant", "once");
    assert!(!town.oauth.decide_device(&session, &typed, &Consent::Refused).await.unwrap(), "and it is decided");
}

#[tokio::test]
async fn rfc8628_3_5_a_device_that_asks_too_often_is_slowed_down() {
    let town = Town::new().await;
    let began = begin(&town, &[]).await;
    let device = text(&began, "device_code");
    assert_eq!(poll(&town, device).await.body["error"], "authorization_pending");
    assert_eq!(poll(&town, device).await.body["error"], "slow_down");
    town.wait(5);
    assert_eq!(poll(&town, device).await.body["error"], "slow_down", "ten seconds now");
    town.wait(15);
    assert_eq!(poll(&town, device).await.body["error"], "authorization_pending");
}

#[tokio::test]
async fn a_device_is_refused_or_forgotten() {
    let town = Town::new().await;
    let session = town.session("ada").await;
    let began = begin(&town, &[]).await;
    assert!(town.oauth.decide_device(&session, text(&began, "user_code"), &Consent::Refused).await.unwrap());
    assert_eq!(poll(&town, text(&began, "device_code")).await.body["error"], "access_denied");
    let began = begin(&town, &[]).await;
    town.wait(600);
    assert_eq!(poll(&town, text(&began, "device_code")).await.body["error"], "expired_token");
    assert!(town.oauth.waiting_device(&session, text(&began, "user_code")).await.unwrap().is_none());
}

#[tokio::test]
async fn rfc8628_5_1_nobody_finds_devices_of_others_by_trying() {
    let town = Town::new().await;
    let (guesser, owner) = (town.session("eve").await, town.session("ada").await);
    let began = begin(&town, &[]).await;
    let user = text(&began, "user_code");
    assert!(user.len() == 9 && user.bytes().all(|byte| b"BCDFGHJKLMNPQRSTVWXZ-".contains(&byte)), "{user}");
    for _ in 0..5 {
        assert!(town.oauth.waiting_device(&guesser, "BBBB-BBBB").await.unwrap().is_none());
    }
    assert!(
        matches!(town.oauth.waiting_device(&guesser, user).await, Err(Error::TooManyFailures(_))),
        "even the right one"
    );
    assert!(matches!(town.oauth.decide_device(&guesser, user, &Consent::Whole).await, Err(Error::TooManyFailures(_))));
    assert!(town.oauth.waiting_device(&owner, user).await.unwrap().is_some(), "others are not locked out");
    town.wait(600);
    assert!(town.oauth.waiting_device(&guesser, "BBBB-BBBB").await.unwrap().is_none());
}

#[tokio::test]
async fn a_device_code_of_one_client_is_worth_nothing_to_another() {
    let town = Town::new().await;
    let session = town.session("ada").await;
    let app = town.confidential().await;
    let began = begin(&town, &[]).await;
    town.oauth.decide_device(&session, text(&began, "user_code"), &Consent::Whole).await.unwrap();
    let form = [("grant_type", DEVICE_GRANT), ("device_code", text(&began, "device_code"))];
    let stolen = town.post_as("/oauth/token", app.id.as_str(), &app.secret, &form).await;
    assert_eq!(stolen.body["error"], "invalid_grant");
    assert_eq!(poll(&town, text(&began, "device_code")).await.status, 200);
}

#[tokio::test]
async fn one_address_begins_no_more_than_sixty_devices_a_minute() {
    let town = Town::new().await;
    for _ in 0..60 {
        begin(&town, &[]).await;
    }
    let form = [("client_id", "hansom-cli")];
    let answer = town.post("/oauth/device_authorization", &form).await;
    assert_eq!(answer.status, 429, "{}", answer.body);
    assert!(answer.headers.contains_key("retry-after"));
    town.wait(60);
    begin(&town, &[]).await;
}

#[tokio::test]
async fn a_device_of_nobody_is_refused_like_any_client() {
    let town = Town::new().await;
    let app = town.confidential().await;
    for client in ["0123456789abcdef0123456789abcdef", app.id.as_str(), ""] {
        let answer = town.post("/oauth/device_authorization", &[("client_id", client)]).await;
        assert_eq!((answer.status.as_u16(), answer.body["error"].as_str()), (401, Some("invalid_client")), "{client}");
    }
    let elsewhere = [("client_id", "hansom-cli"), ("resource", "https://elsewhere.example")];
    assert_eq!(town.post("/oauth/device_authorization", &elsewhere).await.body["error"], "invalid_target");
}

#[tokio::test]
async fn of_two_polls_at_once_after_the_yes_one_gets_tokens() {
    for (database, town) in Town::on_every_database("device_race").await {
        let session = town.session("ada").await;
        let began = begin(&town, &[]).await;
        town.oauth.decide_device(&session, text(&began, "user_code"), &Consent::Whole).await.unwrap();
        let code = text(&began, "device_code");
        let (one, two) = tokio::join!(poll(&town, code), poll(&town, code));
        let won = [&one, &two].iter().filter(|answer| answer.status == 200).count();
        assert_eq!(won, 1, "{database}: {} {}", one.body, two.body);
    }
}
