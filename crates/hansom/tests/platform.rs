//! The whole ring with the real binary: publish, find, be granted, call, be refused.
#![expect(clippy::disallowed_methods, reason = "an end-to-end test is the outside: it reads files")]

mod town;

use std::{
    fs::Permissions,
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Output, Stdio},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use town::{Browser, Demo, Scratch, new_api, now, raw, until};

#[tokio::test]
async fn the_printed_call_works_and_is_refused_without_its_token() {
    let scratch = Scratch::new();
    let demo = Demo::start(&scratch.0).await;
    let answer = demo.get(&demo.printed_url(), Some(&demo.printed_token())).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert!(!answer.json()["repairs"].as_array().unwrap().is_empty(), "{}", answer.text);
    assert!(!answer.header("request-id").is_empty());
    let refused = demo.get(&demo.printed_url(), None).await;
    refused.is_problem(401, "token-missing");
    assert!(refused.header("www-authenticate").starts_with("Bearer"));
    for (path, word) in [("/live", "live"), ("/ready", "ready"), ("/metrics", "hansom")] {
        let answer = demo.get(&format!("{}{path}", demo.url("operations")), None).await;
        assert!(answer.status == 200 && answer.text.contains(word), "{path}: {}", answer.text);
    }
    let people = demo.ready["people"].as_array().unwrap();
    assert!(
        people
            .iter()
            .all(|person| person["email"].is_string() && person["name"].is_string() && person["groups"].is_array())
    );
}

#[tokio::test]
async fn a_process_says_how_it_is_and_one_that_was_killed_is_missed() {
    let scratch = Scratch::new();
    let demo = Demo::start(&scratch.0).await;
    let mut grace = demo.sign_in("grace.obi@hackney.example").await;
    let mut node = Value::Null;
    until("the process reports", async || {
        let platform = grace.api("GET", "/platform", &Value::Null).await.json();
        node = platform["nodes"][0].clone();
        node["generation"] == platform["generation"] && node["serversIn"].as_u64() > Some(0)
    })
    .await;
    assert_eq!((node["role"].as_str(), node["isMissing"].as_bool()), (Some("all"), Some(false)), "{node}");
    assert_eq!(node["version"], env!("CARGO_PKG_VERSION"));
    assert!(node["databaseMicros"].as_u64() > Some(0), "{node}");
    let killed = node["id"].clone();
    demo.kill();
    let demo = Demo::start(&scratch.0).await;
    let mut grace = demo.sign_in("grace.obi@hackney.example").await;
    until("both are spoken of", async || {
        let platform = grace.api("GET", "/platform", &Value::Null).await.json();
        let ids: Vec<_> = platform["nodes"].as_array().unwrap().iter().map(|node| node["id"].clone()).collect();
        ids.len() == 2 && ids.contains(&killed)
    })
    .await;
}

#[tokio::test]
async fn a_token_works_in_its_own_environment_alone() {
    let scratch = Scratch::new();
    let demo = Demo::start(&scratch.0).await;
    let (production, sandbox) = (demo.url("production"), demo.url("sandbox"));
    for (mine, other) in [(&production, &sandbox), (&sandbox, &production)] {
        let token = demo.token(mine).await.access_token();
        assert_eq!(demo.get(&format!("{mine}/repairs/v1/repairs"), Some(&token)).await.status, 200);
        demo.get(&format!("{other}/repairs/v1/repairs"), Some(&token)).await.is_problem(401, "token-audience");
    }
}

#[tokio::test]
async fn an_operation_that_was_not_granted_is_refused_and_named() {
    let scratch = Scratch::new();
    let demo = Demo::start(&scratch.0).await;
    let url = format!("{}/repairs/v1/repairs", demo.url("production"));
    let report = demo.http.post(&url).bearer_auth(demo.printed_token()).json(&json!({})).send().await.unwrap();
    let problem = town::Answer::of(report).await.is_problem(403, "grant-missing");
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        detail.contains("reportRepair") && detail.contains("/apis/repairs"),
        "it names what is missing and where to ask: {detail}"
    );
    let other = demo.get(&format!("{}/rents/v1/accounts", demo.url("production")), Some(&demo.printed_token())).await;
    other.is_problem(403, "grant-missing");
}

