//! What do others learn of a change? An event, written in the change's own transaction and published after it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

use crate::{api::Call, app::App, problem::Problem};

/// The version of the envelope; a listener takes those that it knows.
pub const VERSION: u32 = 1;

/// What is published of a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Envelope {
    /// Of the event; one that comes twice has the same.
    pub id: Uuid,
    /// What happened: `street-lights.created`. Who does not know it ignores it.
    #[serde(rename = "type")]
    pub kind: String,
    /// The API that says it.
    pub source: String,
    /// Of the envelope and of what is in it.
    pub version: u32,
    /// When it happened.
    pub time: DateTime<Utc>,
    /// The request that made it happen.
    pub request_id: Uuid,
    /// Who made the request.
    pub actor: Actor,
    /// To what it happened.
    pub entity: Entity,
    /// Before; null for what was created. No personal data.
    pub old: Value,
    /// After; null for what was removed. No personal data.
    pub new: Value,
}

/// Who made something happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// `person` or `application`.
    pub kind: String,
    /// Its identifier.
    pub id: String,
}

/// To what something happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    /// Of which resource: `street-lights`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its identifier.
    pub id: Uuid,
}

/// What happened to something: as it was, and as it is.
pub enum Change {
    /// There is a new one.
    Created(Value),
    /// It is otherwise.
    Updated {
        /// Before.
        old: Value,
        /// After.
        new: Value,
    },
    /// It is gone.
    Deleted(Value),
}

impl Entity {
    /// One of a resource.
    pub fn new(resource: &str, id: Uuid) -> Self {
        Self { kind: resource.to_owned(), id }
    }
}

/// Notes an event in the outbox; the publisher sends it.
pub async fn note(
    transaction: &mut PgConnection,
    app: &App,
    call: &Call,
    entity: Entity,
    change: Change,
) -> Result<(), Problem> {
    let (verb, old, new) = match change {
        Change::Created(new) => ("created", Value::Null, new),
        Change::Updated { old, new } => ("updated", old, new),
        Change::Deleted(old) => ("deleted", old, Value::Null),
    };
    let envelope = Envelope {
        id: Uuid::new_v4(),
        kind: format!("{}.{verb}", entity.kind),
        source: app.contract.base_path.clone(),
        version: VERSION,
        time: Utc::now(),
        request_id: call.request_id,
        actor: Actor { kind: call.caller.kind().to_owned(), id: call.caller.id().to_owned() },
        entity,
        old,
        new,
    };
    let sql = "INSERT INTO outbox_events (entity_id, envelope) VALUES ($1, $2)";
    sqlx::query(sql).bind(envelope.entity.id).bind(Json(envelope)).execute(transaction).await?;
    Ok(())
}
