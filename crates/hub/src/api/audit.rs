//! Who changed what, when?

use axum::{Json, extract::State};
use hansom_control::{AUDITED, AuditSearch};
use hansom_domain::{ApiSlug, ApplicationId};
use hansom_store::AuditRow;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::{
    answer::Failure,
    authentication::Caller,
    casing::camel_cased,
    moment::{Day, Moment},
    paging::{Page, Piece, newest_first, place_of},
    problem::Reading,
    reading::{Asked, Named},
    words,
};
use crate::{Hub, filter::day_after};

/// The most that one piece holds.
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
    /// The id of the request that asked for it; absent where none did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = words::Id, required = false)]
    request_id: Option<String>,
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
            request_id: Some(row.request_id).filter(|id| !id.is_empty()),
            detail: camel_cased(row.detail),
        }
    }
}

/// Which entries of the audit trail, and which piece of them.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// Only what this actor did: an id, or a part of a name.
    #[param(max_length = 200, example = "Ada Okoro")]
    actor: Option<String>,
    /// Only what actors of this kind did.
    #[param(value_type = words::ActorKind, required = false)]
    actor_kind: Option<String>,
    /// Only this verb.
    #[param(max_length = 100, example = "publish_release")]
    verb: Option<String>,
    /// Only what was done to this, as entries name it: a kind and a name.
    #[param(max_length = 300, example = "api repairs")]
    subject: Option<String>,
    /// Only what this request asked for.
    #[param(value_type = words::Id, required = false)]
    request_id: Option<String>,
    /// Only what was done to this API, its grants and its waivers.
    #[param(value_type = words::ApiSlug, required = false)]
    api: Option<ApiSlug>,
    /// Only what was done to this application and its grants.
    #[param(value_type = words::Id, required = false)]
    application: Option<ApplicationId>,
    /// Only from this day on.
    #[param(inline)]
    from: Option<Day>,
    /// Only until the end of this day.
    #[param(inline)]
    to: Option<Day>,
    /// How many at most; 50 if absent.
    #[param(minimum = 1, maximum = 100, default = 50, example = 20)]
    limit: Option<u16>,
    /// `nextCursor` of the piece before.
    #[param(max_length = 2000, example = "cmVwYWlycw")]
    cursor: Option<String>,
}

impl AuditQuery {
    fn search(&self) -> AuditSearch {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let subject = text(&self.subject);
        let (kind, thing) = known(&subject).unwrap_or(("", subject.as_str()));
        AuditSearch {
            actor: text(&self.actor),
            actor_kind: text(&self.actor_kind),
            verb: text(&self.verb),
            kind: kind.to_owned(),
            thing: thing.to_owned(),
            request: text(&self.request_id),
            from: self.from.map(Day::begin),
            api: self.api.clone(),
            application: self.application.clone(),
        }
    }
}

/// Kind and name of what an entry is about.
fn known(subject: &str) -> Option<(&'static str, &str)> {
    let named = |kind: &'static str| Some((kind, subject.strip_prefix(kind)?.strip_prefix(' ')?));
    AUDITED.into_iter().find_map(named)
}

/// Lists changes, newest first
///
/// For administrators of the platform; of an API or an application for members of its owner group, too. Every change has
/// exactly one entry, written in the same transaction.
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
    let newest = match query.to {
        Some(day) => day_after(day.begin()),
        None => hub.control.clock().now().plus_seconds(1),
    };
    let before = match piece.after().map(place_of) {
        None => (newest, "~"),
        Some(Some(place)) => place,
        Some(None) => {
            return Err(Failure::malformed("The query's cursor is none of the audit trail; send none to begin."));
        }
    };
    // One more than a piece holds tells that there are more.
    let rows = hub.control.audit_found(&actor, &query.search(), before, MOST + 1).await?;
    let page = piece.of(rows, |row| newest_first(row.at, &row.id));
    Ok(Json(page.map(AuditEntry::from)))
}

/// Reads an entry of the audit trail
///
/// For administrators of the platform and for the owners of what was changed.
#[utoipa::path(
    get,
    path = "/audit/entries/{entry_id}",
    operation_id = "getAuditEntry",
    tag = "audit",
    params(("entry_id" = words::Id, Path, description = "The entry.")),
    responses((status = 200, description = "The entry.", body = AuditEntry), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn get_audit_entry(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(id): Named<String>,
) -> Result<Json<AuditEntry>, Failure> {
    Ok(Json(hub.control.audit_entry(&actor, &id).await?.into()))
}
