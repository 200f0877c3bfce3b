//! Which findings are accepted in writing, by whom, and until when?

use axum::{Json, extract::State};
use hansom_control::AskedWaiver;
use hansom_domain::{ApiSlug, Decision, GroupAddress, WaiverId, WaiverState};
use hansom_store::WaiverRow;
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

/// A finding that is accepted in writing, from the request on.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Waiver {
    /// Its id.
    #[schema(value_type = words::Id)]
    id: WaiverId,
    /// The API whose contract has the finding.
    #[schema(value_type = words::ApiSlug)]
    api: ApiSlug,
    /// The group that owns the API.
    #[schema(value_type = words::GroupAddress)]
    api_owner: GroupAddress,
    /// The rule's id.
    #[schema(value_type = words::RuleId)]
    rule: String,
    /// The JSON pointer (RFC 6901) that it is confined to, with all below; empty for the whole contract.
    #[schema(max_length = 500, example = "/paths/~1repairJobs")]
    place: String,
    /// Why the finding is accepted.
    #[schema(max_length = 2000, example = "The path is printed on letters until the spring.")]
    reason: String,
    /// Who answers for it.
    #[schema(max_length = 200, example = "Ada Okoro, Repairs")]
    answers_for_it: String,
    /// The moment from which the finding counts again.
    ends_at: Moment,
    /// Where it stands. An approved waiver is in force until its end.
    #[schema(value_type = words::WaiverState)]
    state: WaiverState,
    /// Who asked.
    #[schema(max_length = 200, example = "Ada Okoro")]
    requested_by: String,
    /// When.
    requested_at: Moment,
    /// Who decided or withdrew it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, max_length = 200, example = "Hana Lind")]
    decided_by: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Moment, required = false)]
    decided_at: Option<Moment>,
    /// Why it was decided so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, max_length = 2000, example = "Agreed until the letters are used up.")]
    decision_reason: Option<String>,
}

impl From<WaiverRow> for Waiver {
    fn from(row: WaiverRow) -> Self {
        Self {
            id: row.id,
            api: row.slug,
            api_owner: row.api_owner,
            rule: row.rule,
            place: row.place,
            reason: row.reason,
            answers_for_it: row.answers_for_it,
            ends_at: row.ends_at.into(),
            state: row.state,
            requested_by: row.requested_by_name,
            requested_at: row.requested_at.into(),
            decided_by: row.decided_by_name,
            decided_at: row.decided_at.map(Moment::from),
            decision_reason: row.decision_reason,
        }
    }
}

/// A request for a waiver.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewWaiver {
    /// The API whose contract has the finding; one that the caller's groups own.
    #[schema(value_type = words::ApiSlug)]
    api: ApiSlug,
    /// The rule's id, as the finding shows it.
    #[schema(value_type = words::RuleId)]
    rule: String,
    /// The JSON pointer that the waiver is to be confined to; empty for the whole contract.
    #[serde(default)]
    #[schema(max_length = 500, example = "/paths/~1repairJobs")]
    place: String,
    /// Why the finding should be accepted.
    #[schema(min_length = 20, max_length = 2000, example = "The path is printed on letters until the spring.")]
    reason: String,
    /// Who answers for it.
    #[schema(min_length = 1, max_length = 200, example = "Ada Okoro, Repairs")]
    answers_for_it: String,
    /// The day from which the finding counts again, at most 366 days from now.
    #[schema(value_type = Day)]
    ends_on: Day,
}

/// The standards group's word on a request.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WaiverDecision {
    /// Yes or no.
    #[schema(value_type = words::Decision)]
    decision: Decision,
    /// Why; the one who asked reads it.
    #[schema(min_length = 1, max_length = 2000, example = "Agreed until the letters are used up.")]
    reason: String,
}

/// The end of a waiver before its time.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WaiverWithdrawal {
    /// Why.
    #[schema(min_length = 1, max_length = 2000, example = "The letters were reprinted.")]
    reason: String,
}

/// Which waivers.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct WaiversQuery {
    /// Only those in this state.
    #[param(value_type = words::WaiverState, required = false)]
    state: Option<WaiverState>,
    /// Only those of this API.
    #[param(value_type = words::ApiSlug, required = false)]
    api: Option<ApiSlug>,
    /// Only those that were asked for before this day.
    #[param(inline)]
    before: Option<Day>,
    /// How many at most; 50 if absent.
    #[param(minimum = 1, maximum = 200, default = 50, example = 20)]
    limit: Option<u16>,
    /// `nextCursor` of the piece before.
    #[param(max_length = 2000, example = "cmVwYWlycw")]
    cursor: Option<String>,
}

