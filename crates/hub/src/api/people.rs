//! Who has signed in?

use std::collections::HashMap;

use axum::{Json, extract::State};
use hansom_domain::{GroupAddress, PersonId, ProblemCode};
use hansom_store::PersonRow;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    answer::Failure,
    authentication::Caller,
    moment::Moment,
    paging::{Page, PieceQuery},
    problem::Reading,
    reading::Asked,
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
            groups,
        }
    }
}

/// Lists everyone who has signed in, by name
///
/// For administrators of the platform. The ids serve to put people into groups.
#[utoipa::path(
    get,
    path = "/people",
    operation_id = "listPeople",
    tag = "people",
    params(PieceQuery),
    responses((status = 200, description = "A piece of the people.", body = Page<Person>), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn list_people(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Asked(query): Asked<PieceQuery>,
) -> Result<Json<Page<Person>>, Failure> {
    if !actor.is_administrator() {
        return Err(Failure::new(
            ProblemCode::NotAllowed,
            format!("Only members of {} may list people.", hub.control.settings().administrators),
        ));
    }
    let piece = query.piece()?;
    let people = hub.control.reads().people().await?;
    let mut groups: HashMap<PersonId, Vec<GroupAddress>> = HashMap::new();
    for (person, group) in hub.control.reads().memberships().await? {
        groups.entry(person).or_default().push(group);
    }
    let page = piece.of(people, |person| format!("{} {}", person.name.to_lowercase(), person.id));
    Ok(Json(page.map(|person| {
        let groups = groups.remove(&person.id).unwrap_or_default();
        Person::new(person, groups)
    })))
}
