//! What is one, what may become of it, and how much of it is shown to whom?

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    events::Entity,
    pages::{Moment, chosen},
    problem::Problem,
    united_kingdom::{PhoneNumber, Postcode, Uprn},
};

/// What paths and events call them.
pub const RESOURCE: &str = "street-lights";

/// What a caller can say, as in the contract.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Details {
    /// The number on the paper or the plate; no two have the same.
    pub reference: String,
    /// What it is called.
    pub name: String,
    /// How far it is.
    #[serde(default)]
    pub status: Status,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postcode: Option<Postcode>,
    /// At which property.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uprn: Option<Uprn>,
    /// Whom to ask.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
}

/// How far it is. What is closed stays closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, sqlx::Type)]
#[serde(rename_all = "camelCase")]
#[sqlx(type_name = "text", rename_all = "camelCase")]
pub enum Status {
    /// Nothing was done yet.
    #[default]
    Open,
    /// Somebody is at it.
    InProgress,
    /// It is done.
    Closed,
}

/// Whom to ask. Personal data.
#[derive(Clone, Serialize, Deserialize)]
pub struct Contact {
    /// Their name.
    pub name: String,
    /// Their number.
    pub phone: PhoneNumber,
}

/// As it is kept.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// Its identifier.
    pub id: Uuid,
    /// What callers said.
    #[serde(flatten)]
    pub details: Details,
    /// Counts its states.
    #[serde(skip)]
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

/// As it is in a list.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed<'a> {
    id: &'a Uuid,
    reference: &'a str,
    name: &'a str,
    status: &'a Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    postcode: &'a Option<Postcode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uprn: &'a Option<Uprn>,
    created_at: &'a DateTime<Utc>,
    updated_at: &'a DateTime<Utc>,
}

/// What a caller wants of a list.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    /// Only those in one of these states.
    pub status: Option<Vec<Status>>,
    /// Only those with this postcode.
    pub postcode: Option<Postcode>,
    /// Only those at this property.
    pub uprn: Option<Uprn>,
    /// Only those that were made then or later.
    pub created_at_from: Option<Moment>,
    /// Only those that were made before.
    pub created_at_to: Option<Moment>,
    /// The properties to show.
    pub fields: Option<Vec<String>>,
}

impl Record {
    /// What a change is put into. What is closed stays as it is.
    pub fn changeable(&self) -> Result<Value, Problem> {
        match self.details.status {
            Status::Open | Status::InProgress => serde_json::to_value(&self.details).map_err(Problem::internal),
            Status::Closed => Err(Problem::AlreadyClosed),
        }
    }

    /// In a list there are no personal data, and only the properties that were asked for.
    pub fn listed(&self, fields: Option<&[String]>) -> Result<Value, Problem> {
        let Self { id, details, created_at, updated_at, .. } = self;
        let Details { reference, name, status, postcode, uprn, contact: _ } = details;
        let listed = Listed { id, reference, name, status, postcode, uprn, created_at, updated_at };
        Ok(chosen(serde_json::to_value(listed).map_err(Problem::internal)?, fields))
    }

    /// Events are read by many and kept for long, so there are no personal data in them.
    pub fn in_event(&self) -> Result<Value, Problem> {
        self.listed(None)
    }

    /// Its place in a list that is sorted by this property.
    pub fn place(&self, sorted_by: &str) -> (String, Uuid) {
        let value = match sorted_by {
            "name" => self.details.name.clone(),
            "reference" => self.details.reference.clone(),
            _ => self.created_at.to_rfc3339_opts(SecondsFormat::Millis, true),
        };
        (value, self.id)
    }

    /// What events call it.
    pub fn entity(&self) -> Entity {
        Entity::new(RESOURCE, self.id)
    }
}

/// Logs never show it.
impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Contact(masked)")
    }
}
