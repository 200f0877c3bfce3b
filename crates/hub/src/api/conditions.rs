//! How do APIs answer?

use axum::{Json, extract::State};
use hansom_control::Days;
use hansom_domain::{ApiSlug, EnvironmentName, Health};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    answer::Failure,
    authentication::Viewer,
    moment::Moment,
    paging::{Page, PieceQuery},
    problem::Reading,
    reading::{Asked, Named},
    words,
};
use crate::{
    Hub,
    status::{self, Report},
};

/// How an API does now, in each of its environments.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Condition {
    /// The API.
    #[schema(value_type = words::ApiSlug)]
    api: ApiSlug,
    /// The environments, in the platform's order.
    #[schema(max_items = 50)]
    environments: Vec<EnvironmentCondition>,
}

/// How an API does in an environment, by the calls of this hour and the one before and by incidents that go on.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EnvironmentCondition {
    /// The environment.
    #[schema(value_type = words::EnvironmentName)]
    environment: EnvironmentName,
    /// How it does.
    #[schema(value_type = words::ApiHealth)]
    health: Health,
}

/// How an API did in the last 90 days.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConditionHistory {
    /// The API.
    #[schema(value_type = words::ApiSlug)]
    api: ApiSlug,
    /// The environments in which it was called.
    #[schema(max_items = 50)]
    environments: Vec<EnvironmentHistory>,
}

/// How an API did in an environment.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EnvironmentHistory {
    /// The environment.
    #[schema(value_type = words::EnvironmentName)]
    environment: EnvironmentName,
    /// How it does now.
    #[schema(value_type = words::ApiHealth)]
    health: Health,
    /// The days with calls, oldest first.
    #[schema(max_items = 90)]
    days: Vec<DayCondition>,
}

/// How an API did on a day.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DayCondition {
    /// When the day began.
    began_at: Moment,
    /// How it did.
    #[schema(value_type = words::ApiHealth)]
    health: Health,
    /// How many of a hundred calls were answered well.
    #[schema(minimum = 0, maximum = 100, example = 99.95)]
    percent_answered: f64,
}

fn days(days: &Days) -> Vec<DayCondition> {
    let called = days.0.iter().filter_map(|day| {
        let percent_answered = Days(vec![*day]).share_answered()?;
        Some(DayCondition { began_at: day.began_at.into(), health: day.health(), percent_answered })
    });
    called.collect()
}

/// Lists how APIs do, by name
///
/// Those that the caller may see. Internal APIs are for signed-in people and their owners.
#[utoipa::path(
    get,
    path = "/conditions",
    operation_id = "listConditions",
    tag = "status",
    params(PieceQuery),
    responses((status = 200, description = "A piece of the list.", body = Page<Condition>), Reading),
    security((), ("oauth2" = ["hub:read"]))
)]
pub(crate) async fn list_conditions(
    State(hub): State<Hub>,
    Viewer(actor): Viewer,
    Asked(query): Asked<PieceQuery>,
) -> Result<Json<Page<Condition>>, Failure> {
    let piece = query.piece()?;
    let report = Report::of(&hub, actor.as_ref()).await?;
    let page = piece.of(report.apis, |condition| condition.slug.to_string());
    Ok(Json(page.map(|condition| {
        Condition {
            api: condition.slug,
            environments: condition
                .environments
                .into_iter()
                .map(|(environment, health)| EnvironmentCondition { environment, health })
                .collect(),
        }
    })))
}

/// Reads how an API did in the last 90 days
///
/// Measured by its calls, in each environment that it is served in.
#[utoipa::path(
    get,
    path = "/apis/{slug}/condition",
    operation_id = "getCondition",
    tag = "status",
    params(("slug" = words::ApiSlug, Path, description = "The API.")),
    responses((status = 200, description = "How it does, and did.", body = ConditionHistory), Reading),
    security((), ("oauth2" = ["hub:read"]))
)]
pub(crate) async fn get_condition(
    State(hub): State<Hub>,
    Viewer(actor): Viewer,
    Named(slug): Named<ApiSlug>,
) -> Result<Json<ConditionHistory>, Failure> {
    let condition = status::condition_of(&hub, actor.as_ref(), &slug).await?;
    let condition = condition.ok_or_else(|| Failure::new(hansom_domain::ProblemCode::ApiNotFound, MISSING))?;
    let mut history = hub.control.answered_by_day(Some(&slug)).await?;
    let environments = condition.environments.into_iter().map(|(environment, health)| EnvironmentHistory {
        days: history.remove(&environment).map_or_else(Vec::new, |known| days(&known)),
        environment,
        health,
    });
    Ok(Json(ConditionHistory { api: slug, environments: environments.collect() }))
}

const MISSING: &str = "There is no such API, or you may not see it. Check the address and who you are.";
