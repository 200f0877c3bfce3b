//! How long does the hub take for its pages when it is full? Fills a store, or measures a filled one.
//!
//!     full fill    ADDRESS APIS OPERATIONS_OF_EACH APPLICATIONS
//!     full measure ADDRESS TIMES
//!
//! Measured is the time from a request to the last byte of its answer, within the process: one JSON object, in milliseconds and megabytes.
#![expect(clippy::disallowed_methods, reason = "a measurement reads its arguments and the memory of its process")]

use std::{error::Error, sync::Arc, time::Duration};

use axum::{Router, body::Body};
use hansom_control::{Control, Publication, Standards};
use hansom_domain::{
    Actor, ApiId, ApplicationId, Audience, EnvironmentName, GrantId, GrantState, GroupAddress, Kind, Major,
    OperationSet, PersonKey, ReleaseId, Status, VersionId,
};
use hansom_hub::{GatewayAnswer, GatewayCall, Gateways, Later, Unreached};
use hansom_oauth::{OAuth, Provider, SignIn, Way};
use hansom_standards::Profile;
use hansom_store::{Change, NewApi, NewApplication, NewGrant, NewRelease, NewVerdict, NewVersion, Opened};
use http::Request;
use serde_json::{Value, json};
use tokio::time::Instant;
use tower::ServiceExt;

type Outcome<T> = Result<T, Box<dyn Error>>;

const HUB: &str = "https://hub.hackney.example";
/// Things of one change.
const AT_ONCE: usize = 500;
const FIRST: [&str; 20] = [
    "Council tax",
    "Housing",
    "Waste",
    "Parking",
    "Library",
    "Planning",
    "School",
    "Leisure",
    "Street",
    "Benefit",
    "Licence",
    "Tenancy",
    "Repair",
    "Food",
    "Noise",
    "Tree",
    "Election",
    "Care",
    "Road",
    "Payment",
];
const SECOND: [&str; 25] = [
    "accounts",
    "permits",
    "collections",
    "bookings",
    "applications",
    "appointments",
    "inspections",
    "records",
    "notices",
    "requests",
    "addresses",
    "contacts",
    "documents",
    "cases",
    "visits",
    "orders",
    "invoices",
    "areas",
    "assets",
    "events",
    "officers",
    "decisions",
    "appeals",
    "grants",
    "reports",
];

#[tokio::main]
async fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["fill", address, apis, operations, applications] => {
            fill(address, apis.parse()?, operations.parse()?, applications.parse()?).await
        }
        ["measure", address, times] => measure(address, times.parse()?).await,
        _ => Err("say `fill ADDRESS APIS OPERATIONS APPLICATIONS` or `measure ADDRESS TIMES`".into()),
    }
}

fn standards() -> Outcome<Standards> {
    let profile = Profile::bundled("uk-council").ok_or("there is no profile uk-council")?;
    Ok(Standards { group: hansom_testkit::group("api-standards@hackney.example"), profile: Arc::new(profile) })
}

/// Publishes one model and one contract of 900 operations as anybody would, and lays copies of the model beside them.
async fn fill(address: &str, apis: usize, operations: usize, applications: usize) -> Outcome<()> {
    let opened = hansom_store::open(address, hansom_testkit::START).await?;
    let (control, _) = hansom_testkit::control_by(&opened, standards()?);
    control.ensure_signing_key().await?;
    publish(&control, &manifest("model"), &contract("Model", "model", operations)).await?;
    publish(&control, &manifest("large"), &contract("Large", "large", 900)).await?;
    let model = Model::read(&control, operations).await?;
    let numbers: Vec<usize> = (0..apis).collect();
    for some in numbers.chunks(AT_ONCE) {
        let mut change = begin(&opened, &format!("apis-{}", some[0])).await?;
        for number in some {
            model.copy(&mut change, *number).await?;
        }
        change.commit("model", &json!({})).await?;
    }
    let numbers: Vec<usize> = (0..applications).collect();
    for some in numbers.chunks(AT_ONCE) {
        let mut change = begin(&opened, &format!("applications-{}", some[0])).await?;
        for number in some {
            application(&mut change, *number, apis).await?;
        }
        change.commit("model", &json!({})).await?;
    }
    Ok(())
}

