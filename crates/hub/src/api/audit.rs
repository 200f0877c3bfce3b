//! Who changed what, when?

use axum::{Json, extract::State};
use hansom_domain::Timestamp;
use hansom_store::AuditRow;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::{
    answer::Failure,
    authentication::Caller,
    casing::camel_cased,
    moment::Moment,
    paging::{Page, Piece, moment_of, newest_first},
    problem::Reading,
    reading::Asked,
    words,
};
use crate::Hub;

/// The most that one piece holds: half of what the store gives at once, so that entries of the cursor's own moment, which
/// have to be skipped, never cost the piece its place.
const MOST: u16 = 100;

/// One change, with its witness.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuditEntry {
    /// Its id.
    #[schema(value_type = words::Id)]
    id: String,
    /// When it was done.
    at: Moment,
    /// Who did it.
    actor: AuditActor,
    /// What was done.
    #[schema(max_length = 100, example = "publish_release")]
    verb: String,
    /// To what.
    #[schema(max_length = 200, example = "repairs/v1")]
    subject: String,
    /// More of it; never a secret.
    #[schema(value_type = Object)]
    detail: Value,
}

/// Who made a change.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuditActor {
    /// `person`, `application`, `pipeline` or `platform`.
    #[schema(value_type = words::ActorKind)]
    kind: String,
    /// The id.
    #[schema(max_length = 100)]
    id: String,
    /// The name at that time.
    #[schema(max_length = 200, example = "Ada Okoro")]
    name: String,
}

impl From<AuditRow> for AuditEntry {
    fn from(row: AuditRow) -> Self {
        Self {
            id: row.id,
            at: row.at.into(),
            actor: AuditActor { kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
            verb: row.verb,
            subject: row.subject,
            detail: camel_cased(row.detail),
        }
    }
}

/// Which piece of the audit trail.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// How many at most; 50 if absent.
    #[param(minimum = 1, maximum = 100, default = 50, example = 20)]
    limit: Option<u16>,
    /// `nextCursor` of the piece before.
    #[param(max_length = 2000, example = "cmVwYWlycw")]
    cursor: Option<String>,
}

/// Lists changes, newest first
///
/// For administrators of the platform. Every change has exactly one entry, written in the same transaction.
#[utoipa::path(
    get,
    path = "/audit",
    operation_id = "listAuditEntries",
    tag = "audit",
    params(AuditQuery),
    responses((status = 200, description = "A piece of the audit trail.", body = Page<AuditEntry>), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn list_audit(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Asked(query): Asked<AuditQuery>,
) -> Result<Json<Page<AuditEntry>>, Failure> {
    let piece = Piece::asked_up_to(MOST, query.limit, query.cursor.as_deref())?;
    let from = match piece.after().map(moment_of) {
        None => hub.control.clock().now(),
        Some(Some(moment)) => moment,
        Some(None) => {
            return Err(Failure::malformed("The query's cursor is none of the audit trail; send none to begin."));
        }
    };
    // The store tells what is before a moment; the entries of the moment itself are wanted too, and skipped by their keys.
    let before = Timestamp::from_millis(from.millis().saturating_add(1));
    let rows = hub.control.audit_for(&actor, before, 2 * MOST).await?;
    let page = piece.of(rows, |row| newest_first(row.at, &row.id));
    Ok(Json(page.map(AuditEntry::from)))
}
