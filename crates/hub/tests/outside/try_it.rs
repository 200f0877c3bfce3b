//! Does a call that is tried go to the gateway of its environment, as the person, and never anywhere else?

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::StatusCode;
use serde_json::Value;

use crate::town::{Someone, Town};

const LIST: &str = "/apis/repairs/v1/operations/listRepairs";
const OFFICERS: &str = "housing-officers@hackney.example";

/// A contract that takes every kind of parameter, and names some that are nobody's to set.
const KINDS: &str = r##"
openapi: 3.1.0
info: { title: Kinds, version: 1.0.0 }
paths:
  "/things/{id}":
    put:
      operationId: putThing
      parameters:
        - { name: id, in: path, required: true, schema: { type: string }, example: a1 }
        - { name: tag, in: query, schema: { type: array, items: { type: string } } }
        - { name: size, in: query, schema: { $ref: "#/components/schemas/Size" } }
        - { name: X-Note, in: header, schema: { type: string } }
        - { name: Host, in: header, schema: { type: string } }
        - { name: Authorization, in: header, schema: { type: string } }
        - { name: Hansom-Identity, in: header, schema: { type: string } }
        - { name: mark, in: cookie, schema: { type: string } }
      requestBody:
        required: true
        content:
          application/json: { schema: { type: object }, example: { name: "Lime" } }
          text/plain: { schema: { type: string }, example: "Lime" }
      responses: { "200": { description: Fine. } }
components:
  schemas:
    Size: { type: string, enum: [small, large] }
"##;

const KINDS_MANIFEST: &str = r#"
api: kinds
title: Kinds
owner: digital@hackney.example
kind: service
audience: internal
status: beta
contract: openapi.yaml
environments:
  production: { upstreams: ["https://kinds.example"] }
  sandbox: { mock: true }
access:
  - operations: ["*"]
    groups: [digital@hackney.example]
"#;

const PUT: &str = "/apis/kinds/v1/operations/putThing";

async fn town() -> (Town, Someone) {
    let town = Town::with_council().await;
    town.publish(KINDS_MANIFEST, KINDS).await;
    let amina = town.person("Amina", &[OFFICERS, "digital@hackney.example"]).await;
    (town, amina)
}

fn at(operation: &str) -> String {
    format!("{operation}/try")
}

fn claims(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

#[tokio::test]
async fn a_call_goes_to_the_environments_gateway_by_a_token_of_a_minute_that_nobody_sees() {
    let (town, amina) = town().await;
    let limits = [
        ("content-type", "application/json"),
        ("request-id", "0123456789abcdef0123456789abcdef"),
        ("ratelimit", "\"default\";r=49;t=3"),
        ("ratelimit-policy", "\"default\";q=600;w=60"),
    ];
    town.gateways.answers(200, &limits, b"{\"repairs\":[\"<script>alert(1)</script>\"]}");
    let fields = [("environment", "sandbox"), ("query:status", "scheduled"), ("query:uprn", "1&x=2#y")];
    let answer = amina.post(&at(LIST), &fields).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let calls = town.gateways.calls();
    let [call] = calls.as_slice() else { panic!("{calls:?}") };
    assert_eq!((call.environment.as_str(), call.method.as_str()), ("sandbox", "GET"));
    assert_eq!(call.target, "/repairs/v1/repairs?status=scheduled&uprn=1%26x%3D2%23y");
    let names: Vec<_> = call.fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["accept", "accept-encoding", "user-agent"]);
    let token = call.token.clone().unwrap();
    let claims = claims(&token);
    assert_eq!(claims["aud"], "https://sandbox.hackney.example");
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 60);
    for shown in ["200 OK", "0123456789abcdef0123456789abcdef", "49 calls now", "uprn=1%26x%3D2%23y", "curl"] {
        assert!(answer.text.contains(shown), "{shown}: {}", answer.text);
    }
    assert!(!answer.text.contains(&token) && !answer.text.contains("<script>alert"), "{}", answer.text);
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn what_an_answer_repeats_of_the_token_is_hidden_and_a_refusal_leads_to_its_explanation() {
    let (town, amina) = town().await;
    town.gateways.answers(200, &[("content-type", "text/plain")], b"");
    amina.post(&at(LIST), &[("environment", "sandbox")]).await;
    let token = town.gateways.calls()[0].token.clone().unwrap();
    // The clock stands and ids count up, so the next token is another; what is repeated is looked for in each answer.
    let problem = "{\"type\":\"https://hub.hackney.example/problems/grant-missing\",\"status\":403,\"detail\":\"No grant <b>yet</b>.\"}";
    let fields = [("content-type", "application/problem+json"), ("request-id", "abcdef0123456789")];
    town.gateways.answers(403, &fields, problem.as_bytes());
    let answer = amina.post(&at(LIST), &[("environment", "sandbox")]).await;
    assert_ne!(town.gateways.calls()[0].token.clone().unwrap(), token);
    assert!(
        answer.text.contains("403 Forbidden") && answer.text.contains("No grant &#60;b&#62;yet"),
        "{}",
        answer.text
    );
    assert!(answer.text.contains("/refusals?request_id=abcdef0123456789"), "{}", answer.text);
    let theirs = "{\"type\":\"https://evil.example/problems/x\",\"status\":403,\"detail\":\"No.\"}";
    town.gateways.answers(403, &fields, theirs.as_bytes());
    let answer = amina.post(&at(LIST), &[("environment", "sandbox")]).await;
    assert!(
        !answer.text.contains("/refusals?request_id="),
        "what the API itself refuses is not explained: {}",
        answer.text
    );
}

