//! Does the service as a whole behave: its addresses, its health, its logs, its limits, its end?

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, body::Bytes, routing::post};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use reqwest::Method;
use serde_json::json;
use service::{
    access, contract, database, housekeeping,
    settings::{Settings, Trust},
    traces,
};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use uuid::Uuid;

use crate::{
    contract_checks::fits,
    world::{World, answered, listening},
};

const PATH: &str = "/street-lights";

#[sqlx::test]
async fn the_contract_that_is_served_is_the_one_that_is_released(_: PgPoolOptions, database: PgConnectOptions) {
    let world = World::start(database).await;
    assert_eq!(world.beside("/openapi.yaml").await.text, std::fs::read_to_string("openapi.yaml").unwrap());
    let manifest = std::fs::read_to_string("api.yaml").unwrap();
    assert!(manifest.contains("\ncontract: openapi.yaml\n"));
    assert_eq!(world.running.app.contract.version, env!("CARGO_PKG_VERSION"), "Cargo.toml and the contract agree");
    assert_eq!(contract::TEXT, std::fs::read_to_string("openapi.yaml").unwrap());
}

#[test]
fn an_operation_without_a_rule_is_served_to_nobody() {
    assert_eq!(access::rule_for("eraseEverything"), None);
}

#[sqlx::test]
async fn it_is_alive_without_its_database_but_not_ready(_: PgPoolOptions, database: PgConnectOptions) {
    let world = World::start(database.clone()).await;
    let health = world.get("/health").await;
    fits(&health, "GET", "/health");
    assert_eq!((world.beside("/live").await.status, world.beside("/ready").await.status), (200, 200));
    let without = World::start_with(database, |settings| settings.database = settings.database.clone().port(1)).await;
    assert_eq!((without.beside("/live").await.status, without.beside("/ready").await.status), (200, 503));
    for refused in [without.get("/health").await, without.get(PATH).await] {
        refused.is_problem(503, "unavailable");
        assert_eq!(refused.header("retry-after"), "5");
        assert!(!refused.text.contains("refused"), "the inside is not shown");
    }
}

#[sqlx::test]
async fn a_failure_that_nobody_foresaw_is_500_with_its_cause_in_the_log_alone(
    _: PgPoolOptions,
    database: PgConnectOptions,
) {
    let world = World::start(database).await;
    world.change("ALTER TABLE street_lights RENAME COLUMN postcode TO gone").await;
    let failed = world.get(PATH).await;
    failed.is_problem(500, "internal");
    assert!(!failed.text.contains("postcode"));
    let log = world.log();
    let line = log.iter().find(|line| line["level"] == "error").unwrap();
    assert_eq!(line["requestId"], failed.header("request-id"));
    assert!(line["error"].as_str().unwrap().contains("does not exist"), "{line}");
}

#[sqlx::test]
async fn every_answer_has_the_request_id_the_version_and_headers_that_keep_browsers_out(
    _: PgPoolOptions,
    database: PgConnectOptions,
) {
    let world = World::start(database).await;
    let id = Uuid::new_v4().to_string();
    let known = answered(world.ask(Method::GET, PATH).header("request-id", &id)).await;
    assert_eq!(known.header("request-id"), id);
    let of_gateway = answered(world.ask(Method::GET, PATH).header("request-id", id.replace('-', ""))).await;
    assert_eq!(of_gateway.header("request-id"), id);
    let forged = answered(world.ask(Method::GET, "/nothing").header("request-id", "x\",\"level\":\"error")).await;
    forged.is_problem(404, "not-found");
    for answer in [known, forged] {
        assert!(answer.header("request-id").parse::<Uuid>().is_ok());
        assert_eq!(answer.header("api-version"), world.running.app.contract.version);
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"));
        assert_eq!((answer.header("cache-control"), answer.header("server")), ("no-store", ""));
    }
}

#[sqlx::test]
async fn what_is_not_there_is_404_and_a_wrong_method_405_with_those_that_are_right(
    _: PgPoolOptions,
    database: PgConnectOptions,
) {
    let world = World::start(database).await;
    for path in ["/nothing".to_owned(), format!("{PATH}/"), PATH.to_uppercase(), "/".to_owned(), "/metrics".to_owned()]
    {
        world.get(&path).await.is_problem(404, "not-found");
    }
    let wrong = answered(world.ask(Method::PUT, PATH).json(&json!({}))).await;
    wrong.is_problem(405, "method-not-allowed");
    assert_eq!(wrong.header("allow"), "GET,HEAD,POST");
    let head = answered(world.ask(Method::HEAD, PATH)).await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
}