async fn begin(opened: &Opened, id: &str) -> Outcome<Change> {
    Ok(opened.writes.begin(&Actor::Platform, "fill", id.to_owned(), hansom_testkit::START).await?)
}

async fn publish(control: &Control, manifest: &str, contract: &str) -> Outcome<()> {
    control.publish_release(&Actor::Platform, Publication { manifest, contract, dry_run: false }).await?;
    Ok(())
}

fn manifest(slug: &str) -> String {
    format!(
        "api: {slug}\nowner: team-0@hackney.example\nkind: service\naudience: public\nstatus: beta\npersonal_data: true\n\
         contract: openapi.yaml\nenvironments:\n  sandbox: {{ mock: true }}\naccess:\n  - operations: ['*']\n    applications: granted\n"
    )
}

/// A contract of so many operations, each with a parameter, a body and answers.
fn contract(title: &str, name: &str, operations: usize) -> String {
    let (mut paths, mut schemas) = (serde_json::Map::new(), serde_json::Map::new());
    for number in 0..operations.div_ceil(2) {
        let schema = format!("{title}{number}");
        let content = json!({ "application/json": { "schema": { "$ref": format!("#/components/schemas/{schema}") } } });
        let operation = |verb: &str| {
            json!({
                "operationId": format!("{verb}{title}{number}"), "summary": format!("{verb} one of {name}"),
                "description": "Says **what** it does, when it is used and by whom.", "tags": [format!("Part {}", number % 30)],
                "responses": { "200": { "description": "Fine.", "content": content }, "404": { "description": "None." } },
            })
        };
        let (get, mut put) = (operation("get"), operation("put"));
        put["requestBody"] = json!({ "content": content });
        let parameter = json!([{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }]);
        let pair = if number * 2 + 1 < operations { json!({ "get": get, "put": put }) } else { json!({ "get": get }) };
        let mut pair = pair;
        pair["parameters"] = parameter;
        paths.insert(format!("/{name}-{number}/{{id}}"), pair);
        let properties = json!({ "id": { "type": "string" }, "reference": { "type": "string" }, "madeOn": { "type": "string", "format": "date" },
            "lines": { "type": "array", "items": { "type": "integer" } } });
        schemas.insert(schema, json!({ "type": "object", "properties": properties }));
    }
    let info = json!({ "title": title, "version": "1.0.0", "summary": format!("Everything about {name}"),
        "description": format!("What the council knows about {name}, for whoever needs it.") });
    json!({ "openapi": "3.1.0", "info": info, "paths": paths, "components": { "schemas": schemas } }).to_string()
}

/// What is copied.
struct Model {
    contract: String,
    card: String,
    verdict: String,
    score: Option<i64>,
    edition: String,
}

impl Model {
    async fn read(control: &Control, operations: usize) -> Outcome<Self> {
        let reads = control.reads();
        let version = reads.version(&"model".parse()?, "v1".parse()?).await?.ok_or("the model is not there")?;
        let cards = reads.cards(Some(&version.api_id)).await?;
        let verdict = reads.verdict(&version.id, 1).await?.ok_or("the model has no verdict")?;
        Ok(Self {
            contract: contract("Model", "model", operations),
            card: cards.into_iter().next().ok_or("the model has no card")?.card,
            verdict: verdict.verdict,
            score: verdict.score,
            edition: verdict.edition,
        })
    }

