//! What do the tests call? The service itself over HTTP, with a database of its own and a platform that signs.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use axum::{Json, Router, routing::get};
use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::Jwk};
use reqwest::{Method, RequestBuilder, header::HeaderMap};
use serde_json::{Value, json};
use service::{
    NAME,
    app::{self, Running},
    journal::Journal,
    settings::Settings,
    traces::Traces,
};
use sqlx::{PgPool, postgres::PgConnectOptions};
use tokio::net::TcpListener;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::{Layer, filter::LevelFilter, layer::SubscriberExt};
use uuid::Uuid;

pub const ISSUER: &str = "https://api.hackney.example";
pub const AUDIENCE: &str = "https://service.internal.hackney.example";
pub const STAFF: &str = "street-services@hackney.example";

/// A service of one test alone.
pub struct World {
    pub running: Running,
    pub platform: Platform,
    pub database: PgPool,
    identity: String,
    log: Arc<Mutex<Vec<String>>>,
    _journal: DefaultGuard,
}

/// Whoever signs who calls.
pub struct Platform {
    key: EncodingKey,
    address: SocketAddr,
}

/// What came back.
#[derive(Debug)]
pub struct Answered {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    pub json: Value,
}

impl World {
    pub async fn start(database: PgConnectOptions) -> Self {
        Self::start_with(database, |_| {}).await
    }

    /// With settings that differ from what is usual.
    pub async fn start_with(database: PgConnectOptions, change: impl FnOnce(&mut Settings)) -> Self {
        Self::begin(database, change, None).await
    }

    /// With somebody who takes traces.
    pub async fn start_traced(database: PgConnectOptions, traces: Option<&Traces>) -> Self {
        Self::begin(database, |_| {}, traces).await
    }

    async fn begin(database: PgConnectOptions, change: impl FnOnce(&mut Settings), traces: Option<&Traces>) -> Self {
        let log = Arc::new(Mutex::new(vec![]));
        let lines = log.clone();
        let journal = Journal::new("test", move |line: &str| lines.lock().unwrap().push(line.to_owned()));
        let subscriber = tracing_subscriber::registry().with(journal.with_filter(LevelFilter::INFO));
        let subscriber = subscriber.with(traces.map(Traces::layer));
        let journal = tracing::subscriber::set_default(subscriber);
        let platform = Platform::start().await;
        let mut settings = Settings::read(|name| match name {
            "ENVIRONMENT" => Some("test".into()),
            "PORT" | "METRICS_PORT" => Some("0".into()),
            "DATABASE_URL" => Some("postgres://replaced/below".into()),
            "HANSOM_ISSUER" => Some(ISSUER.into()),
            "HANSOM_AUDIENCE" => Some(AUDIENCE.into()),
            "HANSOM_JWKS_URL" => Some(format!("http://{}/oauth/jwks", platform.address)),
            _ => None,
        })
        .unwrap();
        settings.database = database;
        settings.pool_size = 5;
        change(&mut settings);
        let database = PgPool::connect_lazy_with(settings.database.clone());
        let identity = platform.says(json!({}));
        let running = app::start(settings).await.unwrap();
        Self { running, platform, database, identity, log, _journal: journal }
    }

