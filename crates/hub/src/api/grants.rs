//! Which application may call what, and who decided it?

use axum::{Json, extract::State};
use hansom_control::{AskedGrant, GrantWord};
use hansom_domain::{
    Actor, ApiSlug, ApplicationId, Decision, EnvironmentName, GrantId, GrantState, GroupAddress, Major,
};
use hansom_store::{GrantFilter, GrantRow, Part};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    answer::{Created, Failure},
    authentication::Caller,
    moment::{Day, Moment},
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
    /// The grant whose place it takes, or is to take.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = words::Id, required = false)]
    replaces: Option<String>,
    /// The bundle that it was asked for in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = words::Id, required = false)]
    bundle: Option<String>,
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
            replaces: row.replaces,
            bundle: row.bundle,
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

impl NewGrant {
    pub(super) fn asked(&self) -> AskedGrant<'_> {
        AskedGrant {
            application: &self.application,
            api: &self.api,
            major: self.major,
            environment: &self.environment,
            operations: self.operations.clone(),
            purpose: &self.purpose,
            legal_basis: &self.legal_basis,
        }
    }
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
    /// For how many months, if it is approved; as usual, if absent.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 120, value_type = u16, required = false, example = 12)]
    months: Option<u16>,
}

impl GrantDecision {
    fn word(&self) -> GrantWord<'_> {
        GrantWord { decision: self.decision, reason: &self.reason, months: self.months, shown: None }
    }
}

/// What a grant is to be renewed with.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GrantRenewal {
    /// Which operations, by id; the same, if absent.
    #[serde(default)]
    #[schema(value_type = Vec<words::OperationId>, min_items = 1, max_items = 2000, required = false)]
    operations: Option<Vec<String>>,
    /// What for; the same, if absent.
    #[serde(default)]
    #[schema(max_length = 2000)]
    purpose: String,
    /// By which law; the same, if absent.
    #[serde(default)]
    #[schema(max_length = 500)]
    legal_basis: String,
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

/// Which requests.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RequestsQuery {
    /// Only those in this state.
    #[param(value_type = words::GrantState, required = false)]
    state: Option<GrantState>,
    /// Only those for this API.
    #[param(value_type = words::ApiSlug, required = false)]
    api: Option<ApiSlug>,
    /// Only those that were made before this day.
    #[param(inline)]
    before: Option<Day>,
    /// How many at most; 50 if absent.
    #[param(minimum = 1, maximum = 200, default = 50, example = 20)]
    limit: Option<u16>,
    /// `nextCursor` of the piece before.
    #[param(max_length = 2000, example = "cmVwYWlycw")]
    cursor: Option<String>,
}

/// Lists the requests of everybody, oldest first
///
/// For administrators of the platform: every grant, whichever groups it concerns.
#[utoipa::path(
    get,
    path = "/requests",
    operation_id = "listRequests",
    tag = "grants",
    params(RequestsQuery),
    responses((status = 200, description = "A piece of the grants.", body = Page<Grant>), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn list_requests(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Asked(query): Asked<RequestsQuery>,
) -> Result<Json<Page<Grant>>, Failure> {
    let piece = Piece::asked(query.limit, query.cursor.as_deref())?;
    let api = query.api.as_ref().map_or("", ApiSlug::as_str);
    let filter = GrantFilter { state: query.state, api, before: query.before.map(Day::begin) };
    let part = Part { after: piece.after().unwrap_or_default(), skip: 0, most: piece.needed() };
    let (grants, _) = hub.control.requests_found(&actor, &filter, part).await?;
    let page = piece.next(grants, |grant| grant.id.to_string());
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
    let id = hub.control.request_grant(&actor, new.asked()).await?;
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
    hub.control.decide_grant_for(&actor, &id, word.word()).await?;
    Ok(Json(grant_for(&hub, &actor, &id).await?))
}

/// Asks that a grant is renewed
///
/// For longer, or for other operations. The grant stays in force until that is decided, and the new one takes its place.
#[utoipa::path(
    post,
    path = "/grants/{grant_id}/renewal",
    operation_id = "renewGrant",
    tag = "grants",
    params(("grant_id" = words::Id, Path, description = "The grant in force.")),
    request_body(content = GrantRenewal, example = json!({"purpose": "Show open repairs to estate officers, as before."})),
    responses((status = 201, description = "The new grant, requested.", body = Grant,
        headers(("Location" = String, description = "The address of the new grant."))), Sending),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn renew_grant(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(id): Named<GrantId>,
    Sent(renewal): Sent<GrantRenewal>,
) -> Result<Created<Grant>, Failure> {
    let words = (renewal.purpose.as_str(), renewal.legal_basis.as_str());
    let new = hub.control.renew_grant(&actor, &id, renewal.operations, words).await?;
    Ok(Created { location: Some(format!("/grants/{new}")), body: grant_for(&hub, &actor, &new).await? })
}

/// A request for several grants.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewBundle {
    /// Each as if it were asked for alone.
    #[schema(min_items = 1, max_items = 100)]
    grants: Vec<NewGrant>,
}

