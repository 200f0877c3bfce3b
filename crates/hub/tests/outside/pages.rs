//! Do the pages show what they may, to whom they may, and change nothing by accident?

use std::collections::{BTreeSet, VecDeque};

use hansom_domain::{ApplicationId, EnvironmentName, GrantState, ProblemCode, RequestId, Timestamp};
use hansom_store::RefusedCall;
use http::StatusCode;

use crate::town::{self, Answer, Someone, Town};

const OFFICERS: &str = "housing-officers@hackney.example";
const REPAIRS: &str = "housing-repairs@hackney.example";
const DIGITAL: &str = "digital@hackney.example";

/// The addresses of this hub that a page links to.
fn links(page: &str) -> Vec<String> {
    page.split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|address| address.starts_with('/'))
        .map(|address| address.replace("&#38;", "&").replace("&amp;", "&"))
        .collect()
}

/// Every page that can be reached by links from `start`, at most 400.
async fn crawl(someone: &Someone, start: &str) -> Vec<(String, Answer)> {
    let mut known = BTreeSet::from([start.to_owned()]);
    let mut waiting = VecDeque::from([start.to_owned()]);
    let mut pages = vec![];
    while let Some(address) = waiting.pop_front() {
        let answer = someone.get(&address).await;
        for link in links(&answer.text) {
            let is_elsewhere = link.starts_with("/sign-in");
            if !is_elsewhere && known.len() < 400 && known.insert(link.clone()) {
                waiting.push_back(link);
            }
        }
        pages.push((address, answer));
    }
    pages
}

#[tokio::test]
async fn a_stranger_sees_no_internal_api() {
    let town = Town::with_council().await;
    let stranger = town.stranger();
    let catalogue = stranger.get("/").await;
    assert_eq!(catalogue.status, StatusCode::OK);
    assert!(!catalogue.text.contains("/apis/repairs"));
    assert!(catalogue.text.contains("signed-in people only"));
    for address in [
        "/apis/repairs",
        "/apis/repairs/v1",
        "/apis/repairs/v1/openapi.yaml",
        "/apis/repairs/v1/operations/listRepairs",
        "/apis/repairs/v1/schemas/RepairList",
    ] {
        let hidden = stranger.get(address).await;
        let missing = stranger.get(&address.replace("repairs", "nothing")).await;
        assert_eq!(hidden.status, StatusCode::NOT_FOUND, "{address}");
        assert!(hidden.text.contains("There is no such API"), "{address}");
        assert_eq!(missing.status, hidden.status, "{address}");
    }
    let search = stranger.get("/?q=listRepairs").await;
    assert!(search.text.contains("No API fits"));
    let person = town.person("Ada", &[DIGITAL]).await;
    assert!(person.get("/?q=listRepairs").await.text.contains("/apis/repairs"));
}

#[tokio::test]
async fn every_link_of_every_page_leads_somewhere() {
    let town = Town::with_council().await;
    let ada = town.person("Ada", &[DIGITAL, town::ADMINISTRATORS]).await;
    let application = town.application(&ada).await;
    town.grant(&ada, &application).await;
    let pages = crawl(&ada, "/").await;
    assert!(pages.len() > 150, "only {} pages were reached", pages.len());
    for (address, answer) in &pages {
        assert_eq!(answer.status, StatusCode::OK, "{address}: {}", answer.text);
    }
    for address in ["/inbox", "/audit", "/token", "/account", "/applications/new", "/refusals"] {
        assert!(pages.iter().any(|(reached, _)| reached == address), "no link leads to {address}");
    }
}

#[tokio::test]
async fn every_page_has_one_heading_a_title_a_language_and_a_skip_link() {
    let town = Town::with_council().await;
    let ada = town.person("Ada", &[DIGITAL, town::ADMINISTRATORS]).await;
    let application = town.application(&ada).await;
    town.grant(&ada, &application).await;
    for (address, answer) in crawl(&ada, "/").await {
        if !answer.header("content-type").starts_with("text/html") {
            continue;
        }
        assert_eq!(answer.text.matches("<h1").count(), 1, "{address}");
        for needed in ["<title>", "lang=\"en-GB\"", "#main-content", "<main", "<header", "<footer"] {
            assert!(answer.text.contains(needed), "{address} has no {needed}");
        }
        assert!(!answer.text.contains(" style="), "{address} has a style that the policy forbids");
        assert!(!answer.text.contains("<script>"), "{address} has a script that the policy forbids");
        let mut ids = BTreeSet::new();
        for id in answer.text.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(ids.insert(id), "{address} has two elements with the id {id}");
        }
    }
}

