//! What does `hansom verify` say of a running service, and what does it keep to itself?
#![expect(clippy::disallowed_methods, reason = "an end-to-end test is the outside: it has files")]

#[expect(dead_code, reason = "the platform's tests use more of the town")]
mod town;

use std::{
    fs,
    net::TcpListener,
    process::{Command, Output},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Json, Router,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value, json};
use town::{BINARY, Scratch};

const SECRET: &str = "a-token-that-nobody-may-read";
const CONTRACT: &str = r##"openapi: 3.1.0
info: { title: Lamps, version: 1.0.0 }
security: [{ token: [] }]
paths:
  /lamps:
    get:
      operationId: listLamps
      responses:
        "200":
          description: All of them.
          content:
            application/json:
              schema: { type: object, required: [items], properties: { items: { type: array, items: { type: string } } } }
        "401": { description: Nobody. }
components:
  securitySchemes: { token: { type: http, scheme: bearer } }
"##;

/// A service on a thread of its own, for as long as the test runs.
fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    listener.set_nonblocking(true).unwrap();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            axum::serve(tokio::net::TcpListener::from_std(listener).unwrap(), router).await.unwrap()
        });
    });
    address
}

/// Lets in whoever has the secret, and answers with that.
fn lamps(answer: impl Fn(&str) -> Response + Clone + Send + Sync + 'static) -> Router {
    let list = move |headers: HeaderMap| {
        let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let response = if sent == format!("Bearer {SECRET}") {
            answer(sent)
        } else {
            (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer")]).into_response()
        };
        std::future::ready(response)
    };
    Router::new().nest("/lamps/v1", Router::new().route("/lamps", get(list)))
}

struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

fn verify(url: &str, arguments: &[&str]) -> Ran {
    let folder = Scratch::new();
    let contract = folder.0.join("openapi.yaml");
    fs::write(&contract, CONTRACT).unwrap();
    run(Command::new(BINARY).arg("verify").arg(&contract).args(["--url", url]).args(arguments))
}

fn run(command: &mut Command) -> Ran {
    let Output { status, stdout, stderr } = command.env("HANSOM_VERIFY_TOKEN", SECRET).output().unwrap();
    let (out, err) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
    assert!(!err.contains("panicked"), "{err}");
    Ran { code: status.code(), out, err }
}

#[test]
fn a_service_that_keeps_its_contract_is_told_so() {
    let url = serve(lamps(|_| Json(json!({ "items": ["one"] })).into_response()));
    let ran = verify(&format!("{url}/lamps/v1"), &["--seed", "7"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains(" 0 broken") && ran.out.contains("seed 7"), "{}", ran.out);
}

#[test]
fn what_is_broken_is_told_with_how_to_see_it_again_and_without_the_secret_that_the_service_repeats() {
    let url = serve(lamps(|sent| Json(json!({ "items": [7], "echo": sent })).into_response()));
    for format in ["pretty", "json", "junit", "markdown"] {
        let ran = verify(&format!("{url}/lamps/v1/"), &["--format", format, "--all"]);
        assert_eq!(ran.code, Some(1), "{}{}", ran.out, ran.err);
        assert!(ran.out.contains("/lamps/v1/lamps") && ran.out.contains("$HANSOM_VERIFY_TOKEN"), "{}", ran.out);
        assert!(!ran.out.contains(SECRET) && !ran.err.contains(SECRET), "{}", ran.out);
    }
    let ran = verify(&format!("{url}/lamps/v1"), &["--format", "json"]);
    let told: Value = serde_json::from_str(&ran.out).unwrap();
    let body = told["promises"].as_array().unwrap().iter().find(|promise| promise["check"] == "body").unwrap();
    assert!(body["failures"][0]["what"].as_str().unwrap().contains("/items/0"), "{body}");
    assert!(body["failures"][0]["answered"].as_str().unwrap().contains("[hidden]"), "{body}");
}

#[test]
fn a_redirect_to_elsewhere_is_not_followed_and_takes_no_credentials_along() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let elsewhere = serve(Router::new().fallback(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        std::future::ready("caught")
    }));
    let target = format!("{elsewhere}/lamps");
    let url = serve(lamps(move |_| (StatusCode::FOUND, [(header::LOCATION, target.clone())]).into_response()));
    let ran = verify(&format!("{url}/lamps/v1"), &[]);
    assert_eq!(ran.code, Some(1), "{}", ran.out);
    assert!(ran.out.contains("302 is answered"), "{}", ran.out);
    assert_eq!(calls.load(Ordering::Relaxed), 0);
}

#[test]
fn a_body_without_end_is_not_read_to_its_end() {
    let url = serve(lamps(|_| Json(json!({ "items": ["x".repeat(6 * 1024 * 1024)] })).into_response()));
    let ran = verify(&format!("{url}/lamps/v1"), &[]);
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    assert!(ran.out.contains("larger than is read") && ran.out.len() < 100_000, "{} bytes", ran.out.len());
}

#[test]
fn a_service_that_cannot_be_reached_breaks_the_command() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ran = verify(&format!("http://{nobody}"), &[]);
    assert_eq!(ran.code, Some(3), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("could not be reached") && ran.out.is_empty(), "{}{}", ran.out, ran.err);
}

#[test]
fn wrong_use_is_told() {
    for (url, arguments, word) in [
        ("ftp://x", &[][..], "https://"),
        ("http://name:word@x", &[], "--header"),
        ("http://127.0.0.1:1/?a=b", &[], "base path"),
        ("http://127.0.0.1:1", &["--operation", "fellTree"], "no operation fellTree"),
        ("http://127.0.0.1:1", &["--header", "Host: x"], "how a message is made"),
        ("http://127.0.0.1:1", &["--header", "X-Key: $NOBODY_HAS_SET_THIS"], "which is not set"),
        ("http://127.0.0.1:1", &["--max-requests", "1"], "--max-requests"),
    ] {
        let ran = verify(url, arguments);
        assert_eq!(ran.code, Some(2), "{url} {arguments:?}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains(word), "{word}: {}", ran.err);
    }
}

#[test]
fn a_contract_that_cannot_be_read_is_told_with_its_place() {
    let folder = Scratch::new();
    let contract = folder.0.join("openapi.yaml");
    fs::write(&contract, CONTRACT.replace("operationId: listLamps", "operationId: 7")).unwrap();
    let ran = run(Command::new(BINARY).arg("verify").arg(&contract).args(["--url", "http://127.0.0.1:1"]));
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    assert!(ran.err.contains("openapi.yaml:7:"), "{}", ran.err);
}
