//! Where in a value can one thing be changed, and into what?

use serde_json::{Map, Value, json};

use super::{
    text,
    valid::{Maker, Shape, bounds, names},
};
use crate::validity::{resolved, types};

/// How deep below the top one thing is changed.
const DEEPEST: usize = 4;
const MOST_SPOTS: usize = 60;
/// Values of an enumeration that are all tried.
const MOST_VALUES: usize = 6;
/// Longest text that is sent to reach a bound.
const LONGEST: u64 = 10_000;
const MOST_ITEMS: u64 = 200;
const UNKNOWN: &str = "hansomUnknown";

/// A place in a value, with the schema that holds there.
pub(super) struct Spot<'s> {
    whole: &'s Value,
    pointer: String,
    schema: &'s Value,
}

/// The whole value with one thing changed.
pub(super) struct Change {
    pub(super) about: String,
    pub(super) value: Value,
}

/// Every place of a value that its schema speaks of.
pub(super) fn all<'s>(root: &'s Value, whole: &'s Value) -> Vec<Spot<'s>> {
    let mut found = Vec::new();
    collect(root, root, whole, String::new(), 0, &mut found);
    found
}

fn collect<'s>(
    root: &'s Value,
    schema: &'s Value,
    whole: &'s Value,
    pointer: String,
    depth: usize,
    found: &mut Vec<Spot<'s>>,
) {
    let schema = resolved(schema, root);
    if depth > DEEPEST || found.len() >= MOST_SPOTS || !schema.is_object() {
        return;
    }
    found.push(Spot { whole, pointer: pointer.clone(), schema });
    // Where several schemas hold at once, each speaks of the same place.
    for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        collect(root, part, whole, pointer.clone(), depth + 1, found);
    }
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let below = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
        if whole.pointer(&below).is_some() {
            collect(root, property, whole, below, depth + 1, found);
        }
    }
    let first = format!("{pointer}/0");
    if let Some(items) = schema.get("items").filter(|_| whole.pointer(&first).is_some()) {
        collect(root, items, whole, first, depth + 1, found);
    }
}

