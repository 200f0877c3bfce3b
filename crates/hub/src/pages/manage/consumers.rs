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
    chart::Chart,
    csv,
    form::Fields,
    frame::Frame,
    moment,
    pages::apis::Seen,
    session::SignedIn,
    stretch::{Choice, Stretch},
    urls,
};

#[derive(Template)]
#[template(path = "manage/consumers.html")]
struct ConsumersPage {
    frame: Frame,
    name: String,
    stretch: Stretch,
    choices: Vec<Choice>,
    /// Of all versions of the API together.
    calls: Option<Chart>,
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
    stretch: Stretch,
    span: Span,
}

impl Asked {
    fn of(fields: &Fields, now: Timestamp) -> Self {
        let stretch = Stretch::named(fields.one("span"));
        Self { stretch, span: stretch.span(now) }
    }
}

/// `GET /apis/{slug}/{major}/consumers?span=`
pub(crate) async fn show(
    person: SignedIn,
    Path((slug, major)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let seen = super::owned(&person, &slug, &major).await?;
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let asked = Asked::of(&fields, person.hub.control.clock().now());
    let (slug, major) = (&seen.version.slug, seen.version.major);
    let (stretch, address) = (asked.stretch, urls::consumers(slug, major));
    let file = |what: &str| format!("{address}.csv?span={}&of={what}", stretch.word());
    let title = format!("Who calls {}", seen.name());
    let frame = super::frame(&person, &seen, &title).await?;
    page(&ConsumersPage {
        frame: frame.under(format!("Manage {}", seen.name()), urls::manage(slug, major)),
        name: seen.name(),
        stretch,
        choices: stretch.choices(&address),
        calls: calls(&person, &seen, &asked).await?,
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

/// `GET /apis/{slug}/{major}/consumers.csv?span=&of=`
pub(crate) async fn download(
    person: SignedIn,
    Path((slug, major)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let seen = super::owned(&person, &slug, &major).await?;
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let asked = Asked::of(&fields, person.hub.control.clock().now());
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
    let mut text = csv::row(head);
    for line in lines {
        let figures = [line.calls, line.client_errors, line.server_errors].map(|count| count.to_string());
        let [calls, client_errors, server_errors] = figures;
        text.push_str(&csv::row([
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
    let name = format!("{}-{}-{what}-{}.csv", seen.version.slug, seen.version.major, asked.stretch.word());
    Ok(csv::file(&name, text))
}

/// The calls of all versions of the API over the time.
async fn calls(person: &SignedIn, seen: &Seen, asked: &Asked) -> Result<Option<Chart>, Refusal> {
    let control = &person.hub.control;
    let by = asked.stretch.by();
    let (_, over_time) = control.usage_of_api(person.actor(), &seen.version.slug, asked.span, by).await?;
    Ok(asked.stretch.calls(asked.span, &over_time))
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