    async fn copy(&self, change: &mut Change, number: usize) -> Outcome<()> {
        let (first, second) = (FIRST[number % FIRST.len()], SECOND[number / FIRST.len() % SECOND.len()]);
        let title = format!("{first} {second} {number}");
        let slug = format!("{}-{second}-{number}", first.to_lowercase().replace(' ', "-"));
        let owner: GroupAddress = format!("team-{}@hackney.example", number % 500).parse()?;
        let id: ApiId = format!("api-{number}").parse()?;
        let version: VersionId = format!("version-{number}").parse()?;
        let at = hansom_testkit::START;
        let (kind, audience) =
            (Kind::Service, if number.is_multiple_of(3) { Audience::Internal } else { Audience::Public });
        let summary = format!("Everything about {first} {second}");
        change
            .put_api(&NewApi {
                id: &id,
                slug: &slug.parse()?,
                title: &title,
                summary: &summary,
                owner: &owner,
                kind,
                audience,
                at,
            })
            .await?;
        let major: Major = "v1".parse()?;
        let (status, personal_data) =
            ([Status::Alpha, Status::Beta, Status::Live][number % 3], number.is_multiple_of(2));
        change
            .put_version(&NewVersion {
                id: &version,
                api_id: &id,
                major,
                status,
                status_since: at,
                sunset_at: None,
                successor: None,
                personal_data,
                current_release: 1,
            })
            .await?;
        let named = |text: &str| text.replace("Model", second).replace("model", second);
        self.release(change, (number, &version), (&named(&self.contract), &named(&self.card), &manifest(&slug))).await
    }

    async fn release(
        &self,
        change: &mut Change,
        (number, version_id): (usize, &VersionId),
        (contract, card, manifest): (&str, &str, &str),
    ) -> Outcome<()> {
        let (id, at): (ReleaseId, _) = (format!("release-{number}").parse()?, hansom_testkit::START);
        let (info_version, difference, by) = ("1.0.0", "{}", "Hansom");
        let number = 1;
        let release =
            NewRelease { id: &id, version_id, number, info_version, contract, manifest, difference, card, at, by };
        change.insert_release(&release).await?;
        let verdict = NewVerdict {
            release_id: &id,
            edition: &self.edition,
            profile: "uk-council",
            at,
            score: self.score,
            errors: 0,
            warnings: 0,
            waived: 0,
            chapters: "[]",
            verdict: &self.verdict,
        };
        Ok(change.put_verdict(&verdict).await?)
    }
}

/// An application with a grant for one of the APIs.
async fn application(change: &mut Change, number: usize, apis: usize) -> Outcome<()> {
    let id: ApplicationId = format!("application-{number}").parse()?;
    let owner: GroupAddress = format!("team-{}@hackney.example", number % 500).parse()?;
    let (name, at) = (format!("Application {number}"), hansom_testkit::START);
    let description = "Uses it.";
    change
        .insert_application(&NewApplication {
            id: &id,
            name: &name,
            description,
            owner: &owner,
            may_publish: false,
            at,
            by: "Hansom",
        })
        .await?;
    let grant: GrantId = format!("grant-{number}").parse()?;
    let version: VersionId = format!("version-{}", number % apis).parse()?;
    let (environment, operations) = (EnvironmentName::sandbox(), OperationSet::from_list(vec!["*".into()])?);
    let by = ("platform", "Hansom");
    change
        .insert_grant(&NewGrant {
            id: &grant,
            application_id: &id,
            version_id: &version,
            environment: &environment,
            operations: &operations,
            purpose: "To use it.",
            legal_basis: "",
            by,
            at,
            replaces: None,
            bundle: None,
        })
        .await?;
    change.move_grant(&grant, (GrantState::Requested, GrantState::Approved), by, "Fine.", at).await?;
    Ok(())
}

/// Opens every kind of page so many times, and says how long they took.
async fn measure(address: &str, times: usize) -> Outcome<()> {
    let opened = hansom_store::join(address).await?;
    let (control, _) = hansom_testkit::control_by(&opened, standards()?);
    let hub = hub(&control)?;
    let person = person(&control).await?;
    let begun = Instant::now();
    ask(&hub, "/", "").await?;
    let first = begun.elapsed();
    let mut pages = serde_json::Map::new();
    for (name, cookie, address_of) in kinds(&person) {
        let mut taken = vec![];
        for turn in 0..times {
            let begun = Instant::now();
            ask(&hub, &address_of(turn), cookie).await?;
            taken.push(begun.elapsed());
        }
        pages.insert(name.to_owned(), quantiles(taken));
    }
    let memory = json!({ "now": memory("VmRSS")?, "most": memory("VmHWM")? });
    println!("{}", json!({ "first_ms": milliseconds(first), "pages": pages, "memory_mb": memory }));
    Ok(())
}