#[sqlx::test]
async fn only_the_media_types_of_the_contract_are_read_and_written(_: PgPoolOptions, database: PgConnectOptions) {
    let world = World::start(database).await;
    for media_type in ["text/plain", "application/merge-patch+json", "application/x-www-form-urlencoded", ""] {
        let refused = answered(world.ask(Method::POST, PATH).body("{}").header("content-type", media_type)).await;
        refused.is_problem(415, "unsupported-media-type");
    }
    answered(world.ask(Method::POST, PATH)).await.is_problem(415, "unsupported-media-type");
    for accept in ["application/xml", "application/json;q=0", "application/json; q=0.0"] {
        answered(world.ask(Method::GET, PATH).header("accept", accept)).await.is_problem(406, "not-acceptable");
    }
    for accept in ["*/*", "application/xml, application/json;q=0.5", "application/*", "application/json;q=0.001"] {
        assert_eq!(answered(world.ask(Method::GET, PATH).header("accept", accept)).await.status, 200, "{accept}");
    }
}

#[sqlx::test]
async fn a_body_that_is_no_json_or_is_too_large_is_refused(_: PgPoolOptions, database: PgConnectOptions) {
    let world = World::start(database).await;
    let post = |body: String| world.ask(Method::POST, PATH).header("content-type", "application/json").body(body);
    for bad in ["", "{", "{'a':1}", "\0", "null", "[]", &"[".repeat(60_000), "{\"name\":1e999}"] {
        answered(post(bad.to_owned())).await.is_problem(400, "invalid-request");
    }
    answered(post(json!({ "name": "x".repeat(70_000) }).to_string())).await.is_problem(413, "body-too-large");
}

#[sqlx::test]
async fn the_log_is_one_line_for_a_request_and_names_nobody(_: PgPoolOptions, database: PgConnectOptions) {
    let world = World::start(database).await;
    let contact = json!({ "name": "Leah Rosenberg", "phone": "+447700900142" });
    let body =
        json!({ "reference": "LBH-1001", "name": "Of Leah Rosenberg", "postcode": "E8 4QZ", "contact": contact });
    let made = world.post(PATH, &body).await;
    let id = made.json["id"].as_str().unwrap();
    world.get(&format!("{PATH}?postcode=E8%204QZ")).await;
    world.get(&format!("{PATH}/{id}")).await;
    world.get("/health").await;
    let log = world.log();
    let line = log.iter().find(|line| line["requestId"] == made.header("request-id")).unwrap();
    assert_eq!((&line["status"], &line["message"]), (&json!(201), &json!("answered")));
    for name in ["time", "level", "service", "version", "environment", "operation", "durationMs", "person"] {
        assert!(line.get(name).is_some(), "{name} is missing");
    }
    assert!(log.iter().any(|line| line["resource"] == id));
    assert!(!log.iter().any(|line| line["operation"] == "getHealth"));
    let text = serde_json::to_string(&log).unwrap();
    for personal in ["Rosenberg", "7700", "E8"] {
        assert!(!text.contains(personal), "{personal} is in the log");
    }
}

