//! Does the page of status tell what was measured, and what operators told, to whom it concerns?

use hansom_domain::{EnvironmentName, Major, Timestamp};
use hansom_store::{CallCount, Latency};
use http::StatusCode;
use quick_xml::{Reader, events::Event};

use crate::town::{ADMINISTRATORS, Someone, Town};

const WASTE: &str = "waste-services@hackney.example";
const REPAIRS: &str = "housing-repairs@hackney.example";
const DIGITAL: &str = "digital@hackney.example";

fn calls(town: &Town, api: &str, status: u16, calls: i64, days_ago: i64) -> CallCount {
    let now = town.control.clock().now().millis() - days_ago * 86_400_000;
    CallCount {
        hour: Timestamp::from_millis(now - now.rem_euclid(3_600_000)),
        environment: EnvironmentName::production(),
        api: api.parse().unwrap(),
        major: Major::new(1).unwrap(),
        operation: "listThings".into(),
        caller: "anyone".into(),
        status,
        calls,
        micros: calls * 1000,
        latency: Latency::default(),
    }
}

async fn incident(someone: &Someone, apis: &str, title: &str) -> String {
    let fields = [("title", title), ("impact", "degraded"), ("apis", apis), ("text", "Some <b>bookings</b> fail.")];
    let answer = someone.post("/incidents/new", &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    answer.header("location").to_owned()
}

#[tokio::test]
async fn what_was_measured_is_shown_now_and_day_by_day() {
    let town = Town::with_council().await;
    let counts = [
        calls(&town, "bulky-waste", 200, 40, 0),
        calls(&town, "bulky-waste", 502, 60, 0),
        calls(&town, "bulky-waste", 200, 100, 3),
        calls(&town, "council-tax", 200, 97, 0),
        calls(&town, "council-tax", 404, 50, 0),
        calls(&town, "repairs", 500, 50, 0),
    ];
    town.books.record(&counts, &[]).await.unwrap();
    town.books.record(&counts[2..3], &[]).await.unwrap();
    let stranger = town.stranger();
    let page = stranger.get("/status").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("1 API is down: most calls fail."), "{}", page.text);
    assert!(!page.text.contains("Repairs"), "an internal API is not for strangers");
    let down = page.text.find("/apis/bulky-waste/status").unwrap();
    assert!(down < page.text.find("/apis/council-tax/status").unwrap(), "what does badly is first");
    let twin = stranger.get("/status.md").await.text;
    assert!(
        twin.contains("[Council tax](/apis/council-tax/status.md) | sandbox: Too few calls to tell; production: Up"),
        "{twin}"
    );
    assert!(town.person("Ada", &[DIGITAL]).await.get("/status").await.text.contains("2 APIs are down"));
    let api = stranger.get("/apis/bulky-waste/status").await.text;
    assert!(api.contains("Last 90 days: 1 up, 0 degraded, 1 down, 88 without enough calls"), "{api}");
    assert!(api.contains("80.00%"), "240 of 300 calls were answered: {api}");
    assert_eq!(api.matches("<rect class=\"app-day--").count(), 90, "a bar for each day");
    assert_eq!(stranger.get("/apis/repairs/status").await.status, StatusCode::NOT_FOUND);
    assert_eq!(stranger.get("/apis/repairs/status.md").await.status, StatusCode::NOT_FOUND);
    assert_eq!(stranger.get("/apis/nothing/status").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_incident_is_opened_told_of_and_resolved_and_the_feed_follows() {
    let town = Town::with_council().await;
    let (stranger, operator) = (town.stranger(), town.person("Grace", &[ADMINISTRATORS]).await);
    let address = incident(&operator, "bulky-waste", "Bookings fail").await;
    let page = stranger.get(&address).await.text;
    assert!(
        page.contains("Some &#60;b&#62;bookings&#60;/b&#62; fail.")
            && !page.contains("<form method=\"post\" action=\"/inc"),
        "{page}"
    );
    let status = stranger.get("/status").await.text;
    assert!(status.contains("Bookings fail") && status.contains("1 API is degraded"), "{status}");
    for (fields, field) in [
        ([("state", "nothing"), ("text", "The cause is known.")], "state"),
        ([("state", "identified"), ("text", "")], "text"),
    ] {
        let again = operator.post(&format!("{address}/updates"), &fields).await;
        assert_eq!(again.status, StatusCode::BAD_REQUEST);
        assert!(again.text.contains(&format!("href=\"#{field}\"")), "{}", again.text);
    }
    for state in ["identified", "resolved"] {
        let fields = [("state", state), ("text", "The cause is known & mended.")];
        let told = operator.post(&format!("{address}/updates"), &fields).await;
        assert_eq!(told.header("location"), address, "{}", told.text);
    }
    let late = [("state", "monitoring"), ("text", "It happens again.")];
    let refused = operator.post(&format!("{address}/updates"), &late).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "what is over stays so");
    assert!(stranger.get("/status").await.text.contains("Incidents that are over"));
    assert!(stranger.get(&format!("{address}.md")).await.text.contains("## Resolved"));
    let feed = stranger.get_with("/status.atom", &[]).await;
    assert_eq!(feed.header("content-type"), "application/atom+xml; charset=utf-8");
    let (mut reader, mut entries) = (Reader::from_str(&feed.text), 0);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) if tag.name().as_ref() == "entry" => entries += 1,
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(entries, 1);
    assert!(feed.text.contains("Resolved: Bookings fail"), "{}", feed.text);
}

#[tokio::test]
async fn who_may_not_know_of_an_api_learns_nothing_of_its_incidents() {
    let town = Town::with_council().await;
    let (stranger, operator) = (town.stranger(), town.person("Grace", &[ADMINISTRATORS]).await);
    let address = incident(&operator, "repairs, bulky-waste", "Secret repairs").await;
    for shown in [&address, "/status", "/status.md", "/status.atom", "/apis/bulky-waste/status"] {
        assert!(!stranger.get(shown).await.text.contains("Secret repairs"), "{shown}");
    }
    assert_eq!(stranger.get(&address).await.status, StatusCode::NOT_FOUND);
    let person = town.person("Ada", &[DIGITAL]).await;
    assert!(person.get("/status").await.text.contains("Secret repairs"));
    assert!(
        !person.get("/status.atom").await.text.contains("Secret repairs"),
        "feeds are what strangers see, whoever asks"
    );
}

#[tokio::test]
async fn owners_tell_of_their_own_apis_alone() {
    let town = Town::with_council().await;
    let owner = town.person("Owen", &[WASTE]).await;
    let address = incident(&owner, "bulky-waste", "Slots are slow").await;
    let other = town.person("Rita", &[REPAIRS]).await;
    for apis in ["bulky-waste", "repairs,bulky-waste", ""] {
        let fields = [("title", "Not mine"), ("impact", "down"), ("apis", apis), ("text", "It is not mine.")];
        let refused = other.post("/incidents/new", &fields).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{apis}");
        assert!(
            refused.text.contains("only administrators open incidents")
                || refused.text.contains("Only administrators open incidents"),
            "{}",
            refused.text
        );
    }
    let told = other.post(&format!("{address}/updates"), &[("state", "resolved"), ("text", "I say it is over.")]).await;
    assert_eq!(told.status, StatusCode::FORBIDDEN);
    let stranger = town.stranger().post("/incidents/new", &[("title", "Everything burns")]).await;
    assert_eq!(stranger.status, StatusCode::FORBIDDEN);
}
