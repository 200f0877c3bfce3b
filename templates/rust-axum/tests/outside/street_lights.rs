//! Does every operation on street lights keep the contract?

use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use uuid::Uuid;

use crate::{
    contract_checks::fits,
    world::{Answered, World},
};

const PATH: &str = "/street-lights";
const ONE: &str = "/street-lights/{id}";

fn full() -> Value {
    json!({
        "reference": "LBH-100417",
        "name": "A first one",
        "status": "open",
        "postcode": "E8 4QZ",
        "uprn": "10008230114",
        "contact": { "name": "Leah Rosenberg", "phone": "+447700900142" },
    })
}

fn with(mut body: Value, property: &str, value: Value) -> Value {
    body[property] = value;
    body
}

fn address(made: &Answered) -> String {
    format!("{PATH}/{}", made.json["id"].as_str().unwrap())
}

fn references(page: &Answered) -> Vec<&str> {
    page.json["items"].as_array().unwrap().iter().map(|item| item["reference"].as_str().unwrap()).collect()
}

async fn filled(world: &World, count: u32) {
    for number in 1..=count {
        let status = if number % 2 == 0 { "open" } else { "closed" };
        let name = format!("Name {}", number % 3);
        let body = json!({ "reference": format!("LBH-{}", 1000 + number), "name": name, "status": status });
        assert_eq!(world.post(PATH, &body).await.status, 201);
    }
}