#[tokio::test]
async fn nothing_in_a_value_leads_elsewhere_or_makes_a_second_header() {
    let (town, amina) = town().await;
    let body = [("media", "application/json"), ("body:application/json", "{}")];
    for (name, value) in [
        ("path:id", ".."),
        ("path:id", "."),
        ("path:id", ""),
        ("header:X-Note", "a\r\nHost: evil.example"),
        ("header:X-Note", "ä"),
        ("environment", "nowhere"),
        ("environment", ""),
    ] {
        let mut fields = vec![("environment", "sandbox"), ("path:id", "a1")];
        fields.retain(|(known, _)| *known != name);
        fields.push((name, value));
        fields.extend(body);
        let answer = amina.post(&at(PUT), &fields).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{name}={value}: {}", answer.text);
        assert!(
            answer.text.contains("There is a problem") && answer.text.contains("<title>Error: "),
            "{}",
            answer.text
        );
        assert!(town.gateways.calls().is_empty(), "{name}={value}");
    }
    for value in ["../../../rents/v1/accounts", "a/b", "a?x=1", "%2e%2e", "@evil.example", "{tag}"] {
        let mut fields = vec![("environment", "sandbox"), ("path:id", value)];
        fields.extend(body);
        amina.post(&at(PUT), &fields).await;
        let calls = town.gateways.calls();
        let segments = calls[0].target.split('/').count();
        assert_eq!(segments, 5, "a value stays in its segment: {}", calls[0].target);
        assert!(!calls[0].target.contains(['?', '@', '{']), "{}", calls[0].target);
    }
}

#[tokio::test]
async fn only_what_the_contract_lets_callers_set_is_sent() {
    let (town, amina) = town().await;
    let page = amina.get(PUT).await.text;
    for (name, there) in [
        ("path:id", true),
        ("header:X-Note", true),
        ("header:Host", false),
        ("header:Authorization", false),
        ("header:Hansom-Identity", false),
        ("cookie:mark", false),
    ] {
        assert_eq!(page.contains(&format!("name=\"{name}\"")), there, "{name}");
    }
    assert!(page.contains("<option value=\"large\">"), "a closed list is chosen from: {page}");
    let fields = [
        ("environment", "sandbox"),
        ("path:id", "a1"),
        ("query:tag", "red, green"),
        ("header:X-Note", "hello"),
        ("header:Host", "evil.example"),
        ("header:Authorization", "Bearer x"),
        ("header:Hansom-Identity", "x"),
        ("header:X-Other", "x"),
        ("query:other", "x"),
        ("cookie:mark", "x"),
        ("media", "text/plain"),
        ("body:text/plain", "two\r\nlines"),
    ];
    let answer = amina.post(&at(PUT), &fields).await;
    assert!(answer.text.contains("nobody listens there"), "no answer is told as such: {}", answer.text);
    let calls = town.gateways.calls();
    let call = &calls[0];
    assert_eq!(call.target, "/kinds/v1/things/a1?tag=red&tag=green");
    let fields: Vec<_> = call.fields.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
    assert_eq!(fields[2..], [("user-agent", "hansom-hub"), ("content-type", "text/plain"), ("x-note", "hello")]);
    assert_eq!(call.body, b"two\nlines");
}

