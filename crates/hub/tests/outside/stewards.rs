//! What do owners and administrators look after: pipelines, signing keys, requests for several APIs at once.

use http::StatusCode;

use crate::town::{ADMINISTRATORS, Town};

const OWNERS: &str = "housing-repairs@hackney.example";
const DIGITAL: &str = "digital@hackney.example";

#[tokio::test]
async fn the_owners_of_an_api_trust_a_pipeline_and_take_that_back() {
    let town = Town::with_council().await;
    let (chloe, eve) = (town.person("Chloe", &[OWNERS]).await, town.person("Eve", &[DIGITAL]).await);
    let place = "/apis/repairs/pipelines";
    assert!(chloe.get("/apis/repairs/v1").await.text.contains(place), "the page of the API leads there");
    let fields = [
        ("provider", "github"),
        ("repository", "hackney/repairs-service"),
        ("ref", "refs/heads/main"),
        ("workflow", "publish.yml"),
    ];
    let trusted = chloe.post(place, &fields).await;
    assert_eq!((trusted.status, trusted.header("location")), (StatusCode::SEE_OTHER, place), "{}", trusted.text);
    let page = chloe.get(place).await.text;
    for shown in ["hackney/repairs-service", "GitHub Actions", "publish.yml", "Nothing yet: the first run pins it"] {
        assert!(page.contains(shown), "{shown}");
    }
    let twice = chloe.post(place, &fields).await;
    assert_eq!(twice.status, StatusCode::BAD_REQUEST);
    assert!(twice.text.contains("value=\"hackney/repairs-service\""), "what was typed stays");
    assert_eq!(chloe.post(place, &[("provider", "gitlab")]).await.status, StatusCode::BAD_REQUEST);
    let hidden = eve.get(place).await;
    assert!(hidden.status == StatusCode::OK && !hidden.text.contains("hackney/repairs-service"));
    let unheard_of = eve.get("/apis/unheard-of/pipelines").await;
    let same = |text: &str| text.replace("unheard-of", "repairs").matches("govuk").count();
    assert_eq!(same(&hidden.text), same(&unheard_of.text), "an API of others looks as if it were not there");
    let stolen = [fields[0], fields[1], fields[2], ("owner", DIGITAL)];
    assert_eq!(eve.post(place, &stolen).await.status, StatusCode::NOT_FOUND);
    let own = eve.post("/apis/unheard-of/pipelines", &stolen).await;
    assert_eq!(own.status, StatusCode::SEE_OTHER, "before its first release an API is whose it will be");
    let removal = page.split("action=\"").find(|rest| rest.contains("/removal\"")).unwrap();
    let removal = removal.split('"').next().unwrap();
    assert_eq!(eve.post(removal, &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(chloe.post(removal, &[]).await.status, StatusCode::SEE_OTHER);
    assert!(chloe.get(place).await.text.contains("None is trusted yet"));
}

#[tokio::test]
async fn administrators_see_the_signing_keys_and_end_them_after_a_question() {
    let town = Town::new().await;
    let (root, eve) = (town.person("Root", &[ADMINISTRATORS]).await, town.person("Eve", &[DIGITAL]).await);
    assert_eq!(eve.get("/signing-keys").await.status, StatusCode::NOT_FOUND);
    assert_eq!(eve.post("/signing-keys", &[]).await.status, StatusCode::NOT_FOUND);
    let page = root.get("/signing-keys").await.text;
    assert!(page.contains("signing") && page.contains("Make the next key"));
    let retire = page.split("href=\"").find(|rest| rest.contains("/retirement\"")).unwrap().split('"').next().unwrap();
    let withdraw = retire.replace("/retirement", "/withdrawal");
    assert!(root.get(retire).await.text.contains("Retire the signing key"));
    assert_eq!(eve.post(retire, &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(root.post(retire, &[]).await.status, StatusCode::SEE_OTHER);
    assert!(root.get("/signing-keys").await.text.contains("The next key signs from"));
    assert!(root.get(&withdraw).await.text.contains("cannot be taken back"));
    assert_eq!(root.post(&withdraw, &[]).await.status, StatusCode::BAD_REQUEST, "without a reason");
    assert_eq!(root.post(&withdraw, &[("reason", "It was copied.")]).await.status, StatusCode::SEE_OTHER);
    let page = root.get("/signing-keys").await.text;
    assert!(page.contains("withdrawn") && page.contains(">signing<"), "{page}");
    assert_eq!(root.get("/signing-keys/unheard-of/withdrawal").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn several_apis_are_asked_for_on_one_page() {
    let town = Town::with_council().await;
    let olu = town.person("Olu", &[DIGITAL]).await;
    let id = town.application(&olu).await;
    let first = olu.get("/bundles/new").await.text;
    assert!(first.contains("value=\"repairs/v1\"") && first.contains("value=\"rents/v1\""));
    let empty = olu.get("/bundles/new?step=operations").await;
    assert_eq!(empty.status, StatusCode::BAD_REQUEST);
    assert!(empty.text.contains("Select an application"));
    let query = format!(
        "/bundles/new?step=operations&application={id}&environment=production&version=repairs/v1&version=rents/v1"
    );
    let second = olu.get(&query).await.text;
    assert!(second.contains("value=\"repairs/v1 listRepairs\"") && second.contains("Legal basis"), "{second}");
    let mut fields = vec![
        ("application", id.as_str()),
        ("environment", "production"),
        ("version", "repairs/v1"),
        ("version", "rents/v1"),
        ("operations", "repairs/v1 listRepairs"),
        ("purpose", "To plan visits beside arrears."),
        ("legal_basis", "UK GDPR article 6(1)(e)"),
    ];
    let lacking = olu.post("/bundles/new", &fields).await;
    assert_eq!(lacking.status, StatusCode::BAD_REQUEST);
    assert!(lacking.text.contains("Select at least one operation of Rents"), "{}", lacking.text);
    assert!(lacking.text.contains("value=\"repairs/v1 listRepairs\" checked"), "what was chosen stays");
    fields.push(("operations", "rents/v1 listRentAccounts"));
    let asked = olu.post("/bundles/new", &fields).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text);
    let bundle = olu.get(asked.header("location")).await.text;
    assert!(bundle.contains("listRepairs") && bundle.contains("listRentAccounts"));
    let eve = town.person("Eve", &["parks@hackney.example"]).await;
    let stolen = eve.post("/bundles/new", &fields).await;
    assert!(stolen.status.is_client_error(), "{}", stolen.text);
}
