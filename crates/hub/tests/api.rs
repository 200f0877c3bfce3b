//! Does the control API do what its own contract says?

#[path = "outside/gateways.rs"]
#[expect(dead_code, reason = "nobody tries a call in these tests")]
mod gateways;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use axum::{
    Router,
    body::{Body, to_bytes},
};
use hansom_control::{Control, Settings, Vault};
use hansom_domain::{Actor, Chance, Clock, EnvironmentName, GroupAddress, PersonKey, Timestamp};
use hansom_oauth::{OAuth, Provider, SignIn, Way};
use hansom_standards::{Contract, Facts, Profile, Sources, document::Limits, lint};
use http::{HeaderMap, Method, Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt;

const HUB: &str = "https://hub.hackney.example";
const ADMINISTRATORS: &str = "platform@hackney.example";
const REPAIRS: &str = "housing-repairs@hackney.example";
const RENTS: &str = "rents@hackney.example";

const MANIFEST: &str = "\
api: repairs
owner: housing-repairs@hackney.example
kind: platform
audience: public
status: beta
personal_data: false
contract: openapi.yaml
environments:
  sandbox: { mock: true }
  production: { upstreams: [\"http://repairs.internal.example:9101\"], timeout: 5s }
access:
  - operations: [listRepairs]
    applications: granted
  - operations: [getServiceStatus]
    anyone: true
limits: { per_consumer: 600/minute, burst: 50 }
";

const CONTRACT: &str = "\
openapi: 3.1.0
info: { title: Repairs, version: 1.0.0, summary: Report repairs and follow them. }
paths:
  /repairs:
    get:
      operationId: listRepairs
      summary: List repairs
      responses:
        '200': { description: The repairs., content: { application/json: { schema: { type: array, items: { type: string } }, example: [tap] } } }
  /status:
    get:
      operationId: getServiceStatus
      responses:
        '200': { description: Up., content: { application/json: { schema: { type: string }, example: up } } }
";

/// A hub over an empty store, with a clock that stands and chance that counts.
struct Town {
    control: Control,
    oauth: OAuth,
    hub: Router,
}

/// What came back.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

/// Somebody at the hub: a stranger, or a person by their session.
#[derive(Clone)]
struct Someone {
    hub: Router,
    session: Option<(String, String)>,
    person: String,
}

impl Town {
    async fn new() -> Self {
        let control = control().await;
        control.ensure_signing_key().await.unwrap();
        let environments: Vec<_> = control
            .settings()
            .environments
            .iter()
            .map(|name| (name.clone(), format!("https://{name}.hackney.example")))
            .collect();
        let oauth = OAuth::new(hansom_oauth::Setup {
            control: control.clone(),
            issuer: HUB.into(),
            audiences: environments.clone(),
            person_seconds: 900,
            application_seconds: 3600,
            rules: hansom_oauth::Rules::default(),
        });
        let provider = Provider::alone("https://id.hackney.example".into(), "hub".into(), None, "Hackney".into());
        let sign_in = SignIn::new(control.clone(), vec![Way { provider, sources: vec![] }], HUB.into()).unwrap();
        let hub = hansom_hub::router(hansom_hub::Setup {
            control: control.clone(),
            oauth: oauth.clone(),
            sign_in,
            hub: HUB.into(),
            environments,
            gateways: Arc::new(gateways::Remembering::default()),
            notice: None,
            mail_links: None,
            sends_mail: false,
            public_reuse: false,
            look: hansom_hub::Look::default(),
            strangers_give_feedback: false,
        });
        Self { control, oauth, hub }
    }

    fn stranger(&self) -> Someone {
        Someone { hub: self.hub.clone(), session: None, person: String::new() }
    }

    async fn person(&self, name: &str, groups: &[&str]) -> Someone {
        let key = PersonKey { issuer: "https://id.hackney.example".into(), subject: name.into() };
        let groups: Vec<GroupAddress> = groups.iter().map(|group| group.parse().unwrap()).collect();
        let email = format!("{name}@hackney.example");
        let cookie = self.control.sign_in_person(key, &email, name, &groups).await.unwrap();
        let session = self.control.session(&cookie.value).await.unwrap().unwrap();
        Someone {
            hub: self.hub.clone(),
            session: Some((cookie.value, session.form_token)),
            person: cookie.person.to_string(),
        }
    }

    /// An access token of an application, by its secret, for the hub or for an environment.
    async fn token(&self, application: &str, secret: &str, resource: &str) -> String {
        let form =
            format!("grant_type=client_credentials&client_id={application}&client_secret={secret}&resource={resource}");
        let request = Request::post("/oauth/token")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(form))
            .unwrap();
        let response = self.oauth.router().oneshot(request).await.unwrap();
        let text = to_bytes(response.into_body(), 65536).await.unwrap();
        let answer: Value = serde_json::from_slice(&text).unwrap();
        answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// How many changes the audit trail tells of.
    async fn changes(&self) -> usize {
        let entries = self.control.audit_for(&Actor::Platform, Timestamp::from_millis(i64::MAX), 200);
        entries.await.unwrap().len()
    }
}

async fn control() -> Control {
    let clock = Clock::new(|| Timestamp::from_millis(1_773_050_400_000));
    let counter = Arc::new(AtomicU64::new(1));
    let chance = Chance::new(move |bytes| {
        for chunk in bytes.chunks_mut(8) {
            let next = counter.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            chunk.copy_from_slice(&next.to_be_bytes()[..chunk.len()]);
        }
    });
    let store = hansom_store::open("sqlite::memory:", clock.now()).await.unwrap();
    let settings = Settings {
        administrators: ADMINISTRATORS.parse().unwrap(),
        environments: vec![EnvironmentName::sandbox(), EnvironmentName::production()],
        open_networks: hansom_domain::OpenNetworks::default(),
        standards: hansom_testkit::standards(),
        terms: hansom_control::Terms::default(),
    };
    Control::new(store.reads, store.writes, Vault::new([7; 32]), clock, chance, settings)
}

impl Someone {
    async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, None, &[]).await
    }

    async fn delete(&self, path: &str) -> Answer {
        self.ask(Method::DELETE, path, None, &[]).await
    }

    async fn put(&self, path: &str) -> Answer {
        self.ask(Method::PUT, path, None, &[]).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::POST, path, Some(body.to_string()), &[]).await
    }

    async fn ask(&self, method: Method, path: &str, body: Option<String>, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("/api/v1{path}"));
        if let Some((cookie, form_token)) = &self.session {
            request = request
                .header("cookie", format!("__Host-hansom-session={cookie}"))
                .header("hansom-form-token", form_token);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let mut request = request.body(body.map_or_else(Body::empty, Body::from)).unwrap();
        for (name, value) in headers {
            let name: http::HeaderName = name.parse().unwrap();
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        let response = self.hub.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let text = to_bytes(body, 16 * 1024 * 1024).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_slice(&text).unwrap_or(Value::Null),
        }
    }
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The answer is a problem of that status and code, whole as the words promise.
    #[track_caller]
    fn is_problem(&self, status: u16, code: &str) {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        assert_eq!(self.body["code"], code, "{}", self.body);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.body["status"], status);
        assert_eq!(self.body["type"], format!("{HUB}/problems/{code}"));
        assert_eq!(self.body["instance"], self.header("request-id"));
        assert!(!self.header("request-id").is_empty());
        assert!(!self.body["detail"].as_str().unwrap().is_empty());
    }

    #[track_caller]
    fn is(&self, status: u16) -> &Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        assert!(!self.header("request-id").is_empty());
        &self.body
    }
}

