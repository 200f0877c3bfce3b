//! Is reuse shown to those it is for, with an estimate that everybody can check?

use hansom_domain::{EnvironmentName, Major, Timestamp};
use hansom_store::{CallCount, Latency};
use http::StatusCode;

use crate::town::{Someone, Town};

/// An application of a group that may read repairs in production.
async fn consumer(town: &Town, name: &str, group: &str) -> String {
    let person = town.person(name, &[group]).await;
    let made = person.post("/applications/new", &[("name", name), ("owner", group)]).await;
    let application = made.header("location").rsplit('/').next().unwrap().to_owned();
    let fields = [
        ("application", application.as_str()),
        ("environment", "production"),
        ("operations", "listRepairs"),
        ("purpose", "Shows tenants how their repairs stand."),
        ("legal_basis", "UK GDPR article 6(1)(e)"),
    ];
    let grant = person.post("/apis/repairs/v1/access", &fields).await.header("location").to_owned();
    let owner = town.person("chloe", &["housing-repairs@hackney.example"]).await;
    let word = [("decision", "approve"), ("reason", "Agreed.")];
    assert_eq!(owner.post(&format!("{grant}/decision"), &word).await.status, StatusCode::SEE_OTHER);
    application
}

async fn call(town: &Town, application: &str, days_ago: i64, calls: i64, environment: EnvironmentName) {
    let now = hansom_testkit::START.seconds();
    let count = CallCount {
        hour: Timestamp::from_seconds(now - days_ago * 86_400),
        environment,
        api: "repairs".parse().unwrap(),
        major: Major::new(1).unwrap(),
        operation: "listRepairs".into(),
        caller: application.into(),
        status: 200,
        calls,
        micros: 0,
        latency: Latency::default(),
    };
    town.books.record(&[count], &[]).await.unwrap();
}

async fn shown(someone: &Someone, address: &str) -> String {
    let answer = someone.get(address).await;
    assert_eq!(answer.status, StatusCode::OK, "{address}: {}", answer.text);
    answer.text
}

#[tokio::test]
async fn teams_beyond_the_first_count_if_they_call_outside_of_the_sandbox() {
    let town = Town::with_council().await;
    let mut applications = vec![];
    for (name, group) in [("ann", "a@hackney.example"), ("ben", "b@hackney.example"), ("cem", "c@hackney.example")] {
        applications.push(consumer(&town, name, group).await);
    }
    let [first, second, third] = applications.as_slice() else { unreachable!() };
    let (production, sandbox) = (EnvironmentName::production(), EnvironmentName::sandbox());
    call(&town, first, 1, 100, production.clone()).await;
    call(&town, second, 2, 20, production.clone()).await;
    call(&town, second, 60, 7, production).await;
    call(&town, third, 1, 5000, sandbox).await;
    let ann = town.person("ann", &["a@hackney.example"]).await;
    let page = shown(&ann, "/reuse?own_days=50&day_rate=1000").await;
    for part in [
        "1 of 4 APIs",
        "25.0 %",
        "44 days of work",
        "£44,000",
        "2026-11",
        "2026-09",
        ">120<",
        ">7<",
        "The most were 120 calls: 2026-11.",
    ] {
        assert!(page.contains(part), "the page does not say {part}: {page}");
    }
    let wrong = shown(&ann, "/reuse?own_days=many").await;
    assert!(wrong.contains("Enter a whole number from 0 to 100000") && wrong.contains("34 days of work"), "{wrong}");
    let file = ann.get("/reuse.csv").await;
    assert!(file.text.contains("repairs,Repairs,housing-repairs@hackney.example,3,3,2,120\r\n"), "{}", file.text);
    let report = ann.get_as("/api/v1/reuse?own_days=50&day_rate=1000", "application/json").await;
    let report: serde_json::Value = serde_json::from_str(&report.text).unwrap();
    assert_eq!(report["estimate"]["days"], 44);
    assert_eq!(report["apis"][0]["api"], "repairs");
    assert_eq!(report["months"].as_array().unwrap().len(), 13);
    let large = ann.get_as("/api/v1/reuse?own_days=100001", "application/json").await;
    assert_eq!(large.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn strangers_see_it_only_where_the_settings_say_so_and_then_no_internal_api() {
    let town = Town::with_council().await;
    assert_eq!(town.stranger().get("/reuse").await.status, StatusCode::SEE_OTHER);
    assert_eq!(town.stranger().get("/reuse.csv").await.status, StatusCode::SEE_OTHER);
    let open = Town::open_about_reuse().await;
    for address in ["/reuse", "/reuse.csv"] {
        let text = shown(&open.stranger(), address).await;
        assert!(text.contains("Bulky waste") && !text.contains("Repairs"), "{address}: {text}");
    }
    let ann = open.person("ann", &["a@hackney.example"]).await;
    assert!(shown(&ann, "/reuse").await.contains("Repairs"), "what was counted for strangers is not shown to people");
}
