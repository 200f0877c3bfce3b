//! Do the council services keep what their contracts say?

use std::sync::atomic::{AtomicU8, Ordering};

use axum::body::{Body, to_bytes};
use hansom_domain::Timestamp;
use http::Request;
use tower::ServiceExt;

use super::*;

struct Service(Router);

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    fn at(&self, pointer: &str) -> &Value {
        self.body.pointer(pointer).unwrap_or(&Value::Null)
    }
}

impl Service {
    fn of(api: &'static str) -> Self {
        let clock = Clock::new(|| Timestamp::from_seconds(1_795_424_400));
        let count = AtomicU8::new(0);
        let chance = Chance::new(move |bytes| bytes.fill(count.fetch_add(1, Ordering::Relaxed)));
        Self(router(api, clock, chance).unwrap())
    }

    async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.into()).unwrap();
        let response = self.0.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let body = serde_json::from_slice(&body).unwrap();
        Answer { status, headers, body }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], Body::empty()).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        let kind = [("content-type", JSON)];
        self.send("POST", path, &kind, body.to_string()).await
    }

    async fn patch(&self, path: &str, etag: &str, body: Value) -> Answer {
        let headers = [("content-type", MERGE_PATCH), ("if-match", etag)];
        self.send("PATCH", path, &headers, body.to_string()).await
    }
}

fn a_fault() -> Value {
    json!({"uprn": "10008230114", "description": "The kitchen tap drips all night", "trade": "plumbing", "priority": "urgent"})
}

#[test]
fn every_operation_of_every_contract_has_a_behaviour() {
    for (api, contract) in [
        ("repairs", include_str!("../../../../../examples/council/repairs/openapi.yaml")),
        ("rents", include_str!("../../../../../examples/council/rents/openapi.yaml")),
        ("council-tax", include_str!("../../../../../examples/council/council-tax/openapi.yaml")),
        ("bulky-waste", include_str!("../../../../../examples/council/bulky-waste/openapi.yaml")),
    ] {
        let (table, _) = sources(api).unwrap();
        let operations: Vec<Operation> = serde_json::from_str(table).unwrap();
        let mut here: Vec<_> = operations.iter().map(|o| o.operation.as_str()).collect();
        let mut there: Vec<_> = contract.lines().filter_map(|line| line.trim().strip_prefix("operationId: ")).collect();
        here.sort_unstable();
        there.sort_unstable();
        assert_eq!(here, there, "{api}");
    }
}

#[tokio::test]
async fn every_list_is_served_and_its_first_record_is_found_by_id() {
    for api in ["repairs", "rents", "council-tax", "bulky-waste"] {
        let service = Service::of(api);
        let (table, _) = sources(api).unwrap();
        let operations: Vec<Operation> = serde_json::from_str(table).unwrap();
        for operation in operations.iter().filter(|o| o.parent.is_none()) {
            let Does::List(list) = &operation.does else {
                continue;
            };
            let page = service.get(&operation.path).await;
            assert_eq!(page.status, 200, "{}", operation.operation);
            let first = page.at(&format!("/{}/0/{}", list.items, operation.id));
            let path = format!("{}/{}", operation.path, first.as_str().unwrap());
            let has_get = operations.iter().any(|o| matches!(o.does, Does::Get) && o.parameters(&path).is_some());
            let found = service.get(&path).await;
            assert_eq!(found.status, if has_get { 200 } else { 404 }, "{path}");
            if has_get {
                assert_eq!(found.at(&format!("/{}", operation.id)), first);
            }
        }
        assert_eq!(service.get("/service-status").await.status, 200);
    }
}