#[tokio::test]
async fn forged_tokens_are_refused() {
    let scratch = Scratch::new();
    let demo = Demo::start(&scratch.0).await;
    let url = demo.printed_url();
    let printed = demo.printed_token();
    let mut parts = printed.split('.');
    let (header, claims) = (parts.next().unwrap(), parts.next().unwrap());
    let decoded: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    let head: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    let kid = head["kid"].as_str().unwrap().to_owned();
    let jwks = demo.get(&format!("{}/oauth/jwks", demo.url("hub")), None).await.json();
    let key = jwks["keys"].as_array().unwrap().iter().find(|key| key["kid"] == kid.as_str()).unwrap().clone();
    assert!(key.get("d").is_none(), "no private key is published");

    let typed = |algorithm| {
        let mut header = Header::new(algorithm);
        header.typ = Some("at+jwt".into());
        header.kid = Some(kid.clone());
        header
    };
    let foreign = EncodingKey::from_ec_pem(
        &std::fs::read(demo.ready["application"]["private_key_file"].as_str().unwrap()).unwrap(),
    )
    .unwrap();
    let none = format!(
        "{}.{claims}.",
        URL_SAFE_NO_PAD.encode(json!({ "alg": "none", "typ": "at+jwt", "kid": kid }).to_string())
    );
    let wrong_key = jsonwebtoken::encode(&typed(Algorithm::ES256), &decoded, &foreign).unwrap();
    let public = EncodingKey::from_secret(key.to_string().as_bytes());
    let confused = jsonwebtoken::encode(&typed(Algorithm::HS256), &decoded, &public).unwrap();
    let cut = printed.rsplit_once('.').unwrap().0.to_owned() + ".AAAA";
    for (what, token) in [
        ("alg none", none),
        ("wrong key", wrong_key),
        ("HS256 by the public key", confused),
        ("cut signature", cut),
        ("no JWT", "abc".into()),
    ] {
        let answer = demo.get(&url, Some(&token)).await;
        let problem = answer.is_problem(401, "token-invalid");
        assert!(answer.header("www-authenticate").contains("invalid_token"), "{what}: {problem}");
    }
    assert!(decoded["exp"].as_i64().unwrap() <= now() + 3600, "an application's token lives for an hour at most");
}

#[tokio::test]
async fn paths_that_could_be_read_in_two_ways_are_refused_before_any_routing() {
    let scratch = Scratch::new();
    let demo = Demo::start(&scratch.0).await;
    let token = demo.printed_token();
    for path in [
        "/repairs/v1x/repairs",
        "/repairs/v1/../../rents/v1/accounts",
        "/repairs/v1/%2e%2e/%2e%2e/rents/v1/accounts",
        "/repairs/v1/repairs/%2E%2E",
        "/repairs//v1/repairs",
        "//repairs/v1/repairs",
        "/repairs/v1/repairs%2f1",
        "/repairs/v1/repairs\\1",
        "/repairs/v1/repairs%5c1",
        "/repairs/v1/repairs%00",
        "/repairs/v1/repairs/",
        "/repairs/v1/repairs-private",
        "/Repairs/v1/repairs",
        "/nothing/v1/repairs",
        "/repairs/v1/./repairs",
        "/repairs/v1/repairs;x=1",
    ] {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
        );
        let line = raw(&demo.url("production"), &request);
        assert!(line.contains(" 400 ") || line.contains(" 404 "), "{path}: {line:?}");
    }
}

#[tokio::test]
async fn what_is_published_from_a_shell_is_served_and_found_at_once() {
    let scratch = Scratch::new();
    let demo = Demo::start(&scratch.0).await;
    let made = std::process::Command::new(town::BINARY)
        .args(["new", "street-trees", "--owner", "api-platform@hackney.example", "--into"])
        .arg(&scratch.0)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let manifest = scratch.0.join("street-trees/api.yaml");
    let url = format!("{}/street-trees/v1/street-trees", demo.url("sandbox"));
    let dry = demo.publish(&manifest, &["--dry-run"]);
    assert!(dry.status.success(), "{dry:?}");
    demo.get(&url, None).await.is_problem(404, "api-not-found");
    let published = demo.publish(&manifest, &["--format", "json"]);
    assert!(published.status.success(), "{published:?}");
    let told: Value = serde_json::from_slice(&published.stdout).unwrap();
    assert_eq!((&told["api"], &told["release"]), (&json!("street-trees"), &json!(1)));
    until("the gateway serves the new API", async || demo.get(&url, None).await.status == 401).await;
    let again = demo.publish(&manifest, &["--format", "json"]);
    assert_eq!(serde_json::from_slice::<Value>(&again.stdout).unwrap()["unchanged"], true);
}

