//! How is a moment written for people and read from them, and when does a day begin?

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};
use hansom_domain::Timestamp;

use crate::sentence::counted;

/// The moment at which a day begins, in UTC.
pub(crate) fn beginning(day: NaiveDate) -> Timestamp {
    Timestamp::from_seconds(day.and_time(NaiveTime::MIN).and_utc().timestamp())
}

/// What a person wrote, like `2026-11-23 11:02`, in UTC.
pub(crate) fn read(text: &str) -> Result<Timestamp, chrono::ParseError> {
    let moment = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M")?;
    Ok(Timestamp::from_seconds(moment.and_utc().timestamp()))
}

/// The same the other way round, for forms.
pub(crate) fn typed(moment: Timestamp) -> String {
    DateTime::from_timestamp_millis(moment.millis())
        .map_or_else(String::new, |moment| moment.format("%Y-%m-%d %H:%M").to_string())
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

/// How long ago a moment was, in the largest unit that fits: `3 minutes ago`.
pub(crate) fn ago(moment: Timestamp, now: Timestamp) -> String {
    match lasting(moment, now) {
        None => "just now".into(),
        Some(lasting) => format!("{lasting} ago"),
    }
}

/// How long it was from one moment to another, in the largest unit that fits; none for less than a second.
pub(crate) fn lasting(from: Timestamp, to: Timestamp) -> Option<String> {
    let seconds = usize::try_from(to.seconds() - from.seconds()).ok()?;
    let units = [(86_400, "day", "days"), (3600, "hour", "hours"), (60, "minute", "minutes"), (1, "second", "seconds")];
    let (unit, one, many) = units.into_iter().find(|(unit, _, _)| seconds >= *unit)?;
    Some(counted(seconds / unit, one, many))
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

/// `2026-11-23T11:02:00Z`
pub(crate) fn instant(moment: Timestamp) -> String {
    DateTime::from_timestamp_millis(moment.millis())
        .map_or_else(String::new, |moment| moment.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_while_is_told_in_the_largest_unit_that_fits() {
        let now = Timestamp::from_seconds(1_000_000);
        for (seconds, told) in [
            (0, "just now"),
            (-5, "just now"),
            (1, "1 second ago"),
            (59, "59 seconds ago"),
            (60, "1 minute ago"),
            (7199, "1 hour ago"),
            (86_400 * 3, "3 days ago"),
        ] {
            assert_eq!(ago(now.plus_seconds(-seconds), now), told);
        }
    }
}