#[tokio::test]
async fn following_next_shows_every_record_once() {
    let service = Service::of("repairs");
    let (mut path, mut seen, mut pages) = ("/repairs?limit=7".to_owned(), vec![], 0);
    loop {
        let page = service.get(&path).await;
        assert_eq!(page.status, 200);
        for repair in page.at("/repairs").as_array().unwrap() {
            seen.push(repair["repairId"].as_str().unwrap().to_owned());
        }
        pages += 1;
        assert!(pages < 10, "the pages have no end");
        let Some(next) = page.at("/links/next").as_str() else {
            assert_eq!(page.at("/nextCursor"), &Value::Null);
            break;
        };
        path = next.strip_prefix("/repairs/v1").unwrap().to_owned();
    }
    assert_eq!((seen.len(), pages), (24, 4));
    seen.dedup();
    assert_eq!(seen.len(), 24);
}

#[tokio::test]
async fn filters_are_taken_together_and_strange_parameters_are_refused() {
    let service = Service::of("repairs");
    let page = service.get("/repairs?status=scheduled&trade=plumbing").await;
    let found = page.at("/repairs").as_array().unwrap();
    assert!(!found.is_empty());
    for repair in found {
        assert_eq!((&repair["status"], &repair["trade"]), (&json!("scheduled"), &json!("plumbing")));
    }
    assert_eq!(page.at("/links/self"), "/repairs/v1/repairs?status=scheduled&trade=plumbing&limit=20");
    for (bad, parameter) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("cursor=!!", "cursor"),
        ("cursor=bm9uZQ", "cursor"),
        ("colour=red", "colour"),
        ("status=a&status=b", "status"),
    ] {
        let no = service.get(&format!("/repairs?{bad}")).await;
        assert_eq!((no.status, no.header("content-type")), (400, "application/problem+json"), "{bad}");
        assert_eq!(no.at("/errors/0/parameter"), parameter, "{bad}");
    }
}

#[tokio::test]
async fn booleans_can_be_filtered_by() {
    let page = Service::of("bulky-waste").get("/item-types?accepted=false").await;
    let found = page.at("/itemTypes").as_array().unwrap();
    assert!(!found.is_empty() && found.iter().all(|kind| kind["accepted"] == false));
    assert_eq!(page.header("cache-control"), "public, max-age=300");
}

#[tokio::test]
async fn what_is_not_there_is_404_and_other_methods_are_405() {
    let service = Service::of("repairs");
    for path in [
        "/",
        "/repairs/",
        "/repairs/REP-9999999",
        "/repairs/REP-9999999/notes",
        "/repairs/REP-2418002/appointments/APT-0551001",
        "/properties",
    ] {
        let no = service.get(path).await;
        assert_eq!((no.status, no.at("/code")), (404, &json!("not-found")), "{path}");
    }
    let no = service.send("DELETE", "/repairs/REP-2418001", &[], Body::empty()).await;
    assert_eq!((no.status, no.header("allow")), (405, "GET, PATCH"));
}

#[tokio::test]
async fn a_reported_repair_can_be_read_where_location_says() {
    let service = Service::of("repairs");
    let created = service.post("/repairs", a_fault()).await;
    assert_eq!(created.status, 201, "{}", created.body);
    assert_eq!(created.at("/repairId"), "REP-2418025");
    assert_eq!(created.at("/status"), "reported");
    assert_eq!(created.at("/reportedAt"), "2026-11-23T09:00:00Z");
    assert_eq!(created.at("/address/line1"), "3 Wickfield Road");
    let location = created.header("location");
    assert_eq!(location, "/repairs/v1/repairs/REP-2418025");
    let read = service.get(location.strip_prefix("/repairs/v1").unwrap()).await;
    assert_eq!((read.status, &read.body), (200, &created.body));
    assert_eq!(read.header("etag"), created.header("etag"));
}

