//! A small platform in memory, with a clock that tests set.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rand::SystemRandom,
    rsa::KeySize,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair},
};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use hansom_control::{Control, NewApp, Settings, Vault};
use hansom_domain::{Actor, ApplicationId, Chance, Clock, CredentialId, EnvironmentName, Timestamp};
use hansom_oauth::{OAuth, Setup};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tower::ServiceExt;

pub const HUB: &str = "https://hub.example";
pub const PRODUCTION: &str = "https://api.example";
pub const SANDBOX: &str = "https://sandbox.example/base";
pub const NOON: i64 = 1_800_000_000;

pub struct Town {
    pub control: Control,
    pub oauth: OAuth,
    now: Arc<AtomicI64>,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Town {
    pub async fn new() -> Self {
        let (clock, now) = Self::clock();
        Self::over(hansom_store::open("sqlite::memory:", clock.now()).await.unwrap(), clock, now).await
    }

    /// A town over each database that there is.
    pub async fn on_every_database(story: &str) -> Vec<(&'static str, Self)> {
        let mut towns = vec![];
        for (database, opened) in hansom_testkit::stores(story).await {
            let (clock, now) = Self::clock();
            towns.push((database, Self::over(opened, clock, now).await));
        }
        towns
    }

    fn clock() -> (Clock, Arc<AtomicI64>) {
        let now = Arc::new(AtomicI64::new(NOON));
        let shown = Arc::clone(&now);
        (Clock::new(move || Timestamp::from_seconds(shown.load(Ordering::SeqCst))), now)
    }

    async fn over(opened: hansom_store::Opened, clock: Clock, now: Arc<AtomicI64>) -> Self {
        let environments = vec![EnvironmentName::sandbox(), EnvironmentName::production()];
        let settings = Settings {
            administrators: "platform@hackney.example".parse().unwrap(),
            environments,
            open_networks: hansom_domain::OpenNetworks::new(hansom_domain::Network::LOOPBACK.into()),
            standards: hansom_testkit::standards(),
            terms: hansom_control::Terms::default(),
        };
        let chance = Chance::new(|bytes| aws_lc_rs::rand::fill(bytes).unwrap());
        let vault = Vault::new([7; 32]);
        let control = Control::new(opened.reads, opened.writes, vault, clock, chance, settings);
        control.ensure_signing_key().await.unwrap();
        let oauth = OAuth::new(Setup {
            control: control.clone(),
            issuer: HUB.into(),
            audiences: vec![
                (EnvironmentName::production(), PRODUCTION.into()),
                (EnvironmentName::sandbox(), SANDBOX.into()),
            ],
            person_seconds: 900,
            application_seconds: 3600,
            rules: hansom_oauth::Rules::default(),
        });
        Self { control, oauth, now }
    }

    pub fn wait(&self, seconds: i64) {
        self.now.fetch_add(seconds, Ordering::SeqCst);
    }

    pub fn now(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }

    pub fn router(&self) -> Router {
        self.oauth.router()
    }

    pub async fn application(&self) -> ApplicationId {
        let new = NewApp {
            name: "Repairs app",
            description: "",
            owner: &"repairs@hackney.example".parse().unwrap(),
            may_publish: false,
        };
        self.control.register_application(&Actor::Platform, new).await.unwrap()
    }

    pub async fn with_secret(&self) -> (ApplicationId, CredentialId, String) {
        let application = self.application().await;
        let issued = self.control.issue_secret(&Actor::Platform, &application).await.unwrap();
        let secret = issued.secret.reveal().to_owned();
        (application, issued.credential, secret)
    }

    pub async fn with_key(&self, key: &Key) -> (ApplicationId, CredentialId) {
        let application = self.application().await;
        let text = key.jwk.to_string();
        let credential = self.control.register_key(&Actor::Platform, &application, &text).await.unwrap();
        (application, credential)
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 1 << 20).await.unwrap();
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.send(post(path).body(encoded(form)).unwrap()).await
    }