/// Ben's application with a grant that Dev has approved: its client id.
async fn granted_application(ben: &mut Browser<'_>, dev: &mut Browser<'_>) -> String {
    let new =
        json!({ "name": "Rent reminder", "description": "Reminds.", "owner": "digital-services@hackney.example" });
    let application = ben.api("POST", "/applications", &new).await;
    assert_eq!(application.status, 201, "{}", application.text);
    let id = application.json()["id"].as_str().unwrap().to_owned();
    let asked = json!({ "application": id, "api": "rents", "major": "v1", "environment": "production",
        "operations": ["listRentAccounts"], "purpose": "To remind tenants before a payment is due.", "legalBasis": "Contract" });
    let grant = ben.api("POST", "/grants", &asked).await;
    assert_eq!(grant.status, 201, "{}", grant.text);
    let grant = grant.json()["id"].as_str().unwrap().to_owned();
    let yes = json!({ "decision": "approve", "reason": "Agreed." });
    let own = ben.api("POST", &format!("/grants/{grant}/decision"), &yes).await;
    own.is_problem(403, "not-allowed");
    let decided = dev.api("POST", &format!("/grants/{grant}/decision"), &yes).await;
    assert!(matches!(decided.status, 200 | 204), "{}", decided.text);
    id
}

#[tokio::test]
async fn from_an_application_to_its_own_call_and_back_to_nothing() {
    let scratch = Scratch::new();
    let demo = Demo::start(&scratch.0).await;
    let mut ben = demo.sign_in("ben.carter@hackney.example").await;
    let mut dev = demo.sign_in("dev.patel@hackney.example").await;
    let id = granted_application(&mut ben, &mut dev).await;
    let credentials = format!("/applications/{id}/credentials");
    let secret = ben.api("POST", &credentials, &json!({ "kind": "secret" })).await;
    assert_eq!(secret.status, 201, "{}", secret.text);
    let secret = secret.json();

    let production = demo.url("production");
    let form = [("grant_type", "client_credentials"), ("resource", &production)];
    let endpoint = demo.ready["application"]["token_endpoint"].as_str().unwrap();
    let request = demo.http.post(endpoint).basic_auth(&id, secret["secret"].as_str()).form(&form);
    let token = town::Answer::of(request.send().await.unwrap()).await.access_token();
    let url = format!("{production}/rents/v1/accounts");
    until("the granted call works", async || demo.get(&url, Some(&token)).await.status == 200).await;

    let revoked = ben.api("DELETE", &format!("{credentials}/{}", secret["id"].as_str().unwrap()), &Value::Null).await;
    assert!(matches!(revoked.status, 200 | 204), "{}", revoked.text);
    until("the token of a revoked credential is refused", async || demo.get(&url, Some(&token)).await.status == 401)
        .await;
    let refused = demo.get(&url, Some(&token)).await.is_problem(401, "token-revoked");
    let why = format!("/refusals/{}", refused["instance"].as_str().unwrap());
    until("the reason can be read", async || ben.api("GET", &why, &Value::Null).await.status == 200).await;
    let told = ben.api("GET", &why, &Value::Null).await.json();
    assert_eq!(told["code"], "token-revoked", "{told}");
    let mut amina = demo.sign_in("amina.yusuf@hackney.example").await;
    assert_eq!(amina.api("GET", &why, &Value::Null).await.status, 404, "nobody else may read it");
}

#[tokio::test]
async fn a_restart_keeps_every_state_and_every_address() {
    let scratch = Scratch::new();
    let demo = Demo::start(&scratch.0).await;
    let before = demo.ready.clone();
    let token = demo.printed_token();
    demo.kill();
    let demo = Demo::start(&scratch.0).await;
    for role in ["hub", "production", "sandbox", "operations"] {
        assert_eq!(demo.ready[role], before[role], "{role}");
    }
    assert_eq!(demo.ready["application"], before["application"]);
    assert_eq!(
        demo.get(&demo.printed_url(), Some(&token)).await.status,
        200,
        "a token from before the restart still works"
    );
    assert_eq!(demo.token(&demo.url("production")).await.status, 200);
}