    /// A request to an address below the base path, or to one that begins with it, by a member of the owner's group.
    pub fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        self.ask_as_nobody(method, path).header("hansom-identity", &self.identity)
    }

    pub fn ask_as_nobody(&self, method: Method, path: &str) -> RequestBuilder {
        let base = &self.running.app.contract.base_path;
        let path = if path.starts_with(base.as_str()) { path.to_owned() } else { format!("{base}{path}") };
        reqwest::Client::new().request(method, format!("{}{path}", self.origin()))
    }

    pub fn ask_as(&self, method: Method, path: &str, identity: &str) -> RequestBuilder {
        self.ask_as_nobody(method, path).header("hansom-identity", identity)
    }

    pub async fn get(&self, path: &str) -> Answered {
        answered(self.ask(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answered {
        answered(self.ask(Method::POST, path).json(body)).await
    }

    pub async fn post_with_key(&self, path: &str, body: &Value, key: Uuid) -> Answered {
        answered(self.ask(Method::POST, path).json(body).header("idempotency-key", key.to_string())).await
    }

    pub async fn patch(&self, path: &str, body: &Value, seen: Option<&str>) -> Answered {
        let request = self.ask(Method::PATCH, path).body(body.to_string());
        answered(based_on(request.header("content-type", "application/merge-patch+json"), seen)).await
    }

    pub async fn delete(&self, path: &str, seen: Option<&str>) -> Answered {
        answered(based_on(self.ask(Method::DELETE, path), seen)).await
    }

    /// Something outside the base path.
    pub async fn beside(&self, path: &str) -> Answered {
        answered(reqwest::Client::new().get(format!("{}{path}", self.origin()))).await
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.database).await.unwrap()
    }

    pub async fn change(&self, sql: &'static str) {
        sqlx::raw_sql(sql).execute(&self.database).await.unwrap();
    }

    /// The lines of the journal.
    pub fn log(&self) -> Vec<Value> {
        self.log.lock().unwrap().iter().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub fn origin(&self) -> String {
        format!("http://{}", self.running.address)
    }
}

fn based_on(request: RequestBuilder, seen: Option<&str>) -> RequestBuilder {
    match seen {
        Some(seen) => request.header("if-match", seen),
        None => request,
    }
}

pub async fn answered(request: RequestBuilder) -> Answered {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    let json = serde_json::from_str(&text).unwrap_or_default();
    Answered { status, headers, text, json }
}

impl Answered {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Holds it against what every problem has to be.
    #[track_caller]
    pub fn is_problem(&self, status: u16, code: &str) {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.json["status"], status);
        assert_eq!(self.json["code"], code);
        assert_eq!(self.json["type"], format!("https://hub.hackney.example/problems/{code}"));
        assert_eq!(self.json["instance"], format!("urn:uuid:{}", self.header("request-id")));
    }

    /// Where the faults of a refused request are.
    pub fn places(&self) -> Vec<&str> {
        let faults = self.json["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut places: Vec<&str> = faults
            .iter()
            .filter_map(|fault| fault.get("pointer").or_else(|| fault.get("parameter"))?.as_str())
            .collect();
        places.sort_unstable();
        places.dedup();
        places
    }
}

impl Platform {
    async fn start() -> Self {
        let key = new_key();
        let mut jwk = Jwk::from_encoding_key(&key, Algorithm::ES256).unwrap();
        jwk.common.key_id = Some("one".into());
        let keys = json!({ "keys": [jwk] });
        let address = listening(Router::new().route("/oauth/jwks", get(async || Json(keys)))).await;
        Self { key, address }
    }

    /// Its word on who calls; what is given differs from what is usual, and null is left out.
    pub fn says(&self, claims: Value) -> String {
        signed(claims, json!({}), &self.key)
    }

    /// With another head, too.
    pub fn says_with(&self, claims: Value, head: Value) -> String {
        signed(claims, head, &self.key)
    }
}

/// An assertion as the platform writes it, but for what is given.
pub fn signed(claims: Value, head: Value, key: &EncodingKey) -> String {
    let now = chrono::Utc::now().timestamp();
    let usual = json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": Uuid::new_v4(), "kind": "person", "groups": [STAFF],
        "api": NAME, "environment": "test", "iat": now, "exp": now + 60,
    });
    let usual_head = json!({ "alg": "ES256", "kid": "one", "typ": "hansom-identity+jwt" });
    let merged = service::merge_patch::merged;
    let head: Header = serde_json::from_value(merged(usual_head, &head)).unwrap();
    jsonwebtoken::encode(&head, &merged(usual, &claims), key).unwrap()
}

pub fn new_key() -> EncodingKey {
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    EncodingKey::from_ec_der(pkcs8.as_ref())
}

/// Serves until the test ends.
pub async fn listening(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}
