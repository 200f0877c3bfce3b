//! Who calls a version, how often, how well is it answered, and what do they still call that is deprecated?

use askama::Template;
use axum::{
    extract::{Path, RawQuery},
    response::Response,
};
use hansom_control::DeprecatedUse;
use hansom_domain::Timestamp;
use hansom_store::{Consumption, Latency, OperationUse, Span};

use crate::{
    answer::{Refusal, page},
    csv,
    form::Fields,
    frame::Frame,
    moment,
    pages::apis::Seen,
    session::SignedIn,
    urls,
};

const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;
/// The times that can be looked at, in days.
const DAYS: [(i64, &str); 3] = [(1, "24 hours"), (7, "7 days"), (30, "30 days")];
const USUAL_DAYS: i64 = 30;

#[derive(Template)]
#[template(path = "manage/consumers.html")]
struct ConsumersPage {
    frame: Frame,
    name: String,
    /// The times, with their addresses; the present one has none.
    times: Vec<(&'static str, String)>,
    time: &'static str,
    operations: Vec<Line>,
    consumers: Vec<Line>,
    deprecated: Vec<Line>,
    downloads: Vec<(&'static str, String)>,
}

/// Calls that have something in common.
struct Line {
    environment: String,
    /// Which operation; empty where it is not told apart.
    operation: String,
    /// Who.
    consumer: String,
    /// Whom to write to: the group that owns the application.
    owner: String,
    calls: i64,
    client_errors: i64,
    server_errors: i64,
    half: String,
    most: String,
    last: String,
}

/// What is asked for.
struct Asked {
    days: i64,
    span: Span,
}

impl Asked {
    fn of(query: Option<String>, now: Timestamp) -> (Self, Fields) {
        let fields = Fields::read(query.unwrap_or_default().as_bytes());
        let days = fields.one("days").parse().ok().filter(|days| DAYS.iter().any(|(known, _)| known == days));
        let days = days.unwrap_or(USUAL_DAYS);
        let hour = now.seconds() - now.seconds().rem_euclid(HOUR);
        let until = Timestamp::from_seconds(hour + HOUR);
        // Older hours are kept by the day.
        let from =
            if days > 1 { now.seconds() - now.seconds().rem_euclid(DAY) - (days - 1) * DAY } else { hour - 23 * HOUR };
        (Self { days, span: Span { from: Timestamp::from_seconds(from), until } }, fields)
    }
}

/// `GET /apis/{slug}/{major}/consumers?days=`
pub(crate) async fn show(
    person: SignedIn,
    Path((slug, major)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let seen = super::owned(&person, &slug, &major).await?;
    let (asked, _) = Asked::of(query, person.hub.control.clock().now());
    let (slug, major) = (&seen.version.slug, seen.version.major);
    let page_of = |days: i64| format!("{}?days={days}", urls::consumers(slug, major));
    let file = |what: &str| format!("{}.csv?days={}&of={what}", urls::consumers(slug, major), asked.days);
    let title = format!("Who calls {}", seen.name());
    let frame = super::frame(&person, &seen, &title).await?;
    page(&ConsumersPage {
        frame: frame.under(format!("Manage {}", seen.name()), urls::manage(slug, major)),
        name: seen.name(),
        times: DAYS
            .iter()
            .map(|(days, text)| (*text, if *days == asked.days { String::new() } else { page_of(*days) }))
            .collect(),
        time: DAYS.iter().find(|(days, _)| *days == asked.days).map_or("", |(_, text)| text),
        operations: operations(&person, &seen, &asked).await?,
        consumers: consumers(&person, &seen, &asked).await?,
        deprecated: deprecated(&person, &seen, &asked).await?,
        downloads: vec![
            ("Consumers", file("consumers")),
            ("Operations", file("operations")),
            ("Deprecated use", file("deprecated")),
        ],
    })
}

/// `GET /apis/{slug}/{major}/consumers.csv?days=&of=`
pub(crate) async fn download(
    person: SignedIn,
    Path((slug, major)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let seen = super::owned(&person, &slug, &major).await?;
    let (asked, fields) = Asked::of(query, person.hub.control.clock().now());
    let (what, lines) = match fields.one("of") {
        "operations" => ("operations", operations(&person, &seen, &asked).await?),
        "deprecated" => ("deprecated", deprecated(&person, &seen, &asked).await?),
        _ => ("consumers", consumers(&person, &seen, &asked).await?),
    };
    let head = [
        "environment",
        "operation",
        "consumer",
        "owner",
        "calls",
        "clientErrors",
        "serverErrors",
        "p50Millis",
        "p99Millis",
        "lastCall",
    ];
    let mut text = csv::row(&head.map(str::to_owned));
    for line in lines {
        let figures = [line.calls, line.client_errors, line.server_errors].map(|count| count.to_string());
        let [calls, client_errors, server_errors] = figures;
        text.push_str(&csv::row(&[
            line.environment,
            line.operation,
            line.consumer,
            line.owner,
            calls,
            client_errors,
            server_errors,
            line.half,
            line.most,
            line.last,
        ]));
    }
    let name = format!("{}-{}-{what}-{}-days.csv", seen.version.slug, seen.version.major, asked.days);
    Ok(csv::file(&name, text))
}

async fn operations(person: &SignedIn, seen: &Seen, asked: &Asked) -> Result<Vec<Line>, Refusal> {
    let place = (&seen.version.slug, seen.version.major);
    let used = person.hub.control.operation_use_of(person.actor(), place, asked.span).await?;
    Ok(used.into_iter().map(Line::from).collect())
}

async fn consumers(person: &SignedIn, seen: &Seen, asked: &Asked) -> Result<Vec<Line>, Refusal> {
    let place = (&seen.version.slug, seen.version.major);
    let found = person.hub.control.consumption_of(person.actor(), place, asked.span).await?;
    Ok(found.into_iter().map(Line::from).collect())
}

async fn deprecated(person: &SignedIn, seen: &Seen, asked: &Asked) -> Result<Vec<Line>, Refusal> {
    let place = (&seen.version.slug, seen.version.major);
    let found = person.hub.control.deprecated_use_of(person.actor(), place, asked.span).await?;
    Ok(found.into_iter().map(Line::from).collect())
}

impl From<Consumption> for Line {
    fn from(found: Consumption) -> Self {
        let consumer = match found.caller.as_str() {
            "anyone" => "Anyone, without a token".to_owned(),
            "people" => "People".to_owned(),
            _ => found.name,
        };
        Self {
            environment: found.environment,
            operation: String::new(),
            consumer,
            owner: found.owner,
            calls: found.calls,
            client_errors: found.client_errors,
            server_errors: found.server_errors,
            half: millis(&found.latency, 0.5),
            most: millis(&found.latency, 0.99),
            last: moment::written(found.last_at),
        }
    }
}

impl From<DeprecatedUse> for Line {
    fn from(found: DeprecatedUse) -> Self {
        let operation = found.operation.unwrap_or_else(|| "The whole version".into());
        Self { operation, ..Self::from(found.consumption) }
    }
}

impl From<OperationUse> for Line {
    fn from(used: OperationUse) -> Self {
        Self {
            environment: used.environment,
            operation: if used.operation.is_empty() { "None that there is".into() } else { used.operation },
            consumer: String::new(),
            owner: String::new(),
            calls: used.calls,
            client_errors: used.client_errors,
            server_errors: used.server_errors,
            half: millis(&used.latency, 0.5),
            most: millis(&used.latency, 0.99),
            last: String::new(),
        }
    }
}

/// Within how many milliseconds that share of the calls ended; empty where none was timed.
fn millis(latency: &Latency, share: f64) -> String {
    latency.quantile(share).map_or_else(String::new, |millis| format!("{millis:.0}"))
}