#[tokio::test]
async fn l129_after_a_kill_in_the_middle_of_publishing_there_is_a_whole_release_or_none() {
    let scratch = Scratch::new();
    let demo = Demo::start(&scratch.0).await;
    let hub = demo.url("hub");
    let publisher = demo.ready["publisher"].clone();
    let (client, key) = (publisher["client_id"].as_str().unwrap(), publisher["private_key_file"].as_str().unwrap());
    let token = demo.token_for(client, key, &hub).await.access_token();
    let files = new_api("street-trees", "api-platform@hackney.example");
    let http = demo.http.clone();
    let publishing = tokio::spawn(async move {
        let mut told = 0;
        for patch in 0..1000 {
            let contract = files["openapi.yaml"].replace("0.1.0", &format!("1.0.{patch}"));
            let body = json!({ "manifest": files["api.yaml"], "contract": contract, "dryRun": false });
            let sent = http.post(format!("{hub}/api/v1/releases")).bearer_auth(&token).json(&body).send().await;
            match sent {
                Ok(answer) if answer.status().as_u16() == 201 => told += 1,
                _ => break,
            }
        }
        told
    });
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    demo.kill();
    let told = publishing.await.unwrap();
    assert!(told > 0, "something was published before the kill");
    let demo = Demo::start(&scratch.0).await;
    let mut grace = demo.sign_in("grace.obi@hackney.example").await;
    let version = grace.api("GET", "/apis/street-trees/versions/v1", &Value::Null).await.json();
    let newest = version["currentRelease"].as_i64().unwrap_or_else(|| panic!("{version}"));
    assert!(newest >= told, "what was confirmed is there: {newest} of {told}");
    let whole = grace.api("GET", &format!("/apis/street-trees/versions/v1/releases/{newest}"), &Value::Null).await;
    assert!(whole.status == 200 && whole.text.contains(&format!("version: 1.0.{}", newest - 1)), "{}", whole.text);
    let next = grace.api("GET", &format!("/apis/street-trees/versions/v1/releases/{}", newest + 1), &Value::Null).await;
    assert_eq!(next.status, 404);
    demo.get(&format!("{}/street-trees/v1/street-trees", demo.url("sandbox")), None)
        .await
        .is_problem(401, "token-missing");
}

/// The number behind a metric's name.
async fn metric(demo: &Demo, name: &str) -> f64 {
    let text = demo.get(&format!("{}/metrics", demo.url("operations")), None).await.text;
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
    value.unwrap_or_else(|| panic!("{name} in {text}"))
}

