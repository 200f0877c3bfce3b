//! How much was called in a time, by whom, and how well was it answered?

use hansom_domain::{ApiSlug, ApplicationId, Timestamp};

use crate::{Error, Latency, Reads, column::row, database::on};

/// Lines of one answer at most.
pub const MOST_LINES: usize = 1000;

row! {
    /// Calls that have something in common, added up.
    pub struct Called {
        /// The environment; empty where they have none in common.
        pub environment: String,
        /// The API; empty where they have none in common.
        pub api: String,
        /// The version; 0 where they have none in common.
        pub major: i64,
        /// The operation; empty where they have none in common, or none matched.
        pub operation: String,
        /// The application's id, `anyone`, or `people`; empty where they have none in common.
        pub caller: String,
        /// When the hour or the day of them all begins; the epoch where they have none in common.
        pub begins: Timestamp,
        /// How many.
        pub calls: i64,
        /// How many were answered with a client's error (4xx).
        pub client_errors: i64,
        /// How many were answered with a server's error (5xx).
        pub server_errors: i64,
        /// How long they took together.
        pub micros: i64,
        /// How long each took.
        pub latency: Latency,
    }
}

/// From when, and until when: whole hours, or whole days where hours are kept no longer.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// From then on.
    pub from: Timestamp,
    /// Not any more.
    pub until: Timestamp,
}

/// What calls are told apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// By nothing: one line.
    Nothing,
    /// By environment, API, version and operation.
    Operation,
    /// By environment and who calls; people are not told apart.
    Caller,
    /// By environment.
    Environment,
    /// By hour.
    Hour,
    /// By day, in UTC.
    Day,
}

/// What calls are added up to: how many, how well, how quick.
macro_rules! figures {
    () => {
        ", CAST(COALESCE(sum(calls), 0) AS BIGINT) AS calls, \
         CAST(COALESCE(sum(CASE WHEN status BETWEEN 400 AND 499 THEN calls ELSE 0 END), 0) AS BIGINT) AS client_errors, \
         CAST(COALESCE(sum(CASE WHEN status >= 500 THEN calls ELSE 0 END), 0) AS BIGINT) AS server_errors, \
         CAST(COALESCE(sum(micros), 0) AS BIGINT) AS micros, \
         CAST(COALESCE(sum(within_5), 0) AS BIGINT) AS within_5, \
         CAST(COALESCE(sum(within_10), 0) AS BIGINT) AS within_10, \
         CAST(COALESCE(sum(within_25), 0) AS BIGINT) AS within_25, \
         CAST(COALESCE(sum(within_50), 0) AS BIGINT) AS within_50, \
         CAST(COALESCE(sum(within_100), 0) AS BIGINT) AS within_100, \
         CAST(COALESCE(sum(within_250), 0) AS BIGINT) AS within_250, \
         CAST(COALESCE(sum(within_500), 0) AS BIGINT) AS within_500, \
         CAST(COALESCE(sum(within_1000), 0) AS BIGINT) AS within_1000, \
         CAST(COALESCE(sum(within_2500), 0) AS BIGINT) AS within_2500, \
         CAST(COALESCE(sum(within_5000), 0) AS BIGINT) AS within_5000, \
         CAST(COALESCE(sum(within_10000), 0) AS BIGINT) AS within_10000, \
         CAST(COALESCE(sum(beyond), 0) AS BIGINT) AS beyond"
    };
}
pub(crate) use figures;

/// One text for both databases and all questions: `$1` whose, `$2` from, `$3` until.
macro_rules! called {
    ($whose:literal, $keys:expr, $group:expr) => {
        concat!(
            "SELECT ",
            $keys,
            figures!(),
            " FROM call_count LEFT JOIN application ON application.id = call_count.caller WHERE ",
            $whose,
            " = $1 AND hour >= $2 AND hour < $3",
            $group,
            " LIMIT 1000"
        )
    };
}

