//! Who is in a group that the platform keeps, and who owns it?

use axum::{Json, extract::State, http::StatusCode};
use hansom_control::{ListFault, MOST_LINES, NewMember, fingerprint, read_member_list};
use hansom_domain::{Actor, GroupAddress, PersonId, ProblemCode};
use hansom_store::{AwaitedRow, MemberRow};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    answer::{Created, Failure},
    authentication::Caller,
    moment::Moment,
    paging::{Page, PieceQuery},
    problem::{Changing, Fault, Reading, Sending},
    reading::{Asked, Named, Sent},
    words,
};
use crate::{Hub, urls};

/// The largest list: the longest address in each of its lines, twice as much as JSON needs for it.
const MOST_BYTES: usize = 1024 * 1024;

/// Somebody in a group that the platform keeps: a person, or an address that is awaited.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Member {
    /// What they are taken out by: the id of the person, or one of the address that is awaited.
    #[schema(value_type = words::Id)]
    id: String,
    /// Their name; absent while they are awaited.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, max_length = 200, example = "Dev Patel")]
    name: Option<String>,
    /// Their address; for people to read, never a key.
    #[schema(max_length = 254, format = Email, example = "dev.patel@hackney.example")]
    email: String,
    /// Whether they become a member at their next sign-in with that verified address.
    awaited: bool,
    /// From which issuer they are awaited.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, max_length = 300, example = "https://accounts.google.com")]
    issuer: Option<String>,
    /// Since when they are awaited.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Moment, required = false)]
    awaited_since: Option<Moment>,
}

impl From<MemberRow> for Member {
    fn from(row: MemberRow) -> Self {
        let id = row.person_id.to_string();
        Self { id, name: Some(row.name), email: row.email, awaited: false, issuer: None, awaited_since: None }
    }
}

impl From<AwaitedRow> for Member {
    fn from(row: AwaitedRow) -> Self {
        Self {
            id: id_of_awaited(&row),
            name: None,
            email: row.email,
            awaited: true,
            issuer: Some(row.issuer),
            awaited_since: Some(row.added_at.into()),
        }
    }
}

/// What an address that is awaited is called by. No person has such an id.
fn id_of_awaited(row: &AwaitedRow) -> String {
    let print: String = fingerprint(&format!("{}\n{}", row.issuer, row.email)).chars().take(32).collect();
    format!("awaited-{print}")
}

/// An owner of a group that the platform keeps.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GroupOwner {
    /// The person.
    #[schema(value_type = words::Id)]
    id: PersonId,
    /// Their name.
    #[schema(max_length = 200, example = "Dev Patel")]
    name: String,
    /// Their address; for people to read, never a key.
    #[schema(max_length = 254, format = Email, example = "dev.patel@hackney.example")]
    email: String,
}

impl From<MemberRow> for GroupOwner {
    fn from(row: MemberRow) -> Self {
        Self { id: row.person_id, name: row.name, email: row.email }
    }
}

/// An address of somebody who has not signed in yet.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AwaitedAddress {
    /// The address.
    #[schema(min_length = 3, max_length = 254, format = Email, example = "dev.patel@hackney.example")]
    email: String,
    /// The provider that they sign in with, by its name in the configuration; needed where there are several.
    #[serde(default)]
    #[schema(required = false, max_length = 100, example = "google")]
    provider: String,
}

/// Members for a group.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewMembers {
    /// The ids of people who have signed in.
    #[serde(default)]
    #[schema(value_type = Vec<words::Id>, max_items = 1000, required = false)]
    people: Vec<PersonId>,
    /// Addresses of people who have not.
    #[serde(default)]
    #[schema(max_items = 1000, required = false)]
    addresses: Vec<AwaitedAddress>,
}

/// A list of members in CSV.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct MemberList {
    /// The list: an e-mail address in each line, after a comma maybe the name of a provider, and maybe `email,provider` at its
    /// head; at most 2,000 lines.
    #[schema(min_length = 3, max_length = 1_000_000, example = "email,provider\ndev.patel@hackney.example,google\n")]
    list: String,
    /// Whether the list is only read, and nothing is changed.
    #[serde(default)]
    #[schema(required = false)]
    trial: bool,
}

