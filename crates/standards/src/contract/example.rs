//! What might a value of this schema look like?
//!
//! What the author gave comes first, at every level; the rest is made up from types, formats and bounds.

use serde_json::{Map, Number, Value, json};

use super::{Source, schema::Budget};
use crate::document::{Kind, Node};

/// Below this level nothing is made up any more.
const DEEPEST: usize = 8;
/// Below this level only what is required is made up.
const REQUIRED_ONLY: usize = 6;
/// How many schemas are looked at for one example.
const MOST_STEPS: usize = 2_000;
const LONGEST_TEXT: usize = 1_000;
const MOST_ITEMS: usize = 10;

/// Which way an example travels: some properties travel only one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// To the API.
    Request,
    /// From the API.
    Response,
}

/// Makes a value that fits a schema.
pub(super) fn compose(source: Source<'_>, node: Node<'_>, direction: Direction, budget: &mut Budget) -> Value {
    let mut composing = Composing { source, direction, budget, steps: 0, inside: Vec::new() };
    composing.value(node, 0)
}

struct Composing<'d, 'b> {
    source: Source<'d>,
    direction: Direction,
    budget: &'b mut Budget,
    steps: usize,
    /// The schemas that are being made up, to see when one contains itself.
    inside: Vec<u32>,
}

impl<'d> Composing<'d, '_> {
    fn value(&mut self, written: Node<'d>, depth: usize) -> Value {
        self.steps += 1;
        if self.steps > MOST_STEPS || self.budget.is_spent() {
            return Value::Null;
        }
        let node = self.source.resolve(written);
        for said in [written, node] {
            if let Some(given) = given(said) {
                return self.budget.copy(given);
            }
        }
        self.inside.push(node.id());
        let value = self.made_up(node, depth);
        self.inside.pop();
        value
    }

    fn made_up(&mut self, node: Node<'d>, depth: usize) -> Value {
        let mut parts: Vec<Node<'d>> = node.get("allOf").into_iter().flat_map(Node::items).collect();
        for word in ["oneOf", "anyOf"] {
            let mut choices = node.get(word).into_iter().flat_map(Node::items);
            parts.extend(choices.find(|choice| kind(self.source.resolve(*choice)) != Some("null")));
        }
        if parts.is_empty() || depth >= DEEPEST {
            return self.by_type(node, depth);
        }
        let mut merged = Map::new();
        let mut single = None;
        for part in parts {
            match self.value(part, depth + 1) {
                Value::Object(object) => merged.extend(object),
                other => single = single.or(Some(other)),
            }
        }
        if kind(node) == Some("object")
            && let Value::Object(object) = self.object(node, depth)
        {
            merged.extend(object);
        }
        match single {
            Some(single) if merged.is_empty() => single,
            _ => Value::Object(merged),
        }
    }

    fn by_type(&mut self, node: Node<'d>, depth: usize) -> Value {
        match kind(node) {
            Some("array") => self.list(node, depth),
            Some("string") => Value::String(text(node)),
            Some("integer") => number(node, true),
            Some("number") => number(node, false),
            Some("boolean") => Value::Bool(true),
            Some("null") => Value::Null,
            _ => self.object(node, depth),
        }
    }

    fn object(&mut self, node: Node<'d>, depth: usize) -> Value {
        if depth >= DEEPEST {
            return json!({});
        }
        let required: Vec<&str> =
            node.get("required").into_iter().flat_map(Node::items).filter_map(Node::as_str).collect();
        let mut object = Map::new();
        for (key, property) in node.get("properties").into_iter().flat_map(Node::entries) {
            let needed = required.contains(&key.text);
            if self.travels(property) && (needed || (depth < REQUIRED_ONLY && !self.is_inside(property))) {
                let value = self.value(property, depth + 1);
                object.insert(key.text.to_owned(), value);
            }
        }
        if let Some(any) = node.get("additionalProperties").filter(|any| any.kind() == Kind::Map)
            && object.is_empty()
            && !self.is_inside(any)
        {
            let value = self.value(any, depth + 1);
            object.insert("name".to_owned(), value);
        }
        Value::Object(object)
    }

    fn list(&mut self, node: Node<'d>, depth: usize) -> Value {
        let least = node.get("minItems").and_then(Node::as_f64).unwrap_or(0.0);
        let most = node.get("maxItems").and_then(Node::as_f64).unwrap_or(f64::MAX);
        let items = node.get("items").filter(|items| items.kind() == Kind::Map);
        if let Some(tuple) = node.get("prefixItems") {
            return Value::Array(tuple.items().map(|item| self.value(item, depth + 1)).collect());
        }
        let Some(items) = items.filter(|_| depth < DEEPEST && most >= 1.0) else {
            return json!([]);
        };
        if least < 1.0 && self.is_inside(items) {
            return json!([]);
        }
        let count = (1..MOST_ITEMS).take_while(|count| (*count as f64) < least).count() + 1;
        let item = self.value(items, depth + 1);
        Value::Array(vec![item; count])
    }

    fn is_inside(&self, node: Node<'d>) -> bool {
        self.inside.contains(&self.source.resolve(node).id())
    }

    fn travels(&self, property: Node<'d>) -> bool {
        let word = match self.direction {
            Direction::Request => "readOnly",
            Direction::Response => "writeOnly",
        };
        let node = self.source.resolve(property);
        [property, node].iter().all(|node| node.get(word).and_then(Node::as_bool) != Some(true))
    }
}

