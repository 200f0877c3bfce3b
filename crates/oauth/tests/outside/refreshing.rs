//! Refresh tokens: each works once, and what is shown twice ends.

use hansom_domain::Actor;
use hansom_oauth::Scope;
use serde_json::json;

use crate::{
    flows::App,
    town::{HUB, Key, SANDBOX, Town, opened},
};

const HUB_WIDE: [(&str, &str); 2] = [("resource", HUB), ("scope", "hub:read hub:write")];

/// Access and refresh token of a person for an application, at the hub.
async fn signed_in(town: &Town, app: &App) -> (String, String) {
    let code = town.code(app, &HUB_WIDE).await;
    tokens(&town.redeem(app, &code, &[]).await.body)
}

fn tokens(body: &serde_json::Value) -> (String, String) {
    let text = |name: &str| body[name].as_str().unwrap_or_else(|| panic!("{body}")).to_owned();
    (text("access_token"), text("refresh_token"))
}

#[tokio::test]
async fn rfc6749_6_a_refresh_token_gives_new_tokens_once() {
    let town = Town::new().await;
    let app = town.confidential().await;
    let (_, mut refresh) = signed_in(&town, &app).await;
    for _ in 0..3 {
        let answer = town.refresh(&app, &refresh, &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let (access, next) = tokens(&answer.body);
        assert_ne!(next, refresh);
        assert_eq!(town.oauth.authenticate(&access).await.unwrap().scopes, [Scope::Read, Scope::Write]);
        refresh = next;
    }
}

#[tokio::test]
async fn rfc9700_4_14_2_a_refresh_token_that_is_shown_again_ends_its_family() {
    let town = Town::new().await;
    let app = town.confidential().await;
    let (first_access, first) = signed_in(&town, &app).await;
    let (second_access, second) = tokens(&town.refresh(&app, &first, &[]).await.body);
    let reused = town.refresh(&app, &first, &[]).await;
    assert_eq!((reused.status.as_u16(), reused.body["error"].as_str()), (400, Some("invalid_grant")));
    assert_eq!(town.refresh(&app, &second, &[]).await.body["error"], "invalid_grant", "the newest one ends, too");
    for access in [first_access, second_access] {
        assert!(town.oauth.authenticate(&access).await.is_err(), "and every access token");
    }
    let audit = town
        .control
        .audit_for(&hansom_domain::Actor::Platform, hansom_domain::Timestamp::from_millis(i64::MAX), 50)
        .await
        .unwrap();
    assert!(audit.iter().any(|entry| entry.verb == "refuse_reused_refresh_token"));
}

#[tokio::test]
async fn of_two_who_refresh_at_once_one_wins_and_the_family_ends() {
    for (database, town) in Town::on_every_database("refresh_race").await {
        let app = town.confidential().await;
        let (_, refresh) = signed_in(&town, &app).await;
        let (one, two) = tokio::join!(town.refresh(&app, &refresh, &[]), town.refresh(&app, &refresh, &[]));
        let (won, lost) = if one.status == 200 { (one, two) } else { (two, one) };
        assert_eq!((won.status.as_u16(), lost.status.as_u16()), (200, 400), "{database}: {} {}", won.body, lost.body);
        let (access, next) = tokens(&won.body);
        assert!(town.oauth.authenticate(&access).await.is_err(), "{database}");
        assert_eq!(town.refresh(&app, &next, &[]).await.body["error"], "invalid_grant", "{database}");
    }
}

#[tokio::test]
async fn a_refresh_token_of_one_client_is_worth_nothing_to_another() {
    let town = Town::new().await;
    let (app, other) = (town.confidential().await, town.confidential().await);
    let (_, refresh) = signed_in(&town, &app).await;
    assert_eq!(town.refresh(&other, &refresh, &[]).await.body["error"], "invalid_grant");
    assert_eq!(town.refresh(&app, &refresh, &[]).await.status, 200, "and the owner keeps it");
}

#[tokio::test]
async fn what_is_asked_for_is_never_more_than_was_allowed_and_a_wrong_wish_costs_nothing() {
    let town = Town::new().await;
    let app = town.confidential().await;
    let (_, refresh) = signed_in(&town, &app).await;
    assert_eq!(town.refresh(&app, &refresh, &[("scope", "hub:publish")]).await.body["error"], "invalid_scope");
    assert_eq!(town.refresh(&app, &refresh, &[("resource", SANDBOX)]).await.body["error"], "invalid_target");
    let less = town.refresh(&app, &refresh, &[("scope", "hub:read"), ("resource", HUB)]).await;
    assert_eq!(less.body["scope"], "hub:read", "{}", less.body);
    assert_eq!(opened(less.body["access_token"].as_str().unwrap()).1["scope"], "hub:read");
    let (_, next) = tokens(&less.body);
    let all = town.refresh(&app, &next, &[]).await;
    assert_eq!(all.body["scope"], "hub:read hub:write", "less once is not less for good");
}

#[tokio::test]
async fn refresh_tokens_end_unused_after_a_week_and_in_any_case_after_thirty_days() {
    let town = Town::new().await;
    let app = town.confidential().await;
    let (_, unused) = signed_in(&town, &app).await;
    town.wait(7 * 86_400);
    assert_eq!(town.refresh(&app, &unused, &[]).await.body["error"], "invalid_grant");
    let (_, mut refresh) = signed_in(&town, &app).await;
    for _ in 0..5 {
        town.wait(6 * 86_400 - 60);
        let answer = town.refresh(&app, &refresh, &[]).await;
        if answer.status != 200 {
            panic!("{}", answer.body);
        }
        refresh = tokens(&answer.body).1;
    }
    town.wait(600);
    assert_eq!(town.refresh(&app, &refresh, &[]).await.body["error"], "invalid_grant", "thirty days are over");
}

#[tokio::test]
async fn rfc7009_2_1_a_refresh_token_that_is_given_back_takes_its_access_tokens_along() {
    let town = Town::new().await;
    let (app, other) = (town.confidential().await, town.confidential().await);
    let (access, refresh) = signed_in(&town, &app).await;
    let foreign = town.post_as("/oauth/revoke", other.id.as_str(), &other.secret, &[("token", &refresh)]).await;
    assert_eq!(foreign.body["error"], "unauthorized_client");
    assert!(town.oauth.authenticate(&access).await.is_ok());
    for _ in 0..2 {
        let done = town.post_as("/oauth/revoke", app.id.as_str(), &app.secret, &[("token", &refresh)]).await;
        assert_eq!(done.status, 200);
    }
    assert!(town.oauth.authenticate(&access).await.is_err());
    assert_eq!(town.refresh(&app, &refresh, &[]).await.body["error"], "invalid_grant");
    let unknown = town.post_as("/oauth/revoke", app.id.as_str(), &app.secret, &[("token", "hansom_refresh_00")]).await;
    assert_eq!(unknown.status, 200, "an unknown one is as good as revoked");
}

#[tokio::test]
async fn an_old_refresh_token_gives_its_family_back_too() {
    let town = Town::new().await;
    let app = town.confidential().await;
    let (_, old) = signed_in(&town, &app).await;
    let (access, _) = tokens(&town.refresh(&app, &old, &[]).await.body);
    town.post_as("/oauth/revoke", app.id.as_str(), &app.secret, &[("token", &old)]).await;
    assert!(town.oauth.authenticate(&access).await.is_err());
}

#[tokio::test]
async fn rfc7662_2_a_refresh_token_is_told_to_its_own_application() {
    let town = Town::new().await;
    let (app, other) = (town.confidential().await, town.confidential().await);
    let (_, refresh) = signed_in(&town, &app).await;
    let own = town.post_as("/oauth/introspect", app.id.as_str(), &app.secret, &[("token", &refresh)]).await;
    assert_eq!(own.body["active"], true, "{}", own.body);
    assert_eq!(own.body["client_id"], app.id.as_str());
    assert_eq!(own.body["scope"], "hub:read hub:write");
    let others = town.post_as("/oauth/introspect", other.id.as_str(), &other.secret, &[("token", &refresh)]).await;
    assert_eq!(others.body, serde_json::json!({ "active": false }));
    town.refresh(&app, &refresh, &[]).await;
    let used = town.post_as("/oauth/introspect", app.id.as_str(), &app.secret, &[("token", &refresh)]).await;
    assert_eq!(used.body, serde_json::json!({ "active": false }));
}

#[tokio::test]
async fn tokens_that_act_for_a_person_end_with_the_credential_and_with_the_application() {
    let town = Town::new().await;
    let app = town.confidential().await;
    let (access, _) = signed_in(&town, &app).await;
    let credentials = town.control.reads().credentials_of(&app.id).await.unwrap();
    let platform = hansom_domain::Actor::Platform;
    town.control.revoke_credential(&platform, &app.id, &credentials[0].id).await.unwrap();
    assert!(town.oauth.authenticate(&access).await.is_err(), "what the credential got");
    let public = town.public().await;
    let (access, refresh) = signed_in(&town, &public).await;
    assert!(town.oauth.authenticate(&access).await.is_ok());
    town.control.revoke_application(&platform, &public.id).await.unwrap();
    assert!(town.oauth.authenticate(&access).await.is_err());
    let form = [("grant_type", "refresh_token"), ("client_id", public.id.as_str()), ("refresh_token", &refresh)];
    assert_eq!(town.post("/oauth/token", &form).await.body["error"], "invalid_client");
}

#[tokio::test]
async fn nobody_is_signed_in_by_one_application_more_than_twenty_times() {
    let town = Town::new().await;
    let app = town.confidential().await;
    let (_, first) = signed_in(&town, &app).await;
    town.wait(1);
    for _ in 0..20 {
        signed_in(&town, &app).await;
    }
    assert_eq!(
        town.refresh(&app, &first, &[]).await.body["error"],
        "invalid_grant",
        "the longest unused one made room"
    );
    let session = town.session("ada").await;
    let acting = town.control.acting_applications(&session.actor).await.unwrap();
    assert_eq!(acting[0].families.len(), 20);
}

#[tokio::test]
async fn rfc9449_5_the_refresh_token_of_a_public_application_is_bound_to_its_key() {
    let town = Town::new().await;
    let app = town.public().await;
    let (key, other) = (Key::es256(), Key::es256());
    let code = town.code(&app, &HUB_WIDE).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", app.id.as_str()),
        ("code", &code),
        ("redirect_uri", crate::flows::CALLBACK),
        ("code_verifier", crate::flows::VERIFIER),
    ];
    let got = town.post_with_proof("/oauth/token", &form, &town.proven(&key, "/oauth/token")).await;
    assert_eq!(got.body["token_type"], "DPoP", "{}", got.body);
    let (_, refresh) = tokens(&got.body);
    let form = [("grant_type", "refresh_token"), ("client_id", app.id.as_str()), ("refresh_token", refresh.as_str())];
    assert_eq!(town.post("/oauth/token", &form).await.body["error"], "invalid_grant", "without a proof");
    let stolen = town.post_with_proof("/oauth/token", &form, &town.proven(&other, "/oauth/token")).await;
    assert_eq!(stolen.body["error"], "invalid_grant", "with another key");
    let own = town.post_with_proof("/oauth/token", &form, &town.proven(&key, "/oauth/token")).await;
    assert_eq!(own.status, 200, "and the thief's attempts cost the owner nothing: {}", own.body);
}

#[tokio::test]
async fn a_person_who_is_suspended_has_no_token_that_is_good_and_gets_none() {
    let town = Town::new().await;
    let app = town.confidential().await;
    let (access, refresh) = signed_in(&town, &app).await;
    let code = town.code(&app, &[]).await;
    let session = town.session("ada").await;
    town.control.suspend_person(&Actor::Platform, &session.person.id, "Left the council.").await.unwrap();
    for token in [&access, &refresh] {
        let seen = town.post_as("/oauth/introspect", app.id.as_str(), &app.secret, &[("token", token)]).await;
        assert_eq!(seen.body, json!({ "active": false }));
    }
    assert_eq!(town.refresh(&app, &refresh, &[]).await.body["error"], "invalid_grant");
    assert_eq!(town.redeem(&app, &code, &[]).await.body["error"], "invalid_grant");
}