#[tokio::test]
async fn l134_an_older_backup_is_told_of_and_brings_no_revoked_token_back() {
    let scratch = Scratch::new();
    let demo = Demo::start(&scratch.0).await;
    let token = demo.printed_token();
    demo.kill();
    let files = ["hansom.db", "hansom.db-wal", "hansom.db-shm"].map(|name| scratch.0.join("demo").join(name));
    let backup = files.each_ref().map(|file| std::fs::read(file).ok());
    let demo = Demo::start(&scratch.0).await;
    assert_eq!(demo.get(&demo.printed_url(), Some(&token)).await.status, 200);
    let application = &demo.ready["application"];
    let (client, key) = (application["client_id"].as_str().unwrap(), application["private_key_file"].as_str().unwrap());
    let endpoint = application["token_endpoint"].as_str().unwrap().replace("/oauth/token", "/oauth/revoke");
    let (assertion, form) = (demo.assertion(client, key), "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    let form = [("token", token.as_str()), ("client_assertion_type", form), ("client_assertion", &assertion)];
    assert_eq!(demo.http.post(endpoint).form(&form).send().await.unwrap().status(), 200);
    until("it is revoked", async || demo.get(&demo.printed_url(), Some(&token)).await.status == 401).await;
    until("that is on disk", async || {
        metric(&demo, "hansom_snapshot_kept_generation ").await == metric(&demo, "hansom_snapshot_generation ").await
    })
    .await;
    demo.kill();
    for (file, content) in files.iter().zip(backup) {
        let _ = std::fs::remove_file(file);
        content.map_or(Ok(()), |content| std::fs::write(file, content)).unwrap();
    }
    let demo = Demo::start(&scratch.0).await;
    let ready = demo.get(&format!("{}/ready", demo.url("operations")), None).await.text;
    assert!(ready.contains("is older than what was served"), "{ready}");
    demo.get(&demo.printed_url(), Some(&token)).await.is_problem(401, "token-revoked");
    let another = demo.token(&demo.url("production")).await.access_token();
    assert_eq!(demo.get(&demo.printed_url(), Some(&another)).await.status, 200, "others are as good as ever");
}

#[tokio::test]
async fn a_person_outside_the_group_is_told_which_group_is_missing() {
    let scratch = Scratch::new();
    let demo = Demo::start(&scratch.0).await;
    let url = format!("{}/repairs/v1/repairs", demo.url("production"));
    for (email, status) in [("amina.yusuf@hackney.example", 200), ("farid.rahman@hackney.example", 403)] {
        let mut person = demo.sign_in(email).await;
        let token = person.token("production").await;
        let answer = demo.get(&url, Some(&token)).await;
        assert_eq!(answer.status, status, "{email}: {}", answer.text);
        if status == 403 {
            let problem = answer.is_problem(403, "group-missing");
            assert!(problem["detail"].as_str().unwrap().contains("housing-officers@hackney.example"), "{problem}");
        }
    }
}

#[tokio::test]
async fn a_grant_on_tenancies_does_not_open_tenancies_private() {
    let scratch = Scratch::new();
    let demo = Demo::without_standards(&scratch.0).await;
    scratch.write(
        "openapi.yaml",
        "openapi: 3.1.0\ninfo: { title: Tenancies <script>alert(1)</script>, version: 1.0.0 }\npaths:\n  /tenancies:\n    get:\n      operationId: listTenancies\n      \
         responses: { '200': { description: All. } }\n  /tenancies-private:\n    get:\n      operationId: listPrivateTenancies\n      \
         responses: { '200': { description: All. } }\n",
    );
    let manifest = scratch.write(
        "api.yaml",
        "api: tenancies\nowner: api-platform@hackney.example\nkind: platform\naudience: controlled\nstatus: beta\ncontract: openapi.yaml\n\
         environments:\n  sandbox: { mock: true }\naccess:\n  - operations: [\"*\"]\n    applications: granted\n",
    );
    assert!(demo.publish(&manifest, &[]).status.success());
    let mut ben = demo.sign_in("ben.carter@hackney.example").await;
    let mut grace = demo.sign_in("grace.obi@hackney.example").await;
    let asked = json!({ "application": demo.ready["application"]["client_id"], "api": "tenancies", "major": "v1", "environment": "sandbox",
        "operations": ["listTenancies"], "purpose": "To show residents their tenancy.", "legalBasis": "" });
    let grant = ben.api("POST", "/grants", &asked).await;
    let grant = grant.json()["id"].as_str().unwrap_or_else(|| panic!("{}", grant.text)).to_owned();
    let yes = json!({ "decision": "approve", "reason": "Agreed." });
    let decided = grace.api("POST", &format!("/grants/{grant}/decision"), &yes).await;
    assert!(matches!(decided.status, 200 | 204), "{}", decided.text);
    let base = format!("{}/tenancies/v1", demo.url("sandbox"));
    let token = demo.token(&demo.url("sandbox")).await.access_token();
    until("the granted operation answers", async || {
        demo.get(&format!("{base}/tenancies"), Some(&token)).await.status == 200
    })
    .await;
    demo.get(&format!("{base}/tenancies-private"), Some(&token)).await.is_problem(403, "grant-missing");
    demo.get(&format!("{base}/tenancies-pri"), Some(&token)).await.is_problem(404, "operation-not-found");

    let revoked = grace.api("POST", &format!("/grants/{grant}/revocation"), &json!({ "reason": "Over." })).await;
    assert!(matches!(revoked.status, 200 | 204), "{}", revoked.text);
    until("the revoked grant is obeyed", async || {
        demo.get(&format!("{base}/tenancies"), Some(&token)).await.status == 403
    })
    .await;
    let page = ben.get("/apis/tenancies/v1").await;
    assert!(
        page.text.contains("alert(1)") && !page.text.contains("<script>alert"),
        "a contract's text is shown as text"
    );
}

#[tokio::test]
async fn the_playbook_refuses_accepts_in_writing_and_keeps_the_verdict() {
    let scratch = Scratch::new();
    let demo = Demo::start(&scratch.0).await;
    let files = new_api("street-trees", "housing-repairs@hackney.example");
    let beta = files["api.yaml"].replace("status: alpha", "status: beta");
    let manifest = scratch.write("api.yaml", &beta);
    let contract = files["openapi.yaml"].replace("0.1.0", "1.0.0");
    scratch.write("openapi.yaml", &contract);
    let mut chloe = demo.sign_in("chloe.martin@hackney.example").await;
    let mut hana = demo.sign_in("hana.lind@hackney.example").await;
    let publish = async |chloe: &mut Browser<'_>, contract: &str| {
        let body = json!({ "manifest": beta, "contract": contract, "dryRun": false });
        chloe.api("POST", "/releases", &body).await
    };
    let camel = contract.replace("/street-trees/{id}", "/streetTrees/{id}");
    let refused = publish(&mut chloe, &camel).await.is_problem(422, "unprocessable");
    let fault = &refused["errors"][0];
    assert_eq!((&fault["rule"], fault["line"].as_u64().is_some()), (&json!("URL-01"), true), "{refused}");
    let first = publish(&mut chloe, &contract).await;
    assert_eq!((first.status, first.json()["score"].as_u64()), (201, Some(1000)), "{}", first.text);

    let breaking = camel.replace("1.0.0", "1.1.0");
    let refused = publish(&mut chloe, &breaking).await.is_problem(422, "unprocessable");
    let rules: Vec<&str> =
        refused["errors"].as_array().unwrap().iter().filter_map(|fault| fault["rule"].as_str()).collect();
    assert!(rules.contains(&"URL-01") && rules.contains(&"VER-08"), "{rules:?}");
    let asked = json!({ "api": "street-trees", "rule": "URL-01", "place": "/paths/~1streetTrees~1{id}", "endsOn": in_a_month(),
        "reason": "The old path is printed on the trees' labels.", "answersForIt": "Chloe Martin" });
    let waiver = chloe.api("POST", "/waivers", &asked).await;
    assert_eq!(waiver.status, 201, "{}", waiver.text);
    let waiver = waiver.json()["id"].as_str().unwrap().to_owned();
    let yes = json!({ "decision": "approve", "reason": "Until new labels are made." });
    chloe.api("POST", &format!("/waivers/{waiver}/decision"), &yes).await.is_problem(403, "not-allowed");
    assert_eq!(hana.api("POST", &format!("/waivers/{waiver}/decision"), &yes).await.status, 200);
    let next =
        publish(&mut chloe, &camel.replace("1.0.0", "2.0.0").replace("/street-trees/v1", "/street-trees/v2")).await;
    assert_eq!((next.status, next.json()["waived"].as_u64()), (201, Some(1)), "a new major version may: {}", next.text);

    let verdict = chloe.api("GET", "/apis/street-trees/versions/v2/verdicts/1", &Value::Null).await.json();
    assert_eq!((&verdict["errors"], &verdict["waived"]), (&json!(0), &json!(1)), "{verdict}");
    let page = chloe.get("/apis/street-trees/v2/standards").await;
    assert!(page.text.contains("printed on the trees"), "the waiver is shown: {}", page.text);
    let told = demo.publish(&manifest, &["--dry-run"]);
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(told.contains("in force already") && told.contains("score 100.0 of 100"), "{told}");
}