    pub async fn post_as(&self, path: &str, client: &str, secret: &str, form: &[(&str, &str)]) -> Answer {
        let basic = format!("Basic {}", STANDARD.encode(format!("{client}:{secret}")));
        let request = post(path).header(header::AUTHORIZATION, basic).body(encoded(form)).unwrap();
        self.send(request).await
    }

    /// A token request with an assertion and whatever more.
    pub async fn assert(&self, assertion: &str, more: &[(&str, &str)]) -> Answer {
        let mut form = vec![
            ("grant_type", "client_credentials"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion),
        ];
        form.extend_from_slice(more);
        self.post("/oauth/token", &form).await
    }

    /// A token for an application by its secret.
    pub async fn token(&self, client: &str, secret: &str, more: &[(&str, &str)]) -> String {
        let mut form = vec![("grant_type", "client_credentials")];
        form.extend_from_slice(more);
        let answer = self.post_as("/oauth/token", client, secret, &form).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body["access_token"].as_str().unwrap().to_owned()
    }

    /// The claims of a good assertion.
    pub fn claims(&self, client: &ApplicationId) -> Value {
        json!({
            "iss": client, "sub": client, "aud": format!("{HUB}/oauth/token"),
            "iat": self.now(), "exp": self.now() + 60, "jti": self.control.chance().hex(8),
        })
    }
}

fn post(path: &str) -> axum::http::request::Builder {
    Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
}

fn encoded(form: &[(&str, &str)]) -> Body {
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    Body::from(text.extend_pairs(form).finish())
}

/// A key pair of a client or of an identity provider.
pub struct Key {
    pub algorithm: Algorithm,
    pub encoding: EncodingKey,
    pub jwk: Value,
}

impl Key {
    pub fn es256() -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref()).unwrap();
        let point = pair.public_key().as_ref();
        let (x, y) = (part(&point[1..33]), part(&point[33..]));
        Self {
            algorithm: Algorithm::ES256,
            encoding: EncodingKey::from_ec_der(pkcs8.as_ref()),
            jwk: json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y }),
        }
    }

    pub fn ed25519() -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap();
        Self {
            algorithm: Algorithm::EdDSA,
            encoding: EncodingKey::from_ed_der(pkcs8.as_ref()),
            jwk: json!({ "kty": "OKP", "crv": "Ed25519", "x": part(pair.public_key().as_ref()) }),
        }
    }

    pub fn rs256() -> Self {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let pkcs8: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        let pem =
            format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(pkcs8.as_ref()));
        let public = pair.public_key();
        let n = part(public.modulus().big_endian_without_leading_zero());
        Self {
            algorithm: Algorithm::RS256,
            encoding: EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap(),
            jwk: json!({ "kty": "RSA", "n": n, "e": "AQAB" }),
        }
    }

    /// A JWT with these claims.
    pub fn sign(&self, claims: &Value) -> String {
        jsonwebtoken::encode(&Header::new(self.algorithm), claims, &self.encoding).unwrap()
    }

    /// A JWT with this head and these claims, each as it stands.
    pub fn sign_text(&self, head: &str, claims: &str) -> String {
        let message = format!("{}.{}", part(head.as_bytes()), part(claims.as_bytes()));
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &self.encoding, self.algorithm).unwrap();
        format!("{message}.{signature}")
    }
}

/// A new RSA key in PEM.
pub fn rsa_pem() -> String {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let pkcs8: Pkcs8V1Der<'_> = pair.as_der().unwrap();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(pkcs8.as_ref()))
}

pub fn part(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Head and claims of a JWT.
pub fn opened(token: &str) -> (Value, Value) {
    let parts: Vec<Value> = token
        .split('.')
        .take(2)
        .map(|part| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap())
        .collect();
    (parts[0].clone(), parts[1].clone())
}