#[tokio::test]
async fn a_script_in_a_contract_is_shown_as_text() {
    let town = Town::new().await;
    town.publish(town::HOSTILE_MANIFEST, town::HOSTILE_CONTRACT).await;
    let ada = town.person("<script>alert(1)</script>", &[DIGITAL]).await;
    let pages = crawl(&ada, "/").await;
    let mut shown = 0;
    for (address, answer) in &pages {
        if !answer.header("content-type").starts_with("text/html") {
            continue;
        }
        let text = answer.text.to_lowercase();
        assert!(!text.contains("<script>alert"), "{address}");
        assert!(!text.contains("<img src=x"), "{address}");
        assert!(!text.contains("javascript:alert(1)\""), "{address}");
        shown += text.matches("&#60;script&#62;alert").count();
    }
    assert!(shown > 20, "only {shown} texts of the contract were shown");
    assert!(pages.iter().any(|(address, _)| address.contains("/operations/")));
    assert!(pages.iter().any(|(address, _)| address.contains("/schemas/")));
}

#[tokio::test]
async fn a_form_without_the_token_of_its_session_changes_nothing() {
    let town = Town::with_council().await;
    let ada = town.person("Ada", &[DIGITAL]).await;
    let other = town.person("Bob", &[DIGITAL]).await;
    for token in ["", "0", &other.form_token] {
        let answer = ada.send("/applications/new", token, &[("name", "Tracker"), ("owner", DIGITAL)], &[]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "token {token:?}");
        assert!(answer.text.contains("does not belong to your session"));
    }
    assert!(town.control.reads().applications().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_form_from_another_site_changes_nothing() {
    let town = Town::with_council().await;
    let ada = town.person("Ada", &[DIGITAL]).await;
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", "https://hub.hackney.example.evil.example"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let fields = [("name", "Tracker"), ("owner", DIGITAL)];
        let answer = ada.send("/applications/new", &ada.form_token, &fields, &[(name, value)]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}: {value}");
    }
    assert!(town.control.reads().applications().await.unwrap().is_empty());
    let own = [("origin", town::HUB), ("sec-fetch-site", "same-origin")];
    let fields = [("name", "Tracker"), ("owner", DIGITAL)];
    let answer = ada.send("/applications/new", &ada.form_token, &fields, &own).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn every_answer_protects_the_browser_and_names_its_request() {
    let town = Town::with_council().await;
    let stranger = town.stranger();
    let home = stranger.get("/").await;
    let style = links(&home.text).into_iter().find(|link| link.ends_with("hansom.css")).unwrap();
    let mut ids = BTreeSet::new();
    for address in [
        "/",
        &style,
        "/nothing",
        "/static/0/hansom.css",
        "/applications",
        "/api/v1/apis",
        "/api/v1/nothing",
        "/oauth/token",
        "/oauth/jwks",
        "/problems/not-found",
    ] {
        let answer = stranger.get(address).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{address}");
        assert!(!policy.contains("unsafe"), "{address}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("cross-origin-opener-policy", "same-origin"),
            ("referrer-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), value, "{address}: {name}");
        }
        assert!(!answer.header("permissions-policy").is_empty(), "{address}");
        assert!(ids.insert(answer.header("request-id").to_owned()), "{address} has a request id of its own");
    }
    let ada = town.person("Ada", &[DIGITAL]).await;
    assert_eq!(ada.get("/").await.header("cache-control"), "no-store");
    assert!(stranger.get(&style).await.header("cache-control").contains("immutable"));
}

#[tokio::test]
async fn a_script_is_told_a_problem_where_a_browser_is_told_a_page() {
    let town = Town::new().await;
    let stranger = town.stranger();
    let page = stranger.get("/nothing").await;
    assert!(page.header("content-type").starts_with("text/html"));
    let told = stranger.get_as("/nothing", "*/*").await;
    assert_eq!(told.status, StatusCode::NOT_FOUND);
    assert_eq!(told.header("content-type"), "application/problem+json");
    let problem: serde_json::Value = serde_json::from_str(&told.text).unwrap();
    assert_eq!(problem["code"], "not-found");
    assert_eq!(problem["instance"], told.header("request-id"));
    assert!(page.text.contains(problem["detail"].as_str().unwrap()));
}

#[tokio::test]
async fn every_problem_has_its_page() {
    let town = Town::new().await;
    let stranger = town.stranger();
    for code in ProblemCode::ALL {
        let answer = stranger.get(&format!("/problems/{}", code.as_str())).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", code.as_str());
    }
    let unknown = stranger.get("/problems/nothing").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_stranger_is_sent_to_the_sign_in_and_comes_back() {
    let town = Town::with_council().await;
    let answer = town.stranger().get("/apis/repairs/v1/access?application=a").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header("location"), "/sign-in?return_to=%2Fapis%2Frepairs%2Fv1%2Faccess%3Fapplication%3Da");
    let ada = town.person("Ada", &[DIGITAL]).await;
    for evil in ["//evil.example", "https://evil.example", "/%5cevil.example", "/%09/evil", "%0d%0a/"] {
        let answer = ada.get(&format!("/sign-in?return_to={evil}")).await;
        assert_eq!(answer.header("location"), "/", "{evil}");
    }
    let back = ada.get("/sign-in?return_to=%2Finbox").await;
    assert_eq!(back.header("location"), "/inbox");
    let reflected = town.stranger().get("/sign-in/callback?error=%3Cscript%3Ealert(1)%3C/script%3E&state=x").await;
    assert_eq!(reflected.status, StatusCode::BAD_REQUEST);
    assert!(!reflected.text.contains("<script>alert"));
}

#[tokio::test]
async fn an_application_goes_from_its_request_to_its_first_call() {
    let town = Town::with_council().await;
    let ada = town.person("Ada", &[DIGITAL, REPAIRS]).await;
    let owner = town.person("Olu", &[REPAIRS]).await;
    let application = town.application(&ada).await;
    let grant = town.grant(&ada, &application).await;

    let own = ada.get(&grant).await;
    assert!(own.text.contains("the approver is never the requester"));
    assert!(!own.text.contains("/decision"));
    let decision = format!("{grant}/decision");
    let yes = [("decision", "approve"), ("reason", "Needed for the tracker.")];
    assert_eq!(ada.post(&decision, &yes).await.status, StatusCode::FORBIDDEN);

    let inbox = owner.get("/inbox").await;
    assert!(inbox.text.contains(&grant) && inbox.text.contains("Inbox (1)"));
    let bare = owner.post(&decision, &[("decision", "approve")]).await;
    assert_eq!(bare.status, StatusCode::BAD_REQUEST);
    assert!(bare.text.contains("Error: ") && bare.text.contains("Enter the reason"));
    assert_eq!(owner.post(&decision, &yes).await.status, StatusCode::SEE_OTHER);
    assert_eq!(owner.post(&decision, &yes).await.status, StatusCode::CONFLICT);
    let decided = ada.get(&grant).await;
    assert!(decided.text.contains("Approved") && decided.text.contains("Olu"));
    assert!(decided.text.contains("Needed for the tracker."));

    let secrets = format!("/applications/{application}/secrets");
    let shown = ada.post(&secrets, &[]).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert_eq!(shown.header("cache-control"), "no-store");
    let secret = shown.text.split("id=\"secret\">").nth(1).unwrap().split('<').next().unwrap();
    assert!(secret.starts_with("hansom_"));
    assert!(shown.text.contains("https://sandbox.hackney.example/repairs/v1/repairs"));
    assert!(shown.text.contains("/oauth/token"));
    let again = ada.get(&secrets).await;
    assert_eq!(again.header("location"), format!("/applications/{application}"));
    let page = ada.get(&format!("/applications/{application}")).await;
    assert!(!page.text.contains(secret), "a secret is shown once");
}

#[tokio::test]
async fn a_grant_is_ended_by_either_side_with_a_reason() {
    let town = Town::with_council().await;
    let ada = town.person("Ada", &[DIGITAL]).await;
    let application = town.application(&ada).await;
    let grant = town.grant(&ada, &application).await;
    let revocation = format!("{grant}/revocation");
    let bare = ada.post(&revocation, &[]).await;
    assert_eq!(bare.status, StatusCode::BAD_REQUEST);
    let reason = [("revocation_reason", "Not needed any more.")];
    assert_eq!(ada.post(&revocation, &reason).await.status, StatusCode::SEE_OTHER);
    let id: ApplicationId = application.parse().unwrap();
    let grants = town.control.reads().grants_of(&id).await.unwrap();
    assert_eq!(grants[0].state, GrantState::Revoked);
}

#[tokio::test]
async fn what_is_not_mine_is_not_there() {
    let town = Town::with_council().await;
    let ada = town.person("Ada", &[DIGITAL]).await;
    let application = town.application(&ada).await;
    let grant = town.grant(&ada, &application).await;
    let eve = town.person("Eve", &["other@hackney.example"]).await;
    for address in [&format!("/applications/{application}"), &grant, "/applications/nothing", "/grants/nothing"] {
        assert_eq!(eve.get(address).await.status, StatusCode::NOT_FOUND, "{address}");
    }
    for action in ["secrets", "keys", "revocation"] {
        let address = format!("/applications/{application}/{action}");
        let answer = eve.post(&address, &[("public_key", "x")]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{address}");
    }
    assert_eq!(eve.get("/audit").await.status, StatusCode::FORBIDDEN);
    let fields = [("name", "Mine"), ("owner", DIGITAL)];
    let answer = eve.post("/applications/new", &fields).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.text.contains("only members of") || answer.text.contains("Only members of"));
}

#[tokio::test]
async fn a_form_with_faults_keeps_what_was_typed() {
    let town = Town::with_council().await;
    let ada = town.person("Ada", &[DIGITAL]).await;
    town.application(&ada).await;
    let fields = [("environment", "sandbox"), ("operations", "getRepair"), ("purpose", "too <short")];
    let answer = ada.post("/apis/repairs/v1/access", &fields).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.text.contains("<title>Error: Ask for access to Repairs v1"));
    assert!(answer.text.contains("too &#60;short"));
    assert!(answer.text.contains("href=\"#legal_basis\""));
    let chosen = answer.text.split("value=\"getRepair\"").nth(1).unwrap();
    assert!(chosen.split('>').next().unwrap().ends_with("checked"));
}

#[tokio::test]
async fn a_private_key_pasted_by_mistake_is_not_sent_back() {
    let town = Town::with_council().await;
    let ada = town.person("Ada", &[DIGITAL]).await;
    let application = town.application(&ada).await;
    let pasted = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAverysecret\n-----END PRIVATE KEY-----";
    let address = format!("/applications/{application}/keys");
    let answer = ada.post(&address, &[("public_key", pasted)]).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(!answer.text.contains("verysecret"));
}

#[tokio::test]
async fn a_person_gets_a_token_for_one_environment() {
    let town = Town::with_council().await;
    let ada = town.person("Ada", &[OFFICERS]).await;
    let none = ada.post("/token", &[("environment", "nowhere")]).await;
    assert_eq!(none.status, StatusCode::BAD_REQUEST);
    let shown = ada.post("/token", &[("environment", "sandbox")]).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert_eq!(shown.header("cache-control"), "no-store");
    let token = shown.text.split("id=\"token\">").nth(1).unwrap().split('<').next().unwrap();
    assert_eq!(token.split('.').count(), 3);
    assert!(shown.text.contains("15 minutes"));
}

#[tokio::test]
async fn a_refused_call_is_explained_to_its_caller_alone() {
    let town = Town::with_council().await;
    let ada = town.person("Ada", &[DIGITAL]).await;
    let eve = town.person("Eve", &["other@hackney.example"]).await;
    let application = town.application(&ada).await;
    let request_id: RequestId = "3f1c09d2a4b84e6f".parse().unwrap();
    let call = RefusedCall {
        request_id: request_id.clone(),
        at: Timestamp::from_seconds(1_795_431_720),
        environment: EnvironmentName::production(),
        method: "GET".into(),
        path: "/repairs/v1/repairs".into(),
        api: Some("repairs".into()),
        major: Some(1),
        operation: Some("listRepairs".into()),
        application: Some(application),
        person: None,
        status: 403,
        code: "grant-missing".into(),
        detail: "The application Tracker has no grant for listRepairs.".into(),
        facts: serde_json::json!({ "grant_had_expired": "false" }),
    };
    town.books.record(&[], &[call]).await.unwrap();
    let address = format!("/refusals?request_id={request_id}");
    let told = ada.get(&address).await;
    assert_eq!(told.status, StatusCode::OK);
    assert!(told.text.contains("has no grant for listRepairs"));
    assert!(told.text.contains("/problems/grant-missing"));
    assert!(told.text.contains("never asked for a grant for this version"));
    assert!(told.text.contains("23 November 2026, 11:02 UTC"));
    let hidden = eve.get(&address).await;
    assert_eq!(hidden.status, StatusCode::NOT_FOUND);
    assert!(hidden.text.contains("kept for 30 days"));
    let wrong = ada.get("/refusals?request_id=%3Cb%3E").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_search_takes_words_in_any_order_and_nothing_endless() {
    let town = Town::with_council().await;
    let ada = town.person("Ada", &[DIGITAL]).await;
    let found = ada.get("/?q=RATES+repairs&status=beta&audience=internal").await;
    assert!(found.text.contains("/apis/repairs"));
    let none = ada.get("/?q=repairs&status=retired").await;
    assert!(none.text.contains("No API fits"));
    for query in ["%25", "'%20OR%201=1--", &"a".repeat(5000), "%00%ff"] {
        let answer = ada.get(&format!("/?q={query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{query:.20}");
        assert!(answer.text.len() < 20_000);
    }
}

#[tokio::test]
async fn signing_out_ends_the_session_itself() {
    let town = Town::with_council().await;
    let ada = town.person("Ada", &[DIGITAL]).await;
    let answer = ada.post("/sign-out", &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-hansom-session=;") && cookie.contains("Max-Age=0"));
    assert_eq!(ada.get("/account").await.status, StatusCode::SEE_OTHER);
    let late = ada.post("/applications/new", &[("name", "x")]).await;
    assert_eq!(late.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_form_larger_than_64_kib_is_refused() {
    let town = Town::new().await;
    let ada = town.person("Ada", &[DIGITAL]).await;
    let long = "a".repeat(70_000);
    let answer = ada.post("/applications/new", &[("name", &long)]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}
