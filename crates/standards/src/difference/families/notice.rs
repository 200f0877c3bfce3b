//! Is the end of something that was deprecated announced early enough?

use super::*;

/// How the end is announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Notice {
    /// Nothing is said, and nothing has to be.
    None,
    /// A date has to be said.
    Missing,
    /// What is said is no date.
    Invalid,
    /// The day comes too early.
    TooShort(Day),
    /// The day is far enough off.
    Until(Day),
}

impl Notice {
    /// What `x-sunset` says, if so many days of notice are asked for.
    pub(in super::super) fn of(sunset: Option<Node<'_>>, days: u32, today: Day) -> Notice {
        let Some(sunset) = sunset else {
            return if days > 0 { Notice::Missing } else { Notice::None };
        };
        match sunset.as_str().and_then(Day::parse) {
            None => Notice::Invalid,
            Some(day) if day.days_after(today) < i64::from(days) => Notice::TooShort(day),
            Some(day) => Notice::Until(day),
        }
    }
}

/// How an announced end was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum SunsetChange {
    /// Not at all, or to a later day, or there was none before.
    Harmless,
    /// It was taken away.
    Deleted,
    /// One of the two is no date.
    Invalid,
    /// It comes earlier than promised, and too soon.
    TooSmall(Day, Day),
}

impl SunsetChange {
    /// What became of `x-sunset`.
    pub(in super::super) fn between(
        old: Option<Node<'_>>,
        new: Option<Node<'_>>,
        days: u32,
        today: Day,
    ) -> SunsetChange {
        let (before, after) = match (old, new) {
            (Some(_), None) => return SunsetChange::Deleted,
            (Some(old), Some(new)) if old.as_str() != new.as_str() => (old, new),
            _ => return SunsetChange::Harmless,
        };
        let day = |node: Node<'_>| node.as_str().and_then(Day::parse);
        match (day(before), day(after)) {
            (Some(from), Some(to)) if to < from && to.days_after(today) < i64::from(days) => {
                SunsetChange::TooSmall(from, to)
            }
            (Some(_), Some(_)) => SunsetChange::Harmless,
            _ => SunsetChange::Invalid,
        }
    }
}