#[sqlx::test]
async fn metrics_are_counted_by_operation_on_a_port_of_their_own(_: PgPoolOptions, database: PgConnectOptions) {
    let world = World::start(database).await;
    world.get("/health").await;
    answered(world.ask_as_nobody(Method::GET, "/health")).await;
    let url = format!("http://{}/metrics", world.running.metrics_address.unwrap());
    let text = answered(reqwest::Client::new().get(url)).await.text;
    for line in [
        "http_server_request_duration_seconds_count{operation=\"getHealth\",status=\"200\"} 1",
        "http_server_request_duration_seconds_count{operation=\"getHealth\",status=\"401\"} 1",
        "events{state=\"waiting\"} 0",
        "database_connections{state=\"busy\"} ",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}

#[sqlx::test]
async fn who_stops_lets_those_end_that_have_begun(_: PgPoolOptions, database: PgConnectOptions) {
    let world = World::start(database).await;
    let mut held = world.database.begin().await.unwrap();
    sqlx::query("LOCK TABLE street_lights").execute(&mut *held).await.unwrap();
    let slow = tokio::spawn(answered(world.ask(Method::GET, PATH)));
    for _ in 0..400 {
        let waiting = world.count("SELECT count(*) FROM pg_locks WHERE NOT granted").await;
        if waiting > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let origin = world.origin();
    let stopping = tokio::spawn(world.running.stop());
    tokio::time::sleep(Duration::from_millis(50)).await;
    held.rollback().await.unwrap();
    assert_eq!(slow.await.unwrap().status, 200);
    stopping.await.unwrap();
    assert!(reqwest::get(format!("{origin}/live")).await.is_err());
}

#[sqlx::test]
async fn who_waits_too_long_for_the_database_is_told_to_come_again(_: PgPoolOptions, database: PgConnectOptions) {
    let world = World::start_with(database, |settings| settings.statement_timeout = Duration::from_millis(100)).await;
    let mut held = world.database.begin().await.unwrap();
    sqlx::query("LOCK TABLE street_lights").execute(&mut *held).await.unwrap();
    world.get(PATH).await.is_problem(503, "unavailable");
    held.rollback().await.unwrap();
    assert_eq!(world.get(PATH).await.status, 200);
}

#[sqlx::test]
async fn answers_to_keys_and_old_events_are_thrown_away_in_time(_: PgPoolOptions, database: PgConnectOptions) {
    let world = World::start(database).await;
    let key = Uuid::new_v4();
    world.post_with_key(PATH, &json!({ "reference": "LBH-1001", "name": "A" }), key).await;
    world.change("UPDATE idempotency_answers SET created_at = now() - interval '25 hours'").await;
    let other = world.post_with_key(PATH, &json!({ "reference": "LBH-1002", "name": "B" }), key).await;
    assert_eq!(other.status, 201, "a key that is forgotten can be used again");
    world.change("UPDATE idempotency_answers SET created_at = now() - interval '25 hours'").await;
    housekeeping::tidy(&world.database).await.unwrap();
    assert_eq!(world.count("SELECT count(*) FROM idempotency_answers").await, 0);
}

#[sqlx::test(migrations = false)]
async fn migrations_run_once(database: PgPool) {
    for _ in 0..2 {
        database::MIGRATIONS.run(&database).await.unwrap();
    }
    let sql = "SELECT count(*) FROM _sqlx_migrations WHERE success";
    let ran: i64 = sqlx::query_scalar(sql).fetch_one(&database).await.unwrap();
    assert_eq!(usize::try_from(ran).unwrap(), database::MIGRATIONS.iter().count());
    for _ in 0..2 {
        sqlx::raw_sql(include_str!("../../seed.sql")).execute(&database).await.unwrap();
    }
}

#[test]
fn everything_that_is_wrong_with_the_environment_is_told_at_once() {
    let read = |variables: &[(&str, &str)]| {
        let variables: BTreeMap<&str, &str> = variables.iter().copied().collect();
        Settings::read(|name| variables.get(name).map(|value| (*value).to_owned()))
    };
    let bad = [
        ("ENVIRONMENT", "production"),
        ("IDENTITY", "local"),
        ("PORT", "http"),
        ("LOG_LEVEL", "loud"),
        ("EVENTS_URL", "file:///x"),
        ("DATABASE_POOL_SIZE", "0"),
    ];
    let told = read(&bad).err().unwrap().to_string();
    for name in
        ["IDENTITY is local", "PORT", "LOG_LEVEL", "EVENTS_URL", "DATABASE_POOL_SIZE", "DATABASE_URL is missing"]
    {
        assert!(told.contains(name), "{name} is not in {told}");
    }
    let database = ("DATABASE_URL", "postgres://localhost/x");
    let local = read(&[("ENVIRONMENT", "local"), ("IDENTITY", "local"), database]).ok().unwrap();
    assert_eq!(local.trust, Trust::Local);
    let closed = read(&[("ENVIRONMENT", "production"), database]).err().unwrap().to_string();
    assert!(closed.contains("HANSOM_JWKS_URL is missing"));
}

#[sqlx::test]
async fn a_request_and_what_it_asked_of_the_database_are_spans_of_the_callers_trace(
    _: PgPoolOptions,
    database: PgConnectOptions,
) {
    let sent: Arc<Mutex<Vec<Bytes>>> = Arc::default();
    let collected = sent.clone();
    let collect = move |body: Bytes| async move { collected.lock().unwrap().push(body) };
    let address = listening(Router::new().route("/v1/traces", post(collect))).await;
    let traces = traces::start(Some(&format!("http://{address}").parse().unwrap())).unwrap();
    let world = World::start_traced(database, traces.as_ref()).await;
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let parent = format!("00-{trace}-b7ad6b7169203331-01");
    answered(world.ask(Method::GET, &format!("{PATH}?postcode=E8%204QZ")).header("traceparent", parent)).await;
    traces::end(traces).await;
    let sent = sent.lock().unwrap();
    let requests = sent.iter().map(|bytes| ExportTraceServiceRequest::decode(bytes.clone()).unwrap());
    let spans: Vec<_> = requests
        .flat_map(|request| request.resource_spans)
        .flat_map(|resource| resource.scope_spans)
        .flat_map(|scope| scope.spans)
        .filter(|span| span.trace_id == u128::from_str_radix(trace, 16).unwrap().to_be_bytes())
        .collect();
    let request = spans.iter().find(|span| span.name.starts_with("GET ")).unwrap();
    let query = spans.iter().find(|span| span.name == "query").unwrap();
    assert_eq!(request.parent_span_id, 0xb7ad_6b71_6920_3331_u64.to_be_bytes());
    assert_eq!(query.parent_span_id, request.span_id);
    assert!(!sent.iter().any(|bytes| bytes.windows(3).any(|part| part == b"4QZ")), "values are no part of a trace");
}
