//! How do events leave? In the order of their entity, at least once, again after a pause if they are not taken, until they are dead.

use std::time::Duration;

use reqwest::{Method, Url};
use sqlx::{FromRow, PgPool, types::Json};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use crate::{
    events::Envelope,
    listener::{Handler, Listener},
    outbound::{self, Outbound},
};

/// As many events are taken at once.
const AT_ONCE: usize = 20;
/// What is kept of a failure.
const LONGEST_FAILURE: usize = 500;

/// Sends events to where they go.
pub struct Publisher<H> {
    database: PgPool,
    receiver: Receiver<H>,
    pace: Pace,
}

/// Where events go.
pub enum Receiver<H> {
    /// To the listener of this service.
    Listener(Listener<H>),
    /// To somebody else, by POST.
    Address {
        /// How others are called.
        outbound: Box<Outbound>,
        /// Where.
        url: Url,
    },
}

/// How often it is tried, and when again.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// How long it rests when there is nothing to do.
    pub pause: Duration,
    /// After as many tries an event is dead.
    pub most_tries: u32,
    /// Before the second try; twice as long before each further one.
    pub first_retry: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { pause: Duration::from_secs(1), most_tries: 10, first_retry: Duration::from_secs(1) }
    }
}

#[derive(FromRow)]
struct Due {
    position: i64,
    envelope: Json<Envelope>,
    attempts: i32,
}

impl<H: Handler> Publisher<H> {
    /// Sends the events of a database there.
    pub fn new(database: PgPool, receiver: Receiver<H>, pace: Pace) -> Self {
        Self { database, receiver, pace }
    }

    /// Publishes until it is told to stop.
    pub async fn run(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let published = self.publish().await.unwrap_or_else(|error| {
                error!(error = &error as &dyn std::error::Error, "events could not be published");
                0
            });
            if published < AT_ONCE {
                stop.run_until_cancelled(sleep(self.pace.pause)).await;
            }
        }
    }

    /// Delivers what is due, and says how much that was.
    pub async fn publish(&self) -> Result<usize, sqlx::Error> {
        let mut due = self.take().await?;
        due.sort_by_key(|due| due.position);
        for event in &due {
            match self.deliver(&event.envelope).await {
                Ok(()) => self.taken(event).await?,
                Err(failure) => self.not_taken(event, &failure).await?,
            }
        }
        Ok(due.len())
    }

    /// The oldest event of each entity, unless a pause is on; a later one must not overtake it. For a minute they belong to who
    /// took them; if that one dies, another takes them then.
    async fn take(&self) -> Result<Vec<Due>, sqlx::Error> {
        let sql = "
            UPDATE outbox_events SET next_attempt_at = now() + interval '60 seconds', attempts = attempts + 1
            WHERE position IN (
                SELECT position FROM outbox_events AS event
                WHERE published_at IS NULL AND next_attempt_at <= now() AND NOT EXISTS (
                    SELECT FROM outbox_events AS earlier
                    WHERE earlier.entity_id = event.entity_id AND earlier.position < event.position
                        AND earlier.published_at IS NULL
                )
                ORDER BY position LIMIT 20 FOR UPDATE SKIP LOCKED
            )
            RETURNING position, envelope, attempts";
        sqlx::query_as(sql).fetch_all(&self.database).await
    }

    async fn deliver(&self, envelope: &Envelope) -> Result<(), String> {
        match &self.receiver {
            Receiver::Listener(listener) => {
                // Handled, ignored or kept as a dead letter: in each case it need not be sent again.
                listener.receive(envelope).await.map(drop).map_err(|error| error.to_string())
            }
            Receiver::Address { outbound, url } => {
                let body = serde_json::to_value(envelope).map_err(|error| error.to_string())?;
                let request = outbound::Request {
                    method: Method::POST,
                    url: url.clone(),
                    request_id: envelope.request_id,
                    idempotency_key: Some(envelope.id),
                    body: Some(body),
                };
                let reply = outbound.send(&request).await.map_err(|error| error.to_string())?;
                let status = reply.status;
                if status.is_success() { Ok(()) } else { Err(format!("the receiver answered {status}")) }
            }
        }
    }

    async fn taken(&self, event: &Due) -> Result<(), sqlx::Error> {
        let sql = "UPDATE outbox_events SET published_at = now(), failure = NULL WHERE position = $1";
        sqlx::query(sql).bind(event.position).execute(&self.database).await.map(drop)
    }

    async fn not_taken(&self, event: &Due, failure: &str) -> Result<(), sqlx::Error> {
        let failure: String = failure.chars().take(LONGEST_FAILURE).collect();
        let (envelope, attempts) = (&event.envelope.0, event.attempts);
        let tries = u32::try_from(attempts).unwrap_or(u32::MAX);
        if tries >= self.pace.most_tries {
            error!(event = %envelope.id, type = envelope.kind, attempts, "an event is dead: it was never taken");
            return self.bury(event, &failure).await;
        }
        let wait = outbound::pause(tries, self.pace.first_retry);
        warn!(event = %envelope.id, type = envelope.kind, attempts, ?wait, failure, "an event was not taken");
        let sql = "
            UPDATE outbox_events SET next_attempt_at = now() + make_interval(secs => $2), failure = $3
            WHERE position = $1";
        let query = sqlx::query(sql).bind(event.position).bind(wait.as_secs_f64()).bind(failure);
        query.execute(&self.database).await.map(drop)
    }

    async fn bury(&self, event: &Due, failure: &str) -> Result<(), sqlx::Error> {
        let sql = "
            WITH buried AS (DELETE FROM outbox_events WHERE position = $1)
            INSERT INTO dead_letters (event_id, direction, envelope, attempts, failure) VALUES ($2, 'sent', $3, $4, $5)
            ON CONFLICT (event_id, direction) DO NOTHING";
        let query = sqlx::query(sql).bind(event.position).bind(event.envelope.id).bind(&event.envelope);
        query.bind(event.attempts).bind(failure).execute(&self.database).await.map(drop)
    }
}
