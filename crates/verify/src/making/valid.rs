//! What might a value of a schema be?

use serde_json::{Map, Number, Value};

use super::text;
use crate::{
    dice::Dice,
    validity::{Validity, Way, resolved, types},
};

/// Below this level only what is required is made.
const DEEPEST: usize = 6;
/// Below this level nothing is made.
const BOTTOM: usize = 12;
/// How many schemas are looked at for one value.
const MOST_STEPS: usize = 2_000;
/// How often a value is tried that must fit.
const TRIES: usize = 12;
const MOST_ITEMS: u64 = 50;
const USUAL_LENGTH: u64 = 12;

/// How much of what may be left out is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Least,
    Full,
    Any,
}

/// Makes values of one schema.
pub(crate) struct Maker<'s> {
    pub(super) root: &'s Value,
    pub(super) dice: &'s Dice,
}

struct Making<'s> {
    maker: &'s Maker<'s>,
    shape: Shape,
    steps: usize,
}

impl<'s> Maker<'s> {
    pub(crate) fn new(root: &'s Value, dice: &'s Dice) -> Self {
        Self { root, dice }
    }

    /// A value that fits, if one is found in a few tries.
    pub(crate) fn fitting(&self, shape: Shape, validity: &Validity) -> Option<Value> {
        (0..TRIES).find_map(|_| self.value(self.root, shape).filter(|value| validity.fits(value)))
    }

    /// A value of a schema below the root; whether it fits is for others to see.
    pub(super) fn value(&self, schema: &Value, shape: Shape) -> Option<Value> {
        Making { maker: self, shape, steps: 0 }.value(schema, 0)
    }

    /// A text of that length, by the pattern if there is one.
    pub(super) fn text_of(&self, schema: &Value, length: u64) -> Option<String> {
        let length = usize::try_from(length).ok()?;
        match schema.get("pattern").and_then(Value::as_str) {
            Some(pattern) => (0..TRIES * 8).find_map(|_| {
                let text = text::matching(pattern, self.dice)?;
                (text.chars().count() == length).then_some(text)
            }),
            None => Some(text::word(length, self.dice)),
        }
    }
}

