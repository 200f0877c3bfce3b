//! Do people see when things end, and can they do something about it?

use axum::http::StatusCode;
use hansom_control::AskedGrant;
use hansom_domain::{ApplicationId, EnvironmentName, GrantState};

use crate::town::{Someone, Town};

const DIGITAL: &str = "digital@hackney.example";
const HOUSING: &str = "housing-repairs@hackney.example";

/// The value of a hidden field of a page.
fn hidden(page: &str, name: &str) -> String {
    let field = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
    field.split('"').next().unwrap().to_owned()
}

async fn secret_of(someone: &Someone, application: &str) -> String {
    let shown = someone.post(&format!("/applications/{application}/secrets"), &[("days", "30")]).await;
    shown.text.split("id=\"secret\">").nth(1).unwrap().split('<').next().unwrap().to_owned()
}

#[tokio::test]
async fn who_approves_says_for_how_long_and_only_what_they_saw() {
    let town = Town::with_council().await;
    let (ada, olu) = (town.person("Ada", &[DIGITAL]).await, town.person("Olu", &[HOUSING]).await);
    let application = town.application(&ada).await;
    let grant = town.grant(&ada, &application).await;
    let page = olu.get(&grant).await.text;
    assert!(page.contains("for how long") && page.contains("12 months"), "{page}");
    let shown = hidden(&page, "shown");
    let decision = format!("{grant}/decision");
    let word = |shown: &'static str, months: &'static str| {
        [("decision", "approve"), ("reason", "Agreed."), ("months", months), ("shown", shown)]
    };
    assert_eq!(olu.post(&decision, &word("another request", "6")).await.status, StatusCode::CONFLICT);
    let too_long = olu.post(&decision, &word("", "99")).await;
    assert_eq!(too_long.status, StatusCode::BAD_REQUEST);
    assert!(too_long.text.contains("months"));
    let fields = [("decision", "approve"), ("reason", "Agreed."), ("months", "6"), ("shown", shown.as_str())];
    assert_eq!(olu.post(&decision, &fields).await.status, StatusCode::SEE_OTHER);
    let decided = ada.get(&grant).await.text;
    assert!(decided.contains("In force until") && decided.contains("Ask for its renewal"), "{decided}");
    let renewal = ada.post(&format!("{grant}/renewal"), &[]).await;
    assert_eq!(renewal.status, StatusCode::SEE_OTHER);
    let renewal = renewal.header("location").to_owned();
    assert_ne!(renewal, grant);
    assert!(ada.get(&renewal).await.text.contains("Requested"));
    assert!(ada.get(&grant).await.text.contains("Approved"), "it is not lost by asking");
    let id: ApplicationId = application.parse().unwrap();
    let grants = town.control.reads().grants_of(&id).await.unwrap();
    assert_eq!(grants.len(), 2);
}

#[tokio::test]
async fn a_bundle_is_decided_on_one_page() {
    let town = Town::with_council().await;
    let (ada, olu) = (town.person("Ada", &[DIGITAL]).await, town.person("Olu", &[HOUSING]).await);
    let application: ApplicationId = town.application(&ada).await.parse().unwrap();
    let (sandbox, production) = (EnvironmentName::sandbox(), EnvironmentName::production());
    let api = "repairs".parse().unwrap();
    let asked = [&sandbox, &production].map(|environment| AskedGrant {
        application: &application,
        api: &api,
        major: "v1".parse().unwrap(),
        environment,
        operations: vec!["listRepairs".into()],
        purpose: "Shows tenants how their repairs stand.",
        legal_basis: "UK GDPR article 6(1)(e)",
    });
    let actor = hansom_testkit::person(&town.control, "Ade", &[DIGITAL]).await;
    let (bundle, _) = town.control.request_grants(&actor, asked.into()).await.unwrap();
    let address = format!("/bundles/{bundle}");
    let page = olu.get(&address).await.text;
    assert!(page.contains("Decide 2 requests together"), "{page}");
    let eve = town.person("Eve", &["other@hackney.example"]).await;
    assert_eq!(eve.get(&address).await.status, StatusCode::NOT_FOUND);
    assert!(!ada.get(&address).await.text.contains("Send the decision"), "who asked does not decide");
    let bare = olu.post(&format!("{address}/decision"), &[("decision", "approve")]).await;
    assert_eq!(bare.status, StatusCode::BAD_REQUEST);
    let yes = [("decision", "approve"), ("reason", "Agreed."), ("months", "12")];
    assert_eq!(olu.post(&format!("{address}/decision"), &yes).await.status, StatusCode::SEE_OTHER);
    let grants = town.control.reads().grants_of(&application).await.unwrap();
    assert!(grants.iter().all(|grant| grant.state == GrantState::Approved) && grants.len() == 2);
}

#[tokio::test]
async fn a_secret_is_replaced_and_its_end_is_shown() {
    let town = Town::with_council().await;
    let ada = town.person("Ada", &[DIGITAL]).await;
    let application = town.application(&ada).await;
    let first = secret_of(&ada, &application).await;
    let address = format!("/applications/{application}");
    let page = ada.get(&address).await.text;
    assert!(page.contains("Replace it in time") || page.contains("23 December 2026"), "{page}");
    let replacement = page.split("href=\"").find(|link| link.contains("/replacement\"")).unwrap();
    let replacement = replacement.split('"').next().unwrap();
    assert!(ada.get(replacement).await.text.contains("In 24 hours"));
    let bare = ada.post(replacement, &[]).await;
    assert_eq!(bare.status, StatusCode::BAD_REQUEST);
    assert!(bare.text.contains("Select when the old one ends"));
    let shown = ada.post(replacement, &[("overlap", "day")]).await;
    assert_eq!((shown.status, shown.header("cache-control")), (StatusCode::OK, "no-store"));
    assert!(shown.text.contains("hansom_sec_") && !shown.text.contains(&first));
    assert_eq!(ada.post(replacement, &[("overlap", "now")]).await.status, StatusCode::OK);
    assert_eq!(ada.get(replacement).await.status, StatusCode::NOT_FOUND, "it has ended");
}

#[tokio::test]
async fn an_address_of_keys_is_asked_before_it_is_registered() {
    let town = Town::with_council().await;
    let ada = town.person("Ada", &[DIGITAL]).await;
    let application = town.application(&ada).await;
    let address = format!("/applications/{application}/key-sets");
    assert!(ada.get(&address).await.text.contains("JWK set"));
    for (wrong, why) in [
        ("", "Enter the address"),
        ("http://supplier.example/keys", "https://"),
        ("https://10.0.0.1/keys", "a private address"),
        ("http://127.0.0.1:9/keys", "cannot be reached"),
    ] {
        let answer = ada.post(&address, &[("address", wrong)]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
        assert!(answer.text.contains(why), "{wrong}: {}", answer.text);
    }
    let id: ApplicationId = application.parse().unwrap();
    assert!(town.control.reads().credentials_of(&id).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_application_is_given_away_by_who_is_in_both_groups() {
    let town = Town::with_council().await;
    let ada = town.person("Ada", &[DIGITAL]).await;
    let application = town.application(&ada).await;
    let address = format!("/applications/{application}/transfer");
    let refused = ada.post(&address, &[("new_owner", HOUSING)]).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.text);
    let both = town.person("Bo", &[DIGITAL, HOUSING]).await;
    assert_eq!(both.post(&address, &[("new_owner", "no group")]).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(both.post(&address, &[("new_owner", HOUSING)]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(ada.get(&address).await.status, StatusCode::NOT_FOUND);
}
