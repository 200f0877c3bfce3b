//! What narrows a list, and how is that chosen and kept in an address?

use chrono::NaiveDate;
use hansom_domain::Timestamp;

use crate::{
    form::{Errors, Fields},
    moment,
};

/// The most characters of a field that narrows a list.
const LONGEST: usize = 254;
const DAY_SECONDS: i64 = 86_400;

/// Ages that requests may be narrowed by: days, and in words.
pub(crate) const AGES: [(&str, &str); 4] = [
    ("1", "More than a day ago"),
    ("7", "More than a week ago"),
    ("30", "More than 30 days ago"),
    ("90", "More than 90 days ago"),
];

/// The moment before which something was asked for that is older than an age; none for no age.
pub(crate) fn older_than(age: &str, now: Timestamp) -> Option<Timestamp> {
    let (days, _) = AGES.into_iter().find(|(days, _)| *days == age)?;
    let days: i64 = days.parse().ok()?;
    Some(now.plus_seconds(-days * DAY_SECONDS))
}

/// One value that a list may be narrowed by.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) text: String,
    pub(crate) chosen: bool,
}

/// The values that a list may be narrowed by, each with its words.
pub(crate) fn choices<V: Into<String>, T: Into<String>>(
    all: impl IntoIterator<Item = (V, T)>,
    chosen: &str,
) -> Vec<Choice> {
    let choice = |(value, text): (V, T)| {
        let value = value.into();
        Choice { chosen: value == chosen, text: text.into(), value }
    };
    all.into_iter().map(choice).collect()
}

/// A field of the address in which a list is asked for; what no list could hold is cut off.
pub(crate) fn typed(fields: &Fields, name: &str) -> String {
    fields.one(name).chars().filter(|letter| !letter.is_control()).take(LONGEST).collect()
}

/// The moment at which a day of a field begins; none where the field is empty or holds no day, which is noted as a fault.
pub(crate) fn day(fields: &Fields, name: &'static str, errors: &mut Errors) -> Option<Timestamp> {
    let text = fields.one(name);
    let day: Option<NaiveDate> = text.parse().ok();
    errors.when(day.is_none() && !text.is_empty(), name, "Enter a day, like 2026-11-23");
    day.map(moment::beginning)
}

/// The moment at which the day after begins.
pub(crate) fn day_after(day: Timestamp) -> Timestamp {
    day.plus_seconds(DAY_SECONDS)
}

/// The fields of an address that are not empty, as its query.
pub(crate) fn query<'q>(fields: impl IntoIterator<Item = (&'static str, &'q str)>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(fields.into_iter().filter(|(_, value)| !value.is_empty()));
    query.finish()
}
