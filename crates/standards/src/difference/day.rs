//! Which day is it, and how far is another one off?

use std::fmt;

use serde::{Serialize, Serializer};

/// A day of the calendar, as the number of days since 1 January 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i64);

impl Day {
    /// The day with a number of the year, month and day of the month; none if there is no such day.
    pub fn new(year: i64, month: i64, day: i64) -> Option<Day> {
        let real = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day) && (0..=9999).contains(&year);
        real.then(|| Day(days_since_the_epoch(year, month, day)))
    }

    /// The day that a number of seconds since the epoch falls on.
    pub fn of_seconds(seconds: i64) -> Day {
        Day(seconds.div_euclid(24 * 60 * 60))
    }

    /// Reads `2026-11-25`, or the day of `2026-11-25T10:00:00Z` (RFC 3339).
    pub fn parse(text: &str) -> Option<Day> {
        let (date, time) = text.split_at_checked(10)?;
        if !(time.is_empty() || is_time(time)) {
            return None;
        }
        let (year, rest) = date.split_at_checked(4)?;
        let (month, day) = rest.strip_prefix('-')?.split_once('-')?;
        Day::new(number(year)?, number(month)?, number(day)?)
    }

    /// How many days after another one it is; negative if before.
    pub fn days_after(self, other: Day) -> i64 {
        self.0 - other.0
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil(self.0);
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn number(text: &str) -> Option<i64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// Whether a text is the time part of a date-time: `T10:00:00.5+01:00`.
fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes.get(from..from + 2).is_some_and(|two| two.iter().all(u8::is_ascii_digit));
    let at = |position: usize, expected: u8| bytes.get(position) == Some(&expected);
    if !(matches!(bytes.first(), Some(b'T' | b't'))
        && digits(1)
        && at(3, b':')
        && digits(4)
        && at(6, b':')
        && digits(7))
    {
        return false;
    }
    let rest = bytes.get(9..).unwrap_or_default();
    let fraction = rest.iter().position(|byte| !(byte.is_ascii_digit() || *byte == b'.')).unwrap_or(rest.len());
    match rest.get(fraction..).unwrap_or_default() {
        [b'Z' | b'z'] => true,
        [b'+' | b'-', hours @ ..] => hours.len() == 5 && hours.get(2) == Some(&b':'),
        _ => false,
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Years are counted from March here, so that the leap day is a year's last.
fn days_since_the_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400;
    (if month <= 2 { year + 1 } else { year }, month, day)
}
