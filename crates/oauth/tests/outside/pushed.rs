//! Requests that are pushed (RFC 9126).

use hansom_control::ClientSettings;
use hansom_oauth::{Leaving, Step};

use crate::{
    flows::{App, CALLBACK, field, request, thumbprint},
    town::{Answer, Key, Town},
};

async fn push(town: &Town, app: &App, more: &[(&str, &str)]) -> Answer {
    town.post_as("/oauth/par", app.id.as_str(), &app.secret, &request(app.id.as_str(), more)).await
}

async fn pushed(town: &Town, app: &App) -> String {
    let answer = push(town, app, &[]).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert_eq!(answer.body["expires_in"], 90);
    assert_eq!(answer.headers["cache-control"], "no-store");
    answer.body["request_uri"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn rfc9126_2_2_a_pushed_request_is_answered_as_it_was_pushed() {
    let town = Town::new().await;
    let app = town.confidential().await;
    let session = town.session("ada").await;
    let uri = pushed(&town, &app).await;
    assert!(uri.starts_with("urn:ietf:params:oauth:request_uri:"), "{uri}");
    // Whatever stands beside it in the query does not count.
    let query = [
        ("client_id", app.id.as_str()),
        ("request_uri", &uri),
        ("redirect_uri", "https://evil.example"),
        ("state", "evil"),
    ];
    let leaving = town.approve(&query, &session).await;
    assert!(matches!(&leaving, Leaving::Redirect(address) if address.starts_with(CALLBACK)), "{leaving:?}");
    assert_eq!(field(&leaving, "state"), "state-of-the-client");
}

#[tokio::test]
async fn rfc9126_7_3_a_request_uri_works_once_for_its_client_and_for_ninety_seconds() {
    let town = Town::new().await;
    let (app, other) = (town.confidential().await, town.confidential().await);
    let session = town.session("ada").await;
    let uri = pushed(&town, &app).await;
    let foreign = town.authorize(&[("client_id", other.id.as_str()), ("request_uri", &uri)], Some(&session)).await;
    assert_eq!(foreign.unwrap_err().oauth_error(), "invalid_request_uri");
    let own = [("client_id", app.id.as_str()), ("request_uri", uri.as_str())];
    assert!(matches!(town.authorize(&own, Some(&session)).await.unwrap(), Step::Look(_)));
    let again = town.authorize(&own, Some(&session)).await;
    assert_eq!(again.unwrap_err().oauth_error(), "invalid_request_uri");
    let uri = pushed(&town, &app).await;
    town.wait(91);
    let late = town.authorize(&[("client_id", app.id.as_str()), ("request_uri", &uri)], Some(&session)).await;
    assert_eq!(late.unwrap_err().oauth_error(), "invalid_request_uri");
    for nonsense in
        ["https://evil.example/request", "urn:ietf:params:oauth:request_uri:", "urn:ietf:params:oauth:request_uri:00"]
    {
        let refused =
            town.authorize(&[("client_id", app.id.as_str()), ("request_uri", nonsense)], Some(&session)).await;
        assert_eq!(refused.unwrap_err().oauth_error(), "invalid_request_uri", "{nonsense}");
    }
}

#[tokio::test]
async fn a_request_under_way_is_no_pushed_one() {
    let town = Town::new().await;
    let app = town.confidential().await;
    let session = town.session("ada").await;
    let Step::Look(address) = town.authorize(&request(app.id.as_str(), &[]), Some(&session)).await.unwrap() else {
        panic!()
    };
    let id = address.rsplit_once('=').unwrap().1;
    let uri = format!("urn:ietf:params:oauth:request_uri:{id}");
    assert!(town.authorize(&[("client_id", app.id.as_str()), ("request_uri", &uri)], Some(&session)).await.is_err());
    let pushed = pushed(&town, &app).await;
    let id = pushed.rsplit_once(':').unwrap().1;
    assert!(town.oauth.continue_authorization(id, &session).await.is_err(), "nor the other way round");
}

#[tokio::test]
async fn rfc9126_2_3_what_is_wrong_is_said_at_once() {
    let town = Town::new().await;
    let app = town.confidential().await;
    for (name, value, error) in [
        ("redirect_uri", "https://evil.example", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("response_type", "token", "unsupported_response_type"),
        ("resource", "https://elsewhere.example", "invalid_target"),
        ("request_uri", "urn:ietf:params:oauth:request_uri:x", "invalid_request"),
    ] {
        let answer = push(&town, &app, &[(name, value)]).await;
        assert_eq!((answer.status.as_u16(), answer.body["error"].as_str()), (400, Some(error)), "{name}={value}");
    }
    let wrong = town.post_as("/oauth/par", app.id.as_str(), "wrong", &request(app.id.as_str(), &[])).await;
    assert_eq!((wrong.status.as_u16(), wrong.body["error"].as_str()), (401, Some("invalid_client")));
    let unproven = town.post("/oauth/par", &request(app.id.as_str(), &[])).await;
    assert_eq!(unproven.status, 401, "an application with a secret proves itself here, too");
}

#[tokio::test]
async fn an_application_may_be_registered_for_pushed_requests_alone() {
    let town = Town::new().await;
    let settings =
        ClientSettings { redirect_uris: vec![CALLBACK.into()], par_required: true, ..ClientSettings::default() };
    let app = town.app(settings).await;
    let session = town.session("ada").await;
    let Step::Leave(leaving) = town.authorize(&request(app.id.as_str(), &[]), Some(&session)).await.unwrap() else {
        panic!()
    };
    assert_eq!(field(&leaving, "error"), "invalid_request");
    let uri = pushed(&town, &app).await;
    let step = town.authorize(&[("client_id", app.id.as_str()), ("request_uri", &uri)], Some(&session)).await.unwrap();
    assert!(matches!(step, Step::Look(_)));
}

#[tokio::test]
async fn rfc9449_10_1_a_proof_with_a_pushed_request_binds_its_code() {
    let town = Town::new().await;
    let app = town.public().await;
    let session = town.session("ada").await;
    let (key, other) = (Key::es256(), Key::es256());
    let jkt = thumbprint(&other.jwk);
    let form = request(app.id.as_str(), &[("dpop_jkt", &jkt)]);
    let contradicted = town.post_with_proof("/oauth/par", &form, &town.proven(&key, "/oauth/par")).await;
    assert_eq!(contradicted.body["error"], "invalid_dpop_proof", "{}", contradicted.body);
    let form = request(app.id.as_str(), &[]);
    let answer = town.post_with_proof("/oauth/par", &form, &town.proven(&key, "/oauth/par")).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let uri = answer.body["request_uri"].as_str().unwrap();
    let code = field(&town.approve(&[("client_id", app.id.as_str()), ("request_uri", uri)], &session).await, "code");
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", app.id.as_str()),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", crate::flows::VERIFIER),
    ];
    let stolen = town.post_with_proof("/oauth/token", &form, &town.proven(&other, "/oauth/token")).await;
    assert_eq!(stolen.body["error"], "invalid_grant", "another key gets nothing for it");
}
