//! Which day or month is it, by UTC?

use std::{fmt, str::FromStr};

use crate::{
    Timestamp,
    invalid::{Invalid, quoted, word_as_text},
};

const DAY_MILLIS: i64 = 86_400_000;
/// Days from 0000-03-01 to 1970-01-01.
const EPOCH_SHIFT: i64 = 719_468;
const ERA_DAYS: i64 = 146_097;

/// A whole day, written `2026-11-25`, or a whole month, written `2026-11`; both by UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Period {
    /// A day, counted from 1970-01-01.
    Day(i32),
    /// A month, counted from year 0.
    Month(i32),
}

impl Period {
    /// The day of a moment.
    pub fn day_of(at: Timestamp) -> Self {
        Self::Day(small(at.millis().div_euclid(DAY_MILLIS)))
    }

    /// The month of a moment.
    pub fn month_of(at: Timestamp) -> Self {
        let (year, month, _) = civil_date(at.millis().div_euclid(DAY_MILLIS));
        Self::Month(small(year.saturating_mul(12).saturating_add(month - 1)))
    }

    /// The first moment after it.
    pub fn end(self) -> Timestamp {
        let days = match self {
            Self::Day(day) => i64::from(day) + 1,
            Self::Month(month) => {
                let next = i64::from(month) + 1;
                days_of(next.div_euclid(12), next.rem_euclid(12) + 1, 1)
            }
        };
        Timestamp::from_millis(days.saturating_mul(DAY_MILLIS))
    }

    /// The number that counts up from period to period.
    pub fn number(self) -> i32 {
        match self {
            Self::Day(number) | Self::Month(number) => number,
        }
    }
}

fn small(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(if number < 0 { i32::MIN } else { i32::MAX })
}

/// Year, month and day of a day since 1970-01-01, counted in eras of 400 years that begin on 1 March.
fn civil_date(days: i64) -> (i64, i64, i64) {
    let shifted = days.saturating_add(EPOCH_SHIFT);
    let (era, day_of_era) = (shifted.div_euclid(ERA_DAYS), shifted.rem_euclid(ERA_DAYS));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

/// The day since 1970-01-01 of a date.
fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let shifted_year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (shifted_year.div_euclid(400), shifted_year.rem_euclid(400));
    let shifted_month = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * ERA_DAYS + day_of_era - EPOCH_SHIFT
}

impl FromStr for Period {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let mut parts = text.split('-');
        let mut number = |digits: usize| {
            let part = parts.next().filter(|part| part.len() == digits && part.bytes().all(|b| b.is_ascii_digit()))?;
            part.parse::<i64>().ok()
        };
        let read = number(4).zip(number(2)).and_then(|(year, month)| {
            let whole_month = (1..=12).contains(&month).then(|| Self::Month(small(year * 12 + month - 1)))?;
            if text.len() == 7 {
                return Some(whole_month);
            }
            let days = days_of(year, month, number(2)?);
            Some(Self::Day(small(days)))
        });
        let read = read.filter(|period| period.to_string() == text);
        read.ok_or_else(|| {
            Invalid::new(format!("{} is no day or month; write it like 2026-11-25 or 2026-11", quoted(text)))
        })
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Day(day) => {
                let (year, month, day) = civil_date(i64::from(day));
                write!(f, "{year:04}-{month:02}-{day:02}")
            }
            Self::Month(month) => write!(f, "{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1),
        }
    }
}

word_as_text!(Period);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_months_are_those_of_utc_and_end_where_the_next_begins() {
        for (seconds, day, month, day_end, month_end) in [
            (0, "1970-01-01", "1970-01", 86_400, 2_678_400),
            (951_782_399, "2000-02-28", "2000-02", 951_782_400, 951_868_800),
            (951_782_400, "2000-02-29", "2000-02", 951_868_800, 951_868_800),
            (4_102_444_799, "2099-12-31", "2099-12", 4_102_444_800, 4_102_444_800),
            (1_795_424_400, "2026-11-23", "2026-11", 1_795_478_400, 1_796_083_200),
        ] {
            let at = Timestamp::from_seconds(seconds);
            assert_eq!(Period::day_of(at).to_string(), day);
            assert_eq!(Period::month_of(at).to_string(), month);
            assert_eq!(Period::day_of(at).end().seconds(), day_end, "{day}");
            assert_eq!(Period::month_of(at).end().seconds(), month_end, "{month}");
            assert_eq!(day.parse::<Period>(), Ok(Period::day_of(at)));
            assert_eq!(month.parse::<Period>(), Ok(Period::month_of(at)));
        }
    }

    #[test]
    fn what_is_no_day_or_month_is_refused() {
        for bad in ["", "2026", "2026-13", "2026-00", "2026-02-30", "2026-11-25-", "26-11", "2026-1-1", "-026-11"] {
            assert!(bad.parse::<Period>().is_err(), "{bad}");
        }
    }
}
