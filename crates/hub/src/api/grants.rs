//! Which application may call what, and who decided it?

use axum::{Json, extract::State};
use hansom_control::AskedGrant;
use hansom_domain::{
    Actor, ApiSlug, ApplicationId, Decision, EnvironmentName, GrantId, GrantState, GroupAddress, Major,
};
use hansom_store::GrantRow;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    answer::{Created, Failure},
    authentication::Caller,
    moment::Moment,
    paging::{Page, Piece, newest_first},
    problem::{Reading, Sending},
    reading::{Asked, Named, Sent},
    words,
};
use crate::Hub;

/// An application's right to call operations of a version in an environment, from its request on.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Grant {
    /// Its id.
    #[schema(value_type = words::Id)]
    id: GrantId,
    /// The application that calls.
    application: GrantedApplication,
    /// The API that is called.
    #[schema(value_type = words::ApiSlug)]
    api: ApiSlug,
    /// The version that is called.
    #[schema(value_type = words::Major)]
    major: Major,
    /// The group that owns the API, and so decides.
    #[schema(value_type = words::GroupAddress)]
    api_owner: GroupAddress,
    /// In which environment.
    #[schema(value_type = words::EnvironmentName)]
    environment: EnvironmentName,
    /// Which operations, by id; `["*"]` for every one.
    #[schema(value_type = Vec<words::OperationId>, max_items = 2000, example = json!(["listRepairs", "getRepair"]))]
    operations: Vec<String>,
    /// What for.
    #[schema(max_length = 2000, example = "Show open repairs to estate officers.")]
    purpose: String,
    /// By which law, where personal data are concerned; may be empty.
    #[schema(max_length = 500, example = "UK GDPR Article 6(1)(e), public task")]
    legal_basis: String,
    /// Where it stands.
    #[schema(value_type = words::GrantState)]
    state: GrantState,
    /// Who asked.
    #[schema(max_length = 200, example = "Ada Okoro")]
    requested_by: String,
    /// When.
    requested_at: Moment,
    /// Who decided or revoked it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200, value_type = String, required = false)]
    decided_by: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Moment, required = false)]
    decided_at: Option<Moment>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2000, value_type = String, required = false)]
    reason: Option<String>,
    /// Until when it is in force, if that is settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Moment, required = false)]
    expires_at: Option<Moment>,
}

/// The application of a grant.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GrantedApplication {
    /// Its id.
    #[schema(value_type = words::Id)]
    id: ApplicationId,
    /// Its name.
    #[schema(max_length = 100, example = "Repairs dashboard")]
    name: String,
    /// The group that owns it.
    #[schema(value_type = words::GroupAddress)]
    owner: GroupAddress,
}

impl From<GrantRow> for Grant {
    fn from(row: GrantRow) -> Self {
        Self {
            id: row.id,
            application: GrantedApplication {
                id: row.application_id,
                name: row.application_name,
                owner: row.application_owner,
            },
            api: row.slug,
            major: row.major,
            api_owner: row.api_owner,
            environment: row.environment,
            operations: row.operations.to_list(),
            purpose: row.purpose,
            legal_basis: row.legal_basis,
            state: row.state,
            requested_by: row.requested_by_name,
            requested_at: row.requested_at.into(),
            decided_by: row.decided_by_name,
            decided_at: row.decided_at.map(Moment::from),
            reason: row.reason,
            expires_at: row.expires_at.map(Moment::from),
        }
    }
}

/// A request for a grant.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewGrant {
    /// The id of the application that wants to call; one of the caller's.
    #[schema(value_type = words::Id)]
    application: ApplicationId,
    /// The API that it wants to call.
    #[schema(value_type = words::ApiSlug)]
    api: ApiSlug,
    /// The version that it wants to call.
    #[schema(value_type = words::Major)]
    major: Major,
    /// In which environment.
    #[schema(value_type = words::EnvironmentName)]
    environment: EnvironmentName,
    /// Which operations, by id; `["*"]` for every one.
    #[schema(value_type = Vec<words::OperationId>, min_items = 1, max_items = 2000)]
    operations: Vec<String>,
    /// What for, so that the owner can decide.
    #[schema(min_length = 10, max_length = 2000)]
    purpose: String,
    /// By which law; needed where the version's answers hold personal data.
    #[serde(default)]
    #[schema(max_length = 500)]
    legal_basis: String,
}

/// An owner's word on a request.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GrantDecision {
    /// Yes or no.
    #[schema(value_type = words::Decision)]
    decision: Decision,
    /// Why; the one who asked reads it.
    #[serde(default)]
    #[schema(max_length = 2000)]
    reason: String,
}

/// The end of a grant.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GrantRevocation {
    /// Why; the owner of the application reads it.
    #[schema(min_length = 1, max_length = 2000)]
    reason: String,
}

