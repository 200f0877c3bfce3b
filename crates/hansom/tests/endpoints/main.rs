//! Is every endpoint of every listener in one table, and does each give strangers, other teams and programs what it says?
#![expect(clippy::disallowed_methods, reason = "an end-to-end test is the outside: it reads files")]

mod sources;
mod table;
#[path = "../town/mod.rs"]
#[expect(dead_code, reason = "the platform's tests use more of the town")]
mod town;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use table::TABLE;
use town::{Answer, Browser, Demo, Scratch};

/// What is Chloe's and her team's, and nobody else's.
struct Belongings {
    application: String,
    credential: String,
    grant: String,
    waiver: String,
    refusal: String,
    style: String,
    /// A day on which a waiver may end.
    ends_on: String,
}

/// Chloe registers an application, gives it a secret, asks for a grant and is refused at the gateway.
async fn belongings(demo: &Demo) -> Belongings {
    let mut chloe = demo.sign_in("chloe.martin@hackney.example").await;
    let id = |answer: &Answer| {
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["id"].as_str().unwrap().to_owned()
    };
    let new = json!({ "name": "Van planner", "owner": "housing-repairs@hackney.example" });
    let application = id(&chloe.api("POST", "/applications", &new).await);
    let path = format!("/applications/{application}/credentials");
    let made = chloe.api("POST", &path, &json!({ "kind": "secret" })).await;
    let credential = id(&made);
    let asked = json!({ "application": application, "api": "rents", "major": "v1", "environment": "production",
        "operations": ["listRentAccounts"], "purpose": "To plan visits beside arrears.", "legalBasis": "Contract" });
    let grant = id(&chloe.api("POST", "/grants", &asked).await);
    let ends_on =
        chrono::DateTime::from_timestamp(town::now() + 30 * 86_400, 0).unwrap().format("%Y-%m-%d").to_string();
    let waiver = json!({ "api": "repairs", "rule": "URL-01", "reason": "The path is printed on letters until the spring.",
        "answersForIt": "Chloe Martin, Repairs", "endsOn": ends_on });
    let waiver = id(&chloe.api("POST", "/waivers", &waiver).await);
    let secret = made.json()["secret"].as_str().unwrap().to_owned();
    let form = [("grant_type", "client_credentials")];
    let endpoint = format!("{}/oauth/token", demo.url("hub"));
    let token = demo.http.post(endpoint).basic_auth(&application, Some(secret)).form(&form).send().await.unwrap();
    let token = Answer::of(token).await.access_token();
    let url = format!("{}/rents/v1/accounts", demo.url("production"));
    let mut refusal = String::new();
    town::until("the new application is known", async || {
        let refused = demo.get(&url, Some(&token)).await;
        refusal = refused.header("request-id");
        refused.status == 403
    })
    .await;
    let page = chloe.get("/about").await.text;
    let style = page.split("/static/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    Belongings { application, credential, grant, waiver, refusal, style, ends_on }
}

/// Somebody who asks every endpoint.
enum Asker<'d> {
    Stranger,
    /// Amina, who signed in and is of no team that any of it belongs to.
    Person(Browser<'d>),
    /// Ben's application with a token for the hub.
    Program(String),
}

/// Fields of every form, so that what is refused is refused for who asks and not for what is missing.
const FIELDS: [(&str, &str); 7] = [
    ("decision", "approve"),
    ("reason", "It is fine with us, as agreed on Monday."),
    ("name", "Somebody else's"),
    ("owner", "housing-repairs@hackney.example"),
    ("environment", "production"),
    ("operations", "listRepairs"),
    ("purpose", "To see whether it can be had."),
];

/// The body of a call of the control API by the end of its path: in order, and about what is Chloe's.
fn body(path: &str, own: &Belongings) -> Value {
    match path.rsplit('/').next().unwrap_or_default() {
        "decision" => json!({ "decision": "approve", "reason": "It is fine with us." }),
        "revocation" | "withdrawal" => json!({ "reason": "It is over." }),
        "credentials" => json!({ "kind": "secret" }),
        "applications" => json!({ "name": "Somebody else's", "owner": "housing-repairs@hackney.example" }),
        "grants" => json!({ "application": own.application, "api": "rents", "major": "v1", "environment": "sandbox",
            "operations": ["listRentAccounts"], "purpose": "To see whether it can be had." }),
        "releases" => json!({ "manifest": include_str!("../../../../examples/council/repairs/api.yaml"),
            "contract": include_str!("../../../../examples/council/repairs/openapi.yaml") }),
        "waivers" => json!({ "api": "repairs", "rule": "URL-01", "reason": "It is fine with us, as agreed on Monday.",
            "answersForIt": "Nobody", "endsOn": own.ends_on }),
        "groups" => json!({ "address": "contractors@hackney.example", "title": "Contractors" }),
        _ => json!({}),
    }
}

impl Asker<'_> {
    async fn ask(&mut self, demo: &Demo, own: &Belongings, (base, method, path): (&str, &str, &str)) -> Answer {
        let is_api = path.starts_with("/api/v1/");
        let url = format!("{}{path}", demo.url(base));
        let mut request = demo.http.request(method.parse().unwrap(), url);
        let mut form: Vec<(String, String)> = FIELDS.map(|(name, value)| (name.into(), value.into())).to_vec();
        form.push(("application".into(), own.application.clone()));
        match self {
            Asker::Stranger => {}
            Asker::Program(token) => request = request.bearer_auth(token),
            Asker::Person(browser) => {
                request = request.header("cookie", browser.cookie());
                let token = browser.form_token().await;
                request = request.header("hansom-form-token", &token);
                form.push(("form_token".into(), token));
            }
        }
        request = match (method, is_api) {
            ("GET" | "DELETE", _) => request.header("accept", if is_api { "application/json" } else { "text/html" }),
            (_, true) => request.json(&body(path, own)),
            (_, false) => request.header("accept", "text/html").form(&form),
        };
        Answer::of(request.send().await.unwrap()).await
    }
}

