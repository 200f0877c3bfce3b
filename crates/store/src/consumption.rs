//! Who calls a version, and when did they call last?

use hansom_domain::{ApiSlug, Major, Timestamp};

use crate::{Error, Latency, Reads, Span, called::figures, column::row, database::on};

row! {
    /// The calls of one consumer.
    pub struct Consumption {
        /// In which environment.
        pub environment: String,
        /// The application's id, `anyone`, or `people`, who are not told apart.
        pub caller: String,
        /// The application's name; empty where it is none.
        pub name: String,
        /// The group that owns the application; empty where it is none.
        pub owner: String,
        /// The hour of the last call, or the day where hours are kept no longer.
        pub last_at: Timestamp,
        /// How many.
        pub calls: i64,
        /// How many were answered with a client's error (4xx).
        pub client_errors: i64,
        /// How many were answered with a server's error (5xx).
        pub server_errors: i64,
        /// How long each took.
        pub latency: Latency,
    }
}

row! {
    /// The calls of one operation.
    pub struct OperationUse {
        /// In which environment.
        pub environment: String,
        /// Which; empty where none matched.
        pub operation: String,
        /// How many.
        pub calls: i64,
        /// How many were answered with a client's error (4xx).
        pub client_errors: i64,
        /// How many were answered with a server's error (5xx).
        pub server_errors: i64,
        /// How long each took.
        pub latency: Latency,
    }
}

const CONSUMERS: &str = concat!(
    "SELECT environment, \
     CASE WHEN application.id IS NOT NULL OR caller = 'anyone' THEN caller ELSE 'people' END AS caller, \
     COALESCE(min(application.name), '') AS name, COALESCE(min(application.owner), '') AS owner, \
     max(hour) AS last_at",
    figures!(),
    " FROM call_count LEFT JOIN application ON application.id = call_count.caller \
     WHERE api = $1 AND major = $2 AND hour >= $3 AND hour < $4 AND ($5 = '' OR operation = $5) \
     GROUP BY environment, CASE WHEN application.id IS NOT NULL OR caller = 'anyone' THEN caller ELSE 'people' END \
     ORDER BY calls DESC, environment, 2 LIMIT 1000"
);
const OPERATIONS: &str = concat!(
    "SELECT environment, operation",
    figures!(),
    " FROM call_count WHERE api = $1 AND major = $2 AND hour >= $3 AND hour < $4 \
     GROUP BY environment, operation ORDER BY calls DESC, environment, operation LIMIT 1000"
);

impl Reads {
    /// Who called a version, or one operation of it, in a time: who called most first, a thousand at most.
    pub async fn consumption(
        &self,
        (api, major): (&ApiSlug, Major),
        operation: Option<&str>,
        span: Span,
    ) -> Result<Vec<Consumption>, Error> {
        let (from, until) = (span.from.millis(), span.until.millis());
        Ok(on!(&self.pool, pool => sqlx::query_as(CONSUMERS).bind(api.as_str()).bind(i64::from(major.number()))
            .bind(from).bind(until).bind(operation.unwrap_or_default()).fetch_all(pool).await)?)
    }

    /// What was called of a version in a time: what was called most first, a thousand at most.
    pub async fn operation_use(&self, (api, major): (&ApiSlug, Major), span: Span) -> Result<Vec<OperationUse>, Error> {
        let (from, until) = (span.from.millis(), span.until.millis());
        Ok(on!(&self.pool, pool => sqlx::query_as(OPERATIONS).bind(api.as_str()).bind(i64::from(major.number()))
            .bind(from).bind(until).fetch_all(pool).await)?)
    }
}
