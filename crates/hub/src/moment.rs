//! How is a moment written for people?

use chrono::DateTime;
use hansom_domain::Timestamp;

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
