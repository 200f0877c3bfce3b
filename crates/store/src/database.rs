//! Which database is it, and how is one statement run on either?

use std::{str::FromStr, sync::Arc, time::Duration};

use hansom_domain::Timestamp;
use sqlx::{
    PgPool, SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::watch;

use crate::{Books, Writes, migrations};

/// Why the store could not do it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Two changes wanted the same name, number or key.
    #[error("it is there already")]
    Taken,
    /// The database address is none that we know.
    #[error("the database address must begin with sqlite:// or postgres://")]
    Address,
    /// The database's tables are of a newer Hansom.
    #[error("the database was made by a newer version of Hansom; use that version")]
    Newer,
    /// The database's tables are of an older Hansom, or there are none.
    #[error("the database is not brought up to this version of Hansom yet; start a process of it that serves the hub")]
    Older,
    /// The database failed; the text is for operators, never for callers.
    #[error("the database failed: {0}")]
    Database(sqlx::Error),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let taken = error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation);
        if taken { Error::Taken } else { Error::Database(error) }
    }
}

/// The same value for SQLite and for PostgreSQL.
#[derive(Clone, Debug)]
pub(crate) enum Both<S, P> {
    Sqlite(S),
    Postgres(P),
}

/// Compiles one body for each database: `$c` is the pool or connection.
macro_rules! on {
    ($both:expr, $c:ident => $body:expr) => {
        match $both {
            $crate::database::Both::Sqlite($c) => $body,
            $crate::database::Both::Postgres($c) => $body,
        }
    };
}
pub(crate) use on;

/// The reading half of the store.
#[derive(Clone, Debug)]
pub struct Reads {
    pub(crate) pool: Both<SqlitePool, PgPool>,
    changed: watch::Receiver<u64>,
}

impl Reads {
    /// Resolves when a change was committed by this process since the last call on this value.
    pub async fn changed(&mut self) {
        if self.changed.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// The number of the last committed change, of any process that shares the database.
    pub async fn generation(&self) -> Result<u64, Error> {
        let sql = "SELECT generation FROM platform WHERE id = 1";
        let generation: i64 = on!(&self.pool, pool => sqlx::query_scalar(sql).fetch_one(pool).await)?;
        Ok(generation.unsigned_abs())
    }
}

/// An open store in its three halves.
#[derive(Debug)]
pub struct Opened {
    /// For everyone.
    pub reads: Reads,
    /// For `control` alone.
    pub writes: Writes,
    /// For the bookkeeper alone.
    pub books: Books,
}

/// Opens `sqlite://path` (made if absent; `sqlite::memory:` for tests) or `postgres://…`, brings its tables up to date
/// and proves that it can be written.
pub async fn open(address: &str, now: Timestamp) -> Result<Opened, Error> {
    let (readers, writers) = connect(address, true).await?;
    migrations::run(&writers).await?;
    let insert = "INSERT INTO platform (id, generation, opened_at) VALUES (1, 1, $1) \
                  ON CONFLICT (id) DO UPDATE SET opened_at = excluded.opened_at";
    on!(&writers, pool => sqlx::query(insert).bind(now.millis()).execute(pool).await.map(|_| ()))?;
    Ok(halves(readers, writers))
}

/// Opens a store that others bring up to date: changes nothing in it, and refuses one that is of another version's form.
pub async fn join(address: &str) -> Result<Opened, Error> {
    let (readers, writers) = connect(address, false).await?;
    migrations::are_run(&readers).await?;
    Ok(halves(readers, writers))
}

async fn connect(address: &str, make: bool) -> Result<(Both<SqlitePool, PgPool>, Both<SqlitePool, PgPool>), Error> {
    if address.starts_with("sqlite:") {
        let (readers, writer) = open_sqlite(address, make).await?;
        Ok((Both::Sqlite(readers), Both::Sqlite(writer)))
    } else if address.starts_with("postgres://") || address.starts_with("postgresql://") {
        let pool = open_postgres(address).await?;
        Ok((Both::Postgres(pool.clone()), Both::Postgres(pool)))
    } else {
        Err(Error::Address)
    }
}

fn halves(readers: Both<SqlitePool, PgPool>, writers: Both<SqlitePool, PgPool>) -> Opened {
    let (announce, changed) = watch::channel(0);
    Opened {
        reads: Reads { pool: readers, changed },
        writes: Writes { pool: writers.clone(), announce: Arc::new(announce) },
        books: Books { pool: writers },
    }
}

async fn open_sqlite(address: &str, make: bool) -> Result<(SqlitePool, SqlitePool), Error> {
    let options = SqliteConnectOptions::from_str(address)?
        .create_if_missing(make)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5));
    // SQLite has one writer: a pool of one makes the others wait in a fair line instead of failing as busy.
    let writer = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
    if address.contains(":memory:") {
        return Ok((writer.clone(), writer));
    }
    let readers = SqlitePoolOptions::new().max_connections(4).connect_with(options).await?;
    Ok((readers, writer))
}

async fn open_postgres(address: &str) -> Result<PgPool, Error> {
    let options = PgConnectOptions::from_str(address)?.application_name("hansom");
    Ok(PgPoolOptions::new().max_connections(10).acquire_timeout(Duration::from_secs(5)).connect_with(options).await?)
}