#[tokio::test]
async fn the_sandbox_comes_first_and_a_real_change_is_asked_for_twice() {
    let (town, amina) = town().await;
    let page = amina.get(PUT).await.text;
    let (_, sandbox) = page.split_once("value=\"sandbox\"").unwrap();
    assert!(sandbox.starts_with(" checked"), "{page}");
    town.gateways.answers(204, &[], b"");
    let sent = |body: &'static str| {
        [
            ("environment", "production"),
            ("path:id", "a1"),
            ("media", "application/json"),
            ("body:application/json", body),
        ]
    };
    let asked = amina.post(&at(PUT), &sent("{\"name\":\"Lime\"}")).await;
    assert!(
        asked.text.contains("Do you mean to call production?") && town.gateways.calls().is_empty(),
        "{}",
        asked.text
    );
    let (_, mark) = asked.text.split_once("name=\"confirmed\" value=\"").unwrap();
    let mark = mark.split('"').next().unwrap();
    let mut other = sent("{\"name\":\"Oak\"}").to_vec();
    other.push(("confirmed", mark));
    let again = amina.post(&at(PUT), &other).await;
    assert!(
        again.text.contains("Do you mean to") && town.gateways.calls().is_empty(),
        "a yes to one call is no yes to another"
    );
    let mut meant = sent("{\"name\":\"Lime\"}").to_vec();
    meant.push(("confirmed", mark));
    let done = amina.post(&at(PUT), &meant).await;
    assert!(done.text.contains("204 No Content"), "{}", done.text);
    let calls = town.gateways.calls();
    assert_eq!((calls.len(), calls[0].environment.as_str()), (1, "production"));
    let (_, sandbox) = done.text.split_once("value=\"sandbox\"").unwrap();
    assert!(sandbox.starts_with(" checked"), "production is chosen anew each time");
}

#[tokio::test]
async fn strangers_other_sites_and_those_who_may_not_see_an_api_try_nothing() {
    let (town, amina) = town().await;
    let fields = [("environment", "sandbox")];
    let stranger = town.stranger();
    assert_eq!(
        stranger.get(&at(LIST)).await.header("location"),
        "/sign-in?return_to=%2Fapis%2Frepairs%2Fv1%2Foperations%2FlistRepairs%2Ftry"
    );
    assert_eq!(stranger.post(&at(LIST), &fields).await.status, StatusCode::FORBIDDEN);
    let own = [("origin", crate::town::HUB)];
    assert_eq!(amina.send(&at(LIST), "", &fields, &own).await.status, StatusCode::FORBIDDEN);
    let evil = [("origin", "https://evil.example")];
    assert_eq!(amina.send(&at(LIST), &amina.form_token, &fields, &evil).await.status, StatusCode::FORBIDDEN);
    assert_eq!(amina.post("/apis/nothing/v1/operations/x/try", &fields).await.status, StatusCode::NOT_FOUND);
    assert_eq!(amina.post("/apis/repairs/v1/operations/nothing/try", &fields).await.status, StatusCode::NOT_FOUND);
    assert!(town.gateways.calls().is_empty());
    let page = town.stranger().get("/apis/bulky-waste/v1/operations/bookCollection").await.text;
    assert!(page.contains("to send a call from this page") && !page.contains("name=\"environment\""), "{page}");
}

#[tokio::test]
async fn a_person_tries_so_many_calls_a_minute_and_nobody_else_is_hindered() {
    let (town, amina) = town().await;
    town.gateways.answers(200, &[], b"");
    let fields = [("environment", "sandbox")];
    for _ in 0..30 {
        assert_eq!(amina.post(&at(LIST), &fields).await.status, StatusCode::OK);
    }
    assert_eq!(amina.post(&at(LIST), &fields).await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(town.gateways.calls().len(), 30);
    let ben = town.person("Ben", &[OFFICERS]).await;
    assert_eq!(ben.post(&at(LIST), &fields).await.status, StatusCode::OK);
}

#[tokio::test]
async fn whoever_will_be_refused_is_told_so_before() {
    let (town, amina) = town().await;
    assert!(amina.get(LIST).await.text.contains("one of your groups may"));
    let farid = town.person("Farid", &["council-tax@hackney.example"]).await;
    let page = farid.get(LIST).await.text;
    assert!(page.contains("You are in none of these, so the gateway refuses"), "{page}");
}
