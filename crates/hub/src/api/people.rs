//! Who has signed in?

use axum::{Json, extract::State, http::StatusCode};
use hansom_domain::{Actor, GroupAddress, PersonId};
use hansom_store::{Part, PeopleFilter, PersonRow};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    answer::Failure,
    authentication::Caller,
    moment::Moment,
    paging::{LONGEST_TEXT, Page, Piece},
    problem::{Changing, Reading, Sending},
    reading::{Asked, Named, Sent},
    words,
};
use crate::Hub;

/// A person who has signed in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Person {
    /// The id: the `sub` of their access tokens.
    #[schema(value_type = words::Id)]
    id: PersonId,
    /// The name that their identity provider last told.
    #[schema(max_length = 200, example = "Ada Okoro")]
    name: String,
    /// The address that their identity provider last told; for people to read, never a key.
    #[schema(max_length = 254, format = Email, example = "ada.okoro@hackney.example")]
    email: String,
    /// When they first signed in.
    created_at: Moment,
    /// When they last signed in.
    signed_in_at: Moment,
    /// Since when they may do nothing; absent where they may.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Moment, required = false)]
    suspended_at: Option<Moment>,
    /// Why they may do nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, max_length = 500, example = "The laptop was stolen.")]
    suspended_because: Option<String>,
    /// The groups that they are in.
    #[schema(max_items = 10_000, value_type = Vec<words::GroupAddress>)]
    groups: Vec<GroupAddress>,
}

impl Person {
    fn new(row: PersonRow, groups: Vec<GroupAddress>) -> Self {
        Self {
            id: row.id,
            name: row.name,
            email: row.email,
            created_at: row.created_at.into(),
            signed_in_at: row.signed_in_at.into(),
            suspended_at: row.suspended_at.map(Into::into),
            suspended_because: row.suspended_because,
            groups,
        }
    }
}

/// Which people.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PeopleQuery {
    /// Only those in whose name or address this stands, or whose id it is.
    #[param(max_length = 254, example = "okoro")]
    q: Option<String>,
    /// `true`: only those who may do nothing.
    #[param(example = false)]
    suspended: Option<bool>,
    /// How many at most; 50 if absent.
    #[param(minimum = 1, maximum = 200, default = 50, example = 20)]
    limit: Option<u16>,
    /// `nextCursor` of the piece before.
    #[param(max_length = 2000, example = "cmVwYWlycw")]
    cursor: Option<String>,
}

/// The end of all that a person may do.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Suspension {
    /// Why, for the audit trail and for administrators.
    #[schema(min_length = 3, max_length = 500, example = "Left the council on Friday.")]
    reason: String,
}

/// Nothing to say.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refreshing {}

/// Lists everyone who has signed in, by name
///
/// For administrators of the platform. The ids serve to put people into groups.
#[utoipa::path(
    get,
    path = "/people",
    operation_id = "listPeople",
    tag = "people",
    params(PeopleQuery),
    responses((status = 200, description = "A piece of the people.", body = Page<Person>), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn list_people(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Asked(query): Asked<PeopleQuery>,
) -> Result<Json<Page<Person>>, Failure> {
    let piece = Piece::asked(query.limit, query.cursor.as_deref())?;
    let text: String = query.q.unwrap_or_default().chars().take(LONGEST_TEXT).collect();
    let filter = PeopleFilter { text: text.trim(), suspended: query.suspended.unwrap_or_default() };
    let part = Part { after: piece.after().unwrap_or_default(), skip: 0, most: piece.needed() };
    let people = hub.control.people_found(&actor, filter, part).await?;
    let page = piece.next(people, |person| person.id.to_string());
    let mut items = vec![];
    for person in page.items {
        let groups = hub.control.reads().groups_of(&person.id).await?;
        items.push(Person::new(person, groups));
    }
    Ok(Json(Page { items, next_cursor: page.next_cursor }))
}

/// Reads a person
///
/// For administrators of the platform, and for the person.
#[utoipa::path(
    get,
    path = "/people/{person_id}",
    operation_id = "getPerson",
    tag = "people",
    params(("person_id" = words::Id, Path, description = "The person.")),
    responses((status = 200, description = "The person.", body = Person), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn get_person(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(id): Named<PersonId>,
) -> Result<Json<Person>, Failure> {
    Ok(Json(person_for(&hub, &actor, &id).await?))
}

/// Suspends a person
///
/// Their sessions end, gateways refuse their tokens, and they cannot sign in. For administrators.
#[utoipa::path(
    post,
    path = "/people/{person_id}/suspension",
    operation_id = "suspendPerson",
    tag = "people",
    params(("person_id" = words::Id, Path, description = "The person.")),
    request_body(content = Suspension, example = json!({ "reason": "Left the council on Friday." })),
    responses((status = 200, description = "The person.", body = Person), Sending),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn suspend_person(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(id): Named<PersonId>,
    Sent(suspension): Sent<Suspension>,
) -> Result<Json<Person>, Failure> {
    hub.control.suspend_person(&actor, &id, &suspension.reason).await?;
    Ok(Json(person_for(&hub, &actor, &id).await?))
}

/// Lets a suspended person in again
///
/// What they were allowed before they are allowed again. For administrators.
#[utoipa::path(
    delete,
    path = "/people/{person_id}/suspension",
    operation_id = "unsuspendPerson",
    tag = "people",
    params(("person_id" = words::Id, Path, description = "The person.")),
    responses((status = 204, description = "They may sign in."), Changing),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn unsuspend_person(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(id): Named<PersonId>,
) -> Result<StatusCode, Failure> {
    hub.control.unsuspend_person(&actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks the directory for a person's groups now
///
/// At most every ten seconds. Where no directory can be asked, their groups stay what they were at their sign-in. For
/// administrators, and for the person.
#[utoipa::path(
    post,
    path = "/people/{person_id}/groups",
    operation_id = "refreshGroups",
    tag = "people",
    params(("person_id" = words::Id, Path, description = "The person.")),
    request_body(content = Refreshing, example = json!({})),
    responses((status = 200, description = "The person, with the groups of now.", body = Person), Sending),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn refresh_groups(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(id): Named<PersonId>,
    Sent(Refreshing {}): Sent<Refreshing>,
) -> Result<Json<Person>, Failure> {
    person_for(&hub, &actor, &id).await?;
    hub.sign_in.refresh_groups_now(&id).await?;
    Ok(Json(person_for(&hub, &actor, &id).await?))
}

/// A person whom the actor may see: administrators everybody, everybody themselves.
async fn person_for(hub: &Hub, actor: &Actor, id: &PersonId) -> Result<Person, Failure> {
    let own = match actor {
        Actor::Person { id: own, .. } if own == id => hub.control.reads().person(id).await?,
        _ => None,
    };
    let row = match own {
        Some(row) => row,
        None => hub.control.person_for(actor, id).await?,
    };
    Ok(Person::new(row, hub.control.reads().groups_of(id).await?))
}