/// An answer in a word or two: `200`, `303 sign-in`, `404 not-found`.
fn told(answer: &Answer) -> String {
    let to_sign_in = answer.header("location").starts_with("/sign-in?");
    let code = serde_json::from_str::<Value>(&answer.text).ok().and_then(|body| {
        let named = body.get("error").or_else(|| body.get("code"));
        named.and_then(Value::as_str).map(str::to_owned)
    });
    match code {
        _ if to_sign_in => format!("{} sign-in", answer.status),
        Some(code) => format!("{} {code}", answer.status),
        None => answer.status.to_string(),
    }
}

fn filled(path: &str, own: &Belongings) -> String {
    let id = ["/grants/", "/waivers/"].iter().position(|start| path.contains(start));
    let id = [&own.grant, &own.waiver].get(id.unwrap_or(9)).copied().unwrap_or(&own.application);
    [
        ("{hash}/{name}", own.style.as_str()),
        ("/editions/{name}", "/editions/2026.1"),
        ("/profiles/{name}", "/profiles/uk-council"),
        ("/chapters/{slug}", "/chapters/security"),
        ("/checklists/{slug}", "/checklists/design-review"),
        ("/standards/{id}", "/standards/URL-01"),
        ("{slug}", "repairs"),
        ("{major}", "v1"),
        ("{number}", "1"),
        ("{operation}", "listRepairs"),
        ("{schema}", "Repair"),
        ("{list}", "design-review"),
        ("{id}", id),
        ("{credential}", &own.credential),
        ("{application_id}", &own.application),
        ("{credential_id}", &own.credential),
        ("{grant_id}", &own.grant),
        ("{waiver_id}", &own.waiver),
        ("{request_id}", &own.refusal),
        ("{code}", "token-missing"),
        ("{address}", "housing-repairs@hackney.example"),
        ("{edition}", "2026.1"),
    ]
    .iter()
    .fold(path.to_owned(), |path, (name, value)| path.replace(name, value))
}

