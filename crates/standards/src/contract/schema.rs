//! What is a schema of a contract in plain JSON Schema 2020-12?

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::{
    OpenApiVersion, Source, reference,
    role::{self, Role},
};
use crate::document::{Kind, Node};

/// How much may be written. Without it, two thousand operations that each reach a thousand schemas would fill
/// any memory, though each of them is harmless.
pub(crate) struct Budget {
    left: usize,
}

/// Bytes of text that weigh as much as one value.
const TEXT_WEIGHT: usize = 64;

impl Budget {
    pub(crate) fn new(values: usize) -> Self {
        Self { left: values }
    }

    /// For one schema by itself, which cannot be larger than its document.
    pub(super) fn unbounded() -> Self {
        Self::new(usize::MAX)
    }

    pub(crate) fn is_spent(&self) -> bool {
        self.left == 0
    }

    /// Copies a node as data, if there is enough left for it.
    pub(super) fn copy(&mut self, node: Node<'_>) -> Value {
        let (values, bytes) = node.weight();
        if self.take(values + bytes / TEXT_WEIGHT) { node.to_json() } else { Value::Null }
    }

    fn take(&mut self, values: usize) -> bool {
        self.left = self.left.saturating_sub(values);
        self.left > 0
    }
}

/// Writes the schema at a node, self-contained.
pub(crate) fn write(source: Source<'_>, node: Node<'_>, budget: &mut Budget) -> Value {
    let mut writer = Writer { source, budget, named: HashSet::new(), waiting: Vec::new() };
    let (start, name) = writer.start(node);
    let mut body = writer.schema(start);
    let mut definitions = Map::new();
    while let Some((name, node)) = writer.waiting.pop() {
        let written = writer.schema(node);
        definitions.insert(name, written);
    }
    definitions.sort_keys();
    // A schema that contains itself is among the definitions already.
    if let Some(name) = name.filter(|name| definitions.contains_key(name)) {
        body = json!({ "$ref": reference_to(&name) });
    }
    if let (false, Value::Object(object)) = (definitions.is_empty(), &mut body) {
        object.insert("$defs".to_owned(), Value::Object(definitions));
    }
    body
}

fn reference_to(name: &str) -> String {
    format!("#/$defs/{name}")
}

struct Writer<'d, 'b> {
    source: Source<'d>,
    budget: &'b mut Budget,
    named: HashSet<String>,
    waiting: Vec<(String, Node<'d>)>,
}

impl<'d> Writer<'d, '_> {
    /// Where to begin: a node that only refers begins where it leads.
    fn start(&self, node: Node<'d>) -> (Node<'d>, Option<String>) {
        let mut at = node;
        let mut name = None;
        for _ in 0..=reference::LONGEST_CHAIN {
            let only = self.source.openapi == OpenApiVersion::V3_0 || at.entries().count() == 1;
            let Some(text) = reference::of(at).filter(|_| only) else {
                break;
            };
            let Some(target) = self.source.target(at, text) else {
                break;
            };
            name = Some(definition_name(text, target));
            at = target;
        }
        (at, name)
    }

    fn schema(&mut self, node: Node<'d>) -> Value {
        if node.kind() == Kind::Bool || !self.budget.take(1) {
            return Value::Bool(node.as_bool().unwrap_or(true));
        }
        let mut written = Map::new();
        if let Some(text) = reference::of(node) {
            written.insert("$ref".to_owned(), self.refer(node, text));
            if self.source.openapi == OpenApiVersion::V3_0 {
                return Value::Object(written);
            }
        }
        for (child, role) in role::inside(node, Role::Schema) {
            let Some(key) = child.key().filter(|key| !is_left_out(key.text)) else {
                continue;
            };
            let value = match role {
                Role::Schema => self.schema(child),
                Role::Schemas => self.schemas(child),
                Role::Data | Role::Part | Role::Parts => self.budget.copy(child),
            };
            written.insert(key.text.to_owned(), value);
        }
        if self.source.openapi == OpenApiVersion::V3_0 {
            translate(&mut written, node);
        }
        Value::Object(written)
    }

    fn schemas(&mut self, node: Node<'d>) -> Value {
        if node.kind() == Kind::List {
            return Value::Array(node.items().map(|item| self.schema(item)).collect());
        }
        Value::Object(node.entries().map(|(key, child)| (key.text.to_owned(), self.schema(child))).collect())
    }

    fn refer(&mut self, from: Node<'d>, text: &str) -> Value {
        let Some(target) = self.source.target(from, text) else {
            return Value::String(text.to_owned());
        };
        let name = definition_name(text, target);
        let to = reference_to(&name);
        if self.named.insert(name.clone()) {
            self.waiting.push((name, target));
        }
        Value::String(to)
    }
}

/// The component's own name; for a schema elsewhere in the document one that no component can have.
fn definition_name(reference: &str, target: Node<'_>) -> String {
    let number = target.document().number();
    let name = reference::schema_name(reference).filter(|_| number == 0);
    name.map_or_else(|| format!("node:{number}:{}", target.id()), str::to_owned)
}

fn is_left_out(keyword: &str) -> bool {
    matches!(
        keyword,
        "$ref"
            | "$schema"
            | "$defs"
            | "definitions"
            | "example"
            | "discriminator"
            | "xml"
            | "externalDocs"
            | "nullable"
    ) || keyword.starts_with("x-")
}

/// Says in JSON Schema what OpenAPI 3.0 says in its own way.
fn translate(written: &mut Map<String, Value>, node: Node<'_>) {
    for (keyword, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if let Some(Value::Bool(exclusive)) = written.shift_remove(keyword)
            && exclusive
            && let Some(value) = written.shift_remove(bound)
        {
            written.insert(keyword.to_owned(), value);
        }
    }
    if node.get("nullable").and_then(Node::as_bool) != Some(true) {
        return;
    }
    if let Some(Value::Array(values)) = written.get_mut("enum")
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
    if let Some(Value::String(name)) = written.get("type") {
        let both = json!([name, "null"]);
        written.insert("type".to_owned(), both);
    }
    // Beside `allOf` and the like, null must be let in around them, or one of them would refuse it.
    if ["allOf", "anyOf", "oneOf"].iter().any(|word| written.contains_key(*word)) {
        let whole = Value::Object(std::mem::take(written));
        written.insert("anyOf".to_owned(), json!([whole, {"type": "null"}]));
    }
}
