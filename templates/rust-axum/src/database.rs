//! How is the database reached? With a bounded pool, bounded statements, and values apart from the SQL.

use std::time::Duration;

use sqlx::{
    ConnectOptions, PgConnection, PgPool,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{NAME, settings::Settings};

/// What the database has to look like, step by step. Each is run once.
pub static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Waiting for a connection ends, too, or a slow database would queue requests without end.
const LONGEST_WAIT: Duration = Duration::from_secs(3);
const IDLE: Duration = Duration::from_secs(30);
/// Who holds a lock for long holds up everybody.
const LONGEST_LOCK: Duration = Duration::from_secs(2);
const LONGEST_PAUSE_IN_TRANSACTION: Duration = Duration::from_secs(30);

/// Connections as they are needed; none is made yet, so the service starts without its database, and says that it is not ready.
pub fn pool(settings: &Settings) -> PgPool {
    let lock = LONGEST_LOCK.min(settings.statement_timeout);
    let bounds = [
        ("statement_timeout", settings.statement_timeout),
        ("lock_timeout", lock),
        ("idle_in_transaction_session_timeout", LONGEST_PAUSE_IN_TRANSACTION),
    ];
    let options = settings.database.clone().application_name(NAME);
    let options = options.options(bounds.map(|(name, bound)| (name, bound.as_millis())));
    PgPoolOptions::new()
        .max_connections(settings.pool_size)
        .acquire_timeout(LONGEST_WAIT)
        .idle_timeout(IDLE)
        .connect_lazy_with(options)
}

/// A single connection without bounds, for what takes its time: migrations and seeds.
pub async fn connect(url: &str) -> Result<PgConnection, sqlx::Error> {
    let options: PgConnectOptions = url.parse()?;
    options.application_name(NAME).connect().await
}
