//! Which applications act for the caller?

use axum::{Json, extract::State, http::StatusCode};
use hansom_control::ActingApplication;
use hansom_domain::ApplicationId;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    answer::Failure,
    authentication::Caller,
    moment::Moment,
    paging::{Page, PieceQuery},
    problem::{Changing, Reading},
    reading::{Asked, Named},
    words,
};
use crate::Hub;

/// An application that acts for the caller, or may without asking again.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Consent {
    /// The application.
    #[schema(value_type = words::Id)]
    application: ApplicationId,
    /// Its name; absent if it was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, max_length = 200, example = "Van planner")]
    name: Option<String>,
    /// Where it may act, and what it may do there.
    #[schema(max_items = 100)]
    places: Vec<ConsentedPlace>,
    /// When it last acted; absent where it is not signed in now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Moment, required = false)]
    last_used_at: Option<Moment>,
}

/// A place at which an application may act for a person.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConsentedPlace {
    /// The audience of its tokens: the base URL of an environment, or the hub.
    #[schema(value_type = words::Url)]
    resource: String,
    /// What it may do: versions of APIs at an environment, where none means all that the person may call; scopes at the hub.
    #[schema(max_items = 100, value_type = Vec<words::ScopeWord>)]
    scopes: Vec<String>,
}

impl Consent {
    fn new(acting: ActingApplication, name: Option<String>) -> Self {
        let places = acting.places().into_iter().map(|(resource, scope)| ConsentedPlace {
            resource,
            scopes: scope.split_ascii_whitespace().map(str::to_owned).collect(),
        });
        Self {
            places: places.collect(),
            last_used_at: acting.families.iter().map(|row| row.last_used_at).max().map(Moment::from),
            application: acting.client,
            name,
        }
    }
}

/// Lists the applications that act for the caller
///
/// For people, who agreed to it on a page of the hub.
#[utoipa::path(
    get,
    path = "/me/consents",
    operation_id = "listConsents",
    tag = "people",
    params(PieceQuery),
    responses((status = 200, description = "A piece of the applications.", body = Page<Consent>), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn list_consents(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Asked(query): Asked<PieceQuery>,
) -> Result<Json<Page<Consent>>, Failure> {
    let piece = query.piece()?;
    let mut consents = vec![];
    for acting in hub.control.acting_applications(&actor).await? {
        let client = hub.control.client(&acting.client).await?;
        consents.push(Consent::new(acting, client.map(|client| client.name)));
    }
    Ok(Json(piece.of(consents, |consent| consent.application.to_string())))
}

/// Takes back all that the caller allowed an application
///
/// Its tokens end, and it has to ask again.
#[utoipa::path(
    delete,
    path = "/me/consents/{application_id}",
    operation_id = "withdrawConsent",
    tag = "people",
    params(("application_id" = words::Id, Path, description = "The application.")),
    responses((status = 204, description = "It acts no more."), Changing),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn withdraw_consent(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(application): Named<ApplicationId>,
) -> Result<StatusCode, Failure> {
    hub.control.withdraw_consent(&actor, &application).await?;
    Ok(StatusCode::NO_CONTENT)
}
