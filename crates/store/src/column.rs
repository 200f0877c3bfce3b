//! How does a column become a word of the domain?

use std::error::Error as StdError;

use hansom_domain::{
    ApiId, ApiSlug, ApplicationId, Audience, CredentialId, CredentialKind, DraftId, EnvironmentName, FeedbackId,
    FeedbackState, GrantId, GrantState, GroupAddress, Impact, IncidentId, IncidentState, Kind, Major, MeetupId,
    MessageId, OperationSet, Period, PersonId, PipelineId, ReleaseId, RequestId, Status, Timestamp, TokenId, VersionId,
    WaiverId, WaiverState,
};
use sqlx::{Row, postgres::PgRow, sqlite::SqliteRow};

use crate::latency::{COLUMNS, Latency};

/// Reads a value from the column of that name.
pub(crate) trait Column<R>: Sized {
    fn column(row: &R, name: &str) -> sqlx::Result<Self>;
}

/// A column whose text is no such word: the database was written by somebody else.
fn broken(name: &str, source: impl StdError + Send + Sync + 'static) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: name.into(), source: Box::new(source) }
}

macro_rules! columns {
    ($row:ty) => {
        columns!(@plain $row: String, i64, Option<String>, Option<i64>);
        columns!(@word $row: ApiId, ApiSlug, ApplicationId, Audience, CredentialId, CredentialKind, DraftId, EnvironmentName,
            FeedbackId, FeedbackState, GrantId, GrantState, GroupAddress, Impact, IncidentId, IncidentState, Kind,
            MeetupId, MessageId, Period, PersonId, PipelineId, ReleaseId, RequestId, Status, TokenId, VersionId, WaiverId, WaiverState);
        impl Column<$row> for bool {
            fn column(row: &$row, name: &str) -> sqlx::Result<Self> {
                Ok(row.try_get::<i64, _>(name)? != 0)
            }
        }
        impl Column<$row> for Timestamp {
            fn column(row: &$row, name: &str) -> sqlx::Result<Self> {
                row.try_get(name).map(Timestamp::from_millis)
            }
        }
        impl Column<$row> for Option<Timestamp> {
            fn column(row: &$row, name: &str) -> sqlx::Result<Self> {
                Ok(row.try_get::<Option<i64>, _>(name)?.map(Timestamp::from_millis))
            }
        }
        impl Column<$row> for Major {
            fn column(row: &$row, name: &str) -> sqlx::Result<Self> {
                let number: i64 = row.try_get(name)?;
                u16::try_from(number).ok().and_then(Major::new).ok_or_else(|| {
                    broken(name, hansom_domain::Invalid::new(format!("{number} is no version")))
                })
            }
        }
        impl Column<$row> for Latency {
            fn column(row: &$row, _: &str) -> sqlx::Result<Self> {
                let mut counts = [0; COLUMNS.len()];
                for (count, name) in counts.iter_mut().zip(COLUMNS) {
                    *count = row.try_get(name)?;
                }
                Ok(Latency { counts })
            }
        }
        impl Column<$row> for OperationSet {
            fn column(row: &$row, name: &str) -> sqlx::Result<Self> {
                serde_json::from_str(&row.try_get::<String, _>(name)?).map_err(|error| broken(name, error))
            }
        }
        impl Column<$row> for serde_json::Value {
            fn column(row: &$row, name: &str) -> sqlx::Result<Self> {
                serde_json::from_str(&row.try_get::<String, _>(name)?).map_err(|error| broken(name, error))
            }
        }
    };
    (@plain $row:ty: $($type:ty),+) => {$(
        impl Column<$row> for $type {
            fn column(row: &$row, name: &str) -> sqlx::Result<Self> { row.try_get(name) }
        }
    )+};
    (@word $row:ty: $($type:ty),+) => {$(
        impl Column<$row> for $type {
            fn column(row: &$row, name: &str) -> sqlx::Result<Self> {
                row.try_get::<String, _>(name)?.parse().map_err(|error| broken(name, error))
            }
        }
    )+};
}

columns!(SqliteRow);
columns!(PgRow);

/// A struct that is read from a row of either database, field by field from the column of its name.
macro_rules! row {
    ($(#[$doc:meta])* pub struct $name:ident { $($(#[$fdoc:meta])* pub $field:ident: $type:ty),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name { $($(#[$fdoc])* pub $field: $type),+ }

        $crate::column::row!(@from $name, sqlx::sqlite::SqliteRow, $($field),+);
        $crate::column::row!(@from $name, sqlx::postgres::PgRow, $($field),+);
    };
    (@from $name:ident, $row:ty, $($field:ident),+) => {
        impl sqlx::FromRow<'_, $row> for $name {
            fn from_row(row: &$row) -> sqlx::Result<Self> {
                Ok(Self { $($field: $crate::column::Column::column(row, stringify!($field))?),+ })
            }
        }
    };
}
pub(crate) use row;
