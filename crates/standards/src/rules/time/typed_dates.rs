//! Dates and times have a type, and a day is no moment.
//!
//! What is called a date or a time is a text with the format `date`, `date-time`, `time` or `duration` (or another
//! format, a `pattern` or a closed list), never a bare text and never a number. It is known by its name:
//!
//! - the last word is date, datetime or timestamp;
//! - the last word is at, or on behind a participle: `createdAt`, `starts_at`, `paidOn`; but not `locatedAt`, `livesAt`;
//! - the last word is time, and it is a text: `openingTime` (a `responseTime` in milliseconds is a number).
//!
//! What means a day whatever the hour is a `date`, not a `date-time`: the names in the parameter `days`.
//!
//! Properties and parameters are judged; headers are not, since those of HTTP have a form of their own.
//!
//! # Why
//!
//! 01/02/2026 is a day in January or in February, and 1767225600 may be seconds or milliseconds. A day sent as a moment
//! becomes the day before wherever clocks are behind: a birthday moves by a day.
//!
//! # What to do
//!
//! Write `type: string` with `format: date` for a day and `format: date-time` for a moment (RFC 3339). For a month or a
//! tax year use a text with a `pattern`.
//!
//! # Bad
//!
//! ```yaml
//! components:
//!   schemas:
//!     Repair:
//!       type: object
//!       properties:
//!         reportedAt: # wrong
//!           type: string
//!         startDate: # wrong
//!           type: integer
//!         tenant:
//!           type: object
//!           properties:
//!             dateOfBirth: # wrong
//!               type: string
//!               format: date-time
//! ```
//!
//! # Good
//!
//! ```yaml
//! components:
//!   schemas:
//!     Repair:
//!       type: object
//!       properties:
//!         reportedAt: { type: string, format: date-time }
//!         startDate: { type: string, format: date }
//!         dateOfBirth: { type: string, format: date }
//!         responseTime: { type: integer, format: int32, description: In milliseconds. }
//! ```
//!
//! # Sources
//!
//! - RFC 3339, Date and Time on the Internet
//! - Logius, API Design Rules: `/core/date-time/format`, `/core/date-time/date-omit-time-portion`
//! - Zalando, RESTful API Guidelines: rules 169 and 255
//! - GDS, API technical and data standards: ISO 8601
//! - Hackney, API Playbook: standard dates, no numeric timestamps

use crate::{
    casing::{plain, words},
    document::Node,
    fault::quoted,
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    shape::{self, Shape},
    survey::{Survey, entries},
};

pub(crate) const RULE: Rule = Rule {
    id: "TIME-01",
    name: "typed-dates",
    level: Level::Error,
    evidence: Evidence::Contract,
    parameters: &[
        Parameter {
            name: "days",
            default: r#"["date of birth", "birth date", "birthday", "date of death", "due date", "expiry date"]"#,
            about: "names of what is a day and no moment",
        },
        Parameter {
            name: "places",
            default: r#"["located", "lives", "lived", "based", "born", "registered", "works", "stored", "held"]"#,
            about: "words before `at` that speak of a place, not of a time",
        },
    ],
    check: Some(check),
    text: include_str!("typed_dates.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let days: Vec<String> = settings.list("days").map(plain).collect();
    for parameter in survey.parameters.iter().filter(|parameter| parameter.location != "header") {
        if let Some(schema) = parameter.node.get("schema") {
            judge(survey, settings, &days, (parameter.name, schema), found);
        }
    }
    for schema in survey.schemas.iter().filter(|schema| !shape::only_asks(schema.node)) {
        for property in entries(schema.node, "properties") {
            judge(survey, settings, &days, property, found);
        }
    }
}

/// What a name promises.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Promise {
    /// A date or a moment, however it is written.
    Date,
    /// A time of day or a duration, if it is a text.
    Time,
}

fn judge<'d>(
    survey: &Survey<'d>,
    settings: &Settings,
    days: &[String],
    (name, schema): (&str, Node<'d>),
    found: &mut Found<'d>,
) {
    let Some(promise) = promise(name, settings) else { return };
    let shape = Shape::with_branches(survey, schema);
    let text = shape.may_be("string");
    let number = !text && (shape.may_be("integer") || shape.may_be("number"));
    if !(text || (number && promise == Promise::Date)) {
        return;
    }
    let typed = text && shape.has_any(&["format", "pattern", "enum", "const"]);
    let day = days.iter().any(|day| plain(name).ends_with(day.as_str()));
    let moment = shape.says("format").and_then(Node::as_str) == Some("date-time");
    found.expect(typed && !(day && moment), || {
        let so = match (number, typed) {
            (true, _) => "is a number, not a date",
            (false, false) => "is a text without a format of dates or times",
            (false, true) => "is a day and has the format of a moment",
        };
        Complaint::at_key(schema, format!("{} {so}", quoted(name)))
    });
}

fn promise(name: &str, settings: &Settings) -> Option<Promise> {
    let words: Vec<String> = words(name).into_iter().map(str::to_lowercase).collect();
    let (last, rest) = words.split_last()?;
    let before = rest.last();
    match last.as_str() {
        "date" | "datetime" | "timestamp" => Some(Promise::Date),
        "at" => before.filter(|word| !settings.list("places").any(|place| place == *word)).map(|_| Promise::Date),
        "on" => before.filter(|word| word.ends_with("ed") || *word == "paid" || *word == "due").map(|_| Promise::Date),
        "birth" | "death" if rest.first().is_some_and(|first| first == "date") => Some(Promise::Date),
        "time" => Some(Promise::Time),
        _ => None,
    }
}
