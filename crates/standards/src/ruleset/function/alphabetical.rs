//! `alphabetical`: do keys, items or a property of the items stand in alphabetical order?

use std::cmp::Ordering;

use super::{Call, Mistake, Options, Remark};
use crate::{
    document::{Kind, Node},
    ruleset::{
        collation::compare,
        ecmascript::{Subject, print_value, to_number},
    },
};

#[derive(Debug)]
pub(crate) struct Alphabetical {
    keyed_by: Option<String>,
}

impl Alphabetical {
    pub(super) fn read(options: &Options) -> Result<Alphabetical, Vec<Mistake>> {
        options.only("alphabetical", &["keyedBy"])?;
        Ok(Alphabetical { keyed_by: options.text("alphabetical", "keyedBy")? })
    }

    pub(super) fn run<'d>(&self, call: &Call<'_, 'd>) -> Vec<Remark<'d>> {
        let Some(node) = call.subject.node().filter(|_| call.subject.is_composed()) else {
            return Vec::new();
        };
        let is_list = node.kind() == Kind::List;
        let mut values: Vec<Subject<'d>> = if is_list {
            call.view.items(node).map(Subject::Node).collect()
        } else {
            call.view.entries(node).map(|(key, _)| Subject::Key(key)).collect()
        };
        if values.len() < 2 {
            return Vec::new();
        }
        if let Some(key) = &self.keyed_by {
            if !values.iter().all(|value| value.is_composed()) {
                return vec![Remark::here("#{{print(\"property\")}}must be an object")];
            }
            let of = |value: &Subject<'d>| value.node().and_then(|node| call.view.get(node, key));
            values = values.iter().map(|value| of(value).map_or(Subject::Undefined, Subject::Node)).collect();
        }
        if !values.iter().all(|value| value.as_str().is_some() || value.as_f64().is_some()) {
            return vec![Remark::here("#{{print(\"property\")}}must be one of the allowed types: number, string")];
        }
        let unsorted = values.iter().zip(values.iter().skip(1)).position(|(one, next)| is_after(*one, *next));
        let Some(position) = unsorted else {
            return Vec::new();
        };
        if self.keyed_by.is_some() {
            return vec![Remark::here("properties must follow the alphabetical order")];
        }
        let shown = |at: usize| values.get(at).map_or_else(String::new, |value| print_value(*value));
        let message = format!("{} must be placed after {}", shown(position), shown(position + 1));
        let step = match values.get(position) {
            Some(Subject::Key(key)) if !is_list => (*key).into(),
            _ => position.to_string().into(),
        };
        vec![Remark::below([step], message)]
    }
}

fn number(value: Subject<'_>) -> Option<f64> {
    value.node().and_then(Node::as_f64)
}

/// Whether one value belongs after another. Numbers are compared as numbers, texts as people sort them.
fn is_after(one: Subject<'_>, other: Subject<'_>) -> bool {
    let as_number = |value: Subject<'_>| number(value).unwrap_or_else(|| to_number(value.as_str().unwrap_or_default()));
    let (a, b) = (as_number(one), as_number(other));
    if (number(one).is_some() || a.is_nan()) && (number(other).is_some() || !b.is_nan()) {
        return a - b >= 1.0;
    }
    match (one.as_str(), other.as_str()) {
        (Some(one), Some(other)) => compare(one, other) == Ordering::Greater,
        _ => false,
    }
}
