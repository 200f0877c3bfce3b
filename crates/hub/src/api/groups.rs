//! Which groups are there?

use axum::{Json, extract::State, http::StatusCode};
use hansom_domain::{GroupAddress, PersonId};
use hansom_store::{GroupFilter, GroupStandingRow, Part};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    answer::{Created, Failure},
    authentication::Caller,
    paging::{LONGEST_TEXT, Page, Piece},
    problem::{Changing, Reading, Sending},
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
    /// How many APIs belong to it.
    #[schema(maximum = 1_000_000_000, minimum = 0, example = 3)]
    apis: i64,
    /// How many applications belong to it that are not revoked.
    #[schema(maximum = 1_000_000_000, minimum = 0, example = 5)]
    applications: i64,
    /// What is wrong with it: `emptied`, where nobody is in it any more although something belongs to it; `alone`, where its
    /// only known member could approve nothing of their own. Absent where nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, max_length = 20, example = "alone")]
    flag: Option<&'static str>,
}

impl From<GroupStandingRow> for Group {
    fn from(row: GroupStandingRow) -> Self {
        Self {
            flag: row.flag(),
            address: row.address,
            title: row.title,
            members: row.members,
            kept: row.kept,
            apis: row.apis,
            applications: row.applications,
        }
    }
}

/// Which groups.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct GroupsQuery {
    /// Only those in whose address or name this stands.
    #[param(max_length = 254, example = "repairs")]
    q: Option<String>,
    /// Only those of which this is wrong: `emptied` or `alone`.
    #[param(max_length = 20, example = "alone")]
    flag: Option<String>,
    /// How many at most; 50 if absent.
    #[param(minimum = 1, maximum = 200, default = 50, example = 20)]
    limit: Option<u16>,
    /// `nextCursor` of the piece before.
    #[param(max_length = 2000, example = "cmVwYWlycw")]
    cursor: Option<String>,
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
/// Administrators see every group that the platform knows, others those that they are in or own.
#[utoipa::path(
    get,
    path = "/groups",
    operation_id = "listGroups",
    tag = "people",
    params(GroupsQuery),
    responses((status = 200, description = "A piece of the groups.", body = Page<Group>), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn list_groups(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Asked(query): Asked<GroupsQuery>,
) -> Result<Json<Page<Group>>, Failure> {
    let piece = Piece::asked(query.limit, query.cursor.as_deref())?;
    let text: String = query.q.unwrap_or_default().chars().take(LONGEST_TEXT).collect();
    let flag = query.flag.unwrap_or_default();
    let filter = GroupFilter { text: text.trim(), flag: &flag };
    let part = Part { after: piece.after().unwrap_or_default(), skip: 0, most: piece.needed() };
    let (groups, _) = hub.control.groups_found(&actor, filter, part).await?;
    let page = piece.next(groups, |group| group.address.to_string());
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
    Ok(Created { location: Some(location), body: hub.control.group_for(&actor, &new.address).await?.into() })
}

/// Reads a group
///
/// For its members, its owners and administrators.
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
    Ok(Json(hub.control.group_for(&actor, &address).await?.into()))
}

/// Removes a group that the platform keeps
///
/// If nothing belongs to it. For administrators.
#[utoipa::path(
    delete,
    path = "/groups/{address}",
    operation_id = "deleteGroup",
    tag = "people",
    params(("address" = words::GroupAddress, Path, description = "The group.")),
    responses((status = 204, description = "It is gone."), Changing),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn delete_group(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(address): Named<GroupAddress>,
) -> Result<StatusCode, Failure> {
    hub.control.delete_group(&actor, &address).await?;
    Ok(StatusCode::NO_CONTENT)
}