type AddressOf = fn(usize) -> String;

/// Kinds of pages: who opens them, and which.
fn kinds(person: &str) -> [(&'static str, &str, AddressOf); 8] {
    let api = |turn: usize| {
        let number = turn * 37 % 100;
        let (first, second) = (FIRST[number % FIRST.len()], SECOND[number / FIRST.len() % SECOND.len()]);
        format!("/apis/{}-{second}-{number}/v1", first.to_lowercase().replace(' ', "-"))
    };
    let search: AddressOf = |turn| format!("/?q={}+{}", FIRST[turn % 20].replace(' ', "+"), SECOND[turn % 25]);
    [
        ("catalogue", "", |turn| format!("/?page={}", turn % 5 + 1)),
        ("catalogue, signed in", person, |turn| format!("/?page={}", turn % 5 + 1)),
        ("catalogue, narrowed", "", |turn| format!("/?status=beta&personal_data=yes&page={}", turn % 5 + 1)),
        ("search", "", search),
        ("search, one word", "", |turn| format!("/?q={}", SECOND[turn % 25])),
        ("search, mistyped", "", |turn| format!("/?q={}x", SECOND[turn % 25])),
        ("API", person, api),
        ("reference of 900", "", |turn| {
            format!("/apis/large/v1/operations/{}Large{}", ["get", "put"][turn % 2], turn * 7 % 450)
        }),
    ]
}

fn hub(control: &Control) -> Outcome<Router> {
    let environments: Vec<_> = [EnvironmentName::sandbox(), EnvironmentName::production()]
        .into_iter()
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
    let sign_in = SignIn::new(control.clone(), vec![Way { provider, sources: vec![] }], HUB.into())?;
    Ok(hansom_hub::router(hansom_hub::Setup {
        control: control.clone(),
        oauth,
        sign_in,
        hub: HUB.into(),
        environments,
        gateways: Arc::new(NoGateways),
        notice: None,
        mail_links: None,
        sends_mail: false,
        public_reuse: false,
        look: hansom_hub::Look::default(),
        strangers_give_feedback: false,
    }))
}

/// Nobody tries anything here.
struct NoGateways;

impl Gateways for NoGateways {
    fn call(&self, _: GatewayCall) -> Later<'_, Result<GatewayAnswer, Unreached>> {
        Box::pin(async { Err(Unreached::Broken("there are no gateways".into())) })
    }
}

/// Somebody of one of the teams, as a cookie.
async fn person(control: &Control) -> Outcome<String> {
    let key = PersonKey { issuer: "https://id.hackney.example".into(), subject: "ada".into() };
    let groups = [hansom_testkit::group("team-7@hackney.example")];
    let cookie = control.sign_in_person(key, "ada@hackney.example", "Ada", &groups).await?;
    Ok(format!("__Host-hansom-session={}", cookie.value))
}

async fn ask(hub: &Router, address: &str, cookie: &str) -> Outcome<()> {
    let request = Request::get(address).header("accept", "text/html").header("cookie", cookie).body(Body::empty())?;
    let response = hub.clone().oneshot(request).await?;
    if response.status() != 200 {
        return Err(format!("{address} was answered with {}", response.status()).into());
    }
    axum::body::to_bytes(response.into_body(), 10_000_000).await?;
    Ok(())
}

fn quantiles(mut taken: Vec<Duration>) -> Value {
    taken.sort();
    let at = |share: usize| taken.get((taken.len() * share / 100).min(taken.len() - 1)).copied().unwrap_or_default();
    json!({ "p50": milliseconds(at(50)), "p99": milliseconds(at(99)) })
}

fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1_000_000.0).round() / 1000.0
}

/// A line of the process's status, in megabytes.
fn memory(name: &str) -> Outcome<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with(name)).ok_or("the system does not tell")?;
    let kilobytes: f64 = line.split_whitespace().nth(1).ok_or("the system does not tell")?.parse()?;
    Ok((kilobytes / 102.4).round() / 10.0)
}
