//! What is done when an event comes in? Known types are handled once each, others are ignored, failures are tried again and kept.

use std::{error::Error, future::Future, time::Duration};

use sqlx::{PgConnection, PgPool, types::Json};
use tokio::time::sleep;
use tracing::warn;

use crate::{
    events::{Envelope, VERSION},
    outbound::pause,
};

/// What is kept of a failure.
const LONGEST_FAILURE: usize = 500;

/// Takes events in.
pub struct Listener<H> {
    database: PgPool,
    handler: H,
    most_tries: u32,
    first_retry: Duration,
}

/// What a service does when it hears of something.
pub trait Handler: Send + Sync + 'static {
    /// Whether it does anything about events of this type.
    fn knows(&self, kind: &str) -> bool;

    /// What it changes in the database it changes with the transaction, so that it is done once.
    fn handle(
        &self,
        event: &Envelope,
        transaction: &mut PgConnection,
    ) -> impl Future<Output = Result<(), HandlerFailure>> + Send;
}

/// Why an event could not be handled this time.
pub type HandlerFailure = Box<dyn Error + Send + Sync>;

/// What became of an event. In each case nobody need send it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// It was handled, now or before.
    Handled,
    /// It is of a type or a version that is not known here.
    Ignored,
    /// It could not be handled, and is among the dead letters.
    Dead,
}

impl<H: Handler> Listener<H> {
    /// Hands events to a handler.
    pub fn new(database: PgPool, handler: H, most_tries: u32, first_retry: Duration) -> Self {
        Self { database, handler, most_tries, first_retry }
    }

    /// Takes an event in.
    pub async fn receive(&self, event: &Envelope) -> Result<Received, sqlx::Error> {
        if event.version != VERSION || !self.handler.knows(&event.kind) {
            return Ok(Received::Ignored);
        }
        for tries in 1.. {
            let Err(failure) = self.handle(event).await else { return Ok(Received::Handled) };
            warn!(event = %event.id, type = event.kind, tries, error = &*failure as &dyn Error, "an event was not handled");
            if tries >= self.most_tries {
                self.bury(event, tries, &failure.to_string()).await?;
                break;
            }
            sleep(pause(tries, self.first_retry)).await;
        }
        Ok(Received::Dead)
    }

    async fn handle(&self, event: &Envelope) -> Result<(), HandlerFailure> {
        let mut transaction = self.database.begin().await?;
        let sql = "INSERT INTO received_events (event_id, type) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        let fresh = sqlx::query(sql).bind(event.id).bind(&event.kind).execute(&mut *transaction).await?;
        if fresh.rows_affected() > 0 {
            self.handler.handle(event, &mut transaction).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    async fn bury(&self, event: &Envelope, tries: u32, failure: &str) -> Result<(), sqlx::Error> {
        let sql = "
            INSERT INTO dead_letters (event_id, direction, envelope, attempts, failure)
            VALUES ($1, 'received', $2, $3, $4)
            ON CONFLICT (event_id, direction) DO NOTHING";
        let failure: String = failure.chars().take(LONGEST_FAILURE).collect();
        let tries = i32::try_from(tries).unwrap_or(i32::MAX);
        let query = sqlx::query(sql).bind(event.id).bind(Json(event)).bind(tries).bind(failure);
        query.execute(&self.database).await.map(drop)
    }
}