/// The day a month from now, as RFC 3339 writes it.
fn in_a_month() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let then = chrono::DateTime::from_timestamp(i64::try_from(now).unwrap() + 30 * 86_400, 0).unwrap();
    then.date_naive().to_string()
}

/// Runs the command line as a person whose configuration is in that folder.
fn command_line(demo: &Demo, home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(town::BINARY);
    command.args(arguments).args(["--hub", &demo.url("hub")]).env("XDG_CONFIG_HOME", home);
    command.env_remove("HANSOM_TOKEN").stdin(Stdio::null());
    command
}

fn told(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// An API that only members of one group may call.
const FOR_ONE_GROUP: &str = "\
api: street-trees
owner: api-platform@hackney.example
kind: service
audience: internal
status: alpha
personal_data: false
contract: openapi.yaml
environments:
  production: { mock: true }
access:
  - operations: [\"*\"]
    groups: [night-shift@hackney.example]
";

#[tokio::test]
async fn whoever_is_taken_out_of_a_group_is_refused_at_the_gateway_with_the_token_that_they_have() {
    let scratch = Scratch::new();
    let demo = Demo::start(&scratch.0).await;
    let mut grace = demo.sign_in("grace.obi@hackney.example").await;
    let mut amina = demo.sign_in("amina.yusuf@hackney.example").await;
    let contract = &new_api("street-trees", "api-platform@hackney.example")["openapi.yaml"];
    let release = json!({ "manifest": FOR_ONE_GROUP, "contract": contract, "dryRun": false });
    let released = grace.api("POST", "/releases", &release).await;
    assert_eq!(released.status, 201, "{}", released.text);
    let id = amina.api("GET", "/me", &Value::Null).await.json()["id"].as_str().unwrap().to_owned();
    let group = json!({ "address": "night-shift@hackney.example", "title": "Night shift", "members": [id] });
    assert_eq!(grace.api("POST", "/groups", &group).await.status, 201);
    let token = amina.token("production").await;
    let url = format!("{}/street-trees/v1/street-trees", demo.url("production"));
    until("she is let in", async || demo.get(&url, Some(&token)).await.status == 200).await;
    let member = format!("/groups/night-shift@hackney.example/members/{id}");
    assert_eq!(grace.api("DELETE", &member, &Value::Null).await.status, 204);
    until("she is refused", async || demo.get(&url, Some(&token)).await.status == 403).await;
    demo.get(&url, Some(&token)).await.is_problem(403, "group-missing");
    let back = json!({ "people": [id] });
    assert_eq!(grace.api("POST", "/groups/night-shift@hackney.example/members", &back).await.status, 201);
    until("and let in again", async || demo.get(&url, Some(&token)).await.status == 200).await;
}

/// Runs `hansom login` and says yes to it in a browser.
async fn log_in(demo: &Demo, browser: &mut Browser<'_>, home: &Path, more: &[&str]) {
    let arguments: Vec<&str> = ["login"].iter().chain(more).copied().collect();
    let mut login = command_line(demo, home, &arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(login.stderr.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains(&format!("{}/device", demo.url("hub"))), "{line}");
    let code = line.trim().rsplit(' ').next().unwrap().to_owned();
    let form = [("form_token", browser.form_token().await), ("user_code", code), ("decision", "allow".into())];
    let request = demo.http.post(format!("{}/device", demo.url("hub"))).header("cookie", browser.cookie());
    let said = town::Answer::of(request.header("accept", "text/html").form(&form).send().await.unwrap()).await;
    assert!(said.text.contains("You are signed in on your device"), "{}", said.text);
    let (code, out, _) = told(&login.wait_with_output().unwrap());
    assert_eq!(code, Some(0), "{out}");
}

#[tokio::test]
async fn a_person_signs_in_on_the_command_line_asks_why_and_signs_out() {
    let scratch = Scratch::new();
    let demo = Demo::start(&scratch.0).await;
    let (home, production) = (scratch.0.join("home"), demo.url("production"));
    let file = home.join("hansom").join("sign-ins.json");
    let mut amina = demo.sign_in("amina.yusuf@hackney.example").await;
    let run = |arguments: &[&str]| told(&command_line(&demo, &home, arguments).output().unwrap());
    let (code, _, error) = run(&["token"]);
    assert_eq!(code, Some(1), "{error}");
    assert!(error.contains("hansom login"), "{error}");

    log_in(&demo, &mut amina, &home, &[]).await;
    log_in(&demo, &mut amina, &home, &["--environment", "production"]).await;
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let (code, token, error) = run(&["token", "--resource", &production]);
    assert_eq!(code, Some(0), "{error}");
    let (_, other, _) = run(&["token", "--environment", "production"]);
    assert_ne!(token, other, "each is a fresh one");
    let (code, _, error) = run(&["token", "--environment", "staging"]);
    assert_eq!(code, Some(1), "{error}");
    assert!(error.contains("it has: production, sandbox"), "{error}");
    assert_eq!(run(&["token", "--environment", "sandbox", "--resource", &production]).0, Some(2));
    assert_eq!(run(&["token", "--environment", "sandbox"]).0, Some(1), "nobody signed in for it");

    let refused = demo.get(&format!("{production}/rents/v1/nothing"), Some(token.trim())).await;
    let unknown = refused.is_problem(404, "operation-not-found")["instance"].as_str().unwrap().to_owned();
    let sandbox = format!("{}/repairs/v1/repairs", demo.url("sandbox"));
    let elsewhere = demo.get(&sandbox, Some(token.trim())).await.is_problem(401, "token-audience");
    let id = elsewhere["instance"].as_str().unwrap();
    until("it can be said why", async || run(&["why", id]).0 == Some(0)).await;
    let (_, why, _) = run(&["why", id]);
    let wanted = format!("The token is for {production}; this address takes tokens for {}.", demo.url("sandbox"));
    assert!(why.contains(&wanted) && why.contains("what to do: "), "{why}");
    assert!(!why.contains("eyJ"), "{why}");
    let (code, json, _) = run(&["why", id, "--format", "json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((code, json["findings"][0]["name"].as_str()), (Some(0), Some("token_audience")));
    // Nobody was proven to have made this call: the token was not looked at.
    assert_eq!(run(&["why", &unknown]).0, Some(1));
    assert_eq!(run(&["why", "0123456789abcdef"]).0, Some(1));
    assert_eq!(run(&["why", "<b>"]).0, Some(2));

    // Others' calls are nobody's business.
    let (other_home, mut ben) = (scratch.0.join("ben"), demo.sign_in("ben.carter@hackney.example").await);
    log_in(&demo, &mut ben, &other_home, &[]).await;
    let (code, out, error) = told(&command_line(&demo, &other_home, &["why", id]).output().unwrap());
    assert_eq!((code, out.as_str()), (Some(1), ""), "{error}");

    std::fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
    let (code, out, error) = run(&["token"]);
    assert_eq!((code, out.as_str()), (Some(1), ""), "what others can read is not used: {error}");
    std::fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    let kept = std::fs::read_to_string(&file).unwrap();
    assert_eq!(run(&["logout"]).0, Some(0));
    assert_eq!(run(&["token"]).0, Some(1));
    std::fs::write(&file, kept).unwrap();
    let (code, _, error) = run(&["token", "--resource", &production]);
    assert_eq!(code, Some(1), "the hub takes nothing of it any more: {error}");
    assert!(error.contains("has ended"), "{error}");
    until("nor does the gateway", async || {
        demo.get(&format!("{production}/repairs/v1/repairs"), Some(token.trim())).await.status == 401
    })
    .await;
}

/// The text of a block of code, as somebody copies it from the page.
fn copied(page: &str, before: &str) -> String {
    let (_, after) = page.split_once(before).unwrap_or_else(|| panic!("no {before} on the page: {page}"));
    let code = after.split_once("<code>").and_then(|(_, rest)| rest.split_once("</code>")).unwrap().0;
    let unescaped = code.replace("&#34;", "\"").replace("&#39;", "'").replace("&#60;", "<").replace("&#62;", ">");
    unescaped.replace("&#38;", "&")
}

#[tokio::test]
async fn the_commands_of_the_page_after_approval_work_word_by_word() {
    let scratch = Scratch::new();
    let demo = Demo::start(&scratch.0).await;
    let mut ben = demo.sign_in("ben.carter@hackney.example").await;
    let tracker = demo.ready["application"]["client_id"].as_str().unwrap().to_owned();
    let key = demo.ready["application"]["private_key_file"].as_str().unwrap().to_owned();
    let grants = ben.api("GET", "/grants", &Value::Null).await.json();
    let ids: Vec<_> =
        grants["items"].as_array().unwrap().iter().filter(|it| it["application"]["id"] == tracker.as_str()).collect();
    assert_eq!(ids.len(), 2, "{grants}");
    let secret = ben.api("POST", &format!("/applications/{tracker}/credentials"), &json!({ "kind": "secret" })).await;
    let secret = secret.json()["secret"].as_str().unwrap().to_owned();
    for grant in ids {
        let page = ben.get(&format!("/grants/{}/first-call", grant["id"].as_str().unwrap())).await;
        assert_eq!(page.status, 200, "{}", page.text);
        let call = copied(&page.text, "id=\"call-curl\"");
        for way in ["id=\"token-by-key\"", "id=\"token-by-secret\""] {
            let script = format!("{}\n{call}", copied(&page.text, way));
            let shell =
                Command::new("sh").args(["-eu", "-c", &script]).env("KEY", &key).env("SECRET", &secret).output();
            let (code, out, error) = told(&shell.unwrap());
            assert_eq!(code, Some(0), "{script}\n{error}");
            let answer: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{script}\n{out}\n{error}"));
            assert!(!answer["repairs"].as_array().unwrap_or_else(|| panic!("{script}\n{out}")).is_empty());
        }
    }
}

#[tokio::test]
async fn a_person_tries_a_call_from_the_reference_and_is_told_what_comes_back() {
    let scratch = Scratch::new();
    let demo = Demo::start(&scratch.0).await;
    let address = "/apis/repairs/v1/operations/listRepairs/try";
    let mut amina = demo.sign_in("amina.yusuf@hackney.example").await;
    for environment in ["sandbox", "production"] {
        let page = amina.send(address, &[("environment", environment), ("query:limit", "1")]).await;
        assert_eq!(page.status, 200, "{}", page.text);
        let text = copied(&page.text, "aria-label=\"Body of the answer\"");
        let body: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{}", page.text));
        assert!(!body["repairs"].as_array().unwrap().is_empty(), "{environment}: {text}");
        assert!(page.text.contains("200 OK") && page.text.contains("calls now (limit default"), "{}", page.text);
        assert!(!page.text.contains("eyJ"), "the token is shown to nobody");
    }
    let mut farid = demo.sign_in("farid.rahman@hackney.example").await;
    let page = farid.send(address, &[("environment", "sandbox")]).await;
    assert!(
        page.text.contains("403 Forbidden") && page.text.contains("housing-officers@hackney.example"),
        "{}",
        page.text
    );
    let (_, link) = page.text.split_once("href=\"/refusals?request_id=").expect("a refusal leads to its explanation");
    let explanation = format!("/refusals?request_id={}", link.split('"').next().unwrap());
    until("it is explained", async || farid.get(&explanation).await.text.contains("group-missing")).await;
    let fields = [("environment", "sandbox"), ("path:repairId", "../../../rents/v1/accounts")];
    let page = amina.send("/apis/repairs/v1/operations/getRepair/try", &fields).await;
    assert!(
        page.text.contains("400 Bad Request"),
        "the gateway takes no path that can be read in two ways: {}",
        page.text
    );
}
