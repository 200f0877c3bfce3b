//! What did this application call, how well was it answered, and what is left to it?

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::{Path, RawQuery},
    response::Response,
};
use hansom_control::Standing;
use hansom_domain::{ApiSlug, Major, Period, ProblemCode};
use hansom_store::{By, Called, RefusalCountRow, RefusedCall};

use super::{find, frame_under};
use crate::{
    answer::{Refusal, page},
    chart::{Chart, grouped},
    form::Fields,
    frame::Frame,
    moment,
    session::SignedIn,
    stretch::{Choice, Stretch, count, whole},
    urls,
};

/// Refused calls that are shown.
const MOST_REFUSALS: u16 = 20;

#[derive(Template)]
#[template(path = "applications/usage.html")]
struct UsagePage {
    frame: Frame,
    name: String,
    stretch: Stretch,
    choices: Vec<Choice>,
    total: Option<Figures>,
    calls: Option<Chart>,
    times: Option<Chart>,
    lines: Vec<Line>,
    standings: Vec<StandingLine>,
    refused: Vec<RefusedLine>,
}

/// How often something was called, and how well it was answered.
struct Figures {
    calls: String,
    client_errors: String,
    server_errors: String,
    refused: String,
    half: String,
    most: String,
}

/// What was called of an operation.
struct Line {
    operation: String,
    href: String,
    api: String,
    environment: String,
    figures: Figures,
}

/// How fast and how much the application may call by a grant.
struct StandingLine {
    api: String,
    href: String,
    environment: String,
    limits: String,
    /// What is left of a quota, of how much, and until when.
    left: Vec<String>,
}

struct RefusedLine {
    at: String,
    called: String,
    environment: String,
    status: i64,
    reason: String,
    href: String,
    id: String,
}

/// `GET /applications/{id}/usage`
pub(crate) async fn show(
    person: SignedIn,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let application = find(&person, &id).await?;
    let (control, actor) = (&person.hub.control, person.actor());
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let stretch = Stretch::named(fields.one("span"));
    let span = stretch.span(control.clock().now());
    let (all, lines) = control.usage_by_application(actor, &application.id, span, By::Operation).await?;
    let (_, over_time) = control.usage_by_application(actor, &application.id, span, stretch.by()).await?;
    let (refused, counts) = control.refusals_of_application(actor, &application.id, span, MOST_REFUSALS).await?;
    let standings = control.standings_of(actor, &application.id).await?;
    let all_refused: i64 = counts.iter().map(|count| count.calls).sum();
    let refusals = by_operation(counts);
    page(&UsagePage {
        frame: frame_under(&person, &application, "Usage").await?,
        stretch,
        choices: stretch.choices(&urls::usage(&application.id)),
        total: all.first().filter(|all| all.calls > 0).map(|all| Figures::of(all, all_refused)),
        calls: stretch.calls(span, &over_time),
        times: stretch.times(span, &over_time),
        lines: lines.into_iter().map(|called| line(called, &refusals)).collect(),
        standings: standings.into_iter().map(standing).collect(),
        refused: refused.into_iter().map(refused_line).collect(),
        name: application.name,
    })
}

type Asked = (String, String, i64, String);

fn by_operation(counts: Vec<RefusalCountRow>) -> HashMap<Asked, i64> {
    let keyed = |row: RefusalCountRow| ((row.environment.to_string(), row.api, row.major, row.operation), row.calls);
    counts.into_iter().map(keyed).collect()
}

impl Figures {
    fn of(called: &Called, refused: i64) -> Self {
        let quantile = |share| {
            called.latency.quantile(share).map_or_else(String::new, |millis| format!("{} ms", grouped(whole(millis))))
        };
        Self {
            calls: grouped(count(called.calls)),
            client_errors: grouped(count(called.client_errors)),
            server_errors: grouped(count(called.server_errors)),
            refused: grouped(count(refused)),
            half: quantile(0.5),
            most: quantile(0.99),
        }
    }
}

fn line(called: Called, refusals: &HashMap<Asked, i64>) -> Line {
    let key = (called.environment.clone(), called.api.clone(), called.major, called.operation.clone());
    let refused = refusals.get(&key).copied().unwrap_or_default();
    let version = called.api.parse::<ApiSlug>().ok().zip(u16::try_from(called.major).ok().and_then(Major::new));
    let named = version.filter(|_| !called.operation.is_empty());
    Line {
        href: named.map_or_else(String::new, |(slug, major)| urls::operation(&slug, major, &called.operation)),
        figures: Figures::of(&called, refused),
        api: format!("{} v{}", called.api, called.major),
        operation: called.operation,
        environment: called.environment,
    }
}

fn standing(standing: Standing) -> StandingLine {
    let grant = standing.grant;
    let left = standing.quotas.iter().map(|used| {
        let period = match used.period {
            Period::Day(_) => "today",
            Period::Month(_) => "this month",
        };
        let (left, quota) = (grouped(used.left()), grouped(used.quota));
        format!("{left} of {quota} calls left {period}, until {}", moment::written(used.period.end()))
    });
    StandingLine {
        left: left.collect(),
        api: format!("{} {}", grant.title, grant.major),
        href: urls::grant(&grant.id),
        environment: grant.environment.to_string(),
        limits: standing.limits.to_string(),
    }
}

fn refused_line(call: RefusedCall) -> RefusedLine {
    let code = ProblemCode::from_code(&call.code);
    RefusedLine {
        at: moment::written(call.at),
        called: format!("{} {}", call.method, call.path),
        environment: call.environment.to_string(),
        status: call.status,
        reason: code.map_or(call.code, |code| code.title().to_owned()),
        href: urls::refusal(call.request_id.as_str()),
        id: call.request_id.to_string(),
    }
}
