//! Is everything on one page that an application needs once it was granted something?

use http::StatusCode;
use serde_json::json;

use crate::town::Town;

const DIGITAL: &str = "digital@hackney.example";
const REPAIRS: &str = "housing-repairs@hackney.example";

#[tokio::test]
async fn the_page_is_there_as_long_as_the_grant_is_in_force_and_for_the_applications_team_alone() {
    let town = Town::with_council().await;
    let (ben, chloe) = (town.person("Ben", &[DIGITAL]).await, town.person("Chloe", &[REPAIRS]).await);
    let application = town.application(&ben).await;
    let grant = town.grant(&ben, &application).await;
    let page = format!("{grant}/first-call");
    assert_eq!(ben.get(&page).await.status, StatusCode::NOT_FOUND, "it is not decided yet");
    let yes = [("decision", "approve"), ("reason", "Agreed."), ("months", "12")];
    assert_eq!(chloe.post(&format!("{grant}/decision"), &yes).await.status, StatusCode::SEE_OTHER);
    assert!(ben.get(&grant).await.text.contains(&format!("href=\"{page}\"")));
    assert!(!chloe.get(&grant).await.text.contains(&page));
    let shown = ben.get(&page).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text);
    for part in [
        "https://sandbox.hackney.example/repairs/v1",
        "https://hub.hackney.example/oauth/token",
        application.as_str(),
        "None yet.",
        "client_assertion=",
        "listRepairs",
        "id=\"call-python\"",
        "/apis/repairs/v1/operations/listRepairs/try",
    ] {
        assert!(shown.text.contains(part), "{part}: {}", shown.text);
    }
    let credentials = format!("/api/v1/applications/{application}/credentials");
    assert_eq!(ben.send_json(&credentials, &json!({ "kind": "secret" })).await.status, StatusCode::CREATED);
    let shown = ben.get(&page).await.text;
    assert!(shown.contains("id=\"token-by-secret\"") && !shown.contains("id=\"token-by-key\""), "{shown}");
    assert!(shown.contains("$SECRET") && !shown.contains("hansom_sec_"), "{shown}");
    assert_eq!(chloe.get(&page).await.status, StatusCode::NOT_FOUND);
    let ended = [("revocation_reason", "Over.")];
    assert_eq!(chloe.post(&format!("{grant}/revocation"), &ended).await.status, StatusCode::SEE_OTHER);
    assert_eq!(ben.get(&page).await.status, StatusCode::NOT_FOUND);
}