/// What the author gave as a value of a schema.
fn given(node: Node<'_>) -> Option<Node<'_>> {
    let first = |key| node.get(key).and_then(|list| list.items().next());
    node.get("example")
        .or_else(|| first("examples"))
        .or_else(|| node.get("default"))
        .or_else(|| node.get("const"))
        .or_else(|| first("enum"))
}

/// The type of a schema; guessed from its keywords if it does not say.
fn kind(node: Node<'_>) -> Option<&str> {
    let named = node.get("type");
    let listed = named.into_iter().flat_map(Node::items).filter_map(Node::as_str);
    let mut kinds = named.and_then(Node::as_str).into_iter().chain(listed);
    if let Some(name) = kinds.find(|name| *name != "null") {
        return Some(name);
    }
    if named.is_some() {
        return Some("null");
    }
    let has = |keys: &[&str]| keys.iter().any(|key| node.get(key).is_some());
    if has(&["properties", "additionalProperties", "required"]) {
        Some("object")
    } else if has(&["items", "prefixItems", "minItems"]) {
        Some("array")
    } else if has(&["format", "pattern", "minLength", "maxLength"]) {
        Some("string")
    } else if has(&["minimum", "maximum", "multipleOf"]) {
        Some("number")
    } else {
        None
    }
}

fn text(node: Node<'_>) -> String {
    let known = match node.get("format").and_then(Node::as_str) {
        Some("date-time") => Some("2026-01-31T09:30:00Z"),
        Some("date") => Some("2026-01-31"),
        Some("time") => Some("09:30:00Z"),
        Some("duration") => Some("P1D"),
        Some("uuid") => Some("6f1c2d0e-5b7a-4c3d-9e8f-0a1b2c3d4e5f"),
        Some("email" | "idn-email") => Some("someone@example.com"),
        Some("hostname" | "idn-hostname") => Some("www.example.com"),
        Some("ipv4") => Some("192.0.2.1"),
        Some("ipv6") => Some("2001:db8::1"),
        Some("uri" | "url" | "iri") => Some("https://www.example.com/"),
        Some("uri-reference" | "iri-reference") => Some("/example"),
        Some("uri-template") => Some("/example/{id}"),
        Some("json-pointer") => Some("/example"),
        Some("regex") => Some("^[a-z]+$"),
        Some("byte") => Some("ZXhhbXBsZQ=="),
        _ => None,
    };
    if let Some(known) = known {
        return known.to_owned();
    }
    let length = |key| node.get(key).and_then(Node::as_f64).map(|length| length as usize);
    let least = length("minLength").unwrap_or(0).min(LONGEST_TEXT);
    let most = length("maxLength").unwrap_or(LONGEST_TEXT);
    let wanted = "text".len().max(least).min(most);
    "text ".chars().cycle().take(wanted).collect()
}

fn number(node: Node<'_>, whole: bool) -> Value {
    let at = |key| node.get(key).and_then(Node::as_f64);
    let step = at("multipleOf").or(whole.then_some(1.0));
    // OpenAPI 3.0 writes `exclusiveMinimum: true` beside the bound, 3.1 writes the bound there.
    let exclusive = |key| node.get(key).and_then(Node::as_bool) == Some(true);
    let bound = |key, strict| {
        let within = at(key).map(|bound| (bound, exclusive(strict)));
        at(strict).map(|bound| (bound, true)).or(within)
    };
    let low = bound("minimum", "exclusiveMinimum");
    let high = bound("maximum", "exclusiveMaximum");
    let value = match step {
        Some(step) => stepped(low, high, step),
        None => between(low, high),
    };
    if whole {
        return Value::from(value as i64);
    }
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

/// A bound, and whether the value must not be the bound itself.
type Bound = Option<(f64, bool)>;

fn between(low: Bound, high: Bound) -> f64 {
    match (low, high) {
        (Some((low, true)), Some((high, _))) => f64::midpoint(low, high),
        (Some((low, strict)), _) => low + if strict { 1.0 } else { 0.0 },
        (None, Some((high, true))) if high <= 1.0 => high - 1.0,
        (None, Some((high, false))) if high < 1.0 => high,
        _ => 1.0,
    }
}

fn stepped(low: Bound, high: Bound, step: f64) -> f64 {
    let beyond = |strict| if strict { step } else { 0.0 };
    if let Some((low, strict)) = low {
        let first = (low / step).ceil() * step;
        return if first > low { first } else { first + beyond(strict) };
    }
    let first = (1.0 / step).ceil() * step;
    match high {
        Some((high, strict)) if first > high || (strict && first >= high) => {
            let last = (high / step).floor() * step;
            if last < high { last } else { last - beyond(strict) }
        }
        _ => first,
    }
}
