//! The front door: who may ask a person, for what, and where the answer goes.

use hansom_control::ClientSettings;
use hansom_domain::Actor;
use hansom_oauth::{Consent, Leaving, Scope, Step};
use serde_json::json;

use crate::{
    flows::{CALLBACK, CHALLENGE, VERIFIER, field, request},
    town::{HUB, PRODUCTION, SANDBOX, Town, opened},
};

#[tokio::test]
async fn a_person_who_agrees_lets_an_application_act_for_them() {
    let town = Town::new().await;
    let app = town.confidential().await;
    let session = town.session("ada").await;
    let leaving = town.approve(&request(app.id.as_str(), &[]), &session).await;
    let Leaving::Redirect(address) = &leaving else { panic!("{leaving:?}") };
    assert!(address.starts_with("https://app.example/callback?code="), "{address}");
    assert_eq!(field(&leaving, "state"), "state-of-the-client");
    let answer = town.redeem(&app, &field(&leaving, "code"), &[]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(answer.body["token_type"], "Bearer");
    assert_eq!(answer.body["scope"], "");
    let (head, claims) = opened(answer.body["access_token"].as_str().unwrap());
    assert_eq!(head["typ"], "at+jwt");
    assert_eq!(claims["sub"], json!(session.person.id));
    assert_eq!(claims["client_id"], json!(app.id));
    assert_eq!(claims["aud"], PRODUCTION);
    assert_eq!(claims["groups"], json!(["repairs@hackney.example"]));
    assert_eq!(claims["auth_time"], town.now());
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 900);
    assert!(claims["family"].is_string(), "it ends with its refresh tokens");
    assert!(answer.body["refresh_token"].as_str().unwrap().starts_with("hansom_refresh_"));
    assert!(
        !town
            .control
            .audit_for(&Actor::Platform, hansom_domain::Timestamp::from_millis(i64::MAX), 50)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn rfc9207_2_every_answer_names_its_issuer() {
    let town = Town::new().await;
    let app = town.confidential().await;
    let session = town.session("ada").await;
    let yes = town.approve(&request(app.id.as_str(), &[]), &session).await;
    assert_eq!(field(&yes, "iss"), HUB);
    let Step::Leave(no) = town.authorize(&request(app.id.as_str(), &[("prompt", "none")]), None).await.unwrap() else {
        panic!("a stranger is not shown anything")
    };
    assert_eq!(field(&no, "error"), "login_required");
    assert_eq!(field(&no, "iss"), HUB);
    assert_eq!(field(&no, "state"), "state-of-the-client");
}

#[tokio::test]
async fn rfc9700_4_1_an_answer_goes_only_to_an_address_that_was_registered_character_by_character() {
    let town = Town::new().await;
    let app = town.confidential().await;
    let session = town.session("ada").await;
    for elsewhere in [
        "https://app.example/callback/",
        "https://app.example/callback/more",
        "https://app.example/callback?x=1",
        "https://app.example/callback#x",
        "https://app.example/CALLBACK",
        "https://APP.example/callback",
        "HTTPS://app.example/callback",
        "http://app.example/callback",
        "https://app.example:443/callback",
        "https://app.example:8443/callback",
        "https://app.example//callback",
        "https://app.example/./callback",
        "https://app.example/x/../callback",
        "https://app.example/%63allback",
        "https://app.example/callback%00",
        "https://app.example@evil.example/callback",
        "https://evil.example/https://app.example/callback",
        "https://app.example.evil.example/callback",
        "https://app.example\\@evil.example/callback",
        "//app.example/callback",
        "javascript:alert(1)",
        "https://app.example/callback ",
        " https://app.example/callback",
    ] {
        let asked = request(app.id.as_str(), &[("redirect_uri", elsewhere)]);
        let refused = town.authorize(&asked, Some(&session)).await;
        assert_eq!(
            refused.unwrap_err().oauth_error(),
            "invalid_request",
            "{elsewhere}: the person is told, nobody is sent there"
        );
    }
    let missing = town.authorize(&request(app.id.as_str(), &[("redirect_uri", "")]), Some(&session)).await;
    assert!(missing.is_err(), "even the only address must be named");
}

#[tokio::test]
async fn a_stranger_of_an_application_sends_nobody_anywhere() {
    let town = Town::new().await;
    let app = town.confidential().await;
    let nobody = town.authorize(&request("0123456789abcdef0123456789abcdef", &[]), None).await.unwrap_err();
    town.control.revoke_application(&Actor::Platform, &app.id).await.unwrap();
    let revoked = town.authorize(&request(app.id.as_str(), &[]), None).await.unwrap_err();
    assert_eq!(nobody.to_string(), revoked.to_string(), "nobody learns which applications there were");
    let hub = town.authorize(&request("hansom-hub", &[]), None).await.unwrap_err();
    assert_eq!(hub.to_string(), nobody.to_string());
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_told_to_the_application() {
    let town = Town::new().await;
    let app = town.confidential().await;
    let session = town.session("ada").await;
    let long = "s".repeat(5000);
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("response_type", "code id_token", "unsupported_response_type"),
        ("response_type", "", "invalid_request"),
        ("response_mode", "fragment", "invalid_request"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge", "short", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge_method", "", "invalid_request"),
        ("resource", "https://elsewhere.example", "invalid_target"),
        ("prompt", "none login", "invalid_request"),
        ("prompt", "dance", "invalid_request"),
        ("dpop_jkt", "short", "invalid_request"),
        ("request", "a.b.c", "request_not_supported"),
        ("state", &long, "invalid_request"),
    ] {
        let step = town.authorize(&request(app.id.as_str(), &[(name, value)]), Some(&session)).await.unwrap();
        let Step::Leave(leaving) = step else { panic!("{name}={value}: {step:?}") };
        assert_eq!(field(&leaving, "error"), error, "{name}={value}");
        assert_eq!(field(&leaving, "code"), "");
        assert!(matches!(&leaving, Leaving::Redirect(address) if address.starts_with(CALLBACK)));
    }
}

#[tokio::test]
async fn rfc6749_3_1_a_parameter_that_is_there_twice_is_refused() {
    let town = Town::new().await;
    let app = town.confidential().await;
    let session = town.session("ada").await;
    for (name, value, error) in [
        ("state", "another", "invalid_request"),
        ("scope", "hub:read", "invalid_request"),
        ("code_challenge", CHALLENGE, "invalid_request"),
        ("resource", SANDBOX, "invalid_target"),
    ] {
        let mut asked = request(app.id.as_str(), &[("scope", "hub:read")]);
        asked.push((name, value));
        let Step::Leave(leaving) = town.authorize(&asked, Some(&session)).await.unwrap() else { panic!("{name}") };
        assert_eq!(field(&leaving, "error"), error, "{name}");
    }
    for (name, value) in [("client_id", app.id.as_str()), ("redirect_uri", "https://evil.example")] {
        let mut asked = request(app.id.as_str(), &[]);
        asked.push((name, value));
        assert!(town.authorize(&asked, Some(&session)).await.is_err(), "{name}: nobody is sent anywhere");
    }
}

#[tokio::test]
async fn a_person_is_asked_once_and_again_when_more_is_asked_for() {
    let town = Town::new().await;
    let app = town.confidential().await;
    let session = town.session("ada").await;
    let reading = [("resource", HUB), ("scope", "hub:read")];
    town.approve(&request(app.id.as_str(), &reading), &session).await;
    let again = town.authorize(&request(app.id.as_str(), &reading), Some(&session)).await.unwrap();
    assert!(matches!(again, Step::Leave(_)), "{again:?}");
    for more in [
        vec![("resource", HUB), ("scope", "hub:read hub:write")],
        vec![("resource", SANDBOX)],
        vec![("resource", HUB), ("scope", "hub:read"), ("prompt", "consent")],
    ] {
        let step = town.authorize(&request(app.id.as_str(), &more), Some(&session)).await.unwrap();
        assert!(matches!(step, Step::Look(_)), "{more:?}: {step:?}");
        let quiet = crate::flows::with(&request(app.id.as_str(), &more), &[("prompt", "none")]);
        let Step::Leave(leaving) = town.authorize(&quiet, Some(&session)).await.unwrap() else { panic!("{more:?}") };
        if !more.contains(&("prompt", "consent")) {
            assert_eq!(field(&leaving, "error"), "consent_required", "{more:?}");
        }
    }
    let other = town.session("ben").await;
    let step = town.authorize(&request(app.id.as_str(), &reading), Some(&other)).await.unwrap();
    assert!(matches!(step, Step::Look(_)), "what one person allows binds no other");
}

#[tokio::test]
async fn what_a_person_allowed_is_taken_back_with_its_tokens() {
    let town = Town::new().await;
    let app = town.confidential().await;
    let session = town.session("ada").await;
    let hub = [("resource", HUB), ("scope", "hub:read")];
    let code = field(&town.approve(&request(app.id.as_str(), &hub), &session).await, "code");
    let got = town.redeem(&app, &code, &[]).await;
    let (access, refresh) = (got.body["access_token"].as_str().unwrap(), got.body["refresh_token"].as_str().unwrap());
    let bearer = town.oauth.authenticate(access).await.unwrap();
    assert_eq!(bearer.scopes, [Scope::Read]);
    assert_eq!(bearer.actor.id(), session.person.id.as_str());
    let waiting = field(&town.approve(&request(app.id.as_str(), &hub), &session).await, "code");
    town.control.withdraw_consent(&session.actor, &app.id).await.unwrap();
    assert!(town.oauth.authenticate(access).await.is_err(), "its access tokens end");
    assert_eq!(town.refresh(&app, refresh, &[]).await.body["error"], "invalid_grant");
    assert_eq!(town.redeem(&app, &waiting, &[]).await.body["error"], "invalid_grant", "and the codes under way");
    let step = town.authorize(&request(app.id.as_str(), &hub), Some(&session)).await.unwrap();
    assert!(matches!(step, Step::Look(_)), "and the person is asked again");
    let revoked = town.control.reads().revoked_tokens(town.control.clock().now()).await.unwrap();
    assert_eq!(revoked.len(), 1, "gateways are told of the family");
}

#[tokio::test]
async fn only_an_administrator_says_that_people_are_not_asked() {
    let town = Town::new().await;
    let owner = town.session("ada").await;
    let (id, ..) = town.with_secret().await;
    let trusted =
        |uri: &str| ClientSettings { redirect_uris: vec![uri.into()], first_party: true, ..ClientSettings::default() };
    assert!(town.control.configure_client(&owner.actor, &id, trusted(CALLBACK)).await.is_err());
    town.control.configure_client(&Actor::Platform, &id, trusted(CALLBACK)).await.unwrap();
    let step = town.authorize(&request(id.as_str(), &[]), Some(&owner)).await.unwrap();
    assert!(matches!(step, Step::Leave(_)), "{step:?}");
    let moved = town.control.configure_client(&owner.actor, &id, trusted("https://evil.example/callback")).await;
    assert!(moved.is_err(), "nobody else moves the trust to another address");
    town.control.configure_client(&owner.actor, &id, trusted(CALLBACK)).await.unwrap();
    let stranger = town.session("ben").await;
    let asked = town.authorize(&request(id.as_str(), &[("prompt", "consent")]), Some(&stranger)).await.unwrap();
    assert!(matches!(asked, Step::Look(_)), "unless the application wants them asked");
}

#[tokio::test]
async fn rfc8252_8_6_a_program_on_a_persons_machine_asks_each_time() {
    let town = Town::new().await;
    let session = town.session("ada").await;
    let asked = request(
        "hansom-cli",
        &[("redirect_uri", "http://127.0.0.1:41923/callback"), ("resource", HUB), ("scope", "hub:write")],
    );
    for _ in 0..2 {
        let step = town.authorize(&asked, Some(&session)).await.unwrap();
        assert!(matches!(step, Step::Look(_)), "{step:?}");
        let leaving = town.approve(&asked, &session).await;
        let code = field(&leaving, "code");
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", "hansom-cli"),
            ("code", &code),
            ("redirect_uri", "http://127.0.0.1:41923/callback"),
            ("code_verifier", VERIFIER),
        ];
        let got = town.post("/oauth/token", &form).await;
        assert_eq!(got.status, 200, "{}", got.body);
        let bearer = town.oauth.authenticate(got.body["access_token"].as_str().unwrap()).await.unwrap();
        assert_eq!(bearer.scopes, [Scope::Write]);
    }
}

#[tokio::test]
async fn a_request_is_decided_once_by_the_session_that_it_was_shown_to() {
    let town = Town::new().await;
    let app = town.confidential().await;
    let (ada, ben) = (town.session("ada").await, town.session("ben").await);
    // So long a request is remembered while the person signs in.
    let state = "s".repeat(3000);
    let long = request(app.id.as_str(), &[("state", &state)]);
    let Step::SignIn { return_to, again } = town.authorize(&long, None).await.unwrap() else {
        panic!("a stranger signs in first")
    };
    assert!(!again);
    let id = return_to.strip_prefix("/consent?request=").unwrap();
    assert!(
        town.oauth.decide_authorization(id, &ada, &Consent::Whole).await.is_err(),
        "nobody decides what they were not shown"
    );
    assert!(matches!(town.oauth.continue_authorization(id, &ada).await.unwrap(), Step::Ask(_)));
    assert!(town.oauth.continue_authorization(id, &ben).await.is_err(), "it is Ada's now");
    assert!(town.oauth.decide_authorization(id, &ben, &Consent::Whole).await.is_err());
    let no = town.oauth.decide_authorization(id, &ada, &Consent::Refused).await.unwrap();
    assert_eq!(field(&no, "error"), "access_denied");
    assert!(town.oauth.decide_authorization(id, &ada, &Consent::Whole).await.is_err(), "it is decided");
}

#[tokio::test]
async fn rfc9700_4_11_2_a_link_alone_sends_no_stranger_to_an_application() {
    let town = Town::new().await;
    let app = town.confidential().await;
    for spoiled in [("response_type", "token"), ("code_challenge", ""), ("resource", "https://evil.example")] {
        let asked = request(app.id.as_str(), &[spoiled]);
        let Step::SignIn { return_to, again: false } = town.authorize(&asked, None).await.unwrap() else {
            panic!("{spoiled:?}: a stranger signs in first")
        };
        let query = return_to.strip_prefix("/oauth/authorize?").unwrap();
        let session = town.session("ada").await;
        let step = town.oauth.authorize(query.as_bytes(), Some(&session)).await.unwrap();
        let Step::Leave(leaving) = step else { panic!("{spoiled:?}: then the application is told") };
        assert!(!field(&leaving, "error").is_empty());
    }
    let long = "s".repeat(4000);
    let asked = request(app.id.as_str(), &[("response_type", "token"), ("state", &long)]);
    assert!(town.authorize(&asked, None).await.is_err(), "what no sign-in can lead back to is shown");
}

#[tokio::test]
async fn a_request_is_forgotten_after_a_quarter_of_an_hour() {
    let town = Town::new().await;
    let app = town.confidential().await;
    let session = town.session("ada").await;
    let Step::Look(address) = town.authorize(&request(app.id.as_str(), &[]), Some(&session)).await.unwrap() else {
        panic!()
    };
    let id = address.rsplit_once('=').unwrap().1;
    town.oauth.continue_authorization(id, &session).await.unwrap();
    town.wait(901);
    assert!(town.oauth.decide_authorization(id, &session, &Consent::Whole).await.is_err());
}

#[tokio::test]
async fn a_person_signs_in_anew_where_the_application_wants_that() {
    let town = Town::new().await;
    let app = town.confidential().await;
    let before = town.session("ada").await;
    town.wait(60);
    let asked = request(app.id.as_str(), &[("prompt", "login")]);
    let Step::SignIn { return_to, again } = town.authorize(&asked, Some(&before)).await.unwrap() else { panic!() };
    assert!(again, "though they are signed in");
    let back = return_to.strip_prefix("/oauth/authorize?").unwrap();
    town.wait(5);
    let step = town.oauth.authorize(back.as_bytes(), Some(&before)).await.unwrap();
    assert!(matches!(step, Step::SignIn { again: true, .. }), "the old session is not enough: {step:?}");
    let after = town.session("ada").await;
    let step = town.oauth.authorize(back.as_bytes(), Some(&after)).await.unwrap();
    assert!(matches!(step, Step::Look(_)), "they have signed in since: {step:?}");
    let (bare, mark) = back.rsplit_once("&asked=").unwrap();
    town.wait(1);
    let (_, mac) = mark.split_once('.').unwrap();
    for forged in [format!("{bare}&asked=0.{mac}"), format!("{bare}&asked={}.{mac}", (town.now() - 60) * 1000)] {
        let step = town.oauth.authorize(forged.as_bytes(), Some(&after)).await.unwrap();
        assert!(
            matches!(step, Step::SignIn { again: true, .. }) || town.now() == after.signed_in_at.seconds(),
            "{forged}"
        );
    }
    town.wait(1000);
    let step = town.oauth.authorize(back.as_bytes(), Some(&after)).await.unwrap();
    assert!(matches!(step, Step::SignIn { again: true, .. }), "a quarter of an hour is over: {step:?}");
}

#[tokio::test]
async fn an_answer_goes_by_a_form_where_that_is_asked_for() {
    let town = Town::new().await;
    let app = town.confidential().await;
    let session = town.session("ada").await;
    let leaving = town.approve(&request(app.id.as_str(), &[("response_mode", "form_post")]), &session).await;
    let Leaving::Form { action, .. } = &leaving else { panic!("{leaving:?}") };
    assert_eq!(action, CALLBACK);
    assert_eq!(field(&leaving, "state"), "state-of-the-client");
    assert_eq!(field(&leaving, "iss"), HUB);
    assert_eq!(field(&leaving, "code").len(), 64);
}

#[tokio::test]
async fn no_person_has_more_than_twenty_codes_waiting() {
    let town = Town::new().await;
    let app = town.confidential().await;
    let session = town.session("ada").await;
    for _ in 0..20 {
        town.approve(&request(app.id.as_str(), &[]), &session).await;
    }
    assert!(town.authorize(&request(app.id.as_str(), &[]), Some(&session)).await.is_err());
    town.wait(61);
    assert!(town.authorize(&request(app.id.as_str(), &[]), Some(&session)).await.is_ok());
}

#[tokio::test]
async fn strangers_leave_nothing_that_keeps_others_from_signing_in() {
    let town = Town::new().await;
    let app = town.confidential().await;
    let state = "s".repeat(3000);
    for _ in 0..1000 {
        town.authorize(&request(app.id.as_str(), &[]), None).await.unwrap();
        town.authorize(&request(app.id.as_str(), &[("state", &state)]), None).await.unwrap();
    }
    let long = town.authorize(&request(app.id.as_str(), &[("state", &state)]), None).await;
    assert!(long.is_err(), "what has to be remembered is bounded");
    let usual = town.authorize(&request(app.id.as_str(), &[]), None).await.unwrap();
    let Step::SignIn { return_to, .. } = usual else { panic!("{usual:?}") };
    let session = town.session("ada").await;
    let back = return_to.strip_prefix("/oauth/authorize?").unwrap();
    let step = town.oauth.authorize(back.as_bytes(), Some(&session)).await.unwrap();
    assert!(matches!(step, Step::Look(_)), "{step:?}");
    for _ in 0..19 {
        town.authorize(&request(app.id.as_str(), &[]), Some(&session)).await.unwrap();
    }
    assert!(
        town.authorize(&request(app.id.as_str(), &[]), Some(&session)).await.is_err(),
        "nor does one person fill it"
    );
    let other = town.session("ben").await;
    assert!(town.authorize(&request(app.id.as_str(), &[]), Some(&other)).await.is_ok());
}

#[tokio::test]
async fn a_page_of_a_public_application_may_read_its_answers_and_no_other_page() {
    let town = Town::new().await;
    town.public().await;
    town.confidential().await;
    for (origin, allowed) in [
        ("https://app.example", true),
        ("https://app.example:8443", false),
        ("http://app.example", false),
        ("https://evil.example", false),
        ("null", false),
    ] {
        let question = axum::http::Request::options("/oauth/token")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .body(axum::body::Body::empty())
            .unwrap();
        let answer = town.send(question).await;
        let told = answer.headers.get("access-control-allow-origin").map(|value| value.to_str().unwrap());
        assert_eq!(told, allowed.then_some(origin), "{origin}");
        assert_eq!(answer.status, if allowed { 204 } else { 405 }, "{origin}");
        assert!(answer.headers.get("access-control-allow-credentials").is_none());
    }
}
