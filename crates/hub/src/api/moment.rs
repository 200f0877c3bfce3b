//! How is a moment, or a day, written in JSON?

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, SecondsFormat};
use hansom_domain::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::Error};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema,
        schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type},
    },
};

/// A moment, written in UTC as RFC 3339 has it: `2026-03-09T10:15:00.000Z`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment(Timestamp);

impl From<Timestamp> for Moment {
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp)
    }
}

impl Moment {
    /// The moment itself.
    pub(crate) fn timestamp(self) -> Timestamp {
        self.0
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let moment = DateTime::parse_from_rfc3339(&text)
            .map_err(|_| de::Error::custom("a moment is written like 2026-03-09T10:15:00.000Z"))?;
        Ok(Self(Timestamp::from_millis(moment.timestamp_millis())))
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let moment = DateTime::from_timestamp_millis(self.0.millis())
            .ok_or_else(|| S::Error::custom("a moment beyond the calendar"))?;
        serializer.serialize_str(&moment.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl PartialSchema for Moment {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("A moment in UTC (RFC 3339)."))
            .examples(["2026-03-09T10:15:00.000Z"])
            .into()
    }
}

impl ToSchema for Moment {
    fn name() -> Cow<'static, str> {
        "Moment".into()
    }
}

/// A day, written as RFC 3339 has it: `2026-03-09`. It begins at midnight in UTC.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Day(NaiveDate);

impl Day {
    /// The moment at which it begins.
    pub(crate) fn begin(self) -> Timestamp {
        crate::moment::beginning(self.0)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let day = text.parse().map_err(|_| de::Error::custom("a day is written like 2026-03-09"))?;
        Ok(Self(day))
    }
}

impl PartialSchema for Day {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
            .description(Some("A day (RFC 3339)."))
            .examples(["2026-03-09"])
            .into()
    }
}

impl ToSchema for Day {
    fn name() -> Cow<'static, str> {
        "Day".into()
    }
}
