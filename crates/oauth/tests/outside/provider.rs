//! An OpenID provider on a loopback port whose every answer a test can spoil.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use aws_lc_rs::digest;
use axum::{
    Form, Json, Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use hansom_oauth::Callback;
use jsonwebtoken::Header;
use serde_json::{Value, json};
use url::Url;

use crate::town::{Key, part};

#[derive(Clone)]
pub struct FakeProvider(Arc<Mutex<Inside>>);

pub struct Inside {
    pub issuer: String,
    pub key: Key,
    pub kid: String,
    /// Whether it answers at all.
    pub silent: bool,
    /// Claims that take the place of the right ones; null takes a claim away.
    pub spoiled: Value,
    /// An ID token in place of the right one.
    pub forged: Option<String>,
    pub now: i64,
    codes: HashMap<String, HashMap<String, String>>,
}

impl FakeProvider {
    pub async fn start(now: i64) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let provider = Self(Arc::new(Mutex::new(Inside {
            issuer,
            key: Key::es256(),
            kid: "one".into(),
            silent: false,
            spoiled: json!({}),
            forged: None,
            now,
            codes: HashMap::new(),
        })));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(configuration))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        provider
    }

    pub fn change(&self, change: impl FnOnce(&mut Inside)) {
        change(&mut self.0.lock().unwrap());
    }

    pub fn issuer(&self) -> String {
        self.0.lock().unwrap().issuer.clone()
    }

    /// An ID token with these claims.
    pub fn sign(&self, claims: &Value) -> String {
        let inside = self.0.lock().unwrap();
        let mut head = Header::new(inside.key.algorithm);
        head.kid = Some(inside.kid.clone());
        jsonwebtoken::encode(&head, claims, &inside.key.encoding).unwrap()
    }

    /// What the browser brings back after the person has agreed on the page at `location`.
    pub fn agree(&self, location: &str) -> Callback {
        let asked: HashMap<String, String> = Url::parse(location).unwrap().query_pairs().into_owned().collect();
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["code_challenge_method"], "S256");
        assert!(asked["redirect_uri"].starts_with("https://hub.example/sign-in/callback"));
        assert!(asked["scope"].split(' ').any(|scope| scope == "openid"));
        let state = asked["state"].clone();
        let code = format!("code-{state}");
        self.change(|inside| {
            inside.codes.insert(code.clone(), asked);
        });
        Callback { code: Some(code), state: Some(state), ..Callback::default() }
    }
}

async fn configuration(State(provider): State<FakeProvider>) -> Response {
    let inside = provider.0.lock().unwrap();
    if inside.silent {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let issuer = &inside.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
    }))
    .into_response()
}

async fn keys(State(provider): State<FakeProvider>) -> Json<Value> {
    let inside = provider.0.lock().unwrap();
    let mut jwk = inside.key.jwk.clone();
    jwk["kid"] = json!(inside.kid);
    jwk["use"] = json!("sig");
    Json(json!({ "keys": [jwk] }))
}

async fn token(State(provider): State<FakeProvider>, Form(form): Form<HashMap<String, String>>) -> Response {
    let mut inside = provider.0.lock().unwrap();
    let refuse = || {
        let body = Json(json!({ "error": "invalid_grant" }));
        (StatusCode::BAD_REQUEST, body).into_response()
    };
    let Some(asked) = inside.codes.remove(&form["code"]) else {
        return refuse();
    };
    let digest = digest::digest(&digest::SHA256, form["code_verifier"].as_bytes());
    if part(digest.as_ref()) != asked["code_challenge"] {
        return refuse();
    }
    let mut claims = json!({
        "iss": inside.issuer, "sub": "person-1", "aud": asked["client_id"], "nonce": asked["nonce"],
        "iat": inside.now, "exp": inside.now + 300, "email": "ada@hackney.example",
        "email_verified": true, "name": "Ada", "groups": ["housing-officers@hackney.example", "/not/an/address"],
    });
    for (name, value) in inside.spoiled.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    let mut head = Header::new(inside.key.algorithm);
    head.kid = Some(inside.kid.clone());
    let signed = jsonwebtoken::encode(&head, &claims, &inside.key.encoding).unwrap();
    let id_token = inside.forged.clone().unwrap_or(signed);
    let body = json!({ "access_token": "x", "token_type": "Bearer", "expires_in": 300, "id_token": id_token });
    ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
