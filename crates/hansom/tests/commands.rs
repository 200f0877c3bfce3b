//! What does the command say when it cannot do it?
#![expect(clippy::disallowed_methods, reason = "an end-to-end test is the outside: its issuer reads the clock")]

#[expect(dead_code, reason = "the platform's tests use more of the town")]
mod town;

use std::{
    collections::HashMap,
    net::TcpListener,
    path::Path,
    process::{Command, Output},
    time::{SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use axum::{Json, Router, extract::Query, http::HeaderMap, routing::get};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use town::{BINARY, Demo, Scratch, new_api};

fn hansom(arguments: &[&str]) -> Output {
    Command::new(BINARY).args(arguments).output().unwrap()
}

/// One line on standard error for a person, no panic, and that exit code.
#[track_caller]
fn says(output: &Output, code: i32, words: &[&str]) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{text}");
    for word in words {
        assert!(text.contains(word), "{word:?} is missing in: {text}");
    }
    assert!(!text.contains("panicked") && !text.contains("stack backtrace"), "{text}");
}

fn demo_in(dir: &Path, hub: &str) -> Output {
    let any = "127.0.0.1:0";
    Command::new(BINARY)
        .args(["demo", "--gateway", any, "--sandbox", any, "--ops", any, "--hub", hub, "--dir"])
        .arg(dir)
        .output()
        .unwrap()
}

#[test]
fn every_verb_has_help_with_an_example() {
    for verb in [
        "demo", "serve", "keys", "check", "lint", "explain", "lsp", "publish", "new", "update", "playbook", "verify",
        "mock",
    ] {
        let output = hansom(&[verb, "--help"]);
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && text.contains("Example") && text.contains(&format!("hansom {verb}")),
            "{text}"
        );
    }
    assert_eq!(hansom(&["fly"]).status.code(), Some(2));
}

#[test]
fn a_port_in_use_is_one_line_and_exit_code_3() {
    let scratch = Scratch::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = demo_in(&scratch.0, &address);
    says(&output, 3, &[&address, "another program listens there"]);
    assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 1);
}

#[tokio::test]
async fn a_gateway_port_in_use_is_found_although_ports_are_shared_within_the_platform() {
    let scratch = Scratch::new();
    let demo = Demo::start(&scratch.0).await;
    let taken = demo.url("production").replace("http://", "");
    let any = "127.0.0.1:0";
    let other = scratch.0.join("other");
    let output = hansom(&[
        "demo",
        "--gateway",
        &taken,
        "--sandbox",
        any,
        "--ops",
        any,
        "--hub",
        any,
        "--dir",
        other.to_str().unwrap(),
    ]);
    says(&output, 3, &[&taken, "another program listens there"]);
}

#[tokio::test]
async fn a_second_demo_in_the_same_folder_is_refused() {
    let scratch = Scratch::new();
    let _demo = Demo::start(&scratch.0).await;
    says(&demo_in(&scratch.0.join("demo"), "127.0.0.1:0"), 3, &["another demo runs in"]);
}

#[tokio::test]
async fn a_read_only_database_is_one_line_and_exit_code_3() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new();
    Demo::start(&scratch.0).await.kill();
    let database = scratch.0.join("demo/hansom.db");
    std::fs::set_permissions(&database, std::fs::Permissions::from_mode(0o444)).unwrap();
    let output = demo_in(&scratch.0.join("demo"), "127.0.0.1:0");
    says(&output, 3, &["hansom.db", "read-only"]);
    assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 1);
}

#[test]
fn the_demo_listens_on_this_machine_alone() {
    let scratch = Scratch::new();
    says(&demo_in(&scratch.0, "0.0.0.0:0"), 2, &["this machine alone"]);
}

#[test]
fn a_manifest_with_faults_is_told_with_line_and_column_before_anything_is_sent() {
    let scratch = Scratch::new();
    let good = "api: trees\nowner: parks@hackney.example\nkind: platform\naudience: internal\nstatus: alpha\ncontract: openapi.yaml\n\
                environments:\n  sandbox: { mock: true }\naccess:\n  - operations: [\"*\"]\n    applications: granted\n";
    for (what, manifest, place, word) in [
        ("unknown key", good.replace("status: alpha", "status: alpha\ncolour: red"), ":6:1:", "colour"),
        ("missing contract", good.into(), ":6:11:", "openapi.yaml"),
        ("group that is no address", good.replace("parks@hackney.example", "parks"), ":2:8:", "parks"),
        ("no YAML", "{{{".into(), ":1:", "api.yaml"),
    ] {
        let file = scratch.write("api.yaml", &manifest);
        let output = hansom(&["publish", "--hub", "http://127.0.0.1:9", "--manifest", file.to_str().unwrap()]);
        says(&output, 1, &[place, word]);
        assert!(!String::from_utf8_lossy(&output.stderr).contains("could not be reached"), "{what}: nothing is sent");
    }
    let absent = scratch.0.join("absent.yaml");
    says(&hansom(&["publish", "--manifest", absent.to_str().unwrap()]), 2, &["absent.yaml", "cannot be read"]);
}

