//! Do the owners of an application see what it called, what is left to it and what was refused, and nobody else?

use hansom_domain::{EnvironmentName, RequestId};
use hansom_store::{CallCount, Latency, QuotaRow, RefusedCall};
use hansom_testkit::START;
use http::StatusCode;

use crate::town::{Someone, Town};

const DIGITAL: &str = "digital@hackney.example";

/// A town in which an application of the digital team called repairs, and was refused once.
async fn town() -> (Town, Someone, String) {
    let town = Town::with_council().await;
    let ben = town.person("Ben", &[DIGITAL]).await;
    let application = town.application(&ben).await;
    let mut latency = Latency::default();
    latency.observe(80_000);
    let hour = START.plus_seconds(-START.seconds().rem_euclid(3600));
    let count = |status: u16, calls: i64| CallCount {
        hour,
        environment: EnvironmentName::sandbox(),
        api: "repairs".parse().unwrap(),
        major: "v1".parse().unwrap(),
        operation: "listRepairs".into(),
        caller: application.clone(),
        status,
        calls,
        micros: 80_000 * calls,
        latency,
    };
    let refused = RefusedCall {
        request_id: "0123456789abcdef0123456789abcdef".parse::<RequestId>().unwrap(),
        at: START,
        environment: EnvironmentName::sandbox(),
        method: "GET".into(),
        path: "/repairs/v1/repairs/<b>".into(),
        api: Some("repairs".into()),
        major: Some(1),
        operation: Some("listRepairs".into()),
        application: Some(application.clone()),
        person: None,
        status: 403,
        code: "grant-missing".into(),
        detail: "No grant.".into(),
        facts: serde_json::json!({}),
    };
    town.books.record(&[count(200, 1200), count(403, 3), count(502, 2)], &[refused]).await.unwrap();
    (town, ben, application)
}

#[tokio::test]
async fn an_application_sees_its_calls_as_numbers_as_bars_and_as_a_table() {
    let (_town, ben, application) = town().await;
    for span in ["", "?span=day", "?span=month", "?span=nonsense"] {
        let page = ben.get(&format!("/applications/{application}/usage{span}")).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        for shown in [
            "1,205",
            "<title id=\"calls-title\">Calls</title>",
            "app-chart__part--2",
            "The same as a table",
            "/apis/repairs/v1/operations/listRepairs",
            "/refusals?request_id=0123456789abcdef0123456789abcdef",
        ] {
            assert!(page.text.contains(shown), "{span} {shown}: {}", page.text);
        }
        assert!(!page.text.contains("<b>") && !page.text.contains("style="), "{}", page.text);
    }
    let page = ben.get(&format!("/applications/{application}")).await.text;
    assert!(page.contains("1,205 calls in the last 7 days"), "{page}");
}

#[tokio::test]
async fn an_application_that_called_nothing_is_told_so() {
    let town = Town::with_council().await;
    let ben = town.person("Ben", &[DIGITAL]).await;
    let application = town.application(&ben).await;
    let page = ben.get(&format!("/applications/{application}/usage")).await.text;
    for shown in ["called nothing in the last 7 days", "has no grant in force", "refused none of its calls"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert!(!page.contains("<svg"), "{page}");
}

#[tokio::test]
async fn what_is_left_of_a_quota_is_told_by_grant() {
    let town = Town::new().await;
    let manifest = "api: trees\ntitle: Trees\nowner: parks@hackney.example\nkind: platform\naudience: internal\nstatus: beta\n\
        personal_data: false\ncontract: openapi.yaml\nenvironments: { sandbox: { mock: true } }\n\
        access: [{ operations: [\"*\"], applications: granted }]\nquotas: { per_day: 1000 }\n";
    let contract = "openapi: 3.1.0\ninfo: { title: Trees, version: 1.0.0 }\npaths:\n  /trees:\n    get:\n      operationId: listTrees\n      \
        responses: { '200': { description: All. } }\n";
    town.publish(manifest, contract).await;
    let (ben, chloe) = (town.person("Ben", &[DIGITAL]).await, town.person("Chloe", &["parks@hackney.example"]).await);
    let application = town.application(&ben).await;
    let fields = [
        ("application", application.as_str()),
        ("environment", "sandbox"),
        ("operations", "listTrees"),
        ("purpose", "Shows trees."),
    ];
    let asked = ben.post("/apis/trees/v1/access", &fields).await;
    let grant = asked.header("location").to_owned();
    let yes = [("decision", "approve"), ("reason", "Agreed."), ("months", "12")];
    assert_eq!(chloe.post(&format!("{grant}/decision"), &yes).await.status, StatusCode::SEE_OTHER);
    let used = QuotaRow {
        period: hansom_domain::Period::day_of(START),
        environment: EnvironmentName::sandbox(),
        api: "trees".parse().unwrap(),
        major: "v1".parse().unwrap(),
        caller_kind: "application".into(),
        caller: application.clone(),
        calls: 958,
    };
    town.books.add_to_quotas(vec![used], START).await.unwrap();
    let page = ben.get(&format!("/applications/{application}/usage")).await.text;
    assert!(page.contains("42 of 1,000 calls left today"), "{page}");
    let told = ben.get_as(&format!("/api/v1/applications/{application}/quotas"), "application/json").await;
    let told: serde_json::Value = serde_json::from_str(&told.text).unwrap();
    assert_eq!(told["items"][0]["quotas"][0]["left"], 42, "{told}");
}

#[tokio::test]
async fn another_team_sees_nothing_of_it() {
    let (town, _ben, application) = town().await;
    let dev = town.person("Dev", &["income@hackney.example"]).await;
    for path in [
        "/applications/{}/usage",
        "/api/v1/applications/{}/usage",
        "/api/v1/applications/{}/quotas",
        "/api/v1/applications/{}/refusals",
    ] {
        let answer = dev.get(&path.replace("{}", &application)).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}: {}", answer.text);
    }
}

#[tokio::test]
async fn the_control_api_tells_the_same_over_time_and_by_refusal() {
    let (_town, ben, application) = town().await;
    let read = async |path: &str| -> serde_json::Value {
        let answer = ben.get_as(&format!("/api/v1/applications/{application}{path}"), "application/json").await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        serde_json::from_str(&answer.text).unwrap()
    };
    let days = read("/usage?by=day").await;
    assert_eq!(
        (&days["lines"][0]["figures"]["calls"], days["lines"][0]["begins"].is_string()),
        (&1205.into(), true),
        "{days}"
    );
    let refused = read("/refusals?limit=1").await;
    assert_eq!(refused["items"][0]["code"], "grant-missing", "{refused}");
    assert!(refused["nextCursor"].is_null(), "{refused}");
}
