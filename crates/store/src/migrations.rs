//! How do the tables come to their newest form?

use std::borrow::Cow;

use sqlx::{
    PgPool, SqlSafeStr, SqlitePool,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
};

use crate::{
    Error,
    database::{Both, on},
};

const TEXTS: &[(i64, &str, &str)] = &[
    (1, "founding", include_str!("../migrations/0001_founding.sql")),
    (2, "standards", include_str!("../migrations/0002_standards.sql")),
    (3, "repeats", include_str!("../migrations/0003_repeats.sql")),
    (4, "changed", include_str!("../migrations/0004_changed.sql")),
    (5, "quotas", include_str!("../migrations/0005_quotas.sql")),
    (6, "observation", include_str!("../migrations/0006_observation.sql")),
    (7, "server", include_str!("../migrations/0007_server.sql")),
    (8, "people", include_str!("../migrations/0008_people.sql")),
    (9, "applications", include_str!("../migrations/0009_applications.sql")),
    (10, "edge", include_str!("../migrations/0010_edge.sql")),
    (11, "cards", include_str!("../migrations/0011_cards.sql")),
    (12, "news", include_str!("../migrations/0012_news.sql")),
    (13, "pipelines", include_str!("../migrations/0013_pipelines.sql")),
    (14, "identity", include_str!("../migrations/0014_identity.sql")),
    (16, "usage_and_guides", include_str!("../migrations/0016_usage_and_guides.sql")),
    (17, "ownership", include_str!("../migrations/0017_ownership.sql")),
    (18, "operators", include_str!("../migrations/0018_operators.sql")),
    (19, "incidents", include_str!("../migrations/0019_incidents.sql")),
    (20, "community", include_str!("../migrations/0020_community.sql")),
];

/// Runs what is missing, each in a transaction; on PostgreSQL under an advisory lock, so that nodes may start at once.
pub(crate) async fn run(pool: &Both<SqlitePool, PgPool>) -> Result<(), Error> {
    let migrations = TEXTS
        .iter()
        .map(|&(version, name, text)| {
            Migration::new(version, Cow::Borrowed(name), MigrationType::Simple, text.into_sql_str(), false)
        })
        .collect();
    let migrator = Migrator::with_migrations(migrations);
    on!(pool, pool => migrator.run(pool).await).map_err(|error| match error {
        MigrateError::VersionMissing(_) => Error::Newer,
        MigrateError::Execute(error) => Error::Database(error),
        other => Error::Database(sqlx::Error::Migrate(Box::new(other))),
    })
}

/// Whether the tables are in this version's form, neither older nor newer. Nothing is changed.
pub(crate) async fn are_run(pool: &Both<SqlitePool, PgPool>) -> Result<(), Error> {
    // Without the table nothing was ever run here; so it is for a database that lets us read nothing.
    let sql = "SELECT version FROM _sqlx_migrations WHERE success ORDER BY version";
    let run: Result<Vec<i64>, sqlx::Error> = on!(pool, pool => sqlx::query_scalar(sql).fetch_all(pool).await);
    let run = match run {
        Ok(run) => run,
        Err(error @ sqlx::Error::Database(_)) => {
            tracing::debug!(%error, "no migrations can be read");
            return Err(Error::Older);
        }
        Err(error) => return Err(Error::Database(error)),
    };
    let newest = TEXTS.iter().map(|(version, ..)| *version).max();
    if run.last().copied() > newest {
        return Err(Error::Newer);
    }
    let lacks = TEXTS.iter().any(|(version, ..)| !run.contains(version));
    if lacks { Err(Error::Older) } else { Ok(()) }
}