/// Which grants.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct GrantsQuery {
    /// Only those in this state.
    #[param(value_type = words::GrantState, required = false)]
    state: Option<GrantState>,
    /// Only those of this application.
    #[param(value_type = words::Id, required = false)]
    application: Option<ApplicationId>,
    /// Only those for this API.
    #[param(value_type = words::ApiSlug, required = false)]
    api: Option<ApiSlug>,
    /// How many at most; 50 if absent.
    #[param(minimum = 1, maximum = 200, default = 50, example = 20)]
    limit: Option<u16>,
    /// `nextCursor` of the piece before.
    #[param(max_length = 2000, example = "cmVwYWlycw")]
    cursor: Option<String>,
}

impl GrantsQuery {
    fn wants(&self, grant: &GrantRow) -> bool {
        self.state.is_none_or(|state| grant.state == state)
            && self.application.as_ref().is_none_or(|application| grant.application_id == *application)
            && self.api.as_ref().is_none_or(|api| grant.slug == *api)
    }
}

/// Lists grants, newest request first
///
/// Those of the caller's applications and those for the APIs that the caller's groups own.
#[utoipa::path(
    get,
    path = "/grants",
    operation_id = "listGrants",
    tag = "grants",
    params(GrantsQuery),
    responses((status = 200, description = "A piece of the grants.", body = Page<Grant>), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn list_grants(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Asked(query): Asked<GrantsQuery>,
) -> Result<Json<Page<Grant>>, Failure> {
    let piece = Piece::asked(query.limit, query.cursor.as_deref())?;
    let mut grants = hub.control.grants_visible_to(&actor).await?;
    grants.retain(|grant| query.wants(grant));
    let page = piece.of(grants, |grant| newest_first(grant.requested_at, grant.id.as_str()));
    Ok(Json(page.map(Grant::from)))
}

/// Asks for a grant
///
/// The owner of the API decides. Nobody decides on their own request.
#[utoipa::path(
    post,
    path = "/grants",
    operation_id = "requestGrant",
    tag = "grants",
    request_body(content = NewGrant, example = json!({
        "application": "5d1f0a4c9b7e48d2a3c6e1f08b92d475",
        "api": "repairs",
        "major": "v1",
        "environment": "production",
        "operations": ["listRepairs", "getRepair"],
        "purpose": "Show open repairs to estate officers.",
        "legalBasis": "UK GDPR Article 6(1)(e), public task"
    })),
    responses((status = 201, description = "The grant, requested.", body = Grant,
        headers(("Location" = String, description = "The address of the grant."))), Sending),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn request_grant(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Sent(new): Sent<NewGrant>,
) -> Result<Created<Grant>, Failure> {
    let asked = AskedGrant {
        application: &new.application,
        api: &new.api,
        major: new.major,
        environment: &new.environment,
        operations: new.operations,
        purpose: &new.purpose,
        legal_basis: &new.legal_basis,
    };
    let id = hub.control.request_grant(&actor, asked).await?;
    Ok(Created { location: Some(format!("/grants/{id}")), body: grant_for(&hub, &actor, &id).await? })
}

/// Reads a grant
///
/// For the owners of the application, the owners of the API and administrators.
#[utoipa::path(
    get,
    path = "/grants/{grant_id}",
    operation_id = "getGrant",
    tag = "grants",
    params(("grant_id" = words::Id, Path, description = "The grant.")),
    responses((status = 200, description = "The grant.", body = Grant), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn get_grant(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(id): Named<GrantId>,
) -> Result<Json<Grant>, Failure> {
    Ok(Json(grant_for(&hub, &actor, &id).await?))
}

/// Decides on a request
///
/// For members of the group that owns the API, never for the one who asked.
#[utoipa::path(
    post,
    path = "/grants/{grant_id}/decision",
    operation_id = "decideGrant",
    tag = "grants",
    params(("grant_id" = words::Id, Path, description = "The grant.")),
    request_body(content = GrantDecision, example = json!({
        "decision": "approve",
        "reason": "Agreed with the repairs team on 9 March."
    })),
    responses((status = 200, description = "The grant, decided.", body = Grant), Sending),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn decide_grant(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(id): Named<GrantId>,
    Sent(word): Sent<GrantDecision>,
) -> Result<Json<Grant>, Failure> {
    hub.control.decide_grant(&actor, &id, word.decision, &word.reason).await?;
    Ok(Json(grant_for(&hub, &actor, &id).await?))
}

/// Ends a grant
///
/// Every gateway refuses the calls that it allowed from the next seconds on.
#[utoipa::path(
    post,
    path = "/grants/{grant_id}/revocation",
    operation_id = "revokeGrant",
    tag = "grants",
    params(("grant_id" = words::Id, Path, description = "The grant.")),
    request_body(content = GrantRevocation, example = json!({"reason": "The dashboard was switched off."})),
    responses((status = 200, description = "The grant, revoked.", body = Grant), Sending),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn revoke_grant(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(id): Named<GrantId>,
    Sent(end): Sent<GrantRevocation>,
) -> Result<Json<Grant>, Failure> {
    hub.control.revoke_grant(&actor, &id, &end.reason).await?;
    Ok(Json(grant_for(&hub, &actor, &id).await?))
}

async fn grant_for(hub: &Hub, actor: &Actor, id: &GrantId) -> Result<Grant, Failure> {
    Ok(hub.control.grant_for(actor, id).await?.into())
}