#[sqlx::test]
async fn what_was_created_can_be_read_where_location_says(_: PgPoolOptions, database: PgConnectOptions) {
    let world = World::start(database).await;
    let made = world.post(PATH, &full()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    fits(&made, "POST", PATH);
    let base = &world.running.app.contract.base_path;
    assert_eq!(made.header("location"), format!("{base}{}", address(&made)));
    assert_eq!(made.json["createdAt"], made.json["updatedAt"]);
    for (name, value) in full().as_object().unwrap() {
        assert_eq!(&made.json[name], value);
    }
    let read = world.get(made.header("location")).await;
    fits(&read, "GET", ONE);
    assert_eq!(read.json, made.json);
    assert_eq!((read.header("etag"), read.header("cache-control")), (made.header("etag"), "no-store"));
}

#[sqlx::test]
async fn every_fault_of_a_body_is_told_with_its_place_and_without_what_was_sent(
    _: PgPoolOptions,
    database: PgConnectOptions,
) {
    let world = World::start(database).await;
    let contact = json!({ "name": "X", "phone": "12" });
    let bad =
        json!({ "name": "", "status": "broken", "postcode": "e8 4qz", "uprn": "0123", "contact": contact, "a/b": 1 });
    let refused = world.post(PATH, &bad).await;
    refused.is_problem(400, "invalid-request");
    fits(&refused, "POST", PATH);
    let places = ["/a~1b", "/contact/phone", "/name", "/postcode", "/reference", "/status", "/uprn"];
    assert_eq!(refused.places(), places);
    assert!(!refused.text.contains("e8 4qz"), "what was sent may be personal data");
}

#[sqlx::test]
async fn a_text_that_means_something_to_sql_is_text(_: PgPoolOptions, database: PgConnectOptions) {
    let world = World::start(database).await;
    let name = "Robert'); DROP TABLE street_lights; -- 😀 \\ % $1";
    let made = world.post(PATH, &with(full(), "name", json!(name))).await;
    assert_eq!(world.get(&address(&made)).await.json["name"], name);
}

#[sqlx::test]
async fn a_reference_is_given_once(_: PgPoolOptions, database: PgConnectOptions) {
    let world = World::start(database).await;
    world.post(PATH, &full()).await;
    let second = world.post(PATH, &full()).await;
    second.is_problem(409, "reference-taken");
    assert_eq!(second.places(), ["/reference"]);
    assert_eq!(world.count("SELECT count(*) FROM outbox_events").await, 1, "a refused change leaves no event");
}

#[sqlx::test]
async fn a_repeated_key_gets_the_first_answer_again_and_nothing_is_made_twice(
    _: PgPoolOptions,
    database: PgConnectOptions,
) {
    let world = World::start(database).await;
    let key = Uuid::new_v4();
    let first = world.post_with_key(PATH, &full(), key).await;
    let again = world.post_with_key(PATH, &full(), key).await;
    assert_eq!((again.status, &again.json), (201, &first.json));
    for name in ["location", "etag"] {
        assert_eq!(again.header(name), first.header(name));
    }
    assert_eq!(world.count("SELECT count(*) FROM street_lights").await, 1);
    assert_eq!(world.count("SELECT count(*) FROM outbox_events").await, 1);
    let other = with(full(), "name", json!("Another"));
    world.post_with_key(PATH, &other, key).await.is_problem(422, "idempotency-key-reused");
}

#[sqlx::test]
async fn many_tries_with_one_key_at_once_make_one_record(_: PgPoolOptions, database: PgConnectOptions) {
    let world = World::start(database).await;
    let (key, body) = (Uuid::new_v4(), full());
    let (a, b, c, d) = tokio::join!(
        world.post_with_key(PATH, &body, key),
        world.post_with_key(PATH, &body, key),
        world.post_with_key(PATH, &body, key),
        world.post_with_key(PATH, &body, key),
    );
    let (made, refused): (Vec<_>, Vec<_>) = [a, b, c, d].into_iter().partition(|answer| answer.status == 201);
    assert!(!made.is_empty());
    assert!(made.iter().all(|answer| answer.json["id"] == made[0].json["id"]));
    refused.iter().for_each(|answer| answer.is_problem(409, "request-in-progress"));
    assert_eq!(world.count("SELECT count(*) FROM street_lights").await, 1);
}

#[sqlx::test]
async fn a_refused_request_does_not_use_up_its_key(_: PgPoolOptions, database: PgConnectOptions) {
    let world = World::start(database).await;
    let first = world.post(PATH, &full()).await;
    let key = Uuid::new_v4();
    world.post_with_key(PATH, &full(), key).await.is_problem(409, "reference-taken");
    assert_eq!(world.delete(&address(&first), Some(first.header("etag"))).await.status, 204);
    assert_eq!(world.post_with_key(PATH, &full(), key).await.status, 201);
}

#[sqlx::test]
async fn a_merge_patch_sets_what_is_sent_removes_what_is_null_and_leaves_the_rest(
    _: PgPoolOptions,
    database: PgConnectOptions,
) {
    let world = World::start(database).await;
    let made = world.post(PATH, &full()).await;
    let patch = json!({ "status": "inProgress", "uprn": null, "contact": { "phone": "+442083563000" } });
    let changed = world.patch(&address(&made), &patch, Some(made.header("etag"))).await;
    fits(&changed, "PATCH", ONE);
    assert_eq!(changed.json["contact"], json!({ "name": "Leah Rosenberg", "phone": "+442083563000" }));
    assert_eq!((&changed.json["status"], changed.json.get("uprn")), (&json!("inProgress"), None));
    assert_eq!(changed.json["createdAt"], made.json["createdAt"]);
    assert_ne!(changed.header("etag"), made.header("etag"));
    assert_eq!(world.get(&address(&made)).await.json, changed.json);
}

#[sqlx::test]
async fn a_patch_that_breaks_the_record_is_refused_and_nothing_is_changed(
    _: PgPoolOptions,
    database: PgConnectOptions,
) {
    let world = World::start(database).await;
    let made = world.post(PATH, &json!({ "reference": "LBH-1001", "name": "A short one" })).await;
    let etag = made.header("etag");
    let half = world.patch(&address(&made), &json!({ "contact": { "phone": "+442083563000" } }), Some(etag)).await;
    half.is_problem(400, "invalid-request");
    assert_eq!(half.places(), ["/contact/name"]);
    for bad in [json!({}), json!({ "name": null }), json!({ "reference": "LBH-1002" }), json!([]), json!({ "uprn": 1 })]
    {
        world.patch(&address(&made), &bad, Some(etag)).await.is_problem(400, "invalid-request");
    }
    assert_eq!(world.get(&address(&made)).await.json, made.json);
}

#[sqlx::test]
async fn a_change_needs_the_state_that_it_is_based_on(_: PgPoolOptions, database: PgConnectOptions) {
    let world = World::start(database).await;
    let made = world.post(PATH, &full()).await;
    let (address, etag) = (address(&made), made.header("etag"));
    world.patch(&address, &json!({ "name": "B" }), None).await.is_problem(428, "precondition-required");
    world.delete(&address, None).await.is_problem(428, "precondition-required");
    let changed = world.patch(&address, &json!({ "name": "B" }), Some(etag)).await;
    let weak = format!("W/{}", changed.header("etag"));
    for stale in [etag, "\"999\"", weak.as_str(), "nonsense"] {
        world.patch(&address, &json!({ "name": "C" }), Some(stale)).await.is_problem(412, "precondition-failed");
        world.delete(&address, Some(stale)).await.is_problem(412, "precondition-failed");
    }
    let several = format!("\"77\", {}", changed.header("etag"));
    assert_eq!(world.patch(&address, &json!({ "name": "D" }), Some(&several)).await.status, 200);
    assert_eq!(world.patch(&address, &json!({ "name": "E" }), Some("*")).await.status, 200);
}

#[sqlx::test]
async fn of_many_changes_of_one_state_one_is_made(_: PgPoolOptions, database: PgConnectOptions) {
    let world = World::start(database).await;
    let made = world.post(PATH, &full()).await;
    let (address, seen) = (address(&made), Some(made.header("etag")));
    let (b, c, d) = (json!({ "name": "B" }), json!({ "name": "C" }), json!({ "name": "D" }));
    let (b, c, d) = tokio::join!(
        world.patch(&address, &b, seen),
        world.patch(&address, &c, seen),
        world.patch(&address, &d, seen),
    );
    let mut statuses = [b.status, c.status, d.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412]);
}