#[tokio::test]
async fn every_fault_of_a_body_is_named_with_its_place() {
    let service = Service::of("repairs");
    let body = json!({"uprn": "x", "description": "short", "trade": "magic", "reporter": {"phone": "12"}, "colour": 1});
    let no = service.post("/repairs", body).await;
    assert_eq!(no.status, 400);
    let mut places: Vec<_> =
        no.at("/errors").as_array().unwrap().iter().map(|e| e["pointer"].as_str().unwrap()).collect();
    places.sort_unstable();
    assert_eq!(
        places,
        ["/colour", "/description", "/priority", "/reporter/name", "/reporter/phone", "/trade", "/uprn"]
    );
    let kind = [("content-type", JSON)];
    for bad in ["", "[]", "{", "null"] {
        let no = service.send("POST", "/repairs", &kind, bad).await;
        assert_eq!(no.status, 400, "{bad}");
    }
    let deep = "[".repeat(60_000);
    assert_eq!(service.send("POST", "/repairs", &kind, deep).await.status, 400);
    let long = format!("\"{}\"", "x".repeat(MOST_BYTES));
    assert_eq!(service.send("POST", "/repairs", &kind, long).await.status, 413);
    let kind = [("content-type", "text/plain")];
    let no = service.send("POST", "/repairs", &kind, a_fault().to_string()).await;
    assert_eq!(no.status, 415);
}

#[tokio::test]
async fn a_change_needs_the_present_etag() {
    let service = Service::of("repairs");
    let path = "/repairs/REP-2418001";
    let etag = service.get(path).await.header("etag").to_owned();
    let change = json!({"accessNotes": null, "priority": "routine"});
    let kind = [("content-type", MERGE_PATCH)];
    let no = service.send("PATCH", path, &kind, change.to_string()).await;
    assert_eq!(no.status, 400);
    assert_eq!(service.patch(path, "\"old\"", change.clone()).await.status, 412);
    let changed = service.patch(path, &etag, change.clone()).await;
    assert_eq!(changed.status, 200);
    assert_eq!(changed.at("/priority"), "routine");
    assert_eq!(changed.at("/accessNotes"), &Value::Null);
    assert_eq!(service.patch(path, &etag, change).await.status, 412, "the tag is old now");
    assert_eq!(service.get(path).await.body, changed.body);
}

#[tokio::test]
async fn a_cancelled_repair_stays_as_it_is() {
    let service = Service::of("repairs");
    let cancellation = json!({"reason": "duplicate"});
    let path = "/repairs/REP-2418001/cancellations";
    let created = service.post(path, cancellation.clone()).await;
    assert_eq!((created.status, created.at("/repairId")), (201, &json!("REP-2418001")));
    let repair = service.get("/repairs/REP-2418001").await;
    assert_eq!(repair.at("/status"), "cancelled");
    assert_eq!(service.post(path, cancellation).await.status, 409);
    let change = service.patch("/repairs/REP-2418001", "*", json!({"priority": "urgent"})).await;
    assert_eq!((change.status, change.at("/code")), (409, &json!("conflict")));
}

#[tokio::test]
async fn a_repeated_request_gets_the_first_answer_and_stores_nothing() {
    let service = Service::of("repairs");
    let headers = [("content-type", JSON), ("idempotency-key", "0b9f1c1e-7f0a-4a59-8a52-1f3f3b6f2d11")];
    let first = service.send("POST", "/repairs", &headers, a_fault().to_string()).await;
    let again = service.send("POST", "/repairs", &headers, a_fault().to_string()).await;
    assert_eq!((again.status, &again.body), (201, &first.body));
    assert_eq!(again.header("location"), first.header("location"));
    let mut other = a_fault();
    other["priority"] = "planned".into();
    let no = service.send("POST", "/repairs", &headers, other.to_string()).await;
    assert_eq!(no.status, 409, "the key names another request");
    assert_eq!(service.get("/repairs/REP-2418026").await.status, 404);
    let headers = [("content-type", JSON), ("idempotency-key", "mine")];
    let no = service.send("POST", "/repairs", &headers, a_fault().to_string()).await;
    assert_eq!(no.at("/errors/0/parameter"), "Idempotency-Key");
}