/// What came of new members.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AddedMembers {
    /// How many there were in what was sent, each once.
    #[schema(minimum = 0, maximum = 10_000, example = 12)]
    named: u32,
    /// How many of them are members, or awaited, that were not before.
    #[schema(minimum = 0, maximum = 10_000, example = 11)]
    added: u32,
}

impl AddedMembers {
    fn new(named: usize, added: usize) -> Self {
        let count = |members: usize| u32::try_from(members).unwrap_or(u32::MAX);
        Self { named: count(named), added: count(added) }
    }
}

/// Lists who is in a group that the platform keeps
///
/// People first, then addresses that are awaited. For its members, its owners and administrators.
#[utoipa::path(
    get,
    path = "/groups/{address}/members",
    operation_id = "listMembers",
    tag = "people",
    params(("address" = words::GroupAddress, Path, description = "The group."), PieceQuery),
    responses((status = 200, description = "A piece of the members.", body = Page<Member>), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn list_members(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(address): Named<GroupAddress>,
    Asked(query): Asked<PieceQuery>,
) -> Result<Json<Page<Member>>, Failure> {
    let piece = query.piece()?;
    see(&hub, &actor, &address).await?;
    let reads = hub.control.reads();
    let members = reads.kept_members_of(&address).await?.into_iter().map(Member::from);
    let awaited = reads.awaited_members_of(&address).await?.into_iter().map(Member::from);
    Ok(Json(piece.of(members.chain(awaited).collect(), |member| {
        let name = member.name.as_deref().unwrap_or(&member.email).to_lowercase();
        format!("{} {name} {}", u8::from(member.awaited), member.id)
    })))
}

/// Adds members to a group that the platform keeps
///
/// All of them or none. For its owners and administrators.
#[utoipa::path(
    post,
    path = "/groups/{address}/members",
    operation_id = "addMembers",
    tag = "people",
    params(("address" = words::GroupAddress, Path, description = "The group.")),
    request_body(content = NewMembers, example = json!({
        "people": ["5d1f0a4c9b7e48d2a3c6e1f08b92d475"],
        "addresses": [{ "email": "dev.patel@hackney.example", "provider": "google" }]
    })),
    responses((status = 201, description = "How many were added.", body = AddedMembers,
        headers(("Location" = String, description = "The address of all members."))), Sending),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn add_members(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(address): Named<GroupAddress>,
    Sent(new): Sent<NewMembers>,
) -> Result<Created<AddedMembers>, Failure> {
    let mut members: Vec<NewMember> = new.people.into_iter().map(NewMember::Person).collect();
    for awaited in &new.addresses {
        let issuer = hub.issuer_of(&awaited.provider).ok_or_else(|| {
            Failure::malformed("The provider is none of the configuration, or there are several and none was named.")
        })?;
        members.push(NewMember::awaited(&issuer, &awaited.email)?);
    }
    if members.is_empty() || members.len() > MOST_LINES {
        return Err(Failure::malformed(format!("Name 1 to {MOST_LINES} members.")));
    }
    members.sort();
    members.dedup();
    let added = hub.control.add_members(&actor, &address, &members).await?;
    let location = format!("/groups/{}/members", urls::encoded(address.as_str()));
    Ok(Created { location: Some(location), body: AddedMembers::new(members.len(), added) })
}

/// Adds a list of members in CSV
///
/// All of them or none: where lines cannot be taken, each is named. For owners of the group and administrators.
#[utoipa::path(
    post,
    path = "/groups/{address}/members/import",
    operation_id = "importMembers",
    tag = "people",
    params(("address" = words::GroupAddress, Path, description = "The group.")),
    request_body(content = MemberList, example = json!({
        "list": "email,provider\ndev.patel@hackney.example,google\n",
        "trial": true
    })),
    responses((status = 200, description = "How many were added.", body = AddedMembers), Sending),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn import_members(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(address): Named<GroupAddress>,
    Sent(sent): Sent<MemberList, MOST_BYTES>,
) -> Result<Json<AddedMembers>, Failure> {
    if sent.trial && !hub.control.keeps_group(&actor, &address).await? {
        return Err(Failure::not_found("group"));
    }
    let members = read_member_list(&sent.list, |provider| hub.issuer_of(provider)).map_err(faulty)?;
    let added = match sent.trial {
        true => 0,
        false => hub.control.add_members(&actor, &address, &members).await?,
    };
    Ok(Json(AddedMembers::new(members.len(), added)))
}

fn faulty(faults: Vec<ListFault>) -> Failure {
    let failure = Failure::new(
        ProblemCode::Unprocessable,
        "The list has lines that cannot be taken. Mend them, and send it whole.",
    );
    faults.into_iter().fold(failure, |failure, fault| failure.at(Fault::in_line("/list", fault.line, &fault.what)))
}

/// Takes somebody out of a group that the platform keeps
///
/// For its owners and administrators; a member takes themselves out.
#[utoipa::path(
    delete,
    path = "/groups/{address}/members/{member_id}",
    operation_id = "removeMember",
    tag = "people",
    params(
        ("address" = words::GroupAddress, Path, description = "The group."),
        ("member_id" = words::Id, Path, description = "The member.")
    ),
    responses((status = 204, description = "They are not in it any more."), Changing),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn remove_member(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named((address, id)): Named<(GroupAddress, String)>,
) -> Result<StatusCode, Failure> {
    let member = if id.starts_with("awaited-") {
        let awaited = hub.control.reads().awaited_members_of(&address).await?;
        let found = awaited.into_iter().find(|row| id_of_awaited(row) == id);
        // Whoever may not look at the group is told the same as by the verb.
        let row = found.ok_or_else(|| Failure::not_found("member"))?;
        NewMember::Awaited { issuer: row.issuer, email: row.email }
    } else {
        NewMember::Person(id.parse().map_err(|_| Failure::not_found("member"))?)
    };
    hub.control.remove_member(&actor, &address, &member).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists who owns a group that the platform keeps
///
/// For its members, its owners and administrators.
#[utoipa::path(
    get,
    path = "/groups/{address}/owners",
    operation_id = "listGroupOwners",
    tag = "people",
    params(("address" = words::GroupAddress, Path, description = "The group."), PieceQuery),
    responses((status = 200, description = "A piece of the owners.", body = Page<GroupOwner>), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn list_group_owners(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(address): Named<GroupAddress>,
    Asked(query): Asked<PieceQuery>,
) -> Result<Json<Page<GroupOwner>>, Failure> {
    let piece = query.piece()?;
    see(&hub, &actor, &address).await?;
    let owners = hub.control.reads().owners_of_group(&address).await?;
    let page = piece.of(owners, |owner| format!("{} {}", owner.name.to_lowercase(), owner.person_id));
    Ok(Json(page.map(GroupOwner::from)))
}

/// Makes a person an owner of a group that the platform keeps
///
/// Owners say who is in it. For its owners and administrators.
#[utoipa::path(
    put,
    path = "/groups/{address}/owners/{person_id}",
    operation_id = "addGroupOwner",
    tag = "people",
    params(
        ("address" = words::GroupAddress, Path, description = "The group."),
        ("person_id" = words::Id, Path, description = "The person.")
    ),
    responses((status = 204, description = "They own it."), Changing),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn add_group_owner(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named((address, person)): Named<(GroupAddress, PersonId)>,
) -> Result<StatusCode, Failure> {
    hub.control.add_group_owner(&actor, &address, &person).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a person from the owners of a group that the platform keeps
///
/// For its owners and administrators.
#[utoipa::path(
    delete,
    path = "/groups/{address}/owners/{person_id}",
    operation_id = "removeGroupOwner",
    tag = "people",
    params(
        ("address" = words::GroupAddress, Path, description = "The group."),
        ("person_id" = words::Id, Path, description = "The person.")
    ),
    responses((status = 204, description = "They do not own it any more."), Changing),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn remove_group_owner(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named((address, person)): Named<(GroupAddress, PersonId)>,
) -> Result<StatusCode, Failure> {
    hub.control.remove_group_owner(&actor, &address, &person).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether the actor may look at who is in a group that the platform keeps.
async fn see(hub: &Hub, actor: &Actor, address: &GroupAddress) -> Result<(), Failure> {
    let is_kept = hub.control.reads().kept_group(address).await?.is_some();
    if is_kept && (actor.speaks_for(address) || hub.control.keeps_group(actor, address).await?) {
        return Ok(());
    }
    Err(Failure::not_found("group"))
}
