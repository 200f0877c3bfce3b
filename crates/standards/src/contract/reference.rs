//! Does every `$ref` lead somewhere inside this document, and does every chain of them end?

use std::collections::HashMap;

use super::{Faults, Source, role::Role};
use crate::{
    document::{Document, Kind, Node},
    fault::quoted,
    sources::percent_decoded,
};

/// How many `$ref`s may follow one another.
pub(super) const LONGEST_CHAIN: usize = 50;

/// The text of a node's `$ref`, if it has one.
pub(super) fn of(node: Node<'_>) -> Option<&str> {
    node.get("$ref").and_then(Node::as_str)
}

/// The node that a local reference names.
pub(super) fn target<'d>(document: &'d Document, reference: &str) -> Option<Node<'d>> {
    let pointer = percent_decoded(reference.strip_prefix('#')?)?;
    if pointer.is_empty() {
        return None;
    }
    document.at(&pointer)
}

/// The name under `components/schemas` that a reference names, if it names one.
pub(super) fn schema_name(reference: &str) -> Option<&str> {
    reference.strip_prefix("#/components/schemas/").filter(|name| !name.is_empty() && !name.contains(['/', '%', '~']))
}

/// Checks every reference of the document.
pub(super) fn check(source: Source<'_>, parts: &[(Node<'_>, Role)], faults: &mut Faults) {
    let roles: HashMap<u32, Role> = parts.iter().map(|(node, role)| (node.id(), *role)).collect();
    for (node, role) in parts {
        if !matches!(role, Role::Part | Role::Schema) {
            continue;
        }
        let Some(value) = node.get("$ref") else {
            continue;
        };
        let Some(text) = value.as_str() else {
            faults.add(value.place(), "`$ref` must be a text", "write `$ref: '#/components/…'`");
            continue;
        };
        if let Err((what, mend)) = check_one(source, *role, *node, text, &roles) {
            faults.add(value.place(), what, mend);
        }
    }
}

fn check_one(
    source: Source<'_>,
    role: Role,
    node: Node<'_>,
    text: &str,
    roles: &HashMap<u32, Role>,
) -> Result<(), (String, &'static str)> {
    if !text.starts_with('#') {
        return Err((
            format!("`$ref` to {} leads out of this document", quoted(text)),
            "bundle the contract into one file; no other file and no address is ever opened",
        ));
    }
    if !text.starts_with("#/") {
        return Err((format!("`$ref` to {} is no path inside this document", quoted(text)), "write `#/components/…`"));
    }
    let Some(found) = target(source.document, text) else {
        return Err((
            format!("`$ref` to {} leads to nothing", quoted(text)),
            "check the spelling, or add what is missing under `components`",
        ));
    };
    let fits = roles.get(&found.id()) == Some(&role) && matches!(found.kind(), Kind::Map | Kind::Bool);
    if !fits {
        let wanted = if role == Role::Schema { "a schema" } else { "an object of OpenAPI" };
        return Err((
            format!("`$ref` to {} does not lead to {wanted}", quoted(text)),
            "refer to something under `components` of the right sort",
        ));
    }
    check_chain(source, node, text)
}

fn check_chain(source: Source<'_>, node: Node<'_>, text: &str) -> Result<(), (String, &'static str)> {
    let mut at = node;
    for _ in 0..LONGEST_CHAIN {
        let next = of(at).and_then(|text| target(source.document, text));
        let Some(next) = next else { return Ok(()) };
        if next.id() == node.id() {
            return Err((format!("`$ref` to {} leads back to itself", quoted(text)), "let one of them say what it is"));
        }
        at = next;
    }
    if of(at).is_none() {
        return Ok(());
    }
    Err((
        format!("`$ref` to {} begins a chain of more than {LONGEST_CHAIN}", quoted(text)),
        "refer to the last of them directly; if the chain is a circle, let one of them say what it is",
    ))
}
