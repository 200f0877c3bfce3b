//! What is written down? One line of JSON for each event, and no personal data in it.

use std::{error::Error, fmt, sync::LazyLock};

use chrono::{SecondsFormat, Utc};
use regex::Regex;
use serde_json::{Map, Value, json};
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
    registry::LookupSpan,
    util::SubscriberInitExt,
};

use crate::{NAME, traces::Traces};

/// Names under which personal data or secrets could stand in something that is logged.
const HIDDEN: [&str; 11] = [
    "contact",
    "phone",
    "email",
    "name",
    "postcode",
    "uprn",
    "authorization",
    "password",
    "body",
    "token",
    "assertion",
];

/// Writes events as lines of JSON.
pub struct Journal<W> {
    environment: String,
    write: W,
}

/// Writes the journal to standard output, and spans to where traces go, until the process ends.
pub fn begin(level: LevelFilter, environment: &str, traces: Option<&Traces>) {
    // A line that cannot be written has nobody to be told of it.
    let write = |line: &str| drop(std::io::Write::write_all(&mut std::io::stdout().lock(), line.as_bytes()));
    let journal = Journal::new(environment, write).with_filter(level);
    tracing_subscriber::registry().with(journal).with(traces.map(Traces::layer)).init();
}

impl<W: Fn(&str)> Journal<W> {
    /// A journal of a service that runs there.
    pub fn new(environment: &str, write: W) -> Self {
        Self { environment: environment.to_owned(), write }
    }
}

impl<S, W> Layer<S> for Journal<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Fn(&str) + Send + Sync + 'static,
{
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut line = Line(Map::new());
        event.record(&mut line);
        let Line(mut members) = line;
        let level = match *event.metadata().level() {
            Level::ERROR => "error",
            Level::WARN => "warning",
            Level::INFO => "info",
            Level::DEBUG => "debug",
            Level::TRACE => "trace",
        };
        members.insert("level".into(), level.into());
        members.insert("time".into(), Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true).into());
        members.insert("service".into(), NAME.into());
        members.insert("version".into(), env!("CARGO_PKG_VERSION").into());
        members.insert("environment".into(), self.environment.as_str().into());
        (self.write)(&format!("{}\n", Value::Object(members)));
    }
}

struct Line(Map<String, Value>);

impl Line {
    fn put(&mut self, field: &Field, value: Value) {
        let hidden = HIDDEN.contains(&field.name());
        self.0.insert(field.name().to_owned(), if hidden { "[masked]".into() } else { value });
    }
}

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, masked(value).into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, json!(value));
    }

    fn record_error(&mut self, field: &Field, error: &(dyn Error + 'static)) {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        self.put(field, masked(&text).into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, masked(&format!("{value:?}")).into());
    }
}

/// Text of others may hold anything.
pub fn masked(text: &str) -> String {
    static PERSONAL: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
        let patterns = [
            (r"[\w.+-]+@[\w-]+(\.[\w-]+)+", "[email]"),
            (r"\+?\b(44|0)[\d ]{9,13}\b", "[phone]"),
            (r"(?i)\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b", "[national insurance number]"),
            (r"(?i)\b[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}\b", "[postcode]"),
            (r"\beyJ[\w-]+\.[\w-]+\.[\w-]+", "[token]"),
        ];
        patterns.into_iter().filter_map(|(pattern, instead)| Some((Regex::new(pattern).ok()?, instead))).collect()
    });
    let mask = |text: String, (pattern, instead): &(Regex, &str)| pattern.replace_all(&text, *instead).into_owned();
    PERSONAL.iter().fold(text.to_owned(), mask)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_others_is_masked() {
        let said = "Key (phone)=(+44 7700 900142) of leah@residents.example, AB 12 34 56 C, e8 4qz, 07700900142, eyJh.eyJz.c2ln";
        let text = masked(said);
        for personal in ["7700", "leah", "12 34 56", "4qz", "eyJ"] {
            assert!(!text.contains(personal), "{text}");
        }
        assert_eq!(masked("3 of 12 statements ran in 40 ms"), "3 of 12 statements ran in 40 ms");
    }
}
