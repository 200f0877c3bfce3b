//! How does a list come page by page? By a cursor that says after which record the next page starts; nothing is counted past.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Datelike, Utc};
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::{Map, Value};
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use crate::{api::Call, problem::Problem};

/// The longest text that records are sorted by, and some more.
const LONGEST_PLACE: usize = 400;

/// What is read for a page.
pub struct Plan {
    /// By what the records are sorted.
    pub sort: Sort,
    limit: usize,
    /// From which record on; none on the first page.
    from: Option<Cursor>,
    address: Address,
}

/// `name` or `-name`.
pub struct Sort {
    /// The property.
    pub key: String,
    descending: bool,
}

/// What a list is sorted by in the database. The names are from the code, never from a caller.
#[derive(Clone, Copy)]
pub enum Column {
    /// A column of texts.
    Text(&'static str),
    /// A column of times.
    Time(&'static str),
}

/// A page of a list.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    items: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    links: Links,
}

#[derive(Debug, Serialize)]
struct Links {
    #[serde(rename = "self")]
    this: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prev: Option<String>,
}

/// Where a page begins. It holds the sort and the filters that it belongs to: with others it would skip records.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Cursor(Direction, String, Uuid, String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Direction {
    Next,
    Prev,
}

/// The address of a list, and what was asked of it.
struct Address {
    path: String,
    query: Map<String, Value>,
}

/// A time in a query. The year 0 is one by the form alone.
#[derive(Clone, Copy, Debug)]
pub struct Moment(pub DateTime<Utc>);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let time = DateTime::<Utc>::deserialize(deserializer)?;
        if time.year() < 1 { Err(de::Error::custom("before the calendar")) } else { Ok(Self(time)) }
    }
}

impl Plan {
    /// What a call asks of the list at this path.
    pub fn of(call: &Call, path: String) -> Result<Self, Problem> {
        let address = Address { path, query: call.query().clone() };
        let text = |name: &str| call.query().get(name).and_then(Value::as_str);
        let limit = call.query().get("limit").and_then(Value::as_u64).and_then(|limit| usize::try_from(limit).ok());
        let sort = text("sort").unwrap_or_default();
        // An empty cursor is that of the first page.
        let cursor = text("cursor").filter(|cursor| !cursor.is_empty());
        let key = sort.trim_start_matches('-').to_owned();
        Ok(Self {
            sort: Sort { descending: sort.starts_with('-'), key },
            limit: limit.unwrap_or(1),
            from: cursor.map(|cursor| Cursor::read(cursor, &address.asked())).transpose()?,
            address,
        })
    }

    /// The end of a query whose WHERE has begun. It takes one record more than the page holds, and by that it is told whether there
    /// is another page.
    pub fn push_to(&self, sql: &mut QueryBuilder<Postgres>, column: Column) -> Result<(), Problem> {
        let (name, descending) = (column.name(), self.sort.descending != self.is_backwards());
        if let Some(Cursor(_, value, id, _)) = &self.from {
            sql.push(format_args!(" AND ({name}, id) {} (", if descending { "<" } else { ">" }));
            match column {
                Column::Text(_) => sql.push_bind(value.clone()),
                Column::Time(_) => sql.push_bind(time_in_cursor(value)?),
            };
            sql.push(", ").push_bind(*id).push(")");
        }
        let order = if descending { "DESC" } else { "ASC" };
        sql.push(format_args!(" ORDER BY {name} {order}, id {order} LIMIT {}", self.limit + 1));
        Ok(())
    }

    /// The page of the records that were found, one of which may be too many.
    pub fn page<R>(
        &self,
        mut found: Vec<R>,
        place: impl Fn(&R) -> (String, Uuid),
        shown: impl Fn(&R) -> Result<Value, Problem>,
    ) -> Result<Page, Problem> {
        let more = found.len() > self.limit;
        found.truncate(self.limit);
        let backwards = self.is_backwards();
        if backwards {
            found.reverse();
        }
        let asked = self.address.asked();
        let cursor = |direction, record: Option<&R>| {
            let (value, id) = place(record?);
            Cursor(direction, value, id, asked.clone()).text()
        };
        let next = (more || backwards).then(|| cursor(Direction::Next, found.last())).flatten();
        let has_prev = if backwards { more } else { self.from.is_some() };
        let prev = has_prev.then(|| cursor(Direction::Prev, found.first())).flatten();
        let links = Links {
            this: self.address.text(None),
            next: next.as_deref().map(|cursor| self.address.text(Some(cursor))),
            prev: prev.as_deref().map(|cursor| self.address.text(Some(cursor))),
        };
        Ok(Page { items: found.iter().map(shown).collect::<Result<_, _>>()?, next_cursor: next, links })
    }

    fn is_backwards(&self) -> bool {
        matches!(self.from, Some(Cursor(Direction::Prev, ..)))
    }
}

/// The chosen properties of a record; `id` is always among them.
pub fn chosen(record: Value, fields: Option<&[String]>) -> Value {
    match (record, fields) {
        (Value::Object(mut members), Some(fields)) => {
            members.retain(|name, _| name == "id" || fields.contains(name));
            Value::Object(members)
        }
        (record, _) => record,
    }
}

impl Column {
    fn name(self) -> &'static str {
        match self {
            Self::Text(name) | Self::Time(name) => name,
        }
    }
}

impl Cursor {
    /// A cursor comes from outside like everything else, so it is checked like everything else.
    fn read(text: &str, asked: &str) -> Result<Self, Problem> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        let cursor = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        // The database takes no NUL.
        let clean = |Cursor(_, value, ..): &Cursor| value.len() <= LONGEST_PLACE && !value.contains(char::is_control);
        let cursor: Self = cursor.filter(clean).ok_or_else(of_another_list)?;
        let Self(.., belongs_to) = &cursor;
        if belongs_to == asked {
            return Ok(cursor);
        }
        Err(Problem::parameter("cursor", "Belongs to another sort or other filters. Start again without it."))
    }

    fn text(&self) -> Option<String> {
        serde_json::to_vec(self).ok().map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
    }
}

fn of_another_list() -> Problem {
    Problem::parameter("cursor", "Is none of this list. Take it from the page before.")
}

fn time_in_cursor(value: &str) -> Result<DateTime<Utc>, Problem> {
    let Moment(time) = Moment::deserialize(Value::from(value)).map_err(|_| of_another_list())?;
    Ok(time)
}

impl Address {
    /// Sort and filters.
    fn asked(&self) -> String {
        self.written(|name| !["limit", "cursor", "fields"].contains(&name), None)
    }

    /// The address of this page, or of one that begins elsewhere.
    fn text(&self, cursor: Option<&str>) -> String {
        let query = self.written(|name| name != "cursor" || cursor.is_none(), cursor);
        format!("{}?{query}", self.path)
    }

    fn written(&self, keep: impl Fn(&str) -> bool, cursor: Option<&str>) -> String {
        let mut written = form_urlencoded::Serializer::new(String::new());
        for (name, value) in self.query.iter().filter(|(name, _)| keep(name)) {
            written.append_pair(name, &as_sent(value));
        }
        if let Some(cursor) = cursor {
            written.append_pair("cursor", cursor);
        }
        written.finish()
    }
}

fn as_sent(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(as_sent).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}
