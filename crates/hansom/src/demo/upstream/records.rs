//! What does a council service know, and how does that change?

use std::collections::{BTreeMap, VecDeque};

use axum::body::Bytes;
use http::HeaderValue;
use serde_json::{Map, Value, map::Entry};

use super::{
    problem::No,
    shape::{money, pence},
    table::{Balance, Conflicts, Create, Operation, Reference},
};

/// The most records of one collection.
const MOST_RECORDS: usize = 5_000;
/// The most answers that are kept for repeated requests.
const MOST_REPEATABLE: usize = 1_000;

/// One record, exactly as the API shows it.
pub type Record = Map<String, Value>;

/// Every record of one API, and the answers that may be asked for again.
#[derive(Debug)]
pub struct Records {
    collections: BTreeMap<String, Vec<Record>>,
    documents: BTreeMap<String, Value>,
    repeatable: VecDeque<Repeatable>,
}

/// The answer to a request that named itself with an `Idempotency-Key`.
#[derive(Clone, Debug)]
pub struct Repeatable {
    /// Path and key.
    pub key: String,
    /// What was sent.
    pub body: Bytes,
    /// What was stored.
    pub record: Record,
    /// The `ETag` it had.
    pub etag: Option<HeaderValue>,
}

impl Records {
    /// The records of an embedded data file.
    pub fn read(data: &str) -> serde_json::Result<Self> {
        let members: BTreeMap<String, Value> = serde_json::from_str(data)?;
        let (lists, documents): (BTreeMap<_, _>, BTreeMap<_, _>) =
            members.into_iter().partition(|(_, member)| member.is_array());
        let collections = lists
            .into_iter()
            .map(|(name, list)| Ok((name, serde_json::from_value(list)?)))
            .collect::<serde_json::Result<_>>()?;
        Ok(Self { collections, documents, repeatable: VecDeque::new() })
    }

    /// Every record of a collection, oldest first.
    pub fn all(&self, collection: &str) -> &[Record] {
        self.collections.get(collection).map(Vec::as_slice).unwrap_or_default()
    }

    /// A document by name.
    pub fn document(&self, name: &str) -> Option<&Value> {
        self.documents.get(name)
    }

    /// The record whose `field` holds `id`.
    pub fn find(&self, collection: &str, field: &str, id: &str) -> Option<&Record> {
        self.all(collection).iter().find(|record| holds(record, field, id))
    }

    /// Puts a changed record in the old one's place.
    pub fn replace(&mut self, collection: &str, field: &str, id: &str, changed: Record) {
        if let Some(record) = self.find_mut(collection, field, id) {
            *record = changed;
        }
    }

    fn find_mut(&mut self, collection: &str, field: &str, id: &str) -> Option<&mut Record> {
        self.collections.get_mut(collection)?.iter_mut().find(|record| holds(record, field, id))
    }

    /// Stores what a caller sent, with its id, its defaults and its effects on the parent.
    pub fn create(
        &mut self,
        operation: &Operation,
        create: &Create,
        parent: Option<&str>,
        sent: Record,
        now: &str,
    ) -> Result<Record, No> {
        let mut record = Record::new();
        record.insert(operation.id.clone(), self.next_id(operation, &create.prefix)?.into());
        if let (Some(of), Some(id)) = (&operation.parent, parent) {
            record.insert(of.id.clone(), id.into());
            let amount = sent.get("amount").and_then(pence);
            self.change_parent(create, &of.collection, &of.id, id, amount)?;
        }
        record.extend(sent);
        for (name, value) in &create.defaults {
            if let Entry::Vacant(place) = record.entry(name.clone()) {
                let is_now = value.as_str() == Some("$now");
                place.insert(if is_now { now.into() } else { value.clone() });
            }
        }
        let uprn = record.get("uprn").and_then(Value::as_str);
        if let (true, Some(uprn)) = (create.address, uprn) {
            let home = self.find("properties", "uprn", uprn);
            if let Some(address) = home.and_then(|home| home.get("address")).cloned() {
                record.insert("address".into(), address);
            }
        }
        self.collections.entry(operation.collection.clone()).or_default().push(record.clone());
        Ok(record)
    }