fn publication(manifest: &str, contract: &str) -> Value {
    json!({"manifest": manifest, "contract": contract})
}

async fn application_of(person: &Someone, owner: &str) -> String {
    let new = json!({"name": "Dashboard", "owner": owner});
    let made = person.post("/applications", new).await;
    made.is(201)["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_contract_is_one_that_the_platform_itself_would_publish() {
    let town = Town::new().await;
    let document = town.stranger().get("/openapi.json").await;
    let document = document.is(200);
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"]["title"], "Hansom control API");
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    let schemes = &document["components"]["securitySchemes"];
    assert_eq!(schemes["oauth2"]["flows"]["clientCredentials"]["tokenUrl"], "/oauth/token");
    assert_eq!(schemes.as_object().unwrap().len(), 1, "{schemes}");
    let contract = Contract::read(&document.to_string()).unwrap();
    assert!(contract.operations.len() >= 20);
    for operation in &contract.operations {
        assert!(operation.summary.is_some(), "{} has a summary", operation.id);
        assert_eq!(operation.tags.len(), 1, "{} has one tag", operation.id);
        let problems = operation.responses.iter().filter(|response| {
            response.status.starts_with(['4', '5'])
                && response.content.iter().all(|media| media.media_type == "application/problem+json")
                && !response.content.is_empty()
        });
        let least = if matches!(&*operation.id, "getHealth" | "getContract") { 3 } else { 5 };
        assert!(problems.count() >= least, "{} describes its problems", operation.id);
    }
}

#[tokio::test]
async fn the_platforms_own_contract_keeps_every_standard_of_the_councils_playbook() {
    let town = Town::new().await;
    let document = town.stranger().get("/openapi.json").await.is(200).to_string();
    let sources = Sources::of_text("openapi.json", &document, &Limits::default()).unwrap();
    let profile = Profile::bundled("uk-council").unwrap();
    let verdict = lint(&sources, Facts::default(), &profile);
    let findings: Vec<_> = verdict
        .findings
        .iter()
        .map(|finding| format!("{} {} {}: {}", finding.rule, finding.level, finding.pointer, finding.what))
        .collect();
    assert!(findings.is_empty(), "{} findings\n{}", findings.len(), findings.join("\n"));
}

#[tokio::test]
async fn every_operation_of_the_contract_is_there_and_tells_strangers_what_they_get() {
    let town = Town::new().await;
    let repairer = town.person("ada", &[REPAIRS]).await;
    repairer.post("/releases", publication(MANIFEST, CONTRACT)).await.is(201);
    let incident =
        json!({ "title": "Lists fail", "impact": "degraded", "apis": ["repairs"], "text": "Some lists fail." });
    let incident = repairer.post("/incidents", incident).await.is(201)["incident"]["id"].clone();
    let administrator = town.person("grace", &[ADMINISTRATORS]).await;
    let meetup = json!({ "title": "Naming", "beginsAt": "2026-12-03T14:00:00.000Z", "endsAt": "2026-12-03T15:30:00.000Z",
        "place": "Town Hall", "isPublic": true });
    let meetup = administrator.post("/meetups", meetup).await.is(201)["id"].clone();
    let document = town.stranger().get("/openapi.json").await.body;
    let names = [
        ("{incident_id}", incident.as_str().unwrap()),
        ("{meetup_id}", meetup.as_str().unwrap()),
        ("{thread_id}", "nobodys"),
        ("{message_id}", "nobodys"),
        ("{slug}", "repairs"),
        ("{major}", "v1"),
        ("{number}", "1"),
        ("{application_id}", "nobodys"),
        ("{credential_id}", "nobodys"),
        ("{grant_id}", "nobodys"),
        ("{bundle_id}", "nobodys"),
        ("{request_id}", "nobodys"),
        ("{waiver_id}", "nobodys"),
        ("{edition}", "nobodys"),
        ("{address}", "nobody@hackney.example"),
        ("{pipeline_id}", "nobodys"),
        ("{person_id}", "nobodys"),
        ("{member_id}", "nobodys"),
        ("{handle}", "nobodys"),
        ("{kid}", "nobodys"),
    ];
    let contract = Contract::read(&document.to_string()).unwrap();
    for operation in &contract.operations {
        let path = names.iter().fold(operation.path.clone(), |path, (name, value)| path.replace(name, value));
        let method: Method = operation.method.parse().unwrap();
        let body = (method == Method::POST).then(|| "{}".to_owned());
        let answer = town.stranger().ask(method.clone(), &path, body, &[]).await;
        let open = document["paths"][&operation.path][method.as_str().to_lowercase()]["security"]
            .as_array()
            .unwrap()
            .contains(&json!({}));
        if open {
            answer.is(200);
        } else {
            answer.is_problem(401, "token-missing");
            assert!(answer.header("www-authenticate").starts_with("Bearer"));
        }
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("api-version"), env!("CARGO_PKG_VERSION"));
        assert!(answer.header("ratelimit").contains(";r="), "{}", operation.id);
        let told = answer.status.as_u16().to_string();
        assert!(
            operation.responses.iter().any(|response| response.status == told),
            "{} describes the status {told} that strangers get",
            operation.id
        );
    }
}

#[tokio::test]
async fn what_is_not_in_the_contract_is_not_there() {
    let town = Town::new().await;
    let person = town.person("ada", &[REPAIRS]).await;
    person.get("/nothing").await.is_problem(404, "not-found");
    person.get("/apis/Repairs").await.is_problem(404, "not-found");
    person.get("/apis/repairs").await.is_problem(404, "api-not-found");
    let other = person.delete("/apis").await;
    other.is_problem(405, "method-not-allowed");
    assert!(other.header("allow").contains("GET"));
}

#[tokio::test]
async fn a_release_is_published_once_and_read_back() {
    let town = Town::new().await;
    let owner = town.person("ada", &[REPAIRS]).await;
    let mut asked = publication(MANIFEST, CONTRACT);
    asked["dryRun"] = json!(true);
    let before = town.changes().await;
    let tried = owner.post("/releases", asked).await;
    assert_eq!(tried.is(200)["dryRun"], true);
    assert_eq!(town.changes().await, before, "a dry run stores nothing");

    let made = owner.post("/releases", publication(MANIFEST, CONTRACT)).await;
    let body = made.is(201);
    assert_eq!(body["release"], 1);
    assert_eq!(body["operations"], 2);
    assert_eq!(body["baseUrls"]["production"], "https://production.hackney.example/repairs/v1");
    let location = "/apis/repairs/versions/v1/releases/1";
    assert_eq!(made.header("location"), format!("/api/v1{location}"));
    let again = owner.post("/releases", publication(MANIFEST, CONTRACT)).await;
    assert_eq!(again.is(200)["unchanged"], true);

    let read = owner.get(location).await;
    assert_eq!(read.is(200)["contract"], CONTRACT);
    assert_eq!(read.body["manifest"], MANIFEST);
    let stranger = town.stranger();
    let read = stranger.get(location).await;
    assert_eq!(read.is(200)["contract"], CONTRACT);
    assert_eq!(read.body.get("manifest"), None, "strangers are not told of upstreams");
    assert_eq!(read.body.get("publishedBy"), None);
    let version = stranger.get("/apis/repairs/versions/v1").await;
    assert_eq!(version.is(200)["operations"][0]["id"], "listRepairs");
    let access = &version.body["operations"][0]["access"];
    assert_eq!(access["grantedApplications"], true);
    let found = stranger.get("/apis?q=follow+REPAIRS&status=beta").await;
    assert_eq!(found.is(200)["items"][0]["slug"], "repairs");
    let none = stranger.get("/apis?status=retired").await;
    assert_eq!(none.is(200)["items"], json!([]));
}

