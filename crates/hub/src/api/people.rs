//! Who has signed in?

use axum::{Json, extract::State};
use hansom_domain::{GroupAddress, PersonId};
use hansom_store::{Part, PeopleFilter, PersonRow};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    answer::Failure,
    authentication::Caller,
    moment::Moment,
    paging::{LONGEST_TEXT, Page, Piece},
    problem::Reading,
    reading::{Asked, Named},
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
/// For administrators of the platform.
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
    let person = hub.control.person_for(&actor, &id).await?;
    let groups = hub.control.reads().groups_of(&id).await?;
    Ok(Json(Person::new(person, groups)))
}