impl Spot<'_> {
    /// What is at a bound and still fits.
    pub(super) fn bounds(&self, maker: &Maker<'_>) -> Vec<Change> {
        let schema = self.schema;
        let mut changes = Vec::new();
        let mut put = |about: String, value: Value| changes.extend(self.with(about, value));
        for value in schema.get("enum").and_then(Value::as_array).into_iter().flatten().take(MOST_VALUES) {
            put(format!("the value {value}"), value.clone());
        }
        let kinds = types(schema);
        if kinds.contains(&"null") {
            put("null".to_owned(), Value::Null);
        }
        for word in ["minLength", "maxLength"] {
            if let Some(length) = number(schema, word).filter(|length| *length <= LONGEST)
                && let Some(text) = maker.text_of(schema, length)
            {
                put(format!("a text of {length} characters"), Value::String(text));
            }
        }
        if kinds.contains(&"integer") || kinds.contains(&"number") {
            let (low, high) = bounds(schema, 1.0);
            for bound in [low, high].into_iter().flatten() {
                put(format!("the bound {bound}"), numeral(bound));
            }
        }
        for choice in ["oneOf", "anyOf"].iter().filter_map(|word| schema.get(*word)?.as_array()).flatten() {
            if let Some(value) = maker.value(choice, Shape::Full) {
                put(format!("another form: {}", told(&value)), value);
            }
        }
        changes
    }

    /// What does not fit for one reason.
    pub(super) fn faults(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        changes.extend(self.of_another_type());
        changes.extend(self.of_text());
        changes.extend(self.of_number());
        changes.extend(self.of_members());
        changes.extend(self.of_items());
        if self.schema.get("enum").is_some() || self.schema.get("const").is_some() {
            changes.extend(self.with("a value that is not listed".into(), json!(UNKNOWN)));
        }
        changes
    }

    fn of_another_type(&self) -> Vec<Change> {
        let kinds = types(self.schema);
        if kinds.is_empty() {
            return Vec::new();
        }
        let others = [
            ("null", Value::Null),
            ("object", json!({})),
            ("array", json!([])),
            ("number", json!(7)),
            ("string", json!("x")),
        ];
        let fits = |kind: &str| kinds.contains(&kind) || (kind == "number" && kinds.contains(&"integer"));
        let others = others.into_iter().filter(|(kind, _)| !fits(kind));
        others
            .filter_map(|(kind, value)| self.with(format!("{kind} instead of {}", kinds.join(" or ")), value))
            .collect()
    }

    fn of_text(&self) -> Vec<Change> {
        let Some(present) = self.present().and_then(Value::as_str) else {
            return Vec::new();
        };
        let mut texts: Vec<(String, String)> = Vec::new();
        let schema = self.schema;
        if let Some(least) = number(schema, "minLength").and_then(|least| usize::try_from(least).ok())
            && let Some(shorter) = least.checked_sub(1)
        {
            texts.push(("a text that is too short".into(), present.chars().take(shorter).collect()));
        }
        if let Some(most) = number(schema, "maxLength").filter(|most| *most <= LONGEST) {
            let more = usize::try_from(most).unwrap_or_default() + 1;
            let last = present.chars().next_back().unwrap_or('x');
            let longer: String = present.chars().chain(std::iter::repeat(last)).take(more).collect();
            texts.push((format!("a text of {more} characters"), longer));
        }
        if schema.get("pattern").is_some() {
            for text in ["", "\u{1}", "?", &format!("{present}\u{1}"), "hansom pattern!"] {
                texts.push((format!("{text:?}, which does not match the pattern"), text.to_owned()));
            }
        }
        let format = schema.get("format").and_then(Value::as_str).unwrap_or_default();
        for text in text::misformatted(format) {
            texts.push((format!("{text:?}, which is no {format}"), (*text).to_owned()));
        }
        texts.into_iter().filter_map(|(about, text)| self.with(about, Value::String(text))).collect()
    }

    fn of_number(&self) -> Vec<Change> {
        if !self.present().is_some_and(Value::is_number) {
            return Vec::new();
        }
        let (low, high) = bounds(self.schema, 0.0);
        let mut values: Vec<(String, Value)> = Vec::new();
        values.extend(low.map(|low| ("a number that is too small".into(), numeral(low - 1.0))));
        values.extend(high.map(|high| ("a number that is too large".into(), numeral(high + 1.0))));
        if types(self.schema).contains(&"integer") {
            values.push(("a number with a fraction".into(), json!(1.5)));
        }
        if let Some(step) = self.schema.get("multipleOf").and_then(Value::as_f64) {
            values.push(("a number between the steps".into(), numeral(low.unwrap_or(0.0) + step / 2.0)));
        }
        values.into_iter().filter_map(|(about, value)| self.with(about, value)).collect()
    }

    fn of_members(&self) -> Vec<Change> {
        let Some(present) = self.present().and_then(Value::as_object) else {
            return Vec::new();
        };
        let mut changes = Vec::new();
        for name in names(self.schema) {
            let mut without: Map<String, Value> = present.clone();
            if without.shift_remove(name).is_some() {
                changes.extend(self.with(format!("without {name}"), Value::Object(without)));
            }
        }
        let mut with = present.clone();
        with.insert(UNKNOWN.to_owned(), json!(1));
        changes.extend(self.with("a property that the contract does not know".into(), Value::Object(with)));
        if number(self.schema, "minProperties").is_some_and(|least| least > 0) {
            changes.extend(self.with("an empty object".into(), json!({})));
        }
        changes
    }

    fn of_items(&self) -> Vec<Change> {
        let Some(present) = self.present().and_then(Value::as_array) else {
            return Vec::new();
        };
        let mut changes = Vec::new();
        if number(self.schema, "minItems").is_some_and(|least| least > 0) {
            changes.extend(self.with("an empty list".into(), json!([])));
        }
        let Some(first) = present.first() else {
            return changes;
        };
        if let Some(most) = number(self.schema, "maxItems").filter(|most| *most <= MOST_ITEMS) {
            let more = usize::try_from(most).unwrap_or_default() + 1;
            changes.extend(self.with(format!("{more} items"), Value::Array(vec![first.clone(); more])));
        }
        if self.schema.get("uniqueItems").and_then(Value::as_bool) == Some(true) {
            changes.extend(self.with("the same item twice".into(), json!([first, first])));
        }
        changes
    }

    fn present(&self) -> Option<&Value> {
        self.whole.pointer(&self.pointer)
    }

    /// The whole with another value at this place.
    fn with(&self, about: String, value: Value) -> Option<Change> {
        let mut changed = self.whole.clone();
        *changed.pointer_mut(&self.pointer)? = value;
        let about = if self.pointer.is_empty() { about } else { format!("{about} at {}", self.pointer) };
        Some(Change { about, value: changed })
    }
}

fn number(schema: &Value, word: &str) -> Option<u64> {
    schema.get(word).and_then(Value::as_u64)
}

/// A whole number is written as one.
fn numeral(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 9e15 { json!(value as i64) } else { json!(value) }
}

fn told(value: &Value) -> String {
    crate::validity::short(&value.to_string())
}
