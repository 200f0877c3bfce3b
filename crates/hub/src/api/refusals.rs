//! Why was a call refused?

use axum::{Json, extract::State};
use hansom_control::{Explanation, Finding};
use hansom_domain::{EnvironmentName, ProblemCode, RequestId};
use serde::Serialize;
use utoipa::ToSchema;

use super::{answer::Failure, authentication::Caller, moment::Moment, problem::Reading, reading::Named, words};
use crate::Hub;

/// A call that a gateway refused.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Refusal {
    /// The request id that the caller was told.
    #[schema(value_type = words::Id)]
    request_id: RequestId,
    /// When it came.
    at: Moment,
    /// In which environment.
    #[schema(value_type = words::EnvironmentName)]
    environment: EnvironmentName,
    /// The method.
    #[schema(max_length = 100, example = "GET")]
    method: String,
    /// The path without its query.
    #[schema(max_length = 8192, example = "/repairs/v1/repairs")]
    path: String,
    /// The API, where one was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = words::ApiSlug, required = false)]
    api: Option<String>,
    /// The version, where one was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = words::Major, required = false)]
    major: Option<String>,
    /// The operation, where one was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 10_485_760, value_type = String, required = false, example = "listRepairs")]
    operation: Option<String>,
    /// The application, where it was known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = words::Id, required = false)]
    application: Option<String>,
    /// The person, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = words::Id, required = false)]
    person: Option<String>,
    /// The HTTP status of the answer.
    #[schema(minimum = 400, maximum = 599, example = 403)]
    status: i64,
    /// The reason code.
    #[schema(max_length = 100, example = "grant-missing")]
    code: String,
    /// What the caller was told.
    #[schema(max_length = 10_485_760)]
    detail: String,
    /// What was found beside that, the nearest cause first.
    #[schema(max_items = 20)]
    findings: Vec<Found>,
    /// How to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1000, value_type = String, required = false)]
    mend: Option<&'static str>,
}

/// One fact about a refused call.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Found {
    /// Which fact, the same each time.
    #[schema(max_length = 100, value_type = String, example = "clock_seconds_ahead")]
    name: &'static str,
    /// The fact in a sentence.
    #[schema(max_length = 10_485_760, example = "The clock of whoever made it is 40 s ahead of the gateway's.")]
    told: String,
    /// When it happened, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Moment, required = false)]
    at: Option<Moment>,
}

impl From<Finding> for Found {
    fn from(found: Finding) -> Self {
        Self { name: found.name, told: found.told, at: found.at.map(Into::into) }
    }
}

impl From<Explanation> for Refusal {
    fn from(Explanation { call, findings }: Explanation) -> Self {
        Self {
            request_id: call.request_id,
            at: call.at.into(),
            environment: call.environment,
            method: call.method,
            path: call.path,
            api: call.api,
            major: call.major.map(|number| format!("v{number}")),
            operation: call.operation,
            application: call.application,
            person: call.person,
            status: call.status,
            mend: ProblemCode::from_code(&call.code).map(ProblemCode::mend),
            code: call.code,
            detail: call.detail,
            findings: findings.into_iter().map(Into::into).collect(),
        }
    }
}

/// Says why a call was refused
///
/// By the request id of the refused answer. For the caller, the owners of the calling application and administrators.
#[utoipa::path(
    get,
    path = "/refusals/{request_id}",
    operation_id = "getRefusal",
    tag = "refusals",
    params(("request_id" = words::Id, Path, description = "The `Request-Id` of the refused answer.")),
    responses((status = 200, description = "The refused call.", body = Refusal), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn get_refusal(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(id): Named<RequestId>,
) -> Result<Json<Refusal>, Failure> {
    Ok(Json(hub.control.explain_refusal(&actor, &id).await?.into()))
}
