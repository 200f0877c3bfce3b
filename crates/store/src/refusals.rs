//! Which calls of an application were refused?

use hansom_domain::{ApplicationId, EnvironmentName};

use crate::{Error, Reads, RefusedCall, Span, column::row, database::on};

row! {
    /// Refused calls that asked for the same.
    pub struct RefusalCountRow {
        /// In which environment.
        pub environment: EnvironmentName,
        /// Of which API; empty where none was found.
        pub api: String,
        /// Of which version; 0 where none was found.
        pub major: i64,
        /// Of which operation; empty where none was found.
        pub operation: String,
        /// How many.
        pub calls: i64,
    }
}

impl Reads {
    /// The refused calls of an application, the last first; at most `most`.
    pub async fn refusals_of(
        &self,
        application: &ApplicationId,
        span: Span,
        most: u16,
    ) -> Result<Vec<RefusedCall>, Error> {
        let sql = "SELECT * FROM refused_call WHERE application = $1 AND at >= $2 AND at < $3 \
                   ORDER BY at DESC, request_id LIMIT $4";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(application.as_str()).bind(span.from.millis())
            .bind(span.until.millis()).bind(i64::from(most)).fetch_all(pool).await)?)
    }

    /// How many calls of an application were refused, by what they asked for; the most refused first.
    pub async fn refusal_counts_of(
        &self,
        application: &ApplicationId,
        span: Span,
    ) -> Result<Vec<RefusalCountRow>, Error> {
        let sql = "SELECT environment, COALESCE(api, '') AS api, COALESCE(major, 0) AS major, \
                   COALESCE(operation, '') AS operation, count(*) AS calls FROM refused_call \
                   WHERE application = $1 AND at >= $2 AND at < $3 \
                   GROUP BY environment, COALESCE(api, ''), COALESCE(major, 0), COALESCE(operation, '') \
                   ORDER BY calls DESC, environment, api, major, operation LIMIT 1000";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(application.as_str()).bind(span.from.millis())
            .bind(span.until.millis()).fetch_all(pool).await)?)
    }
}
