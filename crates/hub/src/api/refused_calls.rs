//! Which calls of an application were refused lately?

use axum::{Json, extract::State};
use hansom_domain::{ApplicationId, EnvironmentName, RequestId, Timestamp};
use hansom_store::Span;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    answer::Failure,
    authentication::Caller,
    moment::Moment,
    paging::{Page, Piece, moment_of, newest_first},
    problem::Reading,
    reading::{Asked, Named},
    words,
};
use crate::Hub;

/// The most that one piece holds.
const MOST: u16 = 100;
/// Refused calls are kept no longer.
const KEPT_SECONDS: i64 = 30 * 86_400;

/// A call of an application that a gateway refused.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RefusedCall {
    /// The request id that the caller was told: `getRefusal` explains by it.
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
    /// The HTTP status of the answer.
    #[schema(minimum = 400, maximum = 599, example = 403)]
    status: i64,
    /// The reason code.
    #[schema(max_length = 100, example = "grant-missing")]
    code: String,
}

impl From<hansom_store::RefusedCall> for RefusedCall {
    fn from(call: hansom_store::RefusedCall) -> Self {
        Self {
            request_id: call.request_id,
            at: call.at.into(),
            environment: call.environment,
            method: call.method,
            path: call.path,
            status: call.status,
            code: call.code,
        }
    }
}

/// Which piece of the refused calls.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RefusedQuery {
    /// How many at most; 50 if absent.
    #[param(minimum = 1, maximum = 100, default = 50, example = 20)]
    limit: Option<u16>,
    /// `nextCursor` of the piece before.
    #[param(max_length = 2000, example = "cmVwYWlycw")]
    cursor: Option<String>,
}

/// Lists the refused calls of an application, newest first
///
/// Of the last 30 days, for members of its owner group and for administrators. A call whose token was not proven to be the
/// application's is not among them.
#[utoipa::path(
    get,
    path = "/applications/{application_id}/refusals",
    operation_id = "listRefusedCalls",
    tag = "refusals",
    params(("application_id" = words::Id, Path, description = "The application."), RefusedQuery),
    responses((status = 200, description = "A piece of the refused calls.", body = Page<RefusedCall>), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn list_refused_calls(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(id): Named<ApplicationId>,
    Asked(query): Asked<RefusedQuery>,
) -> Result<Json<Page<RefusedCall>>, Failure> {
    let piece = Piece::asked_up_to(MOST, query.limit, query.cursor.as_deref())?;
    let now = hub.control.clock().now();
    let last = match piece.after().map(moment_of) {
        None => now,
        Some(Some(moment)) => moment,
        Some(None) => {
            return Err(Failure::malformed("The query's cursor is none of the refused calls; send none to begin."));
        }
    };
    // The calls of the cursor's own moment are wanted too, and skipped by their keys.
    let until = Timestamp::from_millis(last.millis().saturating_add(1));
    let span = Span { from: now.plus_seconds(-KEPT_SECONDS), until };
    let (calls, _) = hub.control.refusals_of_application(&actor, &id, span, 2 * MOST).await?;
    let page = piece.of(calls, |call| newest_first(call.at, call.request_id.as_str()));
    Ok(Json(page.map(RefusedCall::from)))
}