/// Grants that were asked for together.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Bundle {
    /// Its id.
    #[schema(value_type = words::Id)]
    id: String,
    /// The grants that concern the caller.
    #[schema(max_items = 100)]
    grants: Vec<Grant>,
}

/// Asks for several grants at once
///
/// For suppliers who serve many bodies: all are asked for or none. Each group that owns one of the APIs decides its part, one
/// by one or together.
#[utoipa::path(
    post,
    path = "/bundles",
    operation_id = "requestBundle",
    tag = "grants",
    request_body(content = NewBundle, example = json!({"grants": [{
        "application": "5d1f0a4c9b7e48d2a3c6e1f08b92d475",
        "api": "repairs",
        "major": "v1",
        "environment": "production",
        "operations": ["listRepairs"],
        "purpose": "Show open repairs to estate officers.",
        "legalBasis": "UK GDPR Article 6(1)(e), public task"
    }]})),
    responses((status = 201, description = "The grants, requested.", body = Bundle,
        headers(("Location" = String, description = "The address of the bundle."))), Sending),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn request_bundle(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Sent(new): Sent<NewBundle>,
) -> Result<Created<Bundle>, Failure> {
    let asked = new.grants.iter().map(NewGrant::asked).collect();
    let (bundle, _) = hub.control.request_grants(&actor, asked).await?;
    let location = Some(format!("/bundles/{bundle}"));
    Ok(Created { location, body: bundle_for(&hub, &actor, bundle).await? })
}

/// Reads a bundle
///
/// The grants of it that concern the caller's groups.
#[utoipa::path(
    get,
    path = "/bundles/{bundle_id}",
    operation_id = "getBundle",
    tag = "grants",
    params(("bundle_id" = words::Id, Path, description = "The bundle.")),
    responses((status = 200, description = "The bundle.", body = Bundle), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn get_bundle(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(bundle): Named<String>,
) -> Result<Json<Bundle>, Failure> {
    Ok(Json(bundle_for(&hub, &actor, bundle).await?))
}

/// Decides on the caller's part of a bundle
///
/// All requests of it that wait for the caller's groups, all or none for each group.
#[utoipa::path(
    post,
    path = "/bundles/{bundle_id}/decision",
    operation_id = "decideBundle",
    tag = "grants",
    params(("bundle_id" = words::Id, Path, description = "The bundle.")),
    request_body(content = GrantDecision, example = json!({
        "decision": "approve",
        "reason": "Agreed with the supplier on 9 March.",
        "months": 12
    })),
    responses((status = 200, description = "The bundle, decided.", body = Bundle), Sending),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn decide_bundle(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(bundle): Named<String>,
    Sent(word): Sent<GrantDecision>,
) -> Result<Json<Bundle>, Failure> {
    hub.control.decide_bundle(&actor, &bundle, word.word()).await?;
    Ok(Json(bundle_for(&hub, &actor, bundle).await?))
}

async fn bundle_for(hub: &Hub, actor: &Actor, id: String) -> Result<Bundle, Failure> {
    let grants = hub.control.bundle_for(actor, &id).await?;
    Ok(Bundle { id, grants: grants.into_iter().map(Grant::from).collect() })
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
