//! Are others called with a token of our own, in time, and without feeding their trouble?

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use axum::{
    Form, Json, Router,
    http::{HeaderMap, StatusCode},
    routing::{any, post},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::Method;
use serde_json::json;
use service::{
    outbound::{self, NoReply, Outbound, Patience, Request, pause},
    settings::Client,
    tokens::Tokens,
};
use uuid::Uuid;

use crate::world::listening;

fn patience() -> Patience {
    Patience { first_pause: Duration::from_millis(1), ..Patience::default() }
}

fn outbound(tokens: Option<Tokens>, patience: Patience) -> Outbound {
    Outbound::new(outbound::client(Duration::from_secs(3)).unwrap(), tokens, patience)
}

fn request(method: Method, url: String) -> Request {
    Request { method, url: url.parse().unwrap(), request_id: Uuid::new_v4(), idempotency_key: None, body: None }
}

/// Somebody who is in trouble for the first few calls, and how often they were called.
async fn troubled(calls_in_trouble: u32) -> (String, Arc<AtomicU32>) {
    let calls = Arc::new(AtomicU32::new(0));
    let counted = calls.clone();
    let answer = move || async move {
        let trouble = counted.fetch_add(1, Ordering::SeqCst) < calls_in_trouble;
        if trouble { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK }
    };
    let address = listening(Router::new().route("/", any(answer))).await;
    (format!("http://{address}/"), calls)
}

#[tokio::test]
async fn a_call_is_repeated_only_where_it_is_safe() {
    let (url, calls) = troubled(2).await;
    let outbound = outbound(None, patience());
    assert_eq!(outbound.send(&request(Method::GET, url)).await.unwrap().status, 200);
    assert_eq!(calls.load(Ordering::SeqCst), 3);
    let (url, calls) = troubled(2).await;
    assert_eq!(outbound.send(&request(Method::POST, url.clone())).await.unwrap().status, 503);
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    let with_key = Request { idempotency_key: Some(Uuid::new_v4()), ..request(Method::POST, url) };
    assert_eq!(outbound.send(&with_key).await.unwrap().status, 200);
}

#[tokio::test]
async fn retries_have_a_budget_so_that_trouble_is_not_fed() {
    let (url, calls) = troubled(u32::MAX).await;
    let outbound = outbound(None, patience());
    for _ in 0..50 {
        outbound.send(&request(Method::GET, url.clone())).await.unwrap();
    }
    let calls = calls.load(Ordering::SeqCst);
    assert!((60..=70).contains(&calls), "{calls} calls for 50 requests");
}

#[tokio::test]
async fn who_does_not_answer_in_time_or_answers_without_end_is_given_up() {
    let routes = Router::new()
        .route("/silent", any(async || tokio::time::sleep(Duration::from_secs(60)).await))
        .route("/endless", any(async || "x".repeat(2_000_000)));
    let address = listening(routes).await;
    let hasty = Patience { timeout: Duration::from_millis(100), most_tries: 1, ..patience() };
    let silent = outbound(None, hasty).send(&request(Method::GET, format!("http://{address}/silent"))).await;
    assert!(matches!(silent, Err(NoReply::Transport(_))), "{silent:?}");
    let endless = outbound(None, patience()).send(&request(Method::GET, format!("http://{address}/endless"))).await;
    assert!(matches!(endless, Err(NoReply::TooLarge(_))), "{endless:?}");
}

#[tokio::test]
async fn a_call_bears_the_request_id_and_a_token_that_our_key_was_exchanged_for_once() {
    let given = Arc::new(AtomicU32::new(0));
    let counted = given.clone();
    let give = move |Form(form): Form<Vec<(String, String)>>| async move {
        counted.fetch_add(1, Ordering::SeqCst);
        let field = |name: &str| form.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.as_str());
        assert_eq!((field("grant_type"), field("resource")), ("client_credentials", "https://api.hackney.example"));
        assert_eq!(field("client_assertion").split('.').count(), 3);
        Json(json!({ "access_token": "of-ours", "expires_in": 3600, "token_type": "Bearer" }))
    };
    let echo = async |headers: HeaderMap| {
        let text = |name: &str| headers[name].to_str().unwrap().to_owned();
        format!("{} {}", text("authorization"), text("request-id"))
    };
    let address = listening(Router::new().route("/token", post(give)).route("/echo", any(echo))).await;
    let folder = tempfile::tempdir().unwrap();
    let key_file = folder.path().join("key.pem");
    std::fs::write(&key_file, pem()).unwrap();
    let client = Client { id: "1f0c".into(), key_file, token_url: format!("http://{address}/token").parse().unwrap() };
    let http = outbound::client(Duration::from_secs(3)).unwrap();
    let tokens = Tokens::new(http, &client, "https://api.hackney.example").unwrap();
    let outbound = outbound(Some(tokens), patience());
    for _ in 0..2 {
        let request = request(Method::GET, format!("http://{address}/echo"));
        let reply = outbound.send(&request).await.unwrap();
        assert_eq!(String::from_utf8(reply.body).unwrap(), format!("Bearer of-ours {}", request.request_id));
    }
    assert_eq!(given.load(Ordering::SeqCst), 1, "a token is used until it ends");
}

fn pem() -> String {
    let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    let label = "PRIVATE KEY";
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(key.as_ref()))
}

#[test]
fn pauses_grow_and_end_somewhere() {
    let first = Duration::from_secs(1);
    assert!((first / 2..=first).contains(&pause(1, first)));
    assert!((first * 8..=first * 16).contains(&pause(5, first)));
    assert!(pause(10_000, first) <= Duration::from_secs(3600));
}