/// Lists waivers, newest request first
///
/// Those of the APIs that the caller's groups own; for members of the standards group all.
#[utoipa::path(
    get,
    path = "/waivers",
    operation_id = "listWaivers",
    tag = "standards",
    params(WaiversQuery),
    responses((status = 200, description = "A piece of the waivers.", body = Page<Waiver>), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn list_waivers(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Asked(query): Asked<WaiversQuery>,
) -> Result<Json<Page<Waiver>>, Failure> {
    let piece = Piece::asked(query.limit, query.cursor.as_deref())?;
    let mut waivers = hub.control.waivers_visible_to(&actor).await?;
    waivers.retain(|waiver| {
        query.state.is_none_or(|state| waiver.state == state)
            && query.api.as_ref().is_none_or(|api| waiver.slug == *api)
            && query.before.is_none_or(|day| waiver.requested_at < day.begin())
    });
    let page = piece.of(waivers, |waiver| newest_first(waiver.requested_at, waiver.id.as_str()));
    Ok(Json(page.map(Waiver::from)))
}

/// Asks for a waiver
///
/// For members of the group that owns the API. The standards group decides, never the one who asked.
#[utoipa::path(
    post,
    path = "/waivers",
    operation_id = "requestWaiver",
    tag = "standards",
    request_body(content = NewWaiver, example = json!({
        "api": "repairs",
        "rule": "URL-01",
        "place": "/paths/~1repairJobs",
        "reason": "The path is printed on letters until the spring.",
        "answersForIt": "Ada Okoro, Repairs",
        "endsOn": "2027-04-01"
    })),
    responses((status = 201, description = "The waiver, requested.", body = Waiver,
        headers(("Location" = String, description = "The address of the waiver."))), Sending),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn request_waiver(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Sent(new): Sent<NewWaiver>,
) -> Result<Created<Waiver>, Failure> {
    let asked = AskedWaiver {
        api: &new.api,
        rule: &new.rule,
        place: &new.place,
        reason: &new.reason,
        answers_for_it: &new.answers_for_it,
        ends_at: new.ends_on.begin(),
    };
    let id = hub.control.request_waiver(&actor, asked).await?;
    let body = hub.control.waiver_for(&actor, &id).await?.into();
    Ok(Created { location: Some(format!("/waivers/{id}")), body })
}

/// Reads a waiver
///
/// For members of the group that owns the API and for the standards group.
#[utoipa::path(
    get,
    path = "/waivers/{waiver_id}",
    operation_id = "getWaiver",
    tag = "standards",
    params(("waiver_id" = words::Id, Path, description = "The waiver.")),
    responses((status = 200, description = "The waiver.", body = Waiver), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn get_waiver(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(id): Named<WaiverId>,
) -> Result<Json<Waiver>, Failure> {
    Ok(Json(hub.control.waiver_for(&actor, &id).await?.into()))
}

/// Decides on a request for a waiver
///
/// For members of the standards group, never for the one who asked.
#[utoipa::path(
    post,
    path = "/waivers/{waiver_id}/decision",
    operation_id = "decideWaiver",
    tag = "standards",
    params(("waiver_id" = words::Id, Path, description = "The waiver.")),
    request_body(content = WaiverDecision, example = json!({
        "decision": "approve",
        "reason": "Agreed until the letters are used up."
    })),
    responses((status = 200, description = "The waiver, decided.", body = Waiver), Sending),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn decide_waiver(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(id): Named<WaiverId>,
    Sent(word): Sent<WaiverDecision>,
) -> Result<Json<Waiver>, Failure> {
    hub.control.decide_waiver(&actor, &id, word.decision, &word.reason).await?;
    Ok(Json(hub.control.waiver_for(&actor, &id).await?.into()))
}

/// Withdraws a waiver
///
/// The finding counts again from the next release on.
#[utoipa::path(
    post,
    path = "/waivers/{waiver_id}/withdrawal",
    operation_id = "withdrawWaiver",
    tag = "standards",
    params(("waiver_id" = words::Id, Path, description = "The waiver.")),
    request_body(content = WaiverWithdrawal, example = json!({"reason": "The letters were reprinted."})),
    responses((status = 200, description = "The waiver, withdrawn.", body = Waiver), Sending),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn withdraw_waiver(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(id): Named<WaiverId>,
    Sent(end): Sent<WaiverWithdrawal>,
) -> Result<Json<Waiver>, Failure> {
    hub.control.withdraw_waiver(&actor, &id, &end.reason).await?;
    Ok(Json(hub.control.waiver_for(&actor, &id).await?.into()))
}
