//! Which groups are there?

use axum::{Json, extract::State};
use hansom_domain::{Actor, GroupAddress, PersonId};
use hansom_store::GroupRow;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    answer::{Created, Failure},
    authentication::Caller,
    paging::{Page, PieceQuery},
    problem::{Reading, Sending},
    reading::{Asked, Named, Sent},
    words,
};
use crate::{Hub, urls};

/// A group of people.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Group {
    /// Its address.
    #[schema(value_type = words::GroupAddress)]
    address: GroupAddress,
    /// Its name, where the platform keeps it; empty for a group of the directory.
    #[schema(max_length = 100, example = "Housing officers")]
    title: String,
    /// How many people who have signed in are in it.
    #[schema(maximum = 1_000_000_000, minimum = 0, example = 12)]
    members: i64,
    /// Whether the platform keeps it; the others are told by the directory.
    kept: bool,
}

impl From<GroupRow> for Group {
    fn from(row: GroupRow) -> Self {
        Self { address: row.address, title: row.title, members: row.members, kept: row.kept }
    }
}

/// A group to be kept by the platform.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewGroup {
    /// Its address, which no other group may have.
    #[schema(value_type = words::GroupAddress)]
    address: GroupAddress,
    /// Its name for people.
    #[schema(min_length = 1, max_length = 100, example = "Repairs contractors")]
    title: String,
    /// The ids of the people in it, from `GET /people`.
    #[serde(default)]
    #[schema(value_type = Vec<words::Id>, max_items = 1000)]
    members: Vec<PersonId>,
}

/// Lists groups by address
///
/// Administrators see every group that the platform knows, others those that they are in.
#[utoipa::path(
    get,
    path = "/groups",
    operation_id = "listGroups",
    tag = "people",
    params(PieceQuery),
    responses((status = 200, description = "A piece of the groups.", body = Page<Group>), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn list_groups(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Asked(query): Asked<PieceQuery>,
) -> Result<Json<Page<Group>>, Failure> {
    let piece = query.piece()?;
    let mut groups = hub.control.reads().groups().await?;
    groups.retain(|group| actor.speaks_for(&group.address));
    let page = piece.of(groups, |group| group.address.to_string());
    Ok(Json(page.map(Group::from)))
}

/// Makes a group that the platform keeps
///
/// For administrators, where the directory has no group for people who belong together.
#[utoipa::path(
    post,
    path = "/groups",
    operation_id = "createGroup",
    tag = "people",
    request_body(content = NewGroup, example = json!({
        "address": "repairs-contractors@hackney.example",
        "title": "Repairs contractors",
        "members": ["5d1f0a4c9b7e48d2a3c6e1f08b92d475"]
    })),
    responses((status = 201, description = "The group.", body = Group,
        headers(("Location" = String, description = "The address of the group."))), Sending),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn create_group(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Sent(new): Sent<NewGroup>,
) -> Result<Created<Group>, Failure> {
    hub.control.create_group(&actor, &new.address, &new.title, &new.members).await?;
    let location = format!("/groups/{}", urls::encoded(new.address.as_str()));
    Ok(Created { location: Some(location), body: group_for(&hub, &actor, &new.address).await? })
}

/// Reads a group
///
/// For its members and for administrators.
#[utoipa::path(
    get,
    path = "/groups/{address}",
    operation_id = "getGroup",
    tag = "people",
    params(("address" = words::GroupAddress, Path, description = "The group.")),
    responses((status = 200, description = "The group.", body = Group), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn get_group(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(address): Named<GroupAddress>,
) -> Result<Json<Group>, Failure> {
    Ok(Json(group_for(&hub, &actor, &address).await?))
}

/// A group that the actor may see.
async fn group_for(hub: &Hub, actor: &Actor, address: &GroupAddress) -> Result<Group, Failure> {
    let groups = hub.control.reads().groups().await?;
    let group = groups.into_iter().find(|group| group.address == *address && actor.speaks_for(&group.address));
    group.map(Group::from).ok_or_else(|| Failure::not_found("group"))
}
