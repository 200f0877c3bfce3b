//! Who calls a version, and who still calls what is deprecated?

use axum::{Json, extract::State};
use hansom_control::DeprecatedUse;
use hansom_domain::{ApiSlug, Major};
use hansom_store::{Consumption, OperationUse};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    answer::Failure,
    authentication::Caller,
    moment::{Day, Moment},
    problem::Reading,
    reading::{Asked, Named},
    usage::{Figures, span},
    words,
};
use crate::Hub;

/// Who called a version in a time, and what.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VersionUsage {
    /// From then on.
    from: Moment,
    /// Not any more.
    until: Moment,
    /// Who called, and how much; who called most comes first.
    #[schema(max_items = 1000)]
    consumers: Vec<ConsumerUsage>,
    /// What was called, and how much; what was called most comes first.
    #[schema(max_items = 1000)]
    operations: Vec<OperationUsage>,
    /// Who still called what is deprecated: single operations, or the version.
    #[schema(max_items = 100_000)]
    deprecated_uses: Vec<ConsumerUsage>,
}

/// The calls of one consumer.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConsumerUsage {
    /// In which environment.
    #[schema(value_type = words::EnvironmentName)]
    environment: String,
    /// An application's id, `anyone` without a token, or `people`, who are not told apart.
    #[schema(max_length = 100, example = "people")]
    caller: String,
    /// The application's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 10_485_760, value_type = String, required = false, example = "Rent reminder")]
    name: Option<String>,
    /// The group that owns the application: whom to write to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = words::GroupAddress, required = false)]
    owner: Option<String>,
    /// The deprecated operation; absent where it is not told apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 10_485_760, value_type = String, required = false, example = "listRepairs")]
    operation: Option<String>,
    /// The hour of the last call, or the day where hours are kept no longer.
    last_called_at: Moment,
    /// How many, and how well they were answered.
    figures: Figures,
}

/// The calls of one operation.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OperationUsage {
    /// In which environment.
    #[schema(value_type = words::EnvironmentName)]
    environment: String,
    /// Which; absent where none matched.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 10_485_760, value_type = String, required = false, example = "listRepairs")]
    operation: Option<String>,
    /// How many, and how well they were answered.
    figures: Figures,
}

/// Which time.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TimeQuery {
    /// The first day; 29 days before the last if absent.
    #[param(inline)]
    from: Option<Day>,
    /// The last day; today if absent. At most 400 days may be asked for at once.
    #[param(inline)]
    to: Option<Day>,
}

fn told(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

impl From<Consumption> for ConsumerUsage {
    fn from(found: Consumption) -> Self {
        Self {
            figures: Figures::new(found.calls, (found.client_errors, found.server_errors), &found.latency),
            environment: found.environment,
            caller: found.caller,
            name: told(found.name),
            owner: told(found.owner),
            operation: None,
            last_called_at: found.last_at.into(),
        }
    }
}

impl From<DeprecatedUse> for ConsumerUsage {
    fn from(found: DeprecatedUse) -> Self {
        Self { operation: found.operation, ..Self::from(found.consumption) }
    }
}

impl From<OperationUse> for OperationUsage {
    fn from(used: OperationUse) -> Self {
        Self {
            figures: Figures::new(used.calls, (used.client_errors, used.server_errors), &used.latency),
            environment: used.environment,
            operation: told(used.operation),
        }
    }
}

/// Says who called a version, what, and what of it is deprecated
///
/// For members of its owner group and for administrators. Applications are told apart, people are not.
#[utoipa::path(
    get,
    path = "/apis/{slug}/versions/{major}/usage",
    operation_id = "getVersionUsage",
    tag = "apis",
    params(
        ("slug" = words::ApiSlug, Path, description = "The API."),
        ("major" = words::Major, Path, description = "The version."),
        TimeQuery
    ),
    responses((status = 200, description = "Who called it, and what.", body = VersionUsage), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn get_version_usage(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named((slug, major)): Named<(ApiSlug, Major)>,
    Asked(query): Asked<TimeQuery>,
) -> Result<Json<VersionUsage>, Failure> {
    let span = span(query.from, query.to, hub.control.clock().now())?;
    let place = (&slug, major);
    let consumers = hub.control.consumption_of(&actor, place, span).await?;
    let operations = hub.control.operation_use_of(&actor, place, span).await?;
    let deprecated = hub.control.deprecated_use_of(&actor, place, span).await?;
    Ok(Json(VersionUsage {
        from: span.from.into(),
        until: span.until.into(),
        consumers: consumers.into_iter().map(ConsumerUsage::from).collect(),
        operations: operations.into_iter().map(OperationUsage::from).collect(),
        deprecated_uses: deprecated.into_iter().map(ConsumerUsage::from).collect(),
    }))
}