const NOTHING: [&str; 2] = [
    called!(
        "caller",
        "'' AS environment, '' AS api, CAST(0 AS BIGINT) AS major, '' AS operation, '' AS caller, CAST(0 AS BIGINT) AS begins",
        ""
    ),
    called!(
        "api",
        "'' AS environment, '' AS api, CAST(0 AS BIGINT) AS major, '' AS operation, '' AS caller, CAST(0 AS BIGINT) AS begins",
        ""
    ),
];
const OPERATION: [&str; 2] = [
    called!(
        "caller",
        "environment, api, major, operation, '' AS caller, CAST(0 AS BIGINT) AS begins",
        " GROUP BY environment, api, major, operation ORDER BY calls DESC, environment, api, major, operation"
    ),
    called!(
        "api",
        "environment, api, major, operation, '' AS caller, CAST(0 AS BIGINT) AS begins",
        " GROUP BY environment, api, major, operation ORDER BY calls DESC, environment, api, major, operation"
    ),
];
const CALLER: [&str; 2] = [
    called!(
        "caller",
        "environment, '' AS api, CAST(0 AS BIGINT) AS major, '' AS operation, min(caller) AS caller, CAST(0 AS BIGINT) AS begins",
        " GROUP BY environment ORDER BY calls DESC, environment"
    ),
    called!(
        "api",
        "environment, '' AS api, CAST(0 AS BIGINT) AS major, '' AS operation, \
         CASE WHEN application.id IS NOT NULL OR caller = 'anyone' THEN caller ELSE 'people' END AS caller, CAST(0 AS BIGINT) AS begins",
        " GROUP BY environment, CASE WHEN application.id IS NOT NULL OR caller = 'anyone' THEN caller ELSE 'people' END \
         ORDER BY calls DESC, environment, 5"
    ),
];

const ENVIRONMENT: [&str; 2] = [
    called!(
        "caller",
        "environment, '' AS api, CAST(0 AS BIGINT) AS major, '' AS operation, '' AS caller, CAST(0 AS BIGINT) AS begins",
        " GROUP BY environment ORDER BY environment"
    ),
    called!(
        "api",
        "environment, '' AS api, CAST(0 AS BIGINT) AS major, '' AS operation, '' AS caller, CAST(0 AS BIGINT) AS begins",
        " GROUP BY environment ORDER BY environment"
    ),
];

/// Told apart by when they came: whose, and how many milliseconds belong together.
macro_rules! over_time {
    ($whose:literal, $millis:literal) => {
        called!(
            $whose,
            concat!(
                "'' AS environment, '' AS api, CAST(0 AS BIGINT) AS major, '' AS operation, '' AS caller, (hour / ",
                $millis,
                ") * ",
                $millis,
                " AS begins"
            ),
            concat!(" GROUP BY hour / ", $millis, " ORDER BY begins")
        )
    };
}

const HOUR: [&str; 2] = [over_time!("caller", "3600000"), over_time!("api", "3600000")];
const DAY: [&str; 2] = [over_time!("caller", "86400000"), over_time!("api", "86400000")];

impl Reads {
    /// What an application called: the most called first, [`MOST_LINES`] at most.
    pub async fn called_by(&self, application: &ApplicationId, span: Span, by: By) -> Result<Vec<Called>, Error> {
        let [sql, _] = statements(by);
        self.called(sql, application.as_str(), span).await
    }

    /// What was called of an API: the most called first, [`MOST_LINES`] at most.
    pub async fn called_of(&self, api: &ApiSlug, span: Span, by: By) -> Result<Vec<Called>, Error> {
        let [_, sql] = statements(by);
        self.called(sql, api.as_str(), span).await
    }

    async fn called(&self, sql: &'static str, whose: &str, span: Span) -> Result<Vec<Called>, Error> {
        let (from, until) = (span.from.millis(), span.until.millis());
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(whose).bind(from).bind(until).fetch_all(pool).await)?)
    }
}

fn statements(by: By) -> [&'static str; 2] {
    match by {
        By::Nothing => NOTHING,
        By::Operation => OPERATION,
        By::Caller => CALLER,
        By::Environment => ENVIRONMENT,
        By::Hour => HOUR,
        By::Day => DAY,
    }
}