    fn next_id(&self, operation: &Operation, prefix: &str) -> Result<String, No> {
        let records = self.all(&operation.collection);
        if records.len() >= MOST_RECORDS {
            return Err(No::full());
        }
        let (number, width) = records
            .iter()
            .filter_map(|record| record.get(&operation.id)?.as_str()?.strip_prefix(prefix))
            .filter_map(|digits| Some((digits.parse::<u64>().ok()?, digits.len())))
            .max()
            .unwrap_or((0, 7));
        Ok(format!("{prefix}{:0width$}", number.saturating_add(1)))
    }

    fn change_parent(
        &mut self,
        create: &Create,
        collection: &str,
        field: &str,
        id: &str,
        amount: Option<i64>,
    ) -> Result<(), No> {
        let Some(parent) = self.find_mut(collection, field, id) else {
            return Err(No::not_found());
        };
        parent.extend(create.sets_on_parent.clone());
        let (Some(balance), Some(amount)) = (create.balance, amount) else {
            return Ok(());
        };
        let before = parent.get("balance").and_then(pence).unwrap_or_default();
        let after = match balance {
            Balance::Add => before.saturating_add(amount),
            Balance::Subtract => before.saturating_sub(amount),
        };
        parent.insert("balance".into(), money(after));
        Ok(())
    }

    /// Whether every record that `sent` names is there and open to it.
    pub fn check_references(&self, references: &[Reference], sent: &Record) -> Result<(), No> {
        for reference in references {
            let Some(id) = sent.get(&reference.field).and_then(Value::as_str) else {
                continue;
            };
            let Some(found) = self.find(&reference.collection, &reference.id, id) else {
                let fault = serde_json::json!({"pointer": format!("/{}", reference.field), "detail": "There is no such record."});
                return Err(No::invalid("The body names a record that does not exist.", vec![fault]));
            };
            if found.get(&reference.only_if) != Some(&Value::Bool(true)) {
                let (id, flag) = (&reference.field, &reference.only_if);
                return Err(No::conflict(format!("What {id} names is not {flag}. Choose another.")));
            }
        }
        Ok(())
    }

    /// The answer that was given to this key before.
    pub fn repeated(&self, key: &str) -> Option<&Repeatable> {
        self.repeatable.iter().find(|kept| kept.key == key)
    }

    /// Keeps an answer for repeated requests; the oldest gives way.
    pub fn keep(&mut self, answer: Repeatable) {
        if self.repeatable.len() >= MOST_REPEATABLE {
            self.repeatable.pop_front();
        }
        self.repeatable.push_back(answer);
    }
}

/// Whether a record's field equals a text; whole numbers and booleans are read from it.
pub fn holds(record: &Record, field: &str, text: &str) -> bool {
    match record.get(field) {
        Some(Value::String(value)) => value == text,
        Some(Value::Bool(value)) => text.parse() == Ok(*value),
        Some(Value::Number(value)) => value.as_i64().is_some_and(|value| text.parse() == Ok(value)),
        _ => false,
    }
}

/// Whether a record is in a state that forbids a change.
pub fn check_state(record: &Record, conflicts: &Conflicts) -> Result<(), No> {
    for (field, forbidden) in conflicts {
        if let Some(state) = forbidden.iter().find(|state| holds(record, field, state)) {
            return Err(No::conflict(format!("The {field} is {state}, which forbids this change.")));
        }
    }
    Ok(())
}

/// Merges changes into a value as RFC 7396 says: null removes.
pub fn merge(record: &mut Record, changes: Record) {
    for (name, change) in changes {
        match (record.get_mut(&name), change) {
            (_, Value::Null) => {
                record.shift_remove(&name);
            }
            (Some(Value::Object(old)), Value::Object(new)) => merge(old, new),
            (_, change) => {
                record.insert(name, change);
            }
        }
    }
}
