//! What goes wrong, and what was told of it?

use axum::{Json, extract::State};
use hansom_control::ToldIncident;
use hansom_domain::{Actor, ApiSlug, Impact, IncidentId, IncidentState};
use hansom_store::IncidentUpdateRow;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    answer::{Created, Failure},
    authentication::{Caller, Viewer},
    moment::Moment,
    paging::{Page, PieceQuery, newest_first},
    problem::{Reading, Sending},
    reading::{Asked, Named, Sent},
    words,
};
use crate::{Hub, status};

/// Something that goes wrong, or went wrong.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Incident {
    /// Its id.
    #[schema(value_type = words::Id)]
    id: IncidentId,
    /// What it is, in a few words.
    #[schema(max_length = 120, example = "Bookings fail since this morning")]
    title: String,
    /// How bad it is for callers.
    #[schema(value_type = words::Impact)]
    impact: Impact,
    /// Where it stands.
    #[schema(value_type = words::IncidentState)]
    state: IncidentState,
    /// The APIs that it concerns; none for the platform itself.
    #[schema(max_items = 50, value_type = Vec<words::ApiSlug>)]
    apis: Vec<ApiSlug>,
    /// When it began.
    began_at: Moment,
    /// When it was over.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Moment, required = false)]
    ended_at: Option<Moment>,
}

/// An incident with what was told of it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IncidentDetail {
    /// The incident.
    incident: Incident,
    /// What was told, newest first.
    #[schema(max_items = 1000)]
    updates: Vec<IncidentUpdate>,
}

/// Something that was told of an incident.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IncidentUpdate {
    /// Where the incident stood from then on.
    #[schema(value_type = words::IncidentState)]
    state: IncidentState,
    /// What was told.
    #[schema(max_length = 4000, example = "A certificate ran out. We are putting a new one in place.")]
    text: String,
    /// When.
    told_at: Moment,
}

impl From<hansom_control::Incident> for Incident {
    fn from(incident: hansom_control::Incident) -> Self {
        let row = incident.row;
        Self {
            id: row.id,
            title: row.title,
            impact: row.impact,
            state: row.state,
            apis: incident.apis.into_iter().map(|api| api.slug).collect(),
            began_at: row.began_at.into(),
            ended_at: row.ended_at.map(Moment::from),
        }
    }
}

impl From<IncidentUpdateRow> for IncidentUpdate {
    fn from(row: IncidentUpdateRow) -> Self {
        Self { state: row.state, text: row.text, told_at: row.at.into() }
    }
}

/// An incident to be opened.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewIncident {
    /// What it is, in a few words.
    #[schema(min_length = 5, max_length = 120, example = "Bookings fail since this morning")]
    title: String,
    /// How bad it is for callers.
    #[schema(value_type = words::Impact)]
    impact: Impact,
    /// The APIs that it concerns; none for the platform itself.
    #[serde(default)]
    #[schema(max_items = 50, value_type = Vec<words::ApiSlug>)]
    apis: Vec<ApiSlug>,
    /// When it began, at most 30 days from now; now if absent.
    #[schema(value_type = Moment, required = false)]
    began_at: Option<Moment>,
    /// What is known of it.
    #[schema(min_length = 5, max_length = 4000, example = "About one booking in ten is answered with 502.")]
    text: String,
}

/// Something to be told of an incident.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewIncidentUpdate {
    /// Where it stands from now on.
    #[schema(value_type = words::IncidentState)]
    state: IncidentState,
    /// What is known now.
    #[schema(min_length = 5, max_length = 4000, example = "The new certificate is in place, and bookings work.")]
    text: String,
}

async fn detail(hub: &Hub, viewer: Option<&Actor>, id: &IncidentId) -> Result<IncidentDetail, Failure> {
    let (incident, updates) = hub.control.incident_for(viewer, id).await?;
    Ok(IncidentDetail { incident: incident.into(), updates: updates.into_iter().map(IncidentUpdate::from).collect() })
}

/// Lists incidents, the latest first
///
/// Those of the last 90 days and those that go on, as far as the caller may know of every API that they concern.
#[utoipa::path(
    get,
    path = "/incidents",
    operation_id = "listIncidents",
    tag = "status",
    params(PieceQuery),
    responses((status = 200, description = "A piece of the incidents.", body = Page<Incident>), Reading),
    security((), ("oauth2" = ["hub:read"]))
)]
pub(crate) async fn list_incidents(
    State(hub): State<Hub>,
    Viewer(actor): Viewer,
    Asked(query): Asked<PieceQuery>,
) -> Result<Json<Page<Incident>>, Failure> {
    let piece = query.piece()?;
    let incidents = status::incidents(&hub.control, actor.as_ref()).await?;
    let page = piece.of(incidents, |incident| newest_first(incident.row.began_at, incident.row.id.as_str()));
    Ok(Json(page.map(Incident::from)))
}

/// Opens an incident
///
/// For administrators, and for owners where it concerns their own APIs alone. Their owners are told by mail.
#[utoipa::path(
    post,
    path = "/incidents",
    operation_id = "openIncident",
    tag = "status",
    request_body(content = NewIncident, example = json!({
        "title": "Bookings fail since this morning",
        "impact": "degraded",
        "apis": ["bulky-waste"],
        "text": "About one booking in ten is answered with 502."
    })),
    responses((status = 201, description = "The incident.", body = IncidentDetail,
        headers(("Location" = String, description = "The address of the incident."))), Sending),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn open_incident(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Sent(new): Sent<NewIncident>,
) -> Result<Created<IncidentDetail>, Failure> {
    let began_at = new.began_at.map(Moment::timestamp);
    let told = ToldIncident { title: &new.title, impact: new.impact, apis: &new.apis, began_at, text: &new.text };
    let id = hub.control.open_incident(&actor, told).await?;
    Ok(Created { location: Some(format!("/incidents/{id}")), body: detail(&hub, Some(&actor), &id).await? })
}

/// Reads an incident and what was told of it
///
/// For whoever may know of every API that it concerns.
#[utoipa::path(
    get,
    path = "/incidents/{incident_id}",
    operation_id = "getIncident",
    tag = "status",
    params(("incident_id" = words::Id, Path, description = "The incident.")),
    responses((status = 200, description = "The incident.", body = IncidentDetail), Reading),
    security((), ("oauth2" = ["hub:read"]))
)]
pub(crate) async fn get_incident(
    State(hub): State<Hub>,
    Viewer(actor): Viewer,
    Named(id): Named<IncidentId>,
) -> Result<Json<IncidentDetail>, Failure> {
    Ok(Json(detail(&hub, actor.as_ref(), &id).await?))
}

/// Tells more of an incident, or that it is over
///
/// For whoever may open it. What is resolved stays so.
#[utoipa::path(
    post,
    path = "/incidents/{incident_id}/updates",
    operation_id = "tellOfIncident",
    tag = "status",
    params(("incident_id" = words::Id, Path, description = "The incident.")),
    request_body(content = NewIncidentUpdate, example = json!({
        "state": "resolved",
        "text": "The new certificate is in place, and bookings work."
    })),
    responses((status = 201, description = "The incident with what was told.", body = IncidentDetail,
        headers(("Location" = String, description = "The address of the incident."))), Sending),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn tell_of_incident(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(id): Named<IncidentId>,
    Sent(update): Sent<NewIncidentUpdate>,
) -> Result<Created<IncidentDetail>, Failure> {
    hub.control.tell_of_incident(&actor, &id, update.state, &update.text).await?;
    Ok(Created { location: Some(format!("/incidents/{id}")), body: detail(&hub, Some(&actor), &id).await? })
}
