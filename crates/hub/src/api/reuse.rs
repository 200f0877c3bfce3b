//! What is reused, and what does that save?

use axum::{Json, extract::State};
use hansom_domain::ApiSlug;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    answer::Failure,
    authentication::{Viewer, nobody},
    moment::Moment,
    problem::Reading,
    reading::Asked,
    words,
};
use crate::{
    Hub,
    reuse::{ApiReuse, Assumptions, MOST, Month},
};

/// APIs of one answer.
const MOST_APIS: usize = 1_000;

/// What is reused.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReuseReport {
    /// When it was counted.
    counted_at: Moment,
    /// All APIs together.
    total: ReuseTotal,
    /// What was not spent, by the assumptions.
    estimate: ReuseEstimate,
    /// The APIs, the most reused first.
    #[schema(max_items = 1000)]
    apis: Vec<ReusedApi>,
    /// Whether these are all APIs; if not, those that are reused least are missing.
    is_whole: bool,
    /// Calendar months by UTC, the oldest first.
    #[schema(max_items = 13)]
    months: Vec<ReuseMonth>,
}

/// All APIs together.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReuseTotal {
    /// How many there are.
    #[schema(minimum = 0, maximum = 1_000_000_000, example = 40)]
    apis: i64,
    /// Those that two teams or more may call.
    #[schema(minimum = 0, maximum = 1_000_000_000, example = 12)]
    shared_apis: i64,
    /// Teams that may call, beyond the first of each API.
    #[schema(minimum = 0, maximum = 1_000_000_000, example = 31)]
    teams_beyond_first: i64,
    /// Teams that called in the last 30 days, beyond the first of each API.
    #[schema(minimum = 0, maximum = 1_000_000_000, example = 22)]
    calling_teams_beyond_first: i64,
    /// Calls in the last 30 days.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64, example = 120_000)]
    calls: i64,
}

/// What was not spent, since teams called what was there already.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReuseEstimate {
    /// Days of work, once.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64, example = 748)]
    days: i64,
    /// The same in pounds.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64, example = 336_600)]
    pounds: i64,
    /// Days of work, each year.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64, example = 0)]
    yearly_days: i64,
    /// The same in pounds.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64, example = 0)]
    yearly_pounds: i64,
}

/// An API and those who use it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReusedApi {
    /// The API.
    #[schema(value_type = words::ApiSlug)]
    api: ApiSlug,
    /// What it is called.
    #[schema(max_length = 10_485_760, example = "Repairs")]
    title: String,
    /// The group that owns it.
    #[schema(value_type = words::GroupAddress)]
    owner: String,
    /// Applications with a grant in force.
    #[schema(minimum = 0, maximum = 1_000_000_000, example = 5)]
    applications: i64,
    /// Groups that own one of them.
    #[schema(minimum = 0, maximum = 1_000_000_000, example = 3)]
    teams: i64,
    /// Groups with an application that called in the last 30 days.
    #[schema(minimum = 0, maximum = 1_000_000_000, example = 2)]
    calling_teams: i64,
    /// Calls in the last 30 days, whoever called.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64, example = 42_000)]
    calls: i64,
}

/// What was called in a month.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReuseMonth {
    /// Which.
    #[schema(pattern = "^[0-9]{4}-[0-9]{2}$", max_length = 7, example = "2026-03")]
    month: String,
    /// Calls.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64, example = 42_000)]
    calls: i64,
    /// APIs that were called.
    #[schema(minimum = 0, maximum = 1_000_000_000, example = 30)]
    apis: i64,
    /// Applications that called.
    #[schema(minimum = 0, maximum = 1_000_000_000, example = 18)]
    applications: i64,
}

/// What the estimate takes for granted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EstimateQuery {
    /// Days of work that a team would need for a way of its own to the same data; 40 if absent.
    #[param(minimum = 0, maximum = 100_000, example = 40)]
    own_days: Option<u32>,
    /// Days of work to use the API instead; 6 if absent.
    #[param(minimum = 0, maximum = 100_000, example = 6)]
    use_days: Option<u32>,
    /// Days of upkeep a year that a way of its own would need; 0 if absent.
    #[param(minimum = 0, maximum = 100_000, example = 0)]
    upkeep_days: Option<u32>,
    /// What a day of work costs, in pounds; 450 if absent.
    #[param(minimum = 0, maximum = 100_000, example = 450)]
    day_rate: Option<u32>,
}

impl EstimateQuery {
    fn assumptions(&self) -> Result<Assumptions, Failure> {
        let usual = Assumptions::default();
        let bounded = |number: Option<u32>, usual: u32| match number {
            Some(number) if number > MOST => {
                Err(Failure::malformed(format!("An assumption of the query is larger than {MOST}.")))
            }
            number => Ok(number.unwrap_or(usual)),
        };
        Ok(Assumptions {
            own_days: bounded(self.own_days, usual.own_days)?,
            use_days: bounded(self.use_days, usual.use_days)?,
            upkeep_days: bounded(self.upkeep_days, usual.upkeep_days)?,
            day_rate: bounded(self.day_rate, usual.day_rate)?,
        })
    }
}

impl From<&ApiReuse> for ReusedApi {
    fn from(one: &ApiReuse) -> Self {
        Self {
            api: one.api.slug.clone(),
            title: one.api.title.clone(),
            owner: one.api.owner.to_string(),
            applications: one.api.applications,
            teams: one.api.teams,
            calling_teams: one.calling,
            calls: one.calls,
        }
    }
}

impl From<&Month> for ReuseMonth {
    fn from(month: &Month) -> Self {
        let Month { name, calls, apis, applications } = month.clone();
        Self { month: name, calls, apis, applications }
    }
}

/// Says what is reused, and what that saves
///
/// Counted from grants in force and from calls, outside of the sandbox, and kept for five minutes. Internal APIs are counted for
/// people alone. Strangers are answered, too, where the platform's settings say so.
#[utoipa::path(
    get,
    path = "/reuse",
    operation_id = "getReuse",
    tag = "apis",
    params(EstimateQuery),
    responses((status = 200, description = "What is reused.", body = ReuseReport), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn get_reuse(
    State(hub): State<Hub>,
    Viewer(viewer): Viewer,
    Asked(query): Asked<EstimateQuery>,
) -> Result<Json<ReuseReport>, Failure> {
    if viewer.is_none() && !hub.public_reuse {
        return Err(nobody(&hub));
    }
    let assumptions = query.assumptions()?;
    let reuse = hub.reuse.current(&hub, viewer.as_ref()).await?;
    let total = reuse.total();
    let estimate = assumptions.estimate(total);
    Ok(Json(ReuseReport {
        counted_at: reuse.at.into(),
        total: ReuseTotal {
            apis: total.apis,
            shared_apis: total.shared,
            teams_beyond_first: total.beyond,
            calling_teams_beyond_first: total.calling_beyond,
            calls: total.calls,
        },
        estimate: ReuseEstimate {
            days: estimate.days,
            pounds: estimate.pounds,
            yearly_days: estimate.yearly_days,
            yearly_pounds: estimate.yearly_pounds,
        },
        is_whole: reuse.apis.len() <= MOST_APIS,
        apis: reuse.apis.iter().take(MOST_APIS).map(ReusedApi::from).collect(),
        months: reuse.months.iter().map(ReuseMonth::from).collect(),
    }))
}
