//! Which nodes of a contract are parts of OpenAPI, which are schemas, and which are only data?
//!
//! `$ref` and `pattern` are keywords in a schema, ordinary names under `properties`, and nothing at all inside an
//! example. Every check needs to know which, so it is decided once, here.

use crate::document::{Document, Kind, Node};

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Role {
    /// An object of OpenAPI, or something inside one.
    Part,
    /// A map whose keys are names and whose values are parts.
    Parts,
    /// A schema.
    Schema,
    /// A map or list of schemas.
    Schemas,
    /// An example, a default, an extension: nothing to read meaning into.
    Data,
}

/// Every node that is not data, with its role, in the order of the text.
pub(crate) fn walk(document: &Document) -> Vec<(Node<'_>, Role)> {
    let mut walked = Vec::new();
    let mut waiting = vec![(document.root(), Role::Part)];
    while let Some((node, role)) = waiting.pop() {
        walked.push((node, role));
        let from = waiting.len();
        waiting.extend(inside(node, role).filter(|(_, role)| *role != Role::Data));
        if let Some(children) = waiting.get_mut(from..) {
            children.reverse();
        }
    }
    walked
}

/// The children of a node, with their roles.
pub(crate) fn inside(node: Node<'_>, role: Role) -> impl Iterator<Item = (Node<'_>, Role)> {
    let entries = node.entries().map(move |(key, value)| (value, of_entry(role, key.text, value)));
    let item_role = match role {
        Role::Schemas => Role::Schema,
        Role::Part => Role::Part,
        Role::Parts | Role::Schema | Role::Data => Role::Data,
    };
    let items = node.items().map(move |item| (item, item_role));
    entries.chain(items)
}

/// Whether a keyword holds a schema that judges the very value its own schema judges.
pub(crate) fn judges_the_same_value(keyword: &str) -> bool {
    matches!(keyword, "allOf" | "anyOf" | "oneOf" | "not" | "if" | "then" | "else" | "dependentSchemas")
}

fn of_entry(role: Role, key: &str, value: Node<'_>) -> Role {
    match role {
        Role::Parts => Role::Part,
        Role::Schemas => Role::Schema,
        Role::Data => Role::Data,
        Role::Schema => in_schema(key),
        Role::Part => in_part(key, value),
    }
}

fn in_schema(key: &str) -> Role {
    match key {
        "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas" | "allOf" | "anyOf"
        | "oneOf" | "prefixItems" => Role::Schemas,
        "items"
        | "additionalItems"
        | "additionalProperties"
        | "unevaluatedItems"
        | "unevaluatedProperties"
        | "not"
        | "if"
        | "then"
        | "else"
        | "contains"
        | "propertyNames"
        | "contentSchema" => Role::Schema,
        _ => Role::Data,
    }
}

fn in_part(key: &str, value: Node<'_>) -> Role {
    if key.starts_with("x-") {
        return Role::Data;
    }
    match key {
        "schema" | "itemSchema" => Role::Schema,
        "schemas" => Role::Schemas,
        "example" | "value" | "dataValue" | "serializedValue" | "default" | "enum" | "mapping" | "security"
        | "scopes" => Role::Data,
        "examples"
        | "parameters"
        | "content"
        | "headers"
        | "responses"
        | "requestBodies"
        | "paths"
        | "webhooks"
        | "pathItems"
        | "callbacks"
        | "links"
        | "encoding"
        | "securitySchemes"
        | "variables"
        | "mediaTypes"
        | "additionalOperations"
            if value.kind() == Kind::Map =>
        {
            Role::Parts
        }
        _ => Role::Part,
    }
}