impl Making<'_> {
    fn value(&mut self, schema: &Value, depth: usize) -> Option<Value> {
        self.steps += 1;
        if self.steps > MOST_STEPS || depth > BOTTOM {
            return None;
        }
        let schema = self.merged(schema, depth);
        if schema == Value::Bool(false) {
            return None;
        }
        if let Some(only) = schema.get("const") {
            return Some(only.clone());
        }
        if let Some(of) = schema.get("enum").and_then(Value::as_array) {
            return self.maker.dice.one(of).cloned();
        }
        match self.kind(&schema) {
            "object" => self.object(&schema, depth),
            "array" => self.list(&schema, depth),
            "integer" => Some(self.whole(&schema)),
            "number" => self.number(&schema),
            "boolean" => Some(Value::Bool(self.maker.dice.coin())),
            "null" => Some(Value::Null),
            _ => self.text(&schema).map(Value::String),
        }
    }

    /// One schema of all that hold at once: what is referred to, every part of `allOf`, one of each `oneOf` and `anyOf`.
    fn merged(&mut self, schema: &Value, depth: usize) -> Value {
        let schema = if schema.get("$ref").is_some() && schema.as_object().is_some_and(|all| all.len() > 1) {
            let target = resolved(schema, self.maker.root).clone();
            let mut beside = schema.clone();
            beside.as_object_mut().map(|beside| beside.shift_remove("$ref"));
            together(target, beside)
        } else {
            resolved(schema, self.maker.root).clone()
        };
        if depth > BOTTOM {
            return schema;
        }
        let mut parts: Vec<Value> = schema.get("allOf").and_then(Value::as_array).cloned().unwrap_or_default();
        for word in ["oneOf", "anyOf"] {
            let choices = schema.get(word).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let usual: Vec<&Value> = choices.iter().filter(|choice| types(choice) != ["null"]).collect();
            parts.extend(self.maker.dice.one(&usual).map(|choice| (*choice).clone()));
        }
        if parts.is_empty() {
            return schema;
        }
        self.steps += parts.len();
        let mut whole = schema;
        if let Some(whole) = whole.as_object_mut() {
            ["allOf", "oneOf", "anyOf"].iter().for_each(|word| {
                whole.shift_remove(*word);
            });
        }
        for part in parts {
            let part = if self.steps > MOST_STEPS { part } else { self.merged(&part, depth + 1) };
            whole = together(whole, part);
        }
        whole
    }

    fn kind(&self, schema: &Value) -> &'static str {
        let named = types(schema);
        let usual: Vec<&str> = named.iter().copied().filter(|kind| *kind != "null").collect();
        let has = |words: &[&str]| words.iter().any(|word| schema.get(word).is_some());
        match self.maker.dice.one(&usual) {
            Some(&"object") => "object",
            Some(&"array") => "array",
            Some(&"integer") => "integer",
            Some(&"number") => "number",
            Some(&"boolean") => "boolean",
            Some(_) => "string",
            None if !named.is_empty() => "null",
            None if has(&["properties", "additionalProperties", "required"]) => "object",
            None if has(&["items", "prefixItems", "minItems"]) => "array",
            None if has(&["minimum", "maximum", "multipleOf"]) => "number",
            None => "string",
        }
    }

    fn object(&mut self, schema: &Value, depth: usize) -> Option<Value> {
        let required = names(schema);
        let least = schema.get("minProperties").and_then(Value::as_u64).unwrap_or(0);
        let mut object = Map::new();
        let mut left = Vec::new();
        for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let is_required = required.contains(&name.as_str());
            let travels = Way::Request.takes(property) && Way::Request.takes(resolved(property, self.maker.root));
            let wanted = match self.shape {
                _ if depth >= DEEPEST => false,
                Shape::Least => false,
                Shape::Full => travels,
                Shape::Any => travels && self.maker.dice.coin(),
            };
            if is_required || wanted {
                match self.value(property, depth + 1) {
                    Some(value) => {
                        object.insert(name.clone(), value);
                    }
                    None if is_required => return None,
                    None => {}
                }
            } else if travels {
                left.push((name, property));
            }
        }
        // Of what need not be there, some has to be.
        while u64::try_from(object.len()).is_ok_and(|count| count < least) && !left.is_empty() {
            let (name, property) = left.swap_remove(self.maker.dice.below(left.len()));
            if let Some(value) = self.value(property, depth + 1) {
                object.insert(name.clone(), value);
            }
        }
        let more = schema.get("additionalProperties").filter(|more| more.is_object());
        if let Some(more) = more.filter(|_| object.is_empty() && (least > 0 || self.shape == Shape::Full))
            && let Some(value) = self.value(more, depth + 1)
        {
            object.insert(text::word(6, self.maker.dice), value);
        }
        Some(Value::Object(object))
    }

    fn list(&mut self, schema: &Value, depth: usize) -> Option<Value> {
        let bound = |word| schema.get(word).and_then(Value::as_u64);
        let least = bound("minItems").unwrap_or(0).min(MOST_ITEMS);
        let wanted = if self.shape == Shape::Least { least } else { least.max(1) };
        let count = wanted.min(bound("maxItems").unwrap_or(MOST_ITEMS));
        let mut list: Vec<Value> = Vec::new();
        for part in schema.get("prefixItems").and_then(Value::as_array).into_iter().flatten() {
            list.push(self.value(part, depth + 1)?);
        }
        let unique = schema.get("uniqueItems").and_then(Value::as_bool) == Some(true);
        let items = schema.get("items").cloned().unwrap_or(Value::Bool(true));
        for _ in 0..count.saturating_mul(4) {
            if u64::try_from(list.len()).is_ok_and(|length| length >= count) {
                break;
            }
            let value = self.value(&items, depth + 1)?;
            if !unique || !list.contains(&value) {
                list.push(value);
            }
        }
        Some(Value::Array(list))
    }

    fn text(&self, schema: &Value) -> Option<String> {
        let word = |word| schema.get(word).and_then(Value::as_str);
        let bound = |word| schema.get(word).and_then(Value::as_u64);
        if let Some(pattern) = word("pattern") {
            return text::matching(pattern, self.maker.dice).or_else(|| example(schema));
        }
        if let Some(format) = word("format")
            && let Some(text) = text::formatted(format, self.maker.dice)
        {
            return Some(text);
        }
        let least = bound("minLength").unwrap_or(0);
        let length = USUAL_LENGTH.max(least).min(bound("maxLength").unwrap_or(u64::MAX));
        Some(text::free(usize::try_from(length).ok()?, self.maker.dice))
    }

    fn whole(&self, schema: &Value) -> Value {
        let (low, high) = bounds(schema, 1.0);
        let step = schema.get("multipleOf").and_then(Value::as_f64).unwrap_or(1.0).max(1.0);
        let least = (low.unwrap_or(high.map_or(1.0, |high| (high - 1000.0).min(1.0))) / step).ceil();
        let most = (high.unwrap_or(least * step + 1000.0) / step).floor();
        // What is beyond 64 bits is cut by the conversion, and dropped where it does not fit.
        Value::from(self.maker.dice.between(least as i64, most as i64).saturating_mul(step as i64))
    }

    fn number(&self, schema: &Value) -> Option<Value> {
        let (low, high) = bounds(schema, 0.01);
        let step = schema.get("multipleOf").and_then(Value::as_f64).filter(|step| *step > 0.0).unwrap_or(0.25);
        let least = low.unwrap_or(high.map_or(0.0, |high| (high - 100.0).min(0.0)));
        let most = high.unwrap_or(least + 100.0);
        let steps = self.maker.dice.between((least / step).ceil() as i64, (most / step).floor() as i64);
        let value = if least > most { least } else { (steps as f64 * step).clamp(least, most) };
        Number::from_f64(value).map(Value::Number)
    }
}

/// The least and the most that a number may be; an exclusive bound is moved by so much.
pub(super) fn bounds(schema: &Value, step: f64) -> (Option<f64>, Option<f64>) {
    let at = |word| schema.get(word).and_then(Value::as_f64);
    let low = at("minimum").or_else(|| at("exclusiveMinimum").map(|bound| bound + step));
    let high = at("maximum").or_else(|| at("exclusiveMaximum").map(|bound| bound - step));
    (low, high)
}

/// The names that are required.
pub(super) fn names(schema: &Value) -> Vec<&str> {
    schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

fn example(schema: &Value) -> Option<String> {
    schema.get("examples")?.as_array()?.first()?.as_str().map(str::to_owned)
}

/// What holds where both hold, as far as it can be written down; the second's word is the last.
fn together(first: Value, second: Value) -> Value {
    let (mut whole, more) = match (first, second) {
        (Value::Object(first), Value::Object(second)) => (first, second),
        (Value::Object(first), _) => return Value::Object(first),
        (_, second) => return second,
    };
    for (word, value) in more {
        match (whole.get_mut(&word), value) {
            (Some(Value::Object(known)), Value::Object(new)) if word == "properties" => known.extend(new),
            (Some(Value::Array(known)), Value::Array(new)) if word == "required" => known.extend(new),
            (_, value) => {
                whole.insert(word, value);
            }
        }
    }
    Value::Object(whole)
}
