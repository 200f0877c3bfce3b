//! Does the control API work?

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use super::{answer::Failure, problem::Telling};
use crate::Hub;

/// That it works.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Health {
    /// Always `pass`: where it does not work, the answer is 503.
    status: HealthStatus,
}

/// Whether it works.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(example = "pass")]
pub(crate) enum HealthStatus {
    /// It does.
    Pass,
}

/// Says whether the control API works
///
/// Looks whether the platform can read what it stores. The reason of a failure is in the operators' log, never in the
/// answer.
#[utoipa::path(
    get,
    path = "/health",
    operation_id = "getHealth",
    tag = "health",
    responses((status = 200, description = "It works.", body = Health), Telling),
    security((), ("oauth2" = ["hub:read"]))
)]
pub(crate) async fn get_health(State(hub): State<Hub>) -> Result<Json<Health>, Failure> {
    hub.control.reads().generation().await?;
    Ok(Json(Health { status: HealthStatus::Pass }))
}
