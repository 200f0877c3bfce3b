//! How is a moment written for people, and when does a day begin?

use chrono::{DateTime, NaiveDate, NaiveTime};
use hansom_domain::Timestamp;

/// The moment at which a day begins, in UTC.
pub(crate) fn beginning(day: NaiveDate) -> Timestamp {
    Timestamp::from_seconds(day.and_time(NaiveTime::MIN).and_utc().timestamp())
}

/// `23 November 2026, 11:02 UTC`.
pub(crate) fn written(moment: Timestamp) -> String {
    DateTime::from_timestamp_millis(moment.millis()).map_or_else(
        || "a moment beyond the calendar".into(),
        |moment| moment.format("%-d %B %Y, %H:%M UTC").to_string(),
    )
}

/// `23 November 2026`.
pub(crate) fn day(moment: Timestamp) -> String {
    DateTime::from_timestamp_millis(moment.millis())
        .map_or_else(|| "a day beyond the calendar".into(), |moment| moment.format("%-d %B %Y").to_string())
}

/// The moment, or a word where there is none.
pub(crate) fn written_or(moment: Option<Timestamp>, otherwise: &str) -> String {
    moment.map_or_else(|| otherwise.to_owned(), written)
}

/// `23 Nov`.
pub(crate) fn short_day(moment: Timestamp) -> String {
    DateTime::from_timestamp_millis(moment.millis())
        .map_or_else(String::new, |moment| moment.format("%-d %b").to_string())
}

/// `23 Nov 11:00`.
pub(crate) fn short_hour(moment: Timestamp) -> String {
    DateTime::from_timestamp_millis(moment.millis())
        .map_or_else(String::new, |moment| moment.format("%-d %b %H:%M").to_string())
}
