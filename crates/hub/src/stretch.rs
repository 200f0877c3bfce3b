//! Which stretch of time do figures speak of, and in which steps are they drawn?

use std::collections::HashMap;

use hansom_domain::Timestamp;
use hansom_store::{By, Called, Span};

use crate::{
    chart::{Chart, Row},
    moment,
};

const HOUR_SECONDS: i64 = 3600;
const DAY_SECONDS: i64 = 86_400;

/// The last day, week or month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stretch {
    Day,
    Week,
    Month,
}

/// A stretch to choose.
pub(crate) struct Choice {
    pub(crate) text: &'static str,
    pub(crate) href: String,
    pub(crate) is_chosen: bool,
}

impl Stretch {
    const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// By the word in an address; the week where there is none.
    pub(crate) fn named(word: &str) -> Self {
        Self::ALL.into_iter().find(|stretch| stretch.word() == word).unwrap_or(Self::Week)
    }

    /// As an address has it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// `the last 7 days`.
    pub(crate) fn in_words(self) -> &'static str {
        match self {
            Self::Day => "the last 24 hours",
            Self::Week => "the last 7 days",
            Self::Month => "the last 30 days",
        }
    }

    /// All of them, as links to a page.
    pub(crate) fn choices(self, page: &str) -> Vec<Choice> {
        let choice = |stretch: Self| Choice {
            text: match stretch {
                Self::Day => "24 hours",
                Self::Week => "7 days",
                Self::Month => "30 days",
            },
            href: format!("{page}?span={}", stretch.word()),
            is_chosen: stretch == self,
        };
        Self::ALL.into_iter().map(choice).collect()
    }

    /// From when and until when: whole hours, or whole days in UTC with today.
    pub(crate) fn span(self, now: Timestamp) -> Span {
        let (step, steps) = self.steps();
        let until = Timestamp::from_seconds((now.seconds().div_euclid(step) + 1) * step);
        Span { from: until.plus_seconds(-step * steps), until }
    }

    /// What calls are told apart by to be drawn.
    pub(crate) fn by(self) -> By {
        if self == Self::Day { By::Hour } else { By::Day }
    }

    /// The seconds of a step, and how many there are.
    fn steps(self) -> (i64, i64) {
        match self {
            Self::Day => (HOUR_SECONDS, 24),
            Self::Week => (DAY_SECONDS, 7),
            Self::Month => (DAY_SECONDS, 30),
        }
    }

    /// Calls over the stretch as bars; `None` where there were none.
    pub(crate) fn calls(self, span: Span, called: &[Called]) -> Option<Chart> {
        let parts = ["Answered", "Errors of the caller (4xx)", "Errors of the API (5xx)"];
        let rows = self.rows(span, called, |called| {
            let fine = called.calls - called.client_errors - called.server_errors;
            [fine, called.client_errors, called.server_errors].map(count).to_vec()
        });
        Chart::new(("calls", "Calls"), (self.over(), "calls"), &parts, rows)
    }

    /// How long calls took over the stretch; `None` where there were none.
    pub(crate) fn times(self, span: Span, called: &[Called]) -> Option<Chart> {
        let rows = self.rows(span, called, |called| vec![called.latency.quantile(0.99).map_or(0, whole)]);
        let title = "Milliseconds within which 99 of 100 calls ended";
        Chart::new(("times", title), (self.over(), "ms"), &["Milliseconds"], rows)
    }

    fn over(self) -> &'static str {
        if self == Self::Day { "Hour (UTC)" } else { "Day (UTC)" }
    }

    /// A row for each step, also where nothing was called.
    fn rows(self, span: Span, called: &[Called], values: impl Fn(&Called) -> Vec<u64>) -> Vec<Row> {
        let by_begin: HashMap<i64, &Called> = called.iter().map(|called| (called.begins.millis(), called)).collect();
        let (step, steps) = self.steps();
        let rows = (0..steps).map(|number| {
            let begins = span.from.plus_seconds(step * number);
            let label = if self == Self::Day { moment::short_hour(begins) } else { moment::short_day(begins) };
            Row { label, values: by_begin.get(&begins.millis()).map_or_else(Vec::new, |called| values(called)) }
        });
        let mut rows: Vec<Row> = rows.collect();
        let width = rows.iter().map(|row| row.values.len()).max().unwrap_or(0);
        rows.iter_mut().for_each(|row| row.values.resize(width, 0));
        rows
    }
}

/// A count as it is drawn.
pub(crate) fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// Milliseconds without a fraction; the most that is told of is ten seconds.
pub(crate) fn whole(millis: f64) -> u64 {
    format!("{millis:.0}").parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_ends_with_the_hour_or_the_day_that_is_not_over() {
        let now = Timestamp::from_seconds(10 * DAY_SECONDS + 5 * HOUR_SECONDS + 7);
        let day = Stretch::Day.span(now);
        assert_eq!(
            (day.until.seconds(), day.from.seconds()),
            (10 * DAY_SECONDS + 6 * HOUR_SECONDS, 9 * DAY_SECONDS + 6 * HOUR_SECONDS)
        );
        let month = Stretch::Month.span(now);
        assert_eq!((month.until.seconds(), month.from.seconds()), (11 * DAY_SECONDS, -19 * DAY_SECONDS));
        assert_eq!(Stretch::named("nonsense"), Stretch::Week);
    }
}