#[tokio::test]
async fn a_manifest_with_faults_is_refused_with_line_and_column_and_nothing_is_stored() {
    let town = Town::new().await;
    let owner = town.person("ada", &[REPAIRS]).await;
    let before = town.changes().await;
    let unknown_key = MANIFEST.replace("kind: platform", "kind: platform\ncolour: red");
    let refused = owner.post("/releases", publication(&unknown_key, CONTRACT)).await;
    refused.is_problem(422, "unprocessable");
    let fault = &refused.body["errors"][0];
    assert_eq!((&fault["file"], &fault["line"], &fault["column"]), (&json!("api.yaml"), &json!(4), &json!(1)));
    assert_eq!(fault["pointer"], "/manifest");
    for member in ["what", "mend"] {
        assert!(!fault[member].as_str().unwrap().is_empty());
    }
    let detail = fault["detail"].as_str().unwrap();
    assert!(detail.starts_with("api.yaml:4:1: ") && detail.contains("colour"));

    let missing = MANIFEST.replace("[listRepairs]", "[listRepair]");
    let refused = owner.post("/releases", publication(&missing, CONTRACT)).await;
    refused.is_problem(422, "unprocessable");
    assert_eq!(refused.body["errors"][0]["line"], 12);
    assert_eq!(town.changes().await, before);
    assert_eq!(owner.get("/apis").await.is(200)["items"], json!([]));
}

#[tokio::test]
async fn only_the_owner_group_publishes() {
    let town = Town::new().await;
    let other = town.person("ben", &[RENTS]).await;
    let refused = other.post("/releases", publication(MANIFEST, CONTRACT)).await;
    refused.is_problem(403, "not-allowed");
    assert!(refused.body["detail"].as_str().unwrap().contains(REPAIRS));
}

#[tokio::test]
async fn an_internal_api_is_not_there_for_strangers() {
    let town = Town::new().await;
    let owner = town.person("ada", &[REPAIRS]).await;
    let manifest = MANIFEST
        .replace("audience: public", "audience: internal")
        .replace("    anyone: true\n", "    applications: granted\n");
    owner.post("/releases", publication(&manifest, CONTRACT)).await.is(201);
    let stranger = town.stranger();
    assert_eq!(stranger.get("/apis").await.is(200)["items"], json!([]));
    let hidden = stranger.get("/apis/repairs").await;
    hidden.is_problem(404, "api-not-found");
    let absent = stranger.get("/apis/absent").await;
    assert_eq!(
        hidden.body["detail"].as_str().unwrap().replace("repairs", "absent"),
        absent.body["detail"].as_str().unwrap(),
        "what is hidden and what is absent sound alike"
    );
    for path in
        ["/apis/repairs/versions/v1", "/apis/repairs/versions/v1/releases", "/apis/repairs/versions/v1/releases/1"]
    {
        stranger.get(path).await.is_problem(404, "api-not-found");
        town.person("ben", &[RENTS]).await.get(path).await.is(200);
    }
}

#[tokio::test]
async fn a_body_is_read_strictly() {
    let town = Town::new().await;
    let owner = town.person("ada", &[REPAIRS]).await;
    let body = "{\n  \"name\": \"Dashboard\",\n  \"colour\": \"red\"\n}";
    let unknown = owner.ask(Method::POST, "/applications", Some(body.into()), &[]).await;
    unknown.is_problem(400, "bad-request");
    let detail = unknown.body["detail"].as_str().unwrap();
    assert!(detail.contains("`colour`") && detail.contains("line 3 column"), "{detail}");
    assert_eq!(unknown.body["errors"][0]["pointer"], "/colour");
    let wrong = json!({"api": "repairs", "rule": "URL-01", "reason": 7}).to_string();
    let wrong = owner.ask(Method::POST, "/waivers", Some(wrong), &[]).await;
    wrong.is_problem(400, "bad-request");
    assert_eq!(wrong.body["errors"][0]["pointer"], "/reason");
    owner.get("/apis?colour=red").await.is_problem(400, "bad-request");
    owner.get("/apis?limit=0").await.is_problem(400, "bad-request");
    owner.get("/apis?limit=201").await.is_problem(400, "bad-request");
    owner.get("/apis?cursor=*").await.is_problem(400, "bad-request");
    let text = [("content-type", "text/plain")];
    owner.ask(Method::POST, "/applications", Some("{}".into()), &text).await.is_problem(415, "unsupported-media-type");
    let large = json!({"name": "x".repeat(70_000), "owner": REPAIRS});
    owner.post("/applications", large).await.is_problem(413, "body-too-large");
    let large = publication(&"x".repeat(13 * 1024 * 1024), CONTRACT);
    owner.post("/releases", large).await.is_problem(413, "body-too-large");
    let deep = format!("{{\"name\": {}", "[".repeat(100_000 / 2));
    owner.ask(Method::POST, "/applications", Some(deep), &[]).await.is_problem(400, "bad-request");
}

#[tokio::test]
async fn another_teams_application_is_not_there() {
    let town = Town::new().await;
    let ada = town.person("ada", &[REPAIRS]).await;
    let ben = town.person("ben", &[RENTS]).await;
    let id = application_of(&ada, REPAIRS).await;
    ada.get(&format!("/applications/{id}")).await.is(200);
    for path in [format!("/applications/{id}"), format!("/applications/{id}/credentials")] {
        ben.get(&path).await.is_problem(404, "not-found");
    }
    ben.delete(&format!("/applications/{id}")).await.is_problem(404, "not-found");
    ben.post(&format!("/applications/{id}/credentials"), json!({"kind": "secret"})).await.is_problem(404, "not-found");
    assert_eq!(ben.get("/applications").await.is(200)["items"], json!([]));
    let new = json!({"name": "Dashboard", "owner": REPAIRS});
    ben.post("/applications", new).await.is_problem(403, "not-allowed");
}

