//! Do events arrive in their order, again if they were not taken, and are they kept if nobody takes them?

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use axum::{
    Json, Router,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use chrono::Utc;
use serde_json::{Value, json};
use service::{
    events::{Actor, Entity, Envelope},
    listener::{Handler, HandlerFailure, Listener, Received},
    outbound::{self, Outbound, Patience},
    publisher::{Pace, Publisher, Receiver},
    resources::Heard,
};
use sqlx::{PgConnection, PgPool};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::world::listening;

const SOON: Duration = Duration::from_millis(1);

fn envelope(kind: &str, entity: Uuid) -> Envelope {
    Envelope {
        id: Uuid::new_v4(),
        kind: kind.into(),
        source: "/things/v1".into(),
        version: 1,
        time: Utc::now(),
        request_id: Uuid::new_v4(),
        actor: Actor { kind: "person".into(), id: "x".into() },
        entity: Entity::new("things", entity),
        old: Value::Null,
        new: json!({}),
    }
}

async fn noted(database: &PgPool, kinds: &[&str]) {
    let entity = Uuid::new_v4();
    for kind in kinds {
        let sql = "INSERT INTO outbox_events (entity_id, envelope) VALUES ($1, $2)";
        let event = sqlx::types::Json(envelope(kind, entity));
        sqlx::query(sql).bind(entity).bind(event).execute(database).await.unwrap();
    }
}

/// What a receiver took, in which order.
type Taken = Arc<Mutex<Vec<(String, String)>>>;

/// Somebody who takes events by POST, unless `refuses` says no.
async fn receiver(refuses: impl Fn(&str) -> bool + Clone + Send + Sync + 'static) -> (Receiver<Heard>, Taken) {
    let taken = Taken::default();
    let seen = taken.clone();
    let take = move |headers: HeaderMap, Json(event): Json<Envelope>| async move {
        if refuses(&event.kind) {
            return StatusCode::BAD_REQUEST;
        }
        let key = headers["idempotency-key"].to_str().unwrap().to_owned();
        seen.lock().unwrap().push((event.kind, key));
        StatusCode::NO_CONTENT
    };
    let address = listening(Router::new().route("/events", post(take))).await;
    let client = outbound::client(Duration::from_secs(3)).unwrap();
    let outbound = Box::new(Outbound::new(client, None, Patience { first_pause: SOON, ..Patience::default() }));
    (Receiver::Address { outbound, url: format!("http://{address}/events").parse().unwrap() }, taken)
}

fn pace() -> Pace {
    Pace { pause: SOON, most_tries: 3, first_retry: SOON }
}

/// Until nothing is left to be sent, within bounds.
async fn until_idle(publisher: &Publisher<Heard>, database: &PgPool) {
    for _ in 0..200 {
        publisher.publish().await.unwrap();
        let sql = "SELECT count(*) FROM outbox_events WHERE published_at IS NULL";
        if sqlx::query_scalar::<_, i64>(sql).fetch_one(database).await.unwrap() == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("events are left");
}

fn kinds(taken: &Taken) -> Vec<String> {
    taken.lock().unwrap().iter().map(|(kind, _)| kind.clone()).collect()
}

#[sqlx::test]
async fn an_event_that_is_not_taken_comes_again_and_later_ones_of_its_entity_wait_for_it(database: PgPool) {
    noted(&database, &["things.created", "things.updated"]).await;
    let refusals = Arc::new(AtomicU32::new(2));
    let refuses =
        move |_: &str| refusals.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
    let (receiver, taken) = receiver(refuses).await;
    until_idle(&Publisher::new(database.clone(), receiver, pace()), &database).await;
    assert_eq!(kinds(&taken), ["things.created", "things.updated"]);
}

#[sqlx::test]
async fn an_event_that_nobody_takes_becomes_a_dead_letter_and_lets_the_others_through(database: PgPool) {
    noted(&database, &["things.created", "things.updated"]).await;
    let (receiver, taken) = receiver(|kind| kind.ends_with("created")).await;
    until_idle(&Publisher::new(database.clone(), receiver, pace()), &database).await;
    assert_eq!(kinds(&taken), ["things.updated"]);
    let sql = "SELECT direction, attempts, failure FROM dead_letters";
    let (direction, attempts, failure): (String, i32, String) = sqlx::query_as(sql).fetch_one(&database).await.unwrap();
    assert_eq!((direction.as_str(), attempts), ("sent", 3));
    assert_eq!(failure, "the receiver answered 400 Bad Request");
}

#[sqlx::test]
async fn two_publishers_do_not_send_one_event_twice_and_stop_when_they_are_told(database: PgPool) {
    for _ in 0..10 {
        noted(&database, &["things.created"]).await;
    }
    let stop = CancellationToken::new();
    let (first, taken) = receiver(|_| false).await;
    let (second, also_taken) = receiver(|_| false).await;
    let running = [first, second]
        .map(|receiver| tokio::spawn(Publisher::new(database.clone(), receiver, pace()).run(stop.clone())));
    let count = || taken.lock().unwrap().len() + also_taken.lock().unwrap().len();
    for _ in 0..400 {
        if count() >= 10 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    stop.cancel();
    for publisher in running {
        publisher.await.unwrap();
    }
    let mut keys: Vec<String> =
        [&taken, &also_taken].iter().flat_map(|taken| taken.lock().unwrap().clone()).map(|(_, key)| key).collect();
    keys.sort();
    keys.dedup();
    assert_eq!((keys.len(), count()), (10, 10));
}

/// Fails as often as it is told to.
struct Clumsy(AtomicU32);

impl Handler for Clumsy {
    fn knows(&self, kind: &str) -> bool {
        kind == "things.created"
    }

    async fn handle(&self, _: &Envelope, transaction: &mut PgConnection) -> Result<(), HandlerFailure> {
        sqlx::query("INSERT INTO outbox_events (entity_id, envelope) VALUES (gen_random_uuid(), '{}')")
            .execute(transaction)
            .await?;
        let failures = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if failures.is_ok() { Err("not yet".into()) } else { Ok(()) }
    }
}

#[sqlx::test]
async fn a_listener_handles_what_it_knows_once_and_ignores_what_it_does_not_know(database: PgPool) {
    let listener = Listener::new(database.clone(), Clumsy(AtomicU32::new(0)), 3, SOON);
    let event = envelope("things.created", Uuid::new_v4());
    for _ in 0..2 {
        assert_eq!(listener.receive(&event).await.unwrap(), Received::Handled);
    }
    for kind in ["things.exploded", "", "THINGS.CREATED"] {
        assert_eq!(listener.receive(&envelope(kind, Uuid::new_v4())).await.unwrap(), Received::Ignored);
    }
    let later = Envelope { version: 2, ..envelope("things.created", Uuid::new_v4()) };
    assert_eq!(listener.receive(&later).await.unwrap(), Received::Ignored);
    let done: i64 = sqlx::query_scalar("SELECT count(*) FROM outbox_events").fetch_one(&database).await.unwrap();
    assert_eq!(done, 1);
}

#[sqlx::test]
async fn what_a_listener_fails_at_is_tried_again_and_kept_in_the_end(database: PgPool) {
    let event = envelope("things.created", Uuid::new_v4());
    let patient = Listener::new(database.clone(), Clumsy(AtomicU32::new(2)), 3, SOON);
    assert_eq!(patient.receive(&event).await.unwrap(), Received::Handled);
    let hopeless = envelope("things.created", Uuid::new_v4());
    let hasty = Listener::new(database.clone(), Clumsy(AtomicU32::new(9)), 3, SOON);
    assert_eq!(hasty.receive(&hopeless).await.unwrap(), Received::Dead);
    let sql = "SELECT event_id, direction, attempts FROM dead_letters";
    let dead: (Uuid, String, i32) = sqlx::query_as(sql).fetch_one(&database).await.unwrap();
    assert_eq!(dead, (hopeless.id, "received".to_owned(), 3));
    let done: i64 = sqlx::query_scalar("SELECT count(*) FROM outbox_events").fetch_one(&database).await.unwrap();
    assert_eq!(done, 1, "what was done in a failed try is undone");
}