#[sqlx::test]
async fn what_is_closed_is_not_changed_any_more_but_can_be_removed(_: PgPoolOptions, database: PgConnectOptions) {
    let world = World::start(database).await;
    let made = world.post(PATH, &with(full(), "status", json!("closed"))).await;
    let (address, seen) = (address(&made), Some(made.header("etag")));
    world.patch(&address, &json!({ "status": "open" }), seen).await.is_problem(409, "already-closed");
    let removed = world.delete(&address, seen).await;
    assert_eq!((removed.status, removed.text.as_str()), (204, ""));
    fits(&removed, "DELETE", ONE);
    for gone in [world.get(&address).await, world.delete(&address, seen).await] {
        gone.is_problem(404, "not-found");
    }
}

#[sqlx::test]
async fn pages_hold_every_record_once_there_and_back_in_each_order(_: PgPoolOptions, database: PgConnectOptions) {
    let world = World::start(database).await;
    filled(&world, 8).await;
    for sort in ["createdAt", "-createdAt", "name", "-name", "reference", "-reference"] {
        let whole = world.get(&format!("{PATH}?limit=100&sort={sort}")).await;
        let there = walked(&world, format!("{PATH}?limit=3&sort={sort}"), "next").await;
        assert_eq!(there.iter().flat_map(references).collect::<Vec<_>>(), references(&whole), "{sort}");
        let last = there.last().unwrap().json["links"]["self"].as_str().unwrap().to_owned();
        let back = walked(&world, last, "prev").await;
        let pages = |pages: &[Answered]| pages.iter().map(|page| references(page).join(" ")).collect::<Vec<_>>();
        assert_eq!(pages(&back).into_iter().rev().collect::<Vec<_>>(), pages(&there), "{sort}");
        assert_eq!(whole.json.get("nextCursor"), None);
    }
}

async fn walked(world: &World, start: String, link: &str) -> Vec<Answered> {
    let mut pages = vec![];
    let mut address = Some(start);
    while let Some(next) = address.filter(|_| pages.len() < 20) {
        let page = world.get(&next).await;
        fits(&page, "GET", PATH);
        address = page.json["links"][link].as_str().map(str::to_owned);
        pages.push(page);
    }
    pages
}

#[sqlx::test]
async fn who_is_added_or_removed_while_somebody_reads_moves_nothing(_: PgPoolOptions, database: PgConnectOptions) {
    let world = World::start(database).await;
    filled(&world, 4).await;
    let first = world.get(&format!("{PATH}?limit=2&sort=reference")).await;
    world.post(PATH, &json!({ "reference": "LBH-0001", "name": "Early" })).await;
    let second = first.json["items"][1]["id"].as_str().unwrap();
    world.delete(&format!("{PATH}/{second}"), Some("*")).await;
    let next = world.get(first.json["links"]["next"].as_str().unwrap()).await;
    assert_eq!(references(&next), ["LBH-1003", "LBH-1004"]);
}

#[sqlx::test]
async fn filters_hold_together_and_no_match_is_an_empty_list(_: PgPoolOptions, database: PgConnectOptions) {
    let world = World::start(database).await;
    filled(&world, 4).await;
    let body = with(with(full(), "reference", json!("LBH-9001")), "status", json!("inProgress"));
    let made = world.post(PATH, &body).await;
    let at = made.json["createdAt"].as_str().unwrap().replace('+', "%2B");
    for (query, expected) in [
        ("status=open".to_owned(), vec!["LBH-1002", "LBH-1004"]),
        ("status=open,inProgress".to_owned(), vec!["LBH-1002", "LBH-1004", "LBH-9001"]),
        ("postcode=E8%204QZ".to_owned(), vec!["LBH-9001"]),
        ("uprn=10008230114&status=open".to_owned(), vec![]),
        (format!("created_at_from={at}"), vec!["LBH-9001"]),
        (format!("created_at_to={at}"), vec!["LBH-1001", "LBH-1002", "LBH-1003", "LBH-1004"]),
        ("created_at_from=2999-01-01T00:00:00%2B01:00".to_owned(), vec![]),
    ] {
        let page = world.get(&format!("{PATH}?sort=reference&{query}")).await;
        assert_eq!(references(&page), expected, "{query}");
    }
}

