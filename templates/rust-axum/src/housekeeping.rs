//! What is thrown away, and when? Answers and events that nobody can ask for any more, every ten minutes.

use std::time::Duration;

use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use tracing::error;

const EVERY: Duration = Duration::from_secs(600);

/// Tidies until it is told to stop.
pub async fn run(database: PgPool, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(EVERY)).await.is_some() {
        if let Err(error) = tidy(&database).await {
            error!(error = &error as &dyn std::error::Error, "housekeeping failed");
        }
    }
}

/// Throws away what is too old.
pub async fn tidy(database: &PgPool) -> Result<(), sqlx::Error> {
    for sql in [
        "DELETE FROM idempotency_answers WHERE created_at < now() - interval '24 hours'",
        "DELETE FROM outbox_events WHERE published_at < now() - interval '7 days'",
        "DELETE FROM received_events WHERE received_at < now() - interval '30 days'",
    ] {
        sqlx::query(sql).execute(database).await?;
    }
    Ok(())
}