#[tokio::test]
async fn money_moves_balances() {
    let rents = Service::of("rents");
    let payment = json!({"type": "payment", "amount": {"amount": "-0.55", "currency": "GBP"}, "method": "card"});
    let posted = rents.post("/accounts/RNT-20150001/transactions", payment).await;
    assert_eq!(posted.status, 201, "{}", posted.body);
    let account = rents.get("/accounts/RNT-20150001").await;
    assert_eq!(account.at("/balance/amount"), "-25.05");
    let tax = Service::of("council-tax");
    let payment = json!({"amount": {"amount": "319.11", "currency": "GBP"}, "method": "card"});
    assert_eq!(tax.post("/accounts/CTA-30880001/payments", payment).await.status, 201);
    let account = tax.get("/accounts/CTA-30880001").await;
    assert_eq!(account.at("/balance/amount"), "0.00");
    let bad = json!({"amount": {"amount": "1.5", "currency": "GBP"}, "method": "card"});
    let no = tax.post("/accounts/CTA-30880001/payments", bad).await;
    assert_eq!((no.status, no.at("/errors/0/pointer")), (400, &json!("/amount")));
}

#[tokio::test]
async fn a_booking_needs_a_slot_that_exists_and_is_free() {
    let service = Service::of("bulky-waste");
    let booking = |slot: &str| {
        json!({"uprn": "10008230114", "slotId": slot, "placement": "By the gate", "contact": {"name": "Ines Carvalho"},
               "price": {"amount": "21.00", "currency": "GBP"}})
    };
    assert_eq!(service.post("/collections", booking("SLT-0260002")).await.status, 201);
    assert_eq!(service.post("/collections", booking("SLT-0259997")).await.status, 409);
    let no = service.post("/collections", booking("SLT-9999999")).await;
    assert_eq!((no.status, no.at("/errors/0/pointer")), (400, &json!("/slotId")));
}

#[tokio::test]
async fn a_problem_names_the_gateways_request_and_nothing_else_that_was_sent() {
    let service = Service::of("repairs");
    let headers = [("request-id", "0192-ab"), ("authorization", "Bearer very-secret")];
    let no = service.send("GET", "/nothing", &headers, Body::empty()).await;
    assert_eq!(no.at("/instance"), "0192-ab");
    assert!(!no.body.to_string().contains("very-secret"));
    let headers = [("request-id", "<script>")];
    let no = service.send("GET", "/nothing", &headers, Body::empty()).await;
    assert!(no.at("/instance").as_str().unwrap().starts_with("urn:uuid:"));
}

#[test]
fn shapes_take_what_the_contract_takes_and_no_more() {
    let takes = |shape: &str, value: Value| {
        let members = format!(r#"{{"required": [], "takes": {{"it": {shape}}}}}"#);
        let members: Members = serde_json::from_str(&members).unwrap();
        let mut object = Record::new();
        object.insert("it".into(), value);
        members.faults(&object).is_empty()
    };
    for (shape, good, bad) in [
        (r#""date""#, json!("2026-02-28"), json!("2026-02-30")),
        (r#""moment""#, json!("2026-11-23T09:00:00Z"), json!("2026-11-23T09:00:00+01:00")),
        (r#""postcode""#, json!("N16 7PL"), json!("N16 PL7")),
        (r#""postcode""#, json!("EC1A 1BB"), json!("ABC1 1BB")),
        (r#""phone""#, json!("+447700900100"), json!("07700900100")),
        (r#""email""#, json!("a@b.example"), json!("a b@c.example")),
        (r#""money""#, json!({"amount": "-1.00", "currency": "GBP"}), json!({"amount": "1.00", "currency": "EUR"})),
        (r#"{"words": 40}"#, json!("fridge-freezer"), json!("fridge--freezer")),
        (r#"{"code": ["TEN-", 7]}"#, json!("TEN-1004410"), json!("TEN-100441")),
        (r#"{"number": [1, 10]}"#, json!(10), json!(1.5)),
        (r#"{"or_null": {"text": [1, 3]}}"#, json!(null), json!("")),
        (r#"{"list": ["boolean", 1, 2]}"#, json!([true]), json!([])),
    ] {
        assert!(takes(shape, good.clone()), "{shape} must take {good}");
        assert!(!takes(shape, bad.clone()), "{shape} must not take {bad}");
    }
}
