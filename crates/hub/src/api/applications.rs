//! Which applications does the caller have?

use axum::{Json, extract::State, http::StatusCode};
use hansom_control::NewApp;
use hansom_domain::{ApplicationId, GroupAddress};
use hansom_store::ApplicationRow;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    answer::{Created, Failure},
    authentication::Caller,
    moment::Moment,
    paging::{Page, PieceQuery},
    problem::{Changing, Reading, Sending},
    reading::{Asked, Named, Sent},
    words,
};
use crate::Hub;

/// A registered client of APIs.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Application {
    /// Its id: the OAuth `client_id`.
    #[schema(value_type = words::Id)]
    id: ApplicationId,
    /// Its name.
    #[schema(min_length = 1, max_length = 100, example = "Repairs dashboard")]
    name: String,
    /// What it is, in a sentence; may be empty.
    #[schema(max_length = 500)]
    description: String,
    /// The group that owns it.
    #[schema(value_type = words::GroupAddress)]
    owner: GroupAddress,
    /// Whether it may publish for its owner group.
    may_publish: bool,
    /// When it was registered.
    created_at: Moment,
    /// By whom.
    #[schema(max_length = 200, example = "Ada Okoro")]
    created_by: String,
    /// When it was revoked; absent while it is in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Moment, required = false)]
    revoked_at: Option<Moment>,
    /// Since when its owning group is known to be empty; absent if it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Moment, required = false)]
    ownerless_since: Option<Moment>,
    /// When it was suspended for that; absent while it is in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Moment, required = false)]
    suspended_at: Option<Moment>,
}

impl From<ApplicationRow> for Application {
    fn from(row: ApplicationRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            description: row.description,
            owner: row.owner,
            may_publish: row.may_publish,
            created_at: row.created_at.into(),
            created_by: row.created_by,
            revoked_at: row.revoked_at.map(Moment::from),
            ownerless_since: row.ownerless_since.map(Moment::from),
            suspended_at: row.suspended_at.map(Moment::from),
        }
    }
}

/// An application to be registered.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewApplication {
    /// Its name.
    #[schema(min_length = 1, max_length = 100, example = "Repairs dashboard")]
    name: String,
    /// What it is, in a sentence.
    #[serde(default)]
    #[schema(max_length = 500)]
    description: String,
    /// The group that owns it; one of the caller's.
    #[schema(value_type = words::GroupAddress)]
    owner: GroupAddress,
    /// Whether it may publish APIs for its owner group, as a pipeline does.
    #[serde(default)]
    may_publish: bool,
}

/// Lists the applications of the caller's groups, by name
///
/// Revoked ones too. Administrators see all.
#[utoipa::path(
    get,
    path = "/applications",
    operation_id = "listApplications",
    tag = "applications",
    params(PieceQuery),
    responses((status = 200, description = "A piece of the applications.", body = Page<Application>), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn list_applications(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Asked(query): Asked<PieceQuery>,
) -> Result<Json<Page<Application>>, Failure> {
    let piece = query.piece()?;
    let applications = hub.control.applications_of(&actor).await?;
    let page = piece.of(applications, |application| format!("{} {}", application.name.to_lowercase(), application.id));
    Ok(Json(page.map(Application::from)))
}

/// Registers an application
///
/// It can do nothing yet: give it a credential and ask for grants.
#[utoipa::path(
    post,
    path = "/applications",
    operation_id = "registerApplication",
    tag = "applications",
    request_body(content = NewApplication, example = json!({
        "name": "Repairs dashboard",
        "description": "Shows open repairs to estate officers.",
        "owner": "housing-officers@hackney.example"
    })),
    responses((status = 201, description = "The application.", body = Application,
        headers(("Location" = String, description = "The address of the application."))), Sending),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn register_application(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Sent(new): Sent<NewApplication>,
) -> Result<Created<Application>, Failure> {
    let asked =
        NewApp { name: &new.name, description: &new.description, owner: &new.owner, may_publish: new.may_publish };
    let id = hub.control.register_application(&actor, asked).await?;
    let application = hub.control.application_for(&actor, &id).await?;
    Ok(Created { location: Some(format!("/applications/{id}")), body: application.into() })
}

/// Reads an application
///
/// For members of its owner group and for administrators; a revoked one too.
#[utoipa::path(
    get,
    path = "/applications/{application_id}",
    operation_id = "getApplication",
    tag = "applications",
    params(("application_id" = words::Id, Path, description = "The application.")),
    responses((status = 200, description = "The application.", body = Application), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn get_application(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(id): Named<ApplicationId>,
) -> Result<Json<Application>, Failure> {
    let application = hub.control.application_for(&actor, &id).await?;
    Ok(Json(application.into()))
}

/// Revokes an application
///
/// With it go its credentials, its grants and its tokens, at every gateway. It cannot be taken back.
#[utoipa::path(
    delete,
    path = "/applications/{application_id}",
    operation_id = "revokeApplication",
    tag = "applications",
    params(("application_id" = words::Id, Path, description = "The application.")),
    responses((status = 204, description = "It is revoked."), Changing),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn revoke_application(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(id): Named<ApplicationId>,
) -> Result<StatusCode, Failure> {
    hub.control.revoke_application(&actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// To whom an application is given.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Transfer {
    /// The group that is to own it.
    #[schema(value_type = words::GroupAddress)]
    owner: GroupAddress,
}

/// Gives an application to another group
///
/// For who is in both groups, and for administrators. Its grants stay in force, it is in force again if it was suspended, and
/// it may not publish any more. Replace its secrets: who was in the old group may know them.
#[utoipa::path(
    post,
    path = "/applications/{application_id}/transfer",
    operation_id = "transferApplication",
    tag = "applications",
    params(("application_id" = words::Id, Path, description = "The application.")),
    request_body(content = Transfer, example = json!({"owner": "digital@hackney.example"})),
    responses((status = 204, description = "It belongs to the other group."), Sending),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn transfer_application(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(id): Named<ApplicationId>,
    Sent(transfer): Sent<Transfer>,
) -> Result<StatusCode, Failure> {
    hub.control.transfer_application(&actor, &id, &transfer.owner).await?;
    Ok(StatusCode::NO_CONTENT)
}
