//! Which records are there to ask for, and which of them did this run make?

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{call::Answer, spelling::encoded};

/// Records of one collection that are remembered.
const MOST_RECORDS: usize = 50;
/// Members in which lists usually stand.
const LISTS: [&str; 5] = ["items", "data", "results", "value", "records"];

/// A record that can be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    /// The last segment of its address, encoded.
    pub(crate) segment: String,
    /// Whether this run made it.
    pub(crate) is_ours: bool,
}

/// Records by the address of their collection.
#[derive(Debug, Default)]
pub(crate) struct Known(BTreeMap<String, Vec<Record>>);

impl Known {
    /// What is known in a collection: what this run made comes first.
    pub(crate) fn at(&self, collection: &str) -> &[Record] {
        self.0.get(collection).map(Vec::as_slice).unwrap_or_default()
    }

    /// Notes the records of a list; `name` is what the contract calls the identifier.
    pub(crate) fn listed(&mut self, collection: &str, name: &str, answer: &Answer) {
        for item in items(&answer.json().unwrap_or_default()) {
            if let Some(segment) = identifier(item, name) {
                self.note(collection, Record { segment, is_ours: false });
            }
        }
    }

    /// Notes what was made, by the address that was answered or by its identifier; gives it if it is new.
    pub(crate) fn made(&mut self, collection: &str, name: &str, answer: &Answer) -> Option<String> {
        let by_address = answer.header("location").and_then(|location| {
            let path = location.split(['?', '#']).next()?;
            let (before, last) = path.trim_end_matches('/').rsplit_once('/')?;
            (before.ends_with(collection) && !last.is_empty()).then(|| last.to_owned())
        });
        let by_body = || identifier(&answer.json()?, name);
        let segment = by_address.or_else(by_body)?;
        let is_new = self.note(collection, Record { segment: segment.clone(), is_ours: true });
        is_new.then_some(segment)
    }

    /// Lets the others of this run come before a record whose state lets nothing be done any more.
    pub(crate) fn set_aside(&mut self, collection: &str, segment: &str) {
        if let Some(records) = self.0.get_mut(collection)
            && let Some(place) = records.iter().position(|record| record.is_ours && record.segment == segment)
        {
            let end = records.iter().take_while(|known| known.is_ours).count();
            if let Some(ours) = records.get_mut(place..end) {
                ours.rotate_left(1);
            }
        }
    }

    /// Forgets what was removed.
    pub(crate) fn removed(&mut self, collection: &str, segment: &str) {
        if let Some(records) = self.0.get_mut(collection) {
            records.retain(|record| record.segment != segment);
        }
    }

    fn note(&mut self, collection: &str, record: Record) -> bool {
        let records = self.0.entry(collection.to_owned()).or_default();
        if records.iter().any(|known| known.segment == record.segment) {
            return false;
        }
        if record.is_ours {
            let end = records.iter().take_while(|known| known.is_ours).count();
            records.insert(end, record);
        } else if records.len() < MOST_RECORDS {
            records.push(record);
        }
        true
    }
}

/// The records of a list, wherever it stands in an answer.
pub(crate) fn items(body: &Value) -> &[Value] {
    let list = match body {
        Value::Array(list) => Some(list),
        Value::Object(members) => {
            let usual = LISTS.iter().find_map(|name| members.get(*name)?.as_array());
            usual.or_else(|| {
                members.values().find_map(|value| value.as_array().filter(|list| list.iter().all(Value::is_object)))
            })
        }
        _ => None,
    };
    list.map(Vec::as_slice).unwrap_or_default()
}

/// How a record is called in its address: by the parameter's own name, or `id`.
pub(crate) fn identifier(record: &Value, name: &str) -> Option<String> {
    let text = |name: &str| match record.get(name)? {
        Value::String(text) if !text.is_empty() => Some(encoded(text)),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    text(name).or_else(|| text("id"))
}
