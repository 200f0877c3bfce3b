//! Who am I to the platform?

use axum::Json;
use hansom_domain::{Actor, GroupAddress};
use serde::Serialize;
use utoipa::ToSchema;

use super::{answer::Failure, authentication::Caller, problem::Reading, words};

/// The caller.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Me {
    /// `person`, `application` or `platform`.
    #[schema(value_type = words::ActorKind)]
    kind: &'static str,
    /// The id: the `sub` of the caller's access tokens.
    #[schema(value_type = words::Id)]
    id: String,
    /// The name for pages and the audit trail.
    #[schema(max_length = 200, example = "Ada Okoro")]
    name: String,
    /// Whether the caller runs the platform.
    administrator: bool,
    /// The groups that the caller is in, nested ones resolved; for an application, its owner group.
    #[schema(max_items = 10_000, value_type = Vec<words::GroupAddress>)]
    groups: Vec<GroupAddress>,
}

impl From<Actor> for Me {
    fn from(actor: Actor) -> Self {
        let groups = match &actor {
            Actor::Person { groups, .. } => groups.iter().cloned().collect(),
            Actor::Application { owner, .. } => vec![owner.clone()],
            Actor::Pipeline { .. } | Actor::Platform => vec![],
        };
        Self {
            kind: actor.kind(),
            id: actor.id().into(),
            name: actor.name().into(),
            administrator: actor.is_administrator(),
            groups,
        }
    }
}

/// Says who the caller is
///
/// Tells id, name and groups, as the platform knows them at this moment.
#[utoipa::path(
    get,
    path = "/me",
    operation_id = "getMe",
    tag = "people",
    responses((status = 200, description = "The caller.", body = Me), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn get_me(Caller(actor): Caller) -> Result<Json<Me>, Failure> {
    Ok(Json(actor.into()))
}
