//! How much may an application still call?

use axum::{Json, extract::State};
use hansom_control::{Standing, Used};
use hansom_domain::{ApiSlug, ApplicationId, EnvironmentName, GrantId, Major};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    answer::Failure,
    authentication::Caller,
    moment::Moment,
    paging::{Page, PieceQuery},
    problem::Reading,
    reading::{Asked, Named},
    words,
};
use crate::Hub;

/// The limits of a grant in force, and what is left of its quotas.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GrantedLimits {
    /// The grant.
    #[schema(value_type = words::Id)]
    grant: GrantId,
    /// The API.
    #[schema(value_type = words::ApiSlug)]
    api: ApiSlug,
    /// The version.
    #[schema(value_type = words::Major)]
    major: Major,
    /// The environment.
    #[schema(value_type = words::EnvironmentName)]
    environment: EnvironmentName,
    /// How fast it may call, in words.
    #[schema(max_length = 10_485_760, example = "600 requests a minute, and 50 more at once")]
    limits: String,
    /// What was made of each quota; none where the version has none.
    #[schema(max_items = 2)]
    quotas: Vec<QuotaUse>,
}

/// What was made of a quota in a day or a month of UTC, on all nodes together; a few seconds old.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct QuotaUse {
    /// The day or the month.
    #[schema(max_length = 10, example = "2026-11")]
    period: String,
    /// How many calls it holds.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64, example = 10000)]
    quota: u64,
    /// How many were made.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64, example = 1200)]
    calls: u64,
    /// How many are left.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_i64, example = 8800)]
    left: u64,
    /// When it begins anew.
    until: Moment,
}

impl From<Standing> for GrantedLimits {
    fn from(standing: Standing) -> Self {
        let grant = standing.grant;
        Self {
            grant: grant.id,
            api: grant.slug,
            major: grant.major,
            environment: grant.environment,
            limits: standing.limits.to_string(),
            quotas: standing.quotas.into_iter().map(QuotaUse::from).collect(),
        }
    }
}

impl From<Used> for QuotaUse {
    fn from(used: Used) -> Self {
        Self {
            period: used.period.to_string(),
            quota: used.quota,
            calls: used.calls,
            left: used.left(),
            until: used.period.end().into(),
        }
    }
}

/// Lists the limits of an application and what is left
///
/// One for each grant in force, for members of the application's owner group and for administrators.
#[utoipa::path(
    get,
    path = "/applications/{application_id}/quotas",
    operation_id = "listQuotas",
    tag = "applications",
    params(("application_id" = words::Id, Path, description = "The application."), PieceQuery),
    responses((status = 200, description = "A piece of the limits.", body = Page<GrantedLimits>), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn list_quotas(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(id): Named<ApplicationId>,
    Asked(query): Asked<PieceQuery>,
) -> Result<Json<Page<GrantedLimits>>, Failure> {
    let piece = query.piece()?;
    let standings = hub.control.standings_of(&actor, &id).await?;
    let page = piece.of(standings, |it| format!("{} {} {}", it.grant.slug, it.grant.major, it.grant.id));
    Ok(Json(page.map(GrantedLimits::from)))
}