/// The whole table as it is today, in the form in which it stands in `table.rs`.
async fn found(demo: &Demo, routes: &BTreeSet<(String, String, String)>) -> Vec<String> {
    let own = belongings(demo).await;
    let hub = demo.url("hub");
    let program = demo.token(&hub).await.access_token();
    let mut rows = vec![];
    for (base, path, method) in routes {
        let address = filled(path, &own);
        assert!(!address.contains('{'), "{path}: say in `filled` what stands for its names");
        let amina = demo.sign_in("amina.yusuf@hackney.example").await;
        let mut answers = vec![];
        for mut asker in [Asker::Stranger, Asker::Person(amina), Asker::Program(program.clone())] {
            let answer = asker.ask(demo, &own, (base, method, &address)).await;
            assert!(answer.status < 500, "{method} {path}: {}", answer.text);
            answers.push(told(&answer));
        }
        let [stranger, person, program] = answers.as_slice() else { unreachable!() };
        rows.push(format!("{base} {method} {path} | {stranger} | {person} | {program}"));
    }
    rows
}

/// Every route of the sources and of the control API's contract: listener, path, method.
async fn laid(demo: &Demo) -> BTreeSet<(String, String, String)> {
    let laid = sources::laid();
    assert_eq!(laid.unread, Vec::<String>::new(), "routes are laid by texts and constants");
    let contract = demo.get(&format!("{}/api/v1/openapi.json", demo.url("hub")), None).await.json();
    let mut described = 0;
    let mut routes = BTreeSet::new();
    for (path, operations) in contract["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            if operation["operationId"].is_string() {
                described += 1;
                routes.insert(("hub".to_owned(), format!("/api/v1{path}"), method.to_uppercase()));
            }
        }
    }
    assert_eq!(laid.operations, described, "the contract describes every operation");
    for route in laid.routes {
        let (method, path) = route.split_once(' ').unwrap();
        let listener = if matches!(path, "/live" | "/ready" | "/metrics") { "operations" } else { "hub" };
        routes.insert((listener.to_owned(), path.to_owned(), method.to_owned()));
    }
    routes
}

#[tokio::test]
async fn every_endpoint_gives_a_stranger_another_team_and_a_program_what_the_table_says() {
    let scratch = Scratch::new();
    let demo = Demo::start(&scratch.0).await;
    let found = found(&demo, &laid(&demo).await).await;
    let said: Vec<_> = TABLE.lines().filter(|line| !line.is_empty()).collect();
    let missing: Vec<_> = found.iter().filter(|row| !said.contains(&row.as_str())).collect();
    let gone: Vec<_> = said.iter().filter(|row| !found.iter().any(|found| found == *row)).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "the table is not what is there. There, and not in the table:\n{missing:#?}\nIn the table, and not there:\n{gone:#?}"
    );
}

#[test]
fn nothing_in_the_table_lets_anybody_at_what_is_anothers_or_lets_a_stranger_change_anything() {
    let mut theirs = 0;
    for row in TABLE.lines().filter(|line| !line.is_empty()) {
        let [endpoint, stranger, person, program]: [&str; 4] =
            row.split(" | ").collect::<Vec<_>>().try_into().unwrap_or_else(|_| panic!("{row} has four cells"));
        let (method, path) = endpoint.split_once(' ').and_then(|(_, rest)| rest.split_once(' ')).unwrap();
        let changes = method != "GET" && path != "/playbook/editor";
        assert!(!changes || stranger.starts_with('4'), "{row}");
        assert!(!changes || !path.starts_with("/api") || program.starts_with("403"), "{row}");
        let is_theirs =
            ["applications/{", "grants/{", "waivers/{", "refusals/{", "groups/{", "families/{", "consents/{"]
                .iter()
                .any(|part| path.contains(part));
        // An address that takes a form only leads to the page that has it, whoever asks.
        let is_theirs = is_theirs && ![person, stranger].iter().all(|cell| *cell == "303");
        if is_theirs {
            theirs += 1;
            assert!(person.starts_with("404"), "{row}");
            assert!(!program.starts_with('2') && !stranger.starts_with('2'), "{row}");
        }
    }
    assert!(theirs > 20, "{theirs}");
}
