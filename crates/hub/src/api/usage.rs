//! How much was called, and how well was it answered?

use axum::{Json, extract::State};
use hansom_domain::{ApiSlug, ApplicationId, Timestamp};
use hansom_store::{By, Called, Latency, MOST_LINES, Span};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    answer::Failure,
    authentication::Caller,
    moment::{Day, Moment},
    problem::Reading,
    reading::{Asked, Named},
    words,
};
use crate::Hub;

const DAY_SECONDS: i64 = 86_400;
const USUAL_DAYS: i64 = 30;
const MOST_DAYS: i64 = 400;

/// What was called in a time.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Usage {
    /// From then on.
    from: Moment,
    /// Not any more.
    until: Moment,
    /// All calls together.
    total: Figures,
    /// The calls by what was asked for, the most called first; hours and days in their order.
    #[schema(max_items = 1000)]
    lines: Vec<UsageLine>,
    /// Whether these are all lines; if not, those with the fewest calls are missing.
    is_whole: bool,
}

/// Calls that have something in common.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UsageLine {
    /// In which environment; absent where hours or days are told apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = words::EnvironmentName, required = false)]
    environment: Option<String>,
    /// Of which API.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = words::ApiSlug, required = false)]
    api: Option<String>,
    /// Of which version.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = words::Major, required = false)]
    major: Option<String>,
    /// Of which operation; absent where none matched.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 10_485_760, value_type = String, required = false, example = "listRepairs")]
    operation: Option<String>,
    /// When the hour or the day of them begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Moment, required = false)]
    begins: Option<Moment>,
    /// By whom: an application's id, `anyone` without a token, or `people`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100, value_type = String, required = false, example = "people")]
    caller: Option<String>,
    /// How many, and how well they were answered.
    figures: Figures,
}

/// How many calls, and how well they were answered.
#[derive(Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Figures {
    /// How many.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64, example = 1200)]
    calls: i64,
    /// How many were answered with a client's error (4xx).
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64, example = 14)]
    client_errors: i64,
    /// How many were answered with a server's error (5xx).
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64, example = 2)]
    server_errors: i64,
    /// The milliseconds within which half of the calls ended, estimated; absent where there were none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 10_000, value_type = f64, required = false, example = 12.5)]
    p50_millis: Option<f64>,
    /// The milliseconds within which 95 of 100 calls ended, estimated; 10000 stands for more, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 10_000, value_type = f64, required = false, example = 80.0)]
    p95_millis: Option<f64>,
    /// The milliseconds within which 99 of 100 calls ended, estimated; 10000 stands for more, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 10_000, value_type = f64, required = false, example = 210.0)]
    p99_millis: Option<f64>,
}

/// Which calls, told apart by what.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct UsageQuery {
    /// The first day; 29 days before the last if absent.
    #[param(inline)]
    from: Option<Day>,
    /// The last day; today if absent. At most 400 days may be asked for at once.
    #[param(inline)]
    to: Option<Day>,
    /// What lines are told apart by; `operation` if absent.
    #[param(inline)]
    by: Option<UsageBy>,
}

/// What lines are told apart by.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) enum UsageBy {
    /// By environment, API, version and operation.
    Operation,
    /// By environment and who calls.
    Caller,
    /// By environment.
    Environment,
    /// By the hour in which they came.
    Hour,
    /// By the day, in UTC.
    Day,
}

impl UsageQuery {
    fn by(&self) -> By {
        match self.by {
            None | Some(UsageBy::Operation) => By::Operation,
            Some(UsageBy::Caller) => By::Caller,
            Some(UsageBy::Environment) => By::Environment,
            Some(UsageBy::Hour) => By::Hour,
            Some(UsageBy::Day) => By::Day,
        }
    }
}

/// The time from a day to a day, or the last thirty days.
pub(super) fn span(from: Option<Day>, to: Option<Day>, now: Timestamp) -> Result<Span, Failure> {
    let today = Timestamp::from_seconds(now.seconds() - now.seconds().rem_euclid(DAY_SECONDS));
    let until = to.map_or(today, Day::begin).plus_seconds(DAY_SECONDS);
    let from = from.map_or_else(|| until.plus_seconds(-USUAL_DAYS * DAY_SECONDS), Day::begin);
    if from >= until {
        return Err(Failure::malformed("The query's from is after its to."));
    }
    if until > from.plus_seconds(MOST_DAYS * DAY_SECONDS) {
        return Err(Failure::malformed("The query asks for more than 400 days; ask for fewer at once."));
    }
    Ok(Span { from, until })
}

impl Usage {
    fn new(span: Span, (all, lines): (Vec<Called>, Vec<Called>)) -> Self {
        Self {
            from: span.from.into(),
            until: span.until.into(),
            total: Figures::of(all.first()),
            is_whole: lines.len() < MOST_LINES,
            lines: lines.into_iter().map(UsageLine::from).collect(),
        }
    }
}

impl From<Called> for UsageLine {
    fn from(called: Called) -> Self {
        let figures = Figures::of(Some(&called));
        let told = |text: String| (!text.is_empty()).then_some(text);
        Self {
            environment: told(called.environment),
            api: told(called.api),
            major: (called.major > 0).then(|| format!("v{}", called.major)),
            operation: told(called.operation),
            caller: told(called.caller),
            begins: (called.begins.millis() > 0).then(|| called.begins.into()),
            figures,
        }
    }
}

impl Figures {
    fn of(called: Option<&Called>) -> Self {
        called.map_or_else(Self::default, |called| {
            Self::new(called.calls, (called.client_errors, called.server_errors), &called.latency)
        })
    }

    pub(super) fn new(calls: i64, (client_errors, server_errors): (i64, i64), latency: &Latency) -> Self {
        Self {
            calls,
            client_errors,
            server_errors,
            p50_millis: latency.quantile(0.5),
            p95_millis: latency.quantile(0.95),
            p99_millis: latency.quantile(0.99),
        }
    }
}

/// Says what an application called
///
/// For members of its owner group and for administrators, as far as 400 days back. By the hour for 40 days, which are asked
/// for by the day here; times are estimates within fixed bounds.
#[utoipa::path(
    get,
    path = "/applications/{application_id}/usage",
    operation_id = "getApplicationUsage",
    tag = "applications",
    params(("application_id" = words::Id, Path, description = "The application."), UsageQuery),
    responses((status = 200, description = "What it called.", body = Usage), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn get_application_usage(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(id): Named<ApplicationId>,
    Asked(query): Asked<UsageQuery>,
) -> Result<Json<Usage>, Failure> {
    let span = span(query.from, query.to, hub.control.clock().now())?;
    let called = hub.control.usage_by_application(&actor, &id, span, query.by()).await?;
    Ok(Json(Usage::new(span, called)))
}

/// Says what was called of an API
///
/// For members of its owner group and for administrators. Applications are told apart, people are not.
#[utoipa::path(
    get,
    path = "/apis/{slug}/usage",
    operation_id = "getApiUsage",
    tag = "apis",
    params(("slug" = words::ApiSlug, Path, description = "The API."), UsageQuery),
    responses((status = 200, description = "What was called of it.", body = Usage), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn get_api_usage(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(slug): Named<ApiSlug>,
    Asked(query): Asked<UsageQuery>,
) -> Result<Json<Usage>, Failure> {
    let span = span(query.from, query.to, hub.control.clock().now())?;
    let called = hub.control.usage_of_api(&actor, &slug, span, query.by()).await?;
    Ok(Json(Usage::new(span, called)))
}