#[sqlx::test]
async fn a_list_shows_the_chosen_fields_and_never_whom_to_ask(_: PgPoolOptions, database: PgConnectOptions) {
    let world = World::start(database).await;
    world.post(PATH, &full()).await;
    let all = world.get(PATH).await;
    assert_eq!(all.json["items"][0].get("contact"), None);
    let some = world.get(&format!("{PATH}?fields=name,status")).await;
    let names: Vec<&String> = some.json["items"][0].as_object().unwrap().keys().collect();
    assert_eq!(names, ["id", "name", "status"]);
}

#[sqlx::test]
async fn a_parameter_that_is_not_known_or_out_of_bounds_is_refused_by_its_name(
    _: PgPoolOptions,
    database: PgConnectOptions,
) {
    let world = World::start(database).await;
    filled(&world, 3).await;
    let page = world.get(&format!("{PATH}?limit=1")).await;
    let cursor = page.json["nextCursor"].as_str().unwrap();
    // ["next","no time","3e0c1f6a-52d4-4b0f-9c57-8a1d2e6f4b03","sort=createdAt"]
    let forged = "WyJuZXh0Iiwibm8gdGltZSIsIjNlMGMxZjZhLTUyZDQtNGIwZi05YzU3LThhMWQyZTZmNGIwMyIsInNvcnQ9Y3JlYXRlZEF0Il0";
    let (other_sort, other_filter) = (format!("{cursor}&sort=name"), format!("{cursor}&status=open"));
    let bad: [(&str, &[&str]); 9] = [
        ("limit", &["0", "101", "-1", "1.5", "ten", "", "1e1", "0x1", "99999999999999999999", "1&limit=2"]),
        ("sort", &["status", "name,reference", "", "--name"]),
        ("fields", &["", "contact", "name,name", "name,"]),
        ("status", &["", "broken", "open,open", "open,"]),
        ("postcode", &["e8 4qz", ""]),
        ("uprn", &["0", "x"]),
        ("created_at_from", &["yesterday", "2026-02-30T00:00:00Z", "2026-01-01", "0000-01-01T00:00:00Z"]),
        ("cursor", &["nonsense", "%00", forged, &other_sort, &other_filter]),
        ("uprm", &["10008230114"]),
    ];
    for (name, value) in bad.iter().flat_map(|(name, values)| values.iter().map(move |value| (name, value))) {
        let refused = world.get(&format!("{PATH}?{name}={value}")).await;
        refused.is_problem(400, "invalid-request");
        assert_eq!(refused.places(), [*name], "{name}={value}");
    }
    assert_eq!(world.get(&format!("{PATH}?limit=0&sort=x&uprm=1")).await.places(), ["limit", "sort", "uprm"]);
}

#[sqlx::test]
async fn an_identifier_that_nobody_has_is_404_and_what_is_none_is_400(_: PgPoolOptions, database: PgConnectOptions) {
    let world = World::start(database).await;
    world.get(&format!("{PATH}/{}", Uuid::new_v4())).await.is_problem(404, "not-found");
    for bad in ["1", "'", "%00", "%zz"] {
        let refused = world.get(&format!("{PATH}/{bad}")).await;
        refused.is_problem(400, "invalid-request");
        assert_eq!(refused.places(), ["id"], "{bad}");
    }
}

#[sqlx::test]
async fn each_change_tells_of_itself_with_who_made_it_and_without_personal_data(
    _: PgPoolOptions,
    database: PgConnectOptions,
) {
    let world = World::start(database).await;
    let made = world.post(PATH, &full()).await;
    let changed = world.patch(&address(&made), &json!({ "status": "inProgress" }), Some(made.header("etag"))).await;
    world.delete(&address(&made), Some(changed.header("etag"))).await;
    let sql = "SELECT jsonb_agg(envelope ORDER BY position) FROM outbox_events";
    let events: Value = sqlx::query_scalar(sql).fetch_one(&world.database).await.unwrap();
    let types: Vec<&str> = events.as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["created", "updated", "deleted"].map(|verb| format!("{}.{verb}", &PATH[1..])));
    assert_eq!(events[0]["requestId"], made.header("request-id"));
    assert_eq!(events[0]["source"], json!(world.running.app.contract.base_path));
    assert_eq!((&events[0]["entity"]["id"], &events[0]["actor"]["kind"]), (&made.json["id"], &json!("person")));
    assert_eq!((&events[0]["old"], &events[2]["new"]), (&Value::Null, &Value::Null));
    assert_eq!((&events[1]["old"]["status"], &events[1]["new"]["status"]), (&json!("open"), &json!("inProgress")));
    assert!(!events.to_string().contains("Rosenberg"));
}
