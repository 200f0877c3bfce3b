//! Who asks every endpoint, with what, and about whose belongings?

use serde_json::{Value, json};

use crate::town::{self, Answer, Browser, Demo};

/// What is Chloe's and her team's, and nobody else's.
pub struct Belongings<'d> {
    /// Who owns them.
    pub chloe: Browser<'d>,
    pub person: String,
    pub application: String,
    pub credential: String,
    pub grant: String,
    pub waiver: String,
    pub refusal: String,
    pub style: String,
    /// A day on which a waiver may end.
    pub ends_on: String,
}

/// Chloe registers an application, gives it a secret, asks for a grant and is refused at the gateway.
pub async fn belongings(demo: &Demo) -> Belongings<'_> {
    let mut chloe = demo.sign_in("chloe.martin@hackney.example").await;
    let id = |answer: &Answer| {
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["id"].as_str().unwrap().to_owned()
    };
    let person = chloe.api("GET", "/me", &Value::Null).await.json()["id"].as_str().unwrap().to_owned();
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
    Belongings { chloe, person, application, credential, grant, waiver, refusal, style, ends_on }
}

/// Somebody who asks every endpoint.
pub enum Asker<'d> {
    Stranger,
    /// Amina, who signed in and is of no team that any of it belongs to.
    Person(Browser<'d>),
    /// Ben's application with a token for the hub.
    Program(String),
}

/// Fields of every form, so that what is refused is refused for who asks and not for what is missing.
pub const FIELDS: [(&str, &str); 7] = [
    ("decision", "approve"),
    ("reason", "It is fine with us, as agreed on Monday."),
    ("name", "Somebody else's"),
    ("owner", "housing-repairs@hackney.example"),
    ("environment", "production"),
    ("operations", "listRepairs"),
    ("purpose", "To see whether it can be had."),
];

const MEETUP: &str = r#"{ "title": "Not mine", "beginsAt": "2026-12-03T14:00:00.000Z", "endsAt": "2026-12-03T15:00:00.000Z",
    "place": "Nowhere", "isPublic": true }"#;

/// The body of a call of the control API by the end of its path: in order, and about what is Chloe's.
pub fn body(path: &str, own: &Belongings<'_>) -> Value {
    match path.rsplit('/').next().unwrap_or_default() {
        "decision" => json!({ "decision": "approve", "reason": "It is fine with us." }),
        "revocation" | "withdrawal" => json!({ "reason": "It is over." }),
        "credentials" => json!({ "kind": "secret" }),
        "service-accounts" => {
            json!({ "issuer": "https://accounts.google.com", "subject": "1", "email": "a@b.example" })
        }
        "applications" => json!({ "name": "Somebody else's", "owner": "housing-repairs@hackney.example" }),
        "grants" => json!({ "application": own.application, "api": "rents", "major": "v1", "environment": "sandbox",
            "operations": ["listRentAccounts"], "purpose": "To see whether it can be had." }),
        "releases" => json!({ "manifest": include_str!("../../../../examples/council/repairs/api.yaml"),
            "contract": include_str!("../../../../examples/council/repairs/openapi.yaml") }),
        "waivers" => json!({ "api": "repairs", "rule": "URL-01", "reason": "It is fine with us, as agreed on Monday.",
            "answersForIt": "Nobody", "endsOn": own.ends_on }),
        "pipelines" => json!({ "provider": "github", "repository": "stranger/repairs", "ref": "refs/heads/main" }),
        "renewal" => json!({}),
        "transfer" => json!({ "owner": "housing-repairs@hackney.example" }),
        "bundles" => json!({ "grants": [{ "application": own.application, "api": "rents", "major": "v1",
            "environment": "sandbox", "operations": ["listRentAccounts"], "purpose": "To see whether it can be had." }] }),
        "groups" if path.contains("/people/") => json!({}),
        "incidents" => json!({ "title": "Not mine", "impact": "down", "apis": ["repairs"], "text": "It is not mine." }),
        "updates" => json!({ "state": "resolved", "text": "It is not mine." }),
        "meetups" => MEETUP.parse().unwrap(),
        "threads" => json!({ "about": "/about", "title": "It is fine", "text": "It is fine with us." }),
        "messages" => json!({ "text": "It is fine with us." }),
        "removal" => json!({ "reason": "It is fine." }),
        _ if path.contains("/meetups/") => MEETUP.parse().unwrap(),
        "groups" => json!({ "address": "contractors@hackney.example", "title": "Contractors" }),
        "members" => json!({ "people": [own.person] }),
        "import" => json!({ "list": "somebody@hackney.example" }),
        "suspension" => json!({ "reason": "It is over." }),
        "retirement" => json!({}),
        _ => json!({}),
    }
}

impl Asker<'_> {
    /// Sends what the endpoint takes.
    pub async fn ask(&mut self, demo: &Demo, own: &Belongings<'_>, (base, method, path): (&str, &str, &str)) -> Answer {
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
pub fn told(answer: &Answer) -> String {
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

/// The path with what is Chloe's in the place of its names.
pub fn filled(path: &str, own: &Belongings<'_>) -> String {
    let id = ["/grants/", "/waivers/", "/people/"].iter().position(|start| path.contains(start));
    let id = [&own.grant, &own.waiver, &own.person].get(id.unwrap_or(9)).copied().unwrap_or(&own.application);
    [
        ("{hash}/{name}", own.style.as_str()),
        ("/editions/{name}", "/editions/2026.1"),
        ("/profiles/{name}", "/profiles/uk-council"),
        ("/guides/{name}", "/guides/cookies"),
        ("/chapters/{slug}", "/chapters/security"),
        ("/checklists/{slug}", "/checklists/design-review"),
        ("/standards/{id}", "/standards/URL-01"),
        ("{guide}", "getting-started"),
        ("{slug}", "repairs"),
        ("{major}", "v1"),
        ("{number}", "1"),
        ("{operation}", "listRepairs"),
        ("{schema}", "Repair"),
        ("{list}", "design-review"),
        ("{rule}", "1"),
        ("{id}", id),
        ("{credential}", &own.credential),
        ("{application_id}", &own.application),
        ("{credential_id}", &own.credential),
        ("{bundle_id}", &own.application),
        ("{grant_id}", &own.grant),
        ("{waiver_id}", &own.waiver),
        ("{pipeline_id}", &own.waiver),
        ("{pipeline}", &own.waiver),
        ("{member_id}", &own.person),
        ("{kid}", "another"),
        ("{incident_id}", &own.waiver),
        ("{meetup_id}", &own.waiver),
        ("{thread_id}", &own.waiver),
        ("{message_id}", &own.waiver),
        ("{message}", &own.waiver),
        ("{request_id}", &own.refusal),
        ("{entry_id}", &own.refusal),
        ("{code}", "token-missing"),
        ("{provider}", "demo"),
        ("{person_id}", &own.person),
        ("{handle}", "0123456789abcdefghijkl"),
        ("{provider}", "another"),
        ("{address}", "housing-repairs@hackney.example"),
        ("{edition}", "2026.1"),
    ]
    .iter()
    .fold(path.to_owned(), |path, (name, value)| path.replace(name, value))
}
