//! Which operations does a council API have, and how does each behave?

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::shape::Members;

/// One operation: a line of the table beside this file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// Its name in the contract.
    pub operation: String,
    /// `GET`, `POST` or `PATCH`.
    pub method: String,
    /// The path template, without `/{api}/v1`.
    pub path: String,
    /// The records that it reads or writes.
    pub collection: String,
    /// The field that names a record; also the name of the last path parameter.
    pub id: String,
    /// The record that these records belong to.
    #[serde(default)]
    pub parent: Option<Parent>,
    /// Answers carry an `ETag`.
    #[serde(default)]
    pub etag: bool,
    /// `Cache-Control`, where it is not `no-store`.
    #[serde(default)]
    pub cache: Option<String>,
    /// The behaviour.
    pub does: Does,
}

/// Where records belong to another one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parent {
    /// The parents' collection.
    pub collection: String,
    /// The field that names the parent, in the parent, in the record and in the path.
    pub id: String,
}

/// The behaviours.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Does {
    /// A page of records.
    List(List),
    /// One record.
    Get,
    /// A new record.
    Create(Box<Create>),
    /// A change of one record.
    Patch(Box<Patch>),
    /// One document, the same each time.
    Document,
}

/// How records are listed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    /// The member that holds the records.
    pub items: String,
    /// Query parameters, each with the field that must equal it.
    pub filters: BTreeMap<String, String>,
}

/// How a record comes to be.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Create {
    /// What the caller sends.
    pub body: Members,
    /// What ids begin with.
    pub prefix: String,
    /// What stands in the record unless the caller sent it; `$now` is the time.
    pub defaults: Map<String, Value>,
    /// The parent's fields whose listed values forbid it.
    #[serde(default)]
    pub conflict: Conflicts,
    /// What it changes in the parent.
    #[serde(default)]
    pub sets_on_parent: Map<String, Value>,
    /// The address of the `uprn` is put in.
    #[serde(default)]
    pub address: bool,
    /// What its amount does to the parent's balance.
    #[serde(default)]
    pub balance: Option<Balance>,
    /// The other records that it names.
    #[serde(default)]
    pub refers: Vec<Reference>,
}

/// How a record changes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Patch {
    /// What the caller sends.
    pub body: Members,
    /// The record's fields whose listed values forbid it.
    #[serde(default)]
    pub conflict: Conflicts,
    /// The other records that it names.
    #[serde(default)]
    pub refers: Vec<Reference>,
}

/// Fields, each with the values that forbid a change.
pub type Conflicts = BTreeMap<String, Vec<String>>;

/// Which way an amount moves a balance.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Balance {
    /// What is owed grows by a positive amount.
    Add,
    /// What is owed shrinks by a positive amount.
    Subtract,
}

/// A field that names a record of another collection.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// The field.
    pub field: String,
    /// The other collection.
    pub collection: String,
    /// The field that names a record there.
    pub id: String,
    /// A field that must be true there.
    pub only_if: String,
}

impl Operation {
    /// The path parameters where `path` fits the template, segment by segment.
    pub fn parameters<'a>(&'a self, path: &'a str) -> Option<BTreeMap<&'a str, &'a str>> {
        let mut parameters = BTreeMap::new();
        let (mut template, mut given) = (self.path.split('/'), path.split('/'));
        loop {
            match (template.next(), given.next()) {
                (None, None) => return Some(parameters),
                (Some(expected), Some(segment)) => {
                    let name = expected.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
                    match name {
                        Some(name) if !segment.is_empty() => {
                            parameters.insert(name, segment);
                        }
                        None if expected == segment => {}
                        _ => return None,
                    }
                }
                _ => return None,
            }
        }
    }
}