#[tokio::test]
async fn a_secret_is_shown_once_and_its_hash_never() {
    let town = Town::new().await;
    let ada = town.person("ada", &[REPAIRS]).await;
    let id = application_of(&ada, REPAIRS).await;
    let credentials = format!("/applications/{id}/credentials");
    let made = ada.post(&credentials, json!({"kind": "secret"})).await;
    let secret = made.is(201)["secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("hansom_"));
    assert_eq!(made.header("cache-control"), "no-store");
    let listed = ada.get(&credentials).await;
    let text = listed.is(200).to_string();
    assert!(!text.contains(&secret) && !text.contains("hash"), "{text}");
    assert_eq!(listed.body["items"][0]["kind"], "secret");
    let location = made.header("location").trim_start_matches("/api/v1");
    assert_eq!(ada.delete(location).await.status, StatusCode::NO_CONTENT);
    assert!(ada.get(&credentials).await.is(200)["items"][0]["revokedAt"].is_string());
    ada.post(&credentials, json!({"kind": "public_key"})).await.is_problem(400, "bad-request");
    ada.post(&credentials, json!({"kind": "public_key", "publicKey": {"kty": "EC", "d": "x"}})).await.is(400);
    let gone = format!("/applications/{id}");
    assert_eq!(ada.delete(&gone).await.status, StatusCode::NO_CONTENT);
    assert!(ada.get(&gone).await.is(200)["revokedAt"].is_string());
}

#[tokio::test]
async fn grants_are_asked_for_together_given_for_months_and_renewed() {
    let town = Town::new().await;
    let ada = town.person("ada", &[REPAIRS]).await;
    let ben = town.person("ben", &[RENTS]).await;
    ada.post("/releases", publication(MANIFEST, CONTRACT)).await.is(201);
    let application = application_of(&ben, RENTS).await;
    let asked = |environment: &str| {
        json!({ "application": application, "api": "repairs", "major": "v1", "environment": environment,
            "operations": ["listRepairs"], "purpose": "Show open repairs beside the rent account." })
    };
    let twice = json!({ "grants": [asked("production"), asked("production")] });
    ben.post("/bundles", twice).await.is_problem(400, "bad-request");
    let made = ben.post("/bundles", json!({ "grants": [asked("production")] })).await;
    let bundle = made.is(201)["id"].as_str().unwrap().to_owned();
    let decision = format!("/bundles/{bundle}/decision");
    let word = |months: u16| json!({ "decision": "approve", "reason": "Agreed on Monday.", "months": months });
    ben.post(&decision, word(6)).await.is_problem(404, "not-found");
    ada.post(&decision, word(120)).await.is_problem(400, "bad-request");
    let decided = ada.post(&decision, word(6)).await;
    let grant = decided.is(200)["grants"][0].clone();
    assert_eq!((grant["state"].as_str(), grant["bundle"].as_str()), (Some("approved"), Some(bundle.as_str())));
    assert!(grant["expiresAt"].is_string());
    let renewal = format!("/grants/{}/renewal", grant["id"].as_str().unwrap());
    let renewed = ben.post(&renewal, json!({})).await;
    assert_eq!((renewed.is(201)["state"].as_str(), &renewed.body["replaces"]), (Some("requested"), &grant["id"]));
    let transfer = format!("/applications/{application}/transfer");
    ben.post(&transfer, json!({ "owner": REPAIRS })).await.is_problem(403, "not-allowed");
    let both = town.person("bo", &[REPAIRS, RENTS]).await;
    assert_eq!(both.post(&transfer, json!({ "owner": REPAIRS })).await.status, StatusCode::NO_CONTENT);
    ben.get(&format!("/applications/{application}")).await.is_problem(404, "not-found");
    let rolled = format!("/applications/{application}/credentials");
    let first = ada.post(&rolled, json!({ "kind": "secret", "days": 90 })).await;
    assert!(first.is(201)["expiresAt"].is_string());
    let replaces = json!({ "credential": first.body["id"], "ends": "now" });
    ada.post(&rolled, json!({ "kind": "secret", "replaces": replaces })).await.is(201);
    ada.post(&rolled, json!({ "kind": "jwks_url", "jwksUrl": "https://10.0.0.1/" }))
        .await
        .is_problem(400, "bad-request");
    ada.post(&rolled, json!({ "kind": "jwks_url" })).await.is_problem(400, "bad-request");
}

#[tokio::test]
async fn a_grant_is_asked_for_decided_by_the_owner_and_ended() {
    let town = Town::new().await;
    let ada = town.person("ada", &[REPAIRS]).await;
    let ben = town.person("ben", &[RENTS]).await;
    let cem = town.person("cem", &["others@hackney.example"]).await;
    ada.post("/releases", publication(MANIFEST, CONTRACT)).await.is(201);
    let application = application_of(&ben, RENTS).await;
    let asked = json!({
        "application": application, "api": "repairs", "major": "v1", "environment": "production",
        "operations": ["listRepairs"], "purpose": "Show open repairs beside the rent account.",
    });
    let made = ben.post("/grants", asked).await;
    assert_eq!(made.is(201)["state"], "requested");
    let grant = made.header("location").trim_start_matches("/api/v1").to_owned();
    cem.get(&grant).await.is_problem(404, "not-found");
    let yes = json!({"decision": "approve", "reason": "Agreed on Monday."});
    let decision = format!("{grant}/decision");
    ben.post(&decision, yes.clone()).await.is_problem(403, "not-allowed");
    assert_eq!(ada.post(&decision, yes.clone()).await.is(200)["state"], "approved");
    ada.post(&decision, yes).await.is_problem(409, "conflict");
    let listed = ben.get("/grants?state=approved&api=repairs").await;
    assert_eq!(listed.is(200)["items"][0]["operations"], json!(["listRepairs"]));
    let end = json!({"reason": "Switched off."});
    let ended = ada.post(&format!("{grant}/revocation"), end).await;
    assert_eq!(ended.is(200)["state"], "revoked");
}

#[tokio::test]
async fn a_long_list_comes_in_pieces_without_gap_or_repetition() {
    let town = Town::new().await;
    let ada = town.person("ada", &[REPAIRS, ADMINISTRATORS]).await;
    for _ in 0..5 {
        application_of(&ada, REPAIRS).await;
    }
    for (list, most) in [("/applications", 5), ("/audit", 20)] {
        let whole = ada.get(&format!("{list}?limit=100")).await;
        let whole = whole.is(200)["items"].as_array().unwrap().clone();
        assert!((5..=most).contains(&whole.len()));
        let mut pieces = vec![];
        let mut cursor = String::new();
        for _ in 0..=whole.len() {
            let piece = ada.get(&format!("{list}?limit=2{cursor}")).await;
            pieces.extend(piece.is(200)["items"].as_array().unwrap().clone());
            match piece.body["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(pieces, whole, "{list}");
    }
}

#[tokio::test]
async fn a_session_makes_changes_only_from_the_hubs_own_pages() {
    let town = Town::new().await;
    let ada = town.person("ada", &[REPAIRS]).await;
    let new = || Some(json!({"name": "Dashboard", "owner": REPAIRS}).to_string());
    for forged in [
        ("hansom-form-token", "another"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        ada.ask(Method::POST, "/applications", new(), &[forged]).await.is_problem(403, "cross-site");
    }
    let own = [("origin", HUB), ("sec-fetch-site", "same-origin")];
    ada.ask(Method::POST, "/applications", new(), &own).await.is(201);
}

#[tokio::test]
async fn a_bad_token_is_never_made_good_by_a_session() {
    let town = Town::new().await;
    let ada = town.person("ada", &[REPAIRS]).await;
    for bad in ["Bearer nonsense", "Bearer ", "Basic YTpi", "Bearer a b"] {
        for path in ["/me", "/apis"] {
            let refused = ada.ask(Method::GET, path, None, &[("authorization", bad)]).await;
            refused.is_problem(401, "token-invalid");
            assert!(refused.header("www-authenticate").contains("invalid_token"));
        }
    }
}

#[tokio::test]
async fn a_pipeline_publishes_with_a_token_for_the_hub_and_no_other() {
    let town = Town::new().await;
    let ada = town.person("ada", &[REPAIRS]).await;
    let new = json!({"name": "Pipeline", "owner": REPAIRS, "mayPublish": true});
    let made = ada.post("/applications", new).await;
    let id = made.is(201)["id"].as_str().unwrap().to_owned();
    let credentials = format!("/applications/{id}/credentials");
    let made = ada.post(&credentials, json!({"kind": "secret"})).await;
    let secret = made.is(201)["secret"].as_str().unwrap();
    let publish = async |resource: &str| {
        let bearer = format!("Bearer {}", town.token(&id, secret, resource).await);
        let body = publication(MANIFEST, CONTRACT).to_string();
        town.stranger().ask(Method::POST, "/releases", Some(body), &[("authorization", &bearer)]).await
    };
    publish("https://production.hackney.example").await.is_problem(401, "token-audience");
    publish(HUB).await.is(201);
    let bearer = format!("Bearer {}", town.token(&id, secret, HUB).await);
    let credential = made.header("location").trim_start_matches("/api/v1");
    assert_eq!(ada.delete(credential).await.status, StatusCode::NO_CONTENT);
    town.stranger().ask(Method::GET, "/me", None, &[("authorization", &bearer)]).await.is_problem(401, "token-revoked");
}

#[tokio::test]
async fn administrators_see_people_groups_and_the_audit_trail() {
    let town = Town::new().await;
    let ada = town.person("ada", &[REPAIRS]).await;
    let root = town.person("root", &[ADMINISTRATORS]).await;
    for path in ["/people", "/audit"] {
        ada.get(path).await.is_problem(403, "not-allowed");
        root.get(path).await.is(200);
    }
    let me = ada.get("/me").await;
    assert_eq!(me.is(200)["groups"], json!([REPAIRS]));
    assert_eq!(me.body["id"], ada.person);
    let new = json!({"address": "contractors@hackney.example", "title": "Contractors", "members": [ada.person]});
    ada.post("/groups", new.clone()).await.is_problem(403, "not-allowed");
    assert_eq!(root.post("/groups", new.clone()).await.is(201)["members"], 1);
    root.post("/groups", new).await.is_problem(409, "conflict");
    let own = ada.get("/groups").await;
    assert_eq!(own.is(200)["items"].as_array().unwrap().len(), 2);
    let newest = root.get("/audit?limit=100").await;
    let verbs: Vec<_> =
        newest.is(200)["items"].as_array().unwrap().iter().map(|entry| entry["verb"].as_str().unwrap()).collect();
    assert!(verbs.contains(&"create_group"), "{verbs:?}");
    ada.get("/refusals/unheard-of").await.is_problem(404, "not-found");
}

#[tokio::test]
async fn lists_of_the_platform_are_narrowed_and_come_in_pieces_of_the_store() {
    let town = Town::new().await;
    let root = town.person("root", &[ADMINISTRATORS]).await;
    for name in ["Émile Zola", "ada", "Åsa 50%", "ben", "ada"] {
        town.person(name, &[REPAIRS]).await;
    }
    let names = |answer: &Answer, field: &str| -> Vec<String> {
        let items = answer.is(200)["items"].as_array().unwrap();
        items.iter().map(|item| item[field].as_str().unwrap().to_owned()).collect()
    };
    for (query, expected) in
        [("q=ada", 1), ("q=%25", 1), ("q=_", 0), ("q=%C3%89mile", 1), ("q=nobody", 0), ("suspended=true", 0)]
    {
        assert_eq!(names(&root.get(&format!("/people?{query}")).await, "name").len(), expected, "{query}");
    }
    let (mut cursor, mut pieces) = (String::new(), vec![]);
    for _ in 0..9 {
        let piece = root.get(&format!("/people?limit=2{cursor}")).await;
        pieces.extend(names(&piece, "id"));
        let Some(next) = piece.body["nextCursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(pieces, names(&root.get("/people?limit=200").await, "id"), "no gap, and nobody twice");
    let someone = pieces.first().unwrap();
    assert_eq!(root.get(&format!("/people/{someone}")).await.is(200)["id"], json!(someone));
    root.get("/people/nobody").await.is_problem(404, "not-found");
    root.get("/people?limit=0").await.is_problem(400, "bad-request");

    let groups = root.get("/groups?q=repairs").await;
    assert_eq!(names(&groups, "address"), [REPAIRS]);
    let repairer = town.person("olu", &[REPAIRS]).await;
    repairer.post("/releases", publication(MANIFEST, CONTRACT)).await.is(201);
    let new = json!({"address": "lonely@hackney.example", "title": "Lonely", "members": []});
    root.post("/groups", new).await.is(201);
    let lonely = root.get("/groups/lonely@hackney.example").await;
    assert_eq!(lonely.is(200)["apis"], 0);
    assert!(lonely.body.get("flag").is_none(), "nothing belongs to it");
    assert_eq!(names(&root.get("/groups?flag=emptied").await, "address"), Vec::<String>::new());
}

#[tokio::test]
async fn the_requests_of_everybody_are_for_administrators_oldest_first() {
    let town = Town::new().await;
    let root = town.person("root", &[ADMINISTRATORS]).await;
    let repairer = town.person("ada", &[REPAIRS]).await;
    repairer.post("/releases", publication(MANIFEST, CONTRACT)).await.is(201);
    let mut asked = vec![];
    for _ in 0..3 {
        let application = application_of(&repairer, REPAIRS).await;
        let new = json!({"application": application, "api": "repairs", "major": "v1", "environment": "sandbox",
            "operations": ["listRepairs"], "purpose": "To show them to officers.", "legalBasis": "Contract"});
        let made = repairer.post("/grants", new).await;
        asked.push(made.is(201)["id"].as_str().unwrap().to_owned());
    }
    repairer.get("/requests").await.is_problem(403, "not-allowed");
    let found = async |query: &str| {
        let answer = root.get(&format!("/requests?{query}")).await;
        let items = answer.is(200)["items"].as_array().unwrap();
        items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let mut all = asked.clone();
    all.sort();
    assert_eq!(found("state=requested").await, all, "of one moment, in the order of their ids");
    assert_eq!(found("state=requested&api=repairs&limit=2").await, all[..2]);
    for query in ["state=approved", "api=rents", "before=2001-01-01"] {
        assert!(found(query).await.is_empty(), "{query}");
    }
    root.get("/requests?state=lost").await.is_problem(400, "bad-request");
}

#[tokio::test]
async fn an_entry_of_the_trail_names_its_request_and_is_for_the_owners_of_its_thing() {
    let town = Town::new().await;
    let root = town.person("root", &[ADMINISTRATORS]).await;
    let ada = town.person("ada", &[REPAIRS]).await;
    let stranger = town.person("sam", &[]).await;
    let made = ada.post("/applications", json!({"name": "Dashboard", "owner": REPAIRS})).await;
    let application = made.is(201)["id"].as_str().unwrap();
    let request = made.header("request-id");
    let found = root.get(&format!("/audit?request_id={request}")).await;
    let [entry] = found.is(200)["items"].as_array().unwrap().as_slice() else { panic!("{}", found.body) };
    assert_eq!(entry["requestId"], request);
    assert_eq!(entry["subject"], format!("application {application}"));
    let place = format!("/audit/entries/{}", entry["id"].as_str().unwrap());
    assert_eq!(ada.get(&place).await.is(200), entry);
    stranger.get(&place).await.is_problem(404, "not-found");
    let own = ada.get(&format!("/audit?application={application}&subject=application+{application}")).await;
    assert_eq!(own.is(200)["items"].as_array().unwrap().len(), 1);
    stranger.get(&format!("/audit?application={application}")).await.is_problem(404, "not-found");
    stranger.get("/audit?api=repairs").await.is_problem(404, "not-found");
    ada.get("/audit?actor=ada").await.is_problem(403, "not-allowed");
    root.get(&format!("/audit?actor={}", "%25".repeat(2000))).await.is_problem(400, "bad-request");
}

#[tokio::test]
async fn how_the_platform_is_and_which_mails_failed_is_told_to_administrators() {
    let town = Town::new().await;
    let root = town.person("root", &[ADMINISTRATORS]).await;
    let ada = town.person("ada", &[REPAIRS]).await;
    for path in ["/platform", "/notices"] {
        ada.get(path).await.is_problem(403, "not-allowed");
    }
    ada.post("/notices/test", json!({})).await.is_problem(403, "not-allowed");
    let platform = root.get("/platform").await;
    assert_eq!(platform.is(200)["needs"], json!(["No node has reported yet."]));
    assert_eq!(root.get("/notices").await.is(200)["items"], json!([]));
    root.post("/notices/test", json!({})).await.is_problem(409, "conflict");
}

#[tokio::test]
async fn scores_are_told_by_chapter_and_by_edition() {
    let town = Town::new().await;
    let ada = town.person("ada", &[REPAIRS]).await;
    ada.post("/releases", publication(MANIFEST, CONTRACT)).await.is(201);
    let scores = ada.get("/scores").await;
    let score = &scores.is(200)["items"][0];
    assert_eq!((score["api"].as_str(), score["release"].as_i64()), (Some("repairs"), Some(1)));
    assert!(score["chapters"].is_array(), "{score}");
    let edition = score["edition"].as_str().unwrap();
    assert_eq!(ada.get("/scores?edition=1999.1").await.is(200)["items"], json!([]));
    let editions = ada.get("/scores/editions").await;
    assert_eq!(editions.is(200)["items"][0]["edition"], edition);
    assert_eq!(editions.body["items"][0]["versions"], 1);
    assert_eq!(ada.get("/scores?owner=parks@hackney.example").await.is(200)["items"], json!([]));
}

#[tokio::test]
async fn a_call_that_is_sent_twice_with_its_key_is_done_once() {
    let town = Town::new().await;
    let ada = town.person("ada", &[REPAIRS]).await;
    let ben = town.person("ben", &[REPAIRS]).await;
    let key = [("idempotency-key", "6f1f7a36-3f0e-4f6e-8f0a-1d2c3b4a5968")];
    let new = json!({"name": "Dashboard", "owner": REPAIRS}).to_string();
    let before = town.changes().await;
    let first = ada.ask(Method::POST, "/applications", Some(new.clone()), &key).await;
    let again = ada.ask(Method::POST, "/applications", Some(new.clone()), &key).await;
    assert_eq!(first.is(201), again.is(201));
    assert_eq!(first.header("location"), again.header("location"));
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), ("", "true"));
    assert_ne!(first.header("request-id"), again.header("request-id"));
    assert_eq!(town.changes().await, before + 1);

    let other = json!({"name": "Another", "owner": REPAIRS}).to_string();
    let refused = ada.ask(Method::POST, "/applications", Some(other), &key).await;
    refused.is_problem(422, "unprocessable");
    let elsewhere = ada.ask(Method::POST, "/groups", Some(new.clone()), &key).await;
    elsewhere.is_problem(422, "unprocessable");
    let of_ben = ben.ask(Method::POST, "/applications", Some(new.clone()), &key).await;
    assert_ne!(of_ben.is(201)["id"], first.body["id"], "a key is its caller's own");
    town.stranger().ask(Method::POST, "/applications", Some(new.clone()), &key).await.is_problem(401, "token-missing");
    let long = "x".repeat(256);
    for bad in ["", "two words", long.as_str()] {
        let bad = [("idempotency-key", bad)];
        ada.ask(Method::POST, "/applications", Some(new.clone()), &bad).await.is_problem(400, "bad-request");
    }
}

#[tokio::test]
async fn a_secret_is_answered_again_to_the_same_call_and_lies_sealed_meanwhile() {
    let town = Town::new().await;
    let ada = town.person("ada", &[REPAIRS]).await;
    let id = application_of(&ada, REPAIRS).await;
    let path = format!("/applications/{id}/credentials");
    let key = [("idempotency-key", "secret-1")];
    let body = || Some(json!({"kind": "secret"}).to_string());
    let first = ada.ask(Method::POST, &path, body(), &key).await;
    let again = ada.ask(Method::POST, &path, body(), &key).await;
    assert!(first.is(201)["secret"].is_string());
    assert_eq!(first.body["secret"], again.is(201)["secret"]);
    assert_eq!(ada.get(&path).await.is(200)["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_refused_call_gives_its_key_back() {
    let town = Town::new().await;
    let owner = town.person("ada", &[REPAIRS]).await;
    let key = [("idempotency-key", "release-1")];
    let refused = publication("api: repairs", CONTRACT).to_string();
    owner.ask(Method::POST, "/releases", Some(refused), &key).await.is_problem(422, "unprocessable");
    let good = publication(MANIFEST, CONTRACT).to_string();
    owner.ask(Method::POST, "/releases", Some(good), &key).await.is(201);
}

#[tokio::test]
async fn whoever_calls_too_often_is_told_when_to_come_again_and_nobody_else_waits() {
    let town = Town::new().await;
    let ada = town.person("ada", &[REPAIRS]).await;
    for _ in 0..600 {
        ada.get("/me").await.is(200);
    }
    let refused = ada.get("/me").await;
    refused.is_problem(429, "limit-reached");
    assert_eq!(refused.header("retry-after"), "60");
    assert_eq!(refused.header("ratelimit"), "\"control-api\";r=0;t=60");
    town.person("ben", &[REPAIRS]).await.get("/me").await.is(200);
    town.stranger().get("/apis").await.is(200);
}

#[tokio::test]
async fn a_token_does_what_its_scopes_say_and_the_contract_names_them() {
    let town = Town::new().await;
    let ada = town.person("ada", &[REPAIRS, ADMINISTRATORS]).await;
    ada.post("/releases", publication(MANIFEST, CONTRACT)).await.is(201);
    let document = town.stranger().get("/openapi.json").await.body;
    let mut scopes = vec![];
    for may_publish in [false, true] {
        let new = json!({"name": "Pipeline", "owner": REPAIRS, "mayPublish": may_publish});
        let id = ada.post("/applications", new).await.is(201)["id"].as_str().unwrap().to_owned();
        let made = ada.post(&format!("/applications/{id}/credentials"), json!({"kind": "secret"})).await;
        let token = town.token(&id, made.is(201)["secret"].as_str().unwrap(), HUB).await;
        for operation in Contract::read(&document.to_string()).unwrap().operations {
            let asked = &document["paths"][&operation.path][operation.method.to_lowercase()]["security"];
            let scope = asked.as_array().unwrap().last().unwrap()["oauth2"][0].as_str().unwrap().to_owned();
            let path = operation.path.replace("{slug}", "repairs").replace("{major}", "v1").replace("{number}", "1");
            let method: Method = operation.method.parse().unwrap();
            let body = (method == Method::POST).then(|| "{}".to_owned());
            let bearer = format!("Bearer {token}");
            let answer = town.stranger().ask(method, &path, body, &[("authorization", &bearer)]).await;
            let lacks = answer.header("www-authenticate").contains(&format!("scope=\"{scope}\""));
            let may = scope == "hub:read" || (scope == "hub:publish" && may_publish);
            assert_eq!(lacks, !may, "{} {scope} {}", operation.id, answer.body);
            if lacks {
                answer.is_problem(403, "not-allowed");
            }
            scopes.push(scope);
        }
    }
    for scope in ["hub:read", "hub:write", "hub:publish"] {
        assert!(scopes.iter().any(|one| one == scope), "some operation asks for {scope}");
    }
}

#[tokio::test]
async fn what_was_made_is_at_the_address_that_was_told() {
    let town = Town::new().await;
    let root = town.person("root", &[ADMINISTRATORS]).await;
    let new = json!({"address": "contractors@hackney.example", "title": "Contractors"});
    let made = root.post("/groups", new).await;
    made.is(201);
    let read = root.get(made.header("location").trim_start_matches("/api/v1")).await;
    assert_eq!(read.is(200)["address"], "contractors@hackney.example");
    town.person("ben", &[RENTS]).await.get("/groups/contractors@hackney.example").await.is_problem(404, "not-found");
    root.get("/editions/unheard-of").await.is_problem(404, "not-found");
    assert_eq!(town.stranger().get("/health").await.is(200)["status"], "pass");
}

#[tokio::test]
async fn a_release_tells_its_verdict_and_its_difference() {
    let town = Town::new().await;
    let owner = town.person("ada", &[REPAIRS]).await;
    owner.post("/releases", publication(MANIFEST, CONTRACT)).await.is(201);
    let wider = CONTRACT.replace("1.0.0", "1.1.0")
        + "  /tenants:\n    get:\n      operationId: listTenants\n      responses: { '200': { description: All } }\n";
    owner.post("/releases", publication(MANIFEST, &wider)).await.is(201);
    let verdict = town.stranger().get("/apis/repairs/versions/v1/verdicts/2").await;
    let detail = verdict.is(200)["detail"].as_object().unwrap();
    assert_eq!(detail.keys().collect::<Vec<_>>(), ["findings", "waivedFindings", "outcomes"]);
    assert!(detail.values().all(Value::is_array), "{detail:?}");
    let difference = town.stranger().get("/apis/repairs/versions/v1/differences/2").await;
    assert_eq!(difference.is(200)["changes"][0]["id"], "endpoint-added");
    assert_eq!(difference.body["newVersion"], "1.1.0");
    assert!(difference.body["unhandledDifferences"].is_array());
    let first = town.stranger().get("/apis/repairs/versions/v1/differences/1").await;
    assert_eq!(first.is(200).get("changes"), None);
}

#[tokio::test]
async fn the_owners_of_an_api_say_which_pipelines_publish_it() {
    let town = Town::new().await;
    let ada = town.person("ada", &[REPAIRS]).await;
    let new = json!({ "provider": "github", "repository": "hackney/repairs-api", "ref": "refs/tags/v*",
        "workflow": "publish.yml", "owner": REPAIRS });
    let made = ada.post("/apis/repairs/pipelines", new.clone()).await;
    assert_eq!(made.is(201)["issuer"], "https://token.actions.githubusercontent.com");
    assert_eq!((&made.is(201)["ref"], &made.is(201)["owner"]), (&json!("refs/tags/v*"), &json!(REPAIRS)));
    let address = made.header("location").trim_start_matches("/api/v1").to_owned();
    assert_eq!(ada.get(&address).await.is(200), made.is(201));
    assert_eq!(ada.get("/apis/repairs/pipelines").await.is(200)["items"], json!([made.is(201)]));
    ada.post("/apis/repairs/pipelines", new.clone()).await.is_problem(409, "conflict");
    let bob = town.person("bob", &["rents@hackney.example"]).await;
    bob.get("/apis/repairs/pipelines").await.is_problem(404, "not-found");
    bob.get(&address).await.is_problem(404, "not-found");
    bob.post("/apis/repairs/pipelines", new).await.is_problem(404, "not-found");
    bob.delete(&address).await.is_problem(404, "not-found");
    assert_eq!(ada.delete(&address).await.status, StatusCode::NO_CONTENT);
    ada.get("/apis/repairs/pipelines").await.is_problem(404, "not-found");
}

#[tokio::test]
async fn the_owners_of_a_kept_group_say_who_is_in_it() {
    let town = Town::new().await;
    let root = town.person("root", &[ADMINISTRATORS]).await;
    let (ada, ben) = (town.person("ada", &[REPAIRS]).await, town.person("ben", &[RENTS]).await);
    let partners = "/groups/partners@hackney.example";
    root.post("/groups", json!({"address": "partners@hackney.example", "title": "Partners"})).await.is(201);
    let owner = format!("{partners}/owners/{}", ada.person);
    ada.put(&owner).await.is_problem(404, "not-found");
    assert_eq!(root.put(&owner).await.status, StatusCode::NO_CONTENT);
    assert_eq!(ada.get(&format!("{partners}/owners")).await.is(200)["items"][0]["id"], ada.person);
    assert_eq!(ada.get(partners).await.is(200)["title"], "Partners", "an owner need not be in it");
    let members = format!("{partners}/members");
    let new = json!({"people": [ben.person], "addresses": [{"email": "New@Partner.example"}]});
    ben.post(&members, new.clone()).await.is_problem(404, "not-found");
    assert_eq!(ada.post(&members, new.clone()).await.is(201), &json!({"named": 2, "added": 2}));
    assert_eq!(ada.post(&members, new).await.is(201), &json!({"named": 2, "added": 0}));
    ada.post(&members, json!({})).await.is_problem(400, "bad-request");
    ada.post(&members, json!({"people": ["nobody"]})).await.is_problem(400, "bad-request");
    ada.post(&members, json!({"addresses": [{"email": "a@b.example", "provider": "unheard-of"}]}))
        .await
        .is_problem(400, "bad-request");
    let listed = ben.get(&members).await;
    let items = listed.is(200)["items"].as_array().unwrap();
    assert_eq!((items[0]["id"].as_str().unwrap(), items[0]["awaited"].as_bool()), (ben.person.as_str(), Some(false)));
    assert_eq!((&items[1]["email"], &items[1]["awaited"]), (&json!("new@partner.example"), &json!(true)));
    ben.delete(&format!("{members}/{}", items[1]["id"].as_str().unwrap())).await.is_problem(403, "not-allowed");
    for item in items {
        let gone = ada.delete(&format!("{members}/{}", item["id"].as_str().unwrap())).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT);
    }
    assert_eq!(ada.get(&members).await.is(200)["items"], json!([]));
    ada.delete(&format!("{members}/awaited-{}", "0".repeat(32))).await.is_problem(404, "not-found");
    ada.delete(partners).await.is_problem(403, "not-allowed");
    assert_eq!(root.delete(&owner).await.status, StatusCode::NO_CONTENT);
    assert_eq!(root.delete(partners).await.status, StatusCode::NO_CONTENT);
    root.get(&members).await.is_problem(404, "not-found");
}

#[tokio::test]
async fn a_list_of_members_is_taken_whole_or_its_lines_are_named() {
    let town = Town::new().await;
    let root = town.person("root", &[ADMINISTRATORS]).await;
    let stranger = town.person("ben", &[RENTS]).await;
    root.post("/groups", json!({"address": "partners@hackney.example", "title": "Partners"})).await.is(201);
    let import = "/groups/partners@hackney.example/members/import";
    let list = json!({"list": "email\na@partner.example\nA@partner.example\nb@partner.example\n", "trial": true});
    stranger.post(import, list.clone()).await.is_problem(404, "not-found");
    assert_eq!(root.post(import, list.clone()).await.is(200), &json!({"named": 2, "added": 0}), "only tried");
    let list = json!({"list": list["list"]});
    assert_eq!(root.post(import, list).await.is(200), &json!({"named": 2, "added": 2}));
    let wrong = root.post(import, json!({"list": "c@partner.example\nnobody\na,b,c\n"})).await;
    wrong.is_problem(422, "unprocessable");
    let lines: Vec<_> = wrong.body["errors"].as_array().unwrap().iter().map(|fault| fault["line"].clone()).collect();
    assert_eq!(lines, [json!(2), json!(3)]);
    let members = root.get("/groups/partners@hackney.example/members").await;
    assert_eq!(members.is(200)["items"].as_array().unwrap().len(), 2, "nothing of a faulty list");
}

#[tokio::test]
async fn an_administrator_suspends_a_person_and_a_person_sees_only_themselves() {
    let town = Town::new().await;
    let root = town.person("root", &[ADMINISTRATORS]).await;
    let (ada, ben) = (town.person("ada", &[REPAIRS]).await, town.person("ben", &[RENTS]).await);
    let (own, other) = (format!("/people/{}", ada.person), format!("/people/{}", ben.person));
    assert_eq!(ada.get(&own).await.is(200)["groups"], json!([REPAIRS]));
    ada.get(&other).await.is_problem(404, "not-found");
    ada.post(&format!("{other}/groups"), json!({})).await.is_problem(404, "not-found");
    assert_eq!(ada.post(&format!("{own}/groups"), json!({})).await.is(200)["id"], ada.person);
    ada.post(&format!("{other}/suspension"), json!({"reason": "I say so."})).await.is_problem(404, "not-found");
    let own = format!("/people/{}/suspension", root.person);
    root.post(&own, json!({"reason": "A holiday."})).await.is_problem(409, "conflict");
    let suspended = root.post(&format!("{other}/suspension"), json!({"reason": "Left the council."})).await;
    assert_eq!(suspended.is(200)["suspendedBecause"], "Left the council.");
    ben.get("/me").await.is_problem(401, "token-missing");
    assert_eq!(root.delete(&format!("{other}/suspension")).await.status, StatusCode::NO_CONTENT);
    assert_eq!(root.get(&other).await.is(200).get("suspendedAt"), None);
}

#[tokio::test]
async fn a_person_ends_their_sessions_and_nobody_elses() {
    let town = Town::new().await;
    let (here, there) = (town.person("ada", &[REPAIRS]).await, town.person("ada", &[REPAIRS]).await);
    let ben = town.person("ben", &[RENTS]).await;
    let sessions = here.get("/me/sessions").await;
    let items = sessions.is(200)["items"].as_array().unwrap();
    assert_eq!(items.iter().filter(|session| session["current"] == true).count(), 1);
    let other = items.iter().find(|session| session["current"] == false).unwrap();
    let address = format!("/me/sessions/{}", other["handle"].as_str().unwrap());
    ben.delete(&address).await.is_problem(404, "not-found");
    assert_eq!(here.delete(&address).await.status, StatusCode::NO_CONTENT);
    there.get("/me").await.is_problem(401, "token-missing");
    here.delete(&address).await.is_problem(404, "not-found");
    let there = town.person("ada", &[REPAIRS]).await;
    assert_eq!(here.delete("/me/sessions").await.status, StatusCode::NO_CONTENT);
    there.get("/me").await.is_problem(401, "token-missing");
    here.get("/me").await.is(200);
    ben.get("/me").await.is(200);
    assert_eq!(here.get("/me/consents").await.is(200)["items"], json!([]));
    here.delete("/me/consents/nobodys").await.is_problem(404, "not-found");
}

#[tokio::test]
async fn administrators_rotate_retire_and_withdraw_signing_keys() {
    let town = Town::new().await;
    let (root, ada) = (town.person("root", &[ADMINISTRATORS]).await, town.person("ada", &[REPAIRS]).await);
    ada.get("/signing-keys").await.is_problem(403, "not-allowed");
    ada.post("/signing-keys", json!({})).await.is_problem(403, "not-allowed");
    let listed = root.get("/signing-keys").await;
    let first = listed.is(200)["items"][0]["kid"].as_str().unwrap().to_owned();
    assert_eq!(listed.is(200)["items"][0]["state"], "signing");
    assert!(!listed.body.to_string().contains("sealed"), "private halves are nobody's to see");
    let next = root.post(&format!("/signing-keys/{first}/retirement"), json!({})).await;
    assert_eq!(next.is(200)["state"], "announced");
    let next = next.body["kid"].as_str().unwrap().to_owned();
    root.post("/signing-keys", json!({})).await.is_problem(409, "conflict");
    root.post(&format!("/signing-keys/{next}/retirement"), json!({})).await.is_problem(409, "conflict");
    root.post("/signing-keys/unheard-of/retirement", json!({})).await.is_problem(404, "not-found");
    let withdrawal = format!("/signing-keys/{first}/withdrawal");
    ada.post(&withdrawal, json!({"reason": "I say so."})).await.is_problem(403, "not-allowed");
    let signs = root.post(&withdrawal, json!({"reason": "It was copied."})).await;
    assert_eq!((signs.is(200)["kid"].as_str(), signs.body["state"].as_str()), (Some(next.as_str()), Some("signing")));
    root.post(&withdrawal, json!({"reason": "Once more."})).await.is_problem(409, "conflict");
    let made = root.post("/signing-keys", json!({"atOnce": true})).await;
    assert_eq!(made.is(201)["state"], "signing");
    let read = root.get(made.header("location").trim_start_matches("/api/v1")).await;
    assert_eq!(read.is(200), made.is(201));
    ada.get("/signing-keys/unheard-of").await.is_problem(403, "not-allowed");
}

#[tokio::test]
async fn what_the_pages_of_the_community_do_the_api_does() {
    let town = Town::new().await;
    let repairer = town.person("ada", &[REPAIRS]).await;
    repairer.post("/releases", publication(MANIFEST, CONTRACT)).await.is(201);
    let condition = town.stranger().get("/apis/repairs/condition").await;
    assert_eq!(condition.is(200)["environments"][0]["health"], "unmeasured");
    let incident = json!({ "title": "Lists fail", "impact": "down", "apis": ["repairs"], "text": "Most lists fail." });
    let opened = repairer.post("/incidents", incident.clone()).await;
    let opened = format!("/incidents/{}", opened.is(201)["incident"]["id"].as_str().unwrap());
    let conditions = town.stranger().get("/conditions").await;
    assert_eq!(conditions.is(200)["items"][0]["environments"][0]["health"], "down");
    let other = town.person("bob", &[RENTS]).await;
    other.post("/incidents", incident).await.is_problem(403, "not-allowed");
    let over = json!({ "state": "resolved", "text": "All lists work." });
    other.post(&format!("{opened}/updates"), over.clone()).await.is_problem(403, "not-allowed");
    let told = repairer.post(&format!("{opened}/updates"), over.clone()).await;
    assert_eq!(told.is(201)["incident"]["state"], "resolved");
    repairer.post(&format!("{opened}/updates"), over).await.is_problem(409, "conflict");

    let given = json!({ "about": "/apis/repairs/v1", "title": "Lists", "text": "Why are lists so short?" });
    let given = other.post("/threads", given).await;
    let thread = format!("/threads/{}", given.is(201)["thread"]["id"].as_str().unwrap());
    let message = given.body["messages"][0]["id"].as_str().unwrap().to_owned();
    town.person("eve", &[]).await.get(&thread).await.is_problem(404, "not-found");
    let answered = repairer.post(&format!("{thread}/messages"), json!({ "text": "They come in pieces." })).await;
    assert_eq!(answered.is(201)["thread"]["state"], "answered");
    let removal = format!("{thread}/messages/{message}/removal");
    other.post(&removal, json!({ "reason": "Mine." })).await.is_problem(403, "not-allowed");
    let removed = repairer.post(&removal, json!({ "reason": "It is a secret." })).await;
    assert_eq!(removed.is(200)["messages"][0]["text"], "");
    let closed = other.ask(Method::POST, &format!("{thread}/closure"), None, &[]).await;
    assert_eq!(closed.is(200)["thread"]["state"], "closed");
    assert_eq!(repairer.get("/threads").await.is(200)["items"].as_array().unwrap().len(), 1);
}