#[tokio::test]
async fn a_contract_with_faults_is_refused_whole() {
    let scratch = Scratch::new();
    let demo = Demo::start(&scratch.0).await;
    let files = new_api("trees", "api-platform@hackney.example");
    let manifest = scratch.write("api.yaml", &files["api.yaml"]);
    let contract = &files["openapi.yaml"];
    let bomb = {
        let mut text = String::from("openapi: 3.1.0\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..12 {
            let before = format!("*a{}", level - 1);
            text += &format!("a{level}: &a{level} [{}]\n", vec![before; 10].join(", "));
        }
        text
    };
    for (what, text) in [
        ("an alias bomb", bomb),
        ("depth 10,000", format!("openapi: {}{}", "[".repeat(10_000), "]".repeat(10_000))),
        ("a reference to a file", contract.replace("#/components/parameters/Limit", "file:///etc/passwd")),
        ("a reference to a URL", contract.replace("#/components/parameters/Limit", "http://169.254.169.254/")),
        ("two operations of one id", contract.replace("createTree", "listTrees")),
        ("50 MB", format!("{contract}\nx-more: \"{}\"\n", "x".repeat(50 * 1024 * 1024))),
    ] {
        scratch.write("openapi.yaml", &text);
        let output = demo.publish(&manifest, &[]);
        says(&output, 1, &["openapi.yaml:"]);
        let stored = demo.get(&format!("{}/trees/v1/trees", demo.url("sandbox")), None).await;
        assert_eq!(stored.status, 404, "{what} must not be served");
    }
}

#[test]
fn a_configuration_is_checked_with_line_and_reason() {
    let scratch = Scratch::new();
    let good = include_str!("../../../examples/hansom.toml");
    let file = scratch.write("hansom.toml", good);
    let path = file.to_str().unwrap();
    let output = hansom(&["check", "--config", path]);
    assert!(output.status.success(), "{output:?}");
    for (bad, place, word) in [
        (good.replacen("[hub]", "[hub]\ncolour = \"red\"", 1), "hansom.toml:", "colour"),
        (good.replace("sqlite://", "mysql://"), "", "sqlite:// or postgres://"),
        (good.replace("127.0.0.1:8080", "127.0.0.1:8000"), "", "both listen on"),
        (good.replace("api-platform@hackney.example", "everyone"), "hansom.toml:", "everyone"),
        (good.replace("http://127.0.0.1:8000", "http://hub.hackney.example"), "hansom.toml:", "https://"),
    ] {
        scratch.write("hansom.toml", &bad);
        says(&hansom(&["check", "--config", path]), 1, &[place, word]);
    }
    says(&hansom(&["check", "--config", "/nowhere/hansom.toml"]), 3, &["/nowhere/hansom.toml"]);
}

/// An issuer of pipelines' tokens with one key, in GitHub's wire format: also the address at which a run asks for its token.
async fn github() -> String {
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref()).unwrap();
    let point = pair.public_key().as_ref();
    let jwk = json!({ "kty": "EC", "crv": "P-256", "kid": "one", "use": "sig",
        "x": URL_SAFE_NO_PAD.encode(&point[1..33]), "y": URL_SAFE_NO_PAD.encode(&point[33..]) });
    let key = jsonwebtoken::EncodingKey::from_ec_der(pkcs8.as_ref());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let (own, keys) = (issuer.clone(), json!({ "keys": [jwk] }));
    let about = json!({ "issuer": issuer, "jwks_uri": format!("{issuer}/keys") });
    let token = move |Query(asked): Query<HashMap<String, String>>, headers: HeaderMap| async move {
        assert_eq!((asked["api-version"].as_str(), headers["authorization"].to_str().unwrap()), ("2.0", "Bearer run"));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let claims = json!({
            "iss": own, "aud": asked["audience"], "jti": now.to_string(), "iat": now, "exp": now + 300,
            "repository": "hackney/trees", "repository_id": "74", "repository_owner_id": "65", "event_name": "push",
            "ref": "refs/heads/main", "workflow_ref": "hackney/trees/.github/workflows/publish.yml@refs/heads/main",
            "run_id": "1234",
        });
        let mut head = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::ES256);
        head.kid = Some("one".into());
        Json(json!({ "count": 1, "value": jsonwebtoken::encode(&head, &claims, &key).unwrap() }))
    };
    let router = Router::new()
        .route("/.well-known/openid-configuration", get(async || Json(about)))
        .route("/keys", get(async || Json(keys)))
        .route("/token", get(token));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    issuer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_of_github_actions_publishes_without_any_secret() {
    let scratch = Scratch::new();
    let demo = Demo::start(&scratch.0).await;
    let files = new_api("trees", "api-platform@hackney.example");
    let manifest = scratch.write("api.yaml", &files["api.yaml"]);
    scratch.write("openapi.yaml", &files["openapi.yaml"]);
    let (issuer, hub) = (github().await, demo.url("hub"));
    let run = |of_run: &[(&str, &str)]| {
        let mut command = Command::new(BINARY);
        command.args(["publish", "--hub", &hub, "--manifest"]).arg(&manifest);
        command.env("XDG_CONFIG_HOME", &scratch.0).env_remove("ACTIONS_ID_TOKEN_REQUEST_URL").envs(of_run.to_vec());
        command.output().unwrap()
    };
    says(&run(&[("GITHUB_ACTIONS", "true")]), 1, &["id-token: write"]);
    let url = format!("{issuer}/token?api-version=2.0");
    let offered = [("ACTIONS_ID_TOKEN_REQUEST_URL", url.as_str()), ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "run")];
    says(&run(&offered), 1, &["gave this pipeline no token"]);
    says(&run(&[("HANSOM_ID_TOKEN", "a.b.c")]), 1, &["gave this pipeline no token"]);
    let mut grace = demo.sign_in("grace.obi@hackney.example").await;
    let trusted = json!({ "provider": "github", "issuer": issuer, "repository": "hackney/trees",
        "ref": "refs/heads/main", "workflow": "publish.yml", "owner": "api-platform@hackney.example" });
    let answer = grace.api("POST", "/apis/trees/pipelines", &trusted).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let published = run(&offered);
    assert!(published.status.success(), "{}", String::from_utf8_lossy(&published.stderr));
    let told = String::from_utf8_lossy(&published.stdout).into_owned();
    assert!(told.contains("trees v1 release 1") && told.contains("is published"), "{told}");
}
