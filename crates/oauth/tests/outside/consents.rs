//! May a person allow an application less than it asks for?

use hansom_oauth::{Consent, Leaving, Step};
use serde_json::{Value, json};

use crate::{
    flows::{App, field, request, with},
    town::{HUB, PRODUCTION, Town, opened},
};

fn part(words: &[&str]) -> Consent {
    Consent::Part(words.iter().map(|word| (*word).to_owned()).collect())
}

/// Asks a person, who must be asked, and takes their answer.
async fn decide(town: &Town, query: &[(&str, &str)], answer: &Consent) -> Result<Leaving, hansom_oauth::Error> {
    let session = town.session("ada").await;
    let Step::Look(address) = town.authorize(query, Some(&session)).await.unwrap() else { panic!("nobody is asked") };
    let id = address.rsplit_once('=').unwrap().1;
    assert!(matches!(town.oauth.continue_authorization(id, &session).await.unwrap(), Step::Ask(_)));
    town.oauth.decide_authorization(id, &session, answer).await
}

/// The tokens of an answer.
async fn tokens(town: &Town, app: &App, leaving: &Leaving) -> Value {
    let answer = town.redeem(app, &field(leaving, "code"), &[]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

fn scope(answer: &Value) -> Value {
    opened(answer["access_token"].as_str().unwrap()).1.get("scope").cloned().unwrap_or(Value::Null)
}

#[tokio::test]
async fn a_token_carries_what_the_person_allowed_and_so_do_those_that_come_of_it() {
    let town = Town::new().await;
    let app = town.confidential().await;
    let query = request(app.id.as_str(), &[]);
    let leaving = decide(&town, &query, &part(&["repairs/v1", "rents/v2"])).await.unwrap();
    let got = tokens(&town, &app, &leaving).await;
    assert_eq!((scope(&got), got["scope"].as_str()), (json!("rents/v2 repairs/v1"), Some("rents/v2 repairs/v1")));
    let refresh = got["refresh_token"].as_str().unwrap();
    let next = town.refresh(&app, refresh, &[]).await.body;
    assert_eq!(scope(&next), json!("rents/v2 repairs/v1"), "it does not grow with time");
    let refresh = next["refresh_token"].as_str().unwrap();
    let wider = town.refresh(&app, refresh, &[("scope", "council-tax/v1")]).await;
    assert_eq!(wider.body["error"], "invalid_scope");
    let narrower = town.refresh(&app, refresh, &[("scope", "repairs/v1")]).await.body;
    assert_eq!(scope(&narrower), json!("repairs/v1"));
    let refresh = narrower["refresh_token"].as_str().unwrap();
    assert_eq!(scope(&town.refresh(&app, refresh, &[]).await.body), json!("rents/v2 repairs/v1"));
}

#[tokio::test]
async fn an_answer_is_remembered_as_it_was_given_and_until_it_is_taken_back() {
    let town = Town::new().await;
    let app = town.confidential().await;
    let query = request(app.id.as_str(), &[]);
    decide(&town, &query, &part(&["repairs/v1"])).await.unwrap();
    let session = town.session("ada").await;
    let Step::Leave(leaving) = town.authorize(&query, Some(&session)).await.unwrap() else { panic!("asked again") };
    assert_eq!(scope(&tokens(&town, &app, &leaving).await), json!("repairs/v1"), "not asked, and given no more");
    let other = with(&query, &[("scope", "rents/v1")]);
    let leaving = decide(&town, &other, &Consent::Whole).await.unwrap();
    assert_eq!(scope(&tokens(&town, &app, &leaving).await), json!("rents/v1"), "nothing of it was allowed before");
    let listed = town.control.acting_applications(&session.actor).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert!(listed[0].places().contains(&(PRODUCTION.to_owned(), "rents/v1".to_owned())));
    town.control.withdraw_consent(&session.actor, &app.id).await.unwrap();
    assert!(matches!(town.authorize(&other, Some(&session)).await.unwrap(), Step::Look(_)));
}

#[tokio::test]
async fn an_application_that_asks_for_less_gets_no_more_and_everything_is_everything_still() {
    let town = Town::new().await;
    let app = town.confidential().await;
    let asked = request(app.id.as_str(), &[("scope", "openid repairs/v1 rents/v1 hub:write")]);
    let leaving = decide(&town, &asked, &Consent::Whole).await.unwrap();
    assert_eq!(scope(&tokens(&town, &app, &leaving).await), json!("rents/v1 repairs/v1"));
    let everything = request(app.id.as_str(), &[]);
    let leaving = decide(&town, &everything, &Consent::Whole).await.unwrap();
    assert_eq!(scope(&tokens(&town, &app, &leaving).await), Value::Null);
}

#[tokio::test]
async fn what_is_no_part_of_the_question_is_no_answer_and_the_question_stays() {
    let town = Town::new().await;
    let app = town.confidential().await;
    let query = request(app.id.as_str(), &[("scope", "repairs/v1 rents/v1")]);
    let session = town.session("ada").await;
    let Step::Look(address) = town.authorize(&query, Some(&session)).await.unwrap() else { panic!("not asked") };
    let id = address.rsplit_once('=').unwrap().1;
    town.oauth.continue_authorization(id, &session).await.unwrap();
    for wrong in [part(&[]), part(&["council-tax/v1"]), part(&["repairs/v1", "council-tax/v1"]), part(&["nothing"])] {
        assert!(town.oauth.decide_authorization(id, &session, &wrong).await.is_err(), "{wrong:?}");
    }
    let leaving = town.oauth.decide_authorization(id, &session, &part(&["repairs/v1"])).await.unwrap();
    assert_eq!(scope(&tokens(&town, &app, &leaving).await), json!("repairs/v1"));
}

#[tokio::test]
async fn at_the_hub_scopes_are_allowed_one_by_one() {
    let town = Town::new().await;
    let app = town.confidential().await;
    let query = request(app.id.as_str(), &[("resource", HUB), ("scope", "hub:read hub:write")]);
    let leaving = decide(&town, &query, &part(&["hub:read"])).await.unwrap();
    assert_eq!(scope(&tokens(&town, &app, &leaving).await), json!("hub:read"));
    assert!(decide(&town, &with(&query, &[("scope", "hub:publish")]), &part(&["hub:write"])).await.is_err());
}

#[tokio::test]
async fn a_device_gets_what_the_person_allowed() {
    let town = Town::new().await;
    let form = [("client_id", "hansom-cli"), ("resource", PRODUCTION)];
    let began = town.post("/oauth/device_authorization", &form).await.body;
    let (user, device) = (began["user_code"].as_str().unwrap(), began["device_code"].as_str().unwrap());
    let session = town.session("ada").await;
    assert!(town.oauth.decide_device(&session, user, &part(&[])).await.is_err());
    assert!(town.oauth.decide_device(&session, user, &part(&["repairs/v1"])).await.unwrap());
    let form = [
        ("client_id", "hansom-cli"),
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("device_code", device),
    ];
    assert_eq!(scope(&town.post("/oauth/token", &form).await.body), json!("repairs/v1"));
}
