//! Do people see who wants to act for them, and decide it themselves?

use http::StatusCode;
use serde_json::Value;

use crate::town::{ADMINISTRATORS, Answer, HUB, Someone, Town};

const DIGITAL: &str = "digital@hackney.example";
const CALLBACK: &str = "https://tracker.example/callback";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// An application of the digital team that people may be sent back from here to.
async fn application(town: &Town, owner: &Someone) -> String {
    let id = town.application(owner).await;
    let answer = owner.post(&format!("/applications/{id}/oauth"), &[("redirect_uris", CALLBACK)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    id
}

fn authorize(client: &str, more: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", client)
        .append_pair("response_type", "code")
        .append_pair("redirect_uri", CALLBACK)
        .append_pair("state", "<script>alert(1)</script>")
        .append_pair("code_challenge", CHALLENGE)
        .append_pair("code_challenge_method", "S256")
        .extend_pairs(more)
        .finish();
    format!("/oauth/authorize?{query}")
}

/// The value of a hidden field of a page.
fn hidden(page: &Answer, name: &str) -> String {
    let opening = format!("name=\"{name}\" value=\"");
    let rest = page.text.split(&opening).nth(1).unwrap_or_else(|| panic!("no {name} in {}", page.text));
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_person_sees_who_asks_for_what_and_is_sent_back_with_their_answer() {
    let town = Town::with_council().await;
    let (owner, ada) = (town.person("Olu", &[DIGITAL]).await, town.person("Ada", &[]).await);
    let id = application(&town, &owner).await;
    let looked = ada.get(&authorize(&id, &[])).await;
    assert_eq!(looked.status, StatusCode::SEE_OTHER);
    let page = ada.get(looked.header("location")).await;
    assert_eq!(page.status, StatusCode::OK);
    for shown in [
        "Tracker wants to act for you",
        DIGITAL,
        "production",
        "https://tracker.example",
        "@hackney.example",
        "30 days",
    ] {
        assert!(page.text.contains(shown), "{shown}");
    }
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("form-action 'self' https://tracker.example;"),
        "the browser lets the answer through: {policy}"
    );
    assert!(policy.contains("frame-ancestors 'none'"), "no other page shows this one inside itself");
    assert_eq!(page.header("cache-control"), "no-store");
    let request = hidden(&page, "request");
    let undecided = ada.post("/consent", &[("request", &request)]).await;
    assert_eq!(undecided.status, StatusCode::BAD_REQUEST);
    assert!(undecided.text.contains("Choose whether you allow it"));
    let sent = ada.post("/consent", &[("request", &request), ("decision", "allow")]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    let location = sent.header("location");
    assert!(location.starts_with("https://tracker.example/callback?code="), "{location}");
    assert!(location.contains("&iss=https%3A%2F%2Fhub.hackney.example"), "{location}");
    assert_eq!(sent.header("cache-control"), "no-store");
    let again = ada.post("/consent", &[("request", &request), ("decision", "allow")]).await;
    assert_eq!(again.status, StatusCode::BAD_REQUEST, "it is decided");
}

#[tokio::test]
async fn a_person_allows_a_part_of_what_is_asked_and_sees_it_on_their_account() {
    let town = Town::with_council().await;
    let (owner, ada) = (town.person("Olu", &[DIGITAL]).await, town.person("Ada", &[]).await);
    let id = application(&town, &owner).await;
    let looked = ada.get(&authorize(&id, &[])).await;
    let page = ada.get(looked.header("location")).await;
    for shown in ["Only what I select", "value=\"repairs/v1\"", "Repairs v1", "Council tax v1"] {
        assert!(page.text.contains(shown), "{shown} in {}", page.text);
    }
    let request = hidden(&page, "request");
    let part = [("request", request.as_str()), ("decision", "allow"), ("extent", "part")];
    let nothing = ada.post("/consent", &part).await;
    assert_eq!(nothing.status, StatusCode::BAD_REQUEST);
    assert!(nothing.text.contains("Select what it may do"));
    let part = [part[0], part[1], part[2], ("scope", "repairs/v1"), ("scope", "rents/v1")];
    assert_eq!(ada.post("/consent", &part).await.status, StatusCode::SEE_OTHER);
    let account = ada.get("/account").await.text;
    assert!(account.contains("rents/v1 repairs/v1"), "{account}");
    let again = ada.get(&authorize(&id, &[])).await;
    assert!(again.header("location").starts_with(CALLBACK), "the answer holds");
    let other = ada.get(&authorize(&id, &[("scope", "council-tax/v1 nonsense")])).await;
    let page = ada.get(other.header("location")).await;
    assert!(page.text.contains("Call Council tax v1, as you") && !page.text.contains("Only what I select"));
    let gone = ada.post(&format!("/account/applications/{id}/withdrawal"), &[]).await;
    assert_eq!(gone.status, StatusCode::SEE_OTHER);
    assert!(!ada.get("/account").await.text.contains("rents/v1"));
}

#[tokio::test]
async fn a_decision_is_the_persons_own_by_their_own_page() {
    let town = Town::with_council().await;
    let (owner, ada, eve) =
        (town.person("Olu", &[DIGITAL]).await, town.person("Ada", &[]).await, town.person("Eve", &[]).await);
    let id = application(&town, &owner).await;
    let looked = ada.get(&authorize(&id, &[])).await;
    let page = ada.get(looked.header("location")).await;
    let request = hidden(&page, "request");
    let fields = [("request", request.as_str()), ("decision", "allow")];
    let own = [("origin", HUB), ("sec-fetch-site", "same-origin")];
    let forged = ada.send("/consent", &eve.form_token, &fields, &own).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    let cross = ada.send("/consent", &ada.form_token, &fields, &[("origin", "https://evil.example")]).await;
    assert_eq!(cross.status, StatusCode::FORBIDDEN);
    assert_eq!(eve.post("/consent", &fields).await.status, StatusCode::BAD_REQUEST, "it was shown to Ada");
    assert_eq!(ada.post("/consent", &fields).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_stranger_signs_in_first_and_comes_back_to_the_question() {
    let town = Town::with_council().await;
    let owner = town.person("Olu", &[DIGITAL]).await;
    let id = application(&town, &owner).await;
    let answer = town.stranger().get(&authorize(&id, &[])).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let location = answer.header("location");
    let back = location.strip_prefix("/sign-in?return_to=").expect("to the sign-in");
    let (_, back) = url::form_urlencoded::parse(format!("x={back}").as_bytes()).into_owned().next().unwrap();
    assert!(back.starts_with("/oauth/authorize?client_id="), "{back}");
    assert_eq!(hansom_oauth::safe_return_path(&back), back);
    let ada = town.person("Ada", &[]).await;
    let looked = ada.get(&back).await;
    assert!(ada.get(looked.header("location")).await.text.contains("Tracker wants to act for you"));
}

#[tokio::test]
async fn a_request_of_nobody_is_a_page_and_sends_nobody_anywhere() {
    let town = Town::with_council().await;
    let owner = town.person("Olu", &[DIGITAL]).await;
    let id = application(&town, &owner).await;
    for address in [
        "/oauth/authorize".to_owned(),
        authorize("0123456789abcdef0123456789abcdef", &[]),
        authorize(&id, &[]).replace("tracker.example", "evil.example"),
        authorize(&id, &[("redirect_uri", "https://evil.example")]),
    ] {
        let answer = owner.get(&address).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{address}");
        assert!(answer.header("content-type").starts_with("text/html"), "{address}");
        assert!(!answer.text.contains("<script>alert"), "{address}");
    }
}

#[tokio::test]
async fn an_answer_by_form_goes_to_the_application_with_or_without_scripts() {
    let town = Town::with_council().await;
    let (owner, ada) = (town.person("Olu", &[DIGITAL]).await, town.person("Ada", &[]).await);
    let id = application(&town, &owner).await;
    let looked = ada.get(&authorize(&id, &[("response_mode", "form_post")])).await;
    let page = ada.get(looked.header("location")).await;
    let sent = ada.post("/consent", &[("request", &hidden(&page, "request")), ("decision", "allow")]).await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.text);
    assert!(sent.text.contains("action=\"https://tracker.example/callback\""), "{}", sent.text);
    assert_eq!(hidden(&sent, "code").len(), 64);
    assert!(!sent.text.contains("<script>alert"), "the state is text");
    assert!(sent.text.contains(">Continue</button>"), "a person without scripts sends it");
    assert!(sent.header("content-security-policy").contains("form-action 'self' https://tracker.example;"));
    assert_eq!(sent.header("cache-control"), "no-store");
}

#[tokio::test]
async fn a_request_may_come_as_a_form_of_the_applications_page() {
    let town = Town::with_council().await;
    let (owner, ada) = (town.person("Olu", &[DIGITAL]).await, town.person("Ada", &[]).await);
    let id = application(&town, &owner).await;
    let address = authorize(&id, &[]);
    let query = address.split_once('?').unwrap().1;
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let from_there = [("origin", "https://tracker.example"), ("sec-fetch-site", "cross-site")];
    let answer = ada.send("/oauth/authorize", "", &fields, &from_there).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    assert!(answer.header("location").starts_with("/consent?request="));
}

#[tokio::test]
async fn a_person_takes_back_what_they_allowed_on_the_page_of_their_account() {
    let town = Town::with_council().await;
    let (owner, ada) = (town.person("Olu", &[DIGITAL]).await, town.person("Ada", &[]).await);
    let id = application(&town, &owner).await;
    assert!(ada.get("/account").await.text.contains("None. An application that wants to act"));
    let looked = ada.get(&authorize(&id, &[])).await;
    let page = ada.get(looked.header("location")).await;
    ada.post("/consent", &[("request", &hidden(&page, "request")), ("decision", "allow")]).await;
    let account = ada.get("/account").await;
    assert!(account.text.contains("Tracker") && account.text.contains("https://production.hackney.example"));
    let quiet = ada.get(&authorize(&id, &[])).await;
    assert!(quiet.header("location").starts_with(CALLBACK), "a person is asked once");
    let address = format!("/account/applications/{id}/withdrawal");
    assert_eq!(
        owner.post(&address, &[]).await.status,
        StatusCode::NOT_FOUND,
        "what others allowed is not the owner's to see"
    );
    assert_eq!(ada.post(&address, &[]).await.status, StatusCode::SEE_OTHER);
    assert!(ada.get("/account").await.text.contains("None. An application that wants to act"));
    assert!(ada.get(&authorize(&id, &[])).await.header("location").starts_with("/consent?"), "and is asked again");
}

#[tokio::test]
async fn a_person_lets_a_device_in_that_they_began_themselves() {
    let town = Town::with_council().await;
    let ada = town.person("Ada", &[]).await;
    let begin = async || {
        let fields = [("client_id", "hansom-cli"), ("resource", HUB), ("scope", "hub:read hub:write")];
        let answer = town.stranger().send("/oauth/device_authorization", "", &fields, &[]).await;
        let body: Value = serde_json::from_str(&answer.text).unwrap();
        body["user_code"].as_str().unwrap_or_else(|| panic!("{body}")).to_owned()
    };
    let code = begin().await;
    let page = ada.get(&format!("/device?user_code={}", code.to_lowercase())).await;
    assert_eq!(page.status, StatusCode::OK);
    for shown in
        ["Hansom on the command line", &code, "If somebody sent you the code", "Change everything that you may change"]
    {
        assert!(page.text.contains(shown), "{shown} in {}", page.text);
    }
    let typed = ada.post("/device", &[("user_code", &code)]).await;
    assert!(typed.text.contains("My device shows this code"));
    let done = ada.post("/device", &[("user_code", &code), ("decision", "allow")]).await;
    assert!(done.text.contains("You are signed in on your device"), "{}", done.text);
    let again = ada.post("/device", &[("user_code", &code), ("decision", "allow")]).await;
    assert_eq!(again.status, StatusCode::BAD_REQUEST);
    assert!(again.text.contains("No device waits with this code"));
    let refused = ada.post("/device", &[("user_code", &begin().await), ("decision", "refuse")]).await;
    assert!(refused.text.contains("The device was not let in"));
    let stranger = town.stranger().get("/device?user_code=BBBB-BBBB").await;
    assert!(stranger.header("location").starts_with("/sign-in?return_to=%2Fdevice%3Fuser_code%3D"));
}

#[tokio::test]
async fn how_people_sign_in_to_an_application_is_for_its_owners_to_say() {
    let town = Town::with_council().await;
    let (owner, other) = (town.person("Olu", &[DIGITAL]).await, town.person("Eve", &[]).await);
    let id = town.application(&owner).await;
    let address = format!("/applications/{id}/oauth");
    assert_eq!(other.get(&address).await.status, StatusCode::NOT_FOUND);
    for bad in ["http://tracker.example/", "https://*.example/", "https://a.example/#x", "javascript:alert(1)"] {
        let answer = owner.post(&address, &[("redirect_uris", bad)]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{bad}");
        assert!(answer.text.contains("The redirect URI cannot be used"), "{bad}: {}", answer.text);
    }
    let two = format!("{CALLBACK}\r\nhttp://127.0.0.1/callback");
    let fields =
        [("redirect_uris", two.as_str()), ("public", "yes"), ("par_required", "yes"), ("dpop_required", "yes")];
    assert_eq!(owner.post(&address, &fields).await.status, StatusCode::SEE_OTHER);
    let page = owner.get(&format!("/applications/{id}")).await;
    assert!(page.text.contains(CALLBACK) && page.text.contains("http://127.0.0.1/callback"));
    let form = owner.get(&address).await;
    assert_eq!(form.text.matches(" checked").count(), 3, "{}", form.text);
    assert!(!form.text.contains("first_party"), "it is not offered to those who may not say it");
    let trusted = [("redirect_uris", CALLBACK), ("first_party", "yes")];
    let refused = owner.post(&address, &trusted).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(refused.text.contains("Only an administrator"), "{}", refused.text);
    let administrator = town.person("Ann", &[ADMINISTRATORS]).await;
    assert_eq!(administrator.post(&address, &trusted).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_service_account_is_bound_on_a_page_and_listed_as_a_credential() {
    let town = Town::with_council().await;
    let owner = town.person("Olu", &[DIGITAL]).await;
    let id = town.application(&owner).await;
    let address = format!("/applications/{id}/service-accounts");
    let faulty =
        owner.post(&address, &[("issuer", "https://accounts.google.com"), ("subject", ""), ("email", "x")]).await;
    assert_eq!(faulty.status, StatusCode::BAD_REQUEST);
    let fields =
        [("issuer", "https://accounts.google.com"), ("subject", "117"), ("email", "repairs@project.iam.example")];
    assert_eq!(owner.post(&address, &fields).await.status, StatusCode::SEE_OTHER);
    let page = owner.get(&format!("/applications/{id}")).await;
    assert!(page.text.contains("Service account") && page.text.contains("repairs@project.iam.example"));
}
