//! Is a schema itself well formed, so that values can be held against it?
//!
//! A schema that is not gives one finding where it stands, and none of what it would have said. Schemas of a contract
//! refer to each other a great deal, so every part is looked at once and the answer kept.

use std::{cell::RefCell, collections::HashMap};

use super::{Dialect, Relaxed};
use crate::{
    document::{Kind, Node},
    ruleset::{
        ecmascript::{Subject, equal},
        expression::Expressions,
        view::{Address, View, address},
    },
};

/// How deep schemas may be inside each other.
const DEEPEST: u32 = 300;

/// Why no value can be held against a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unsound {
    /// A reference inside it leads nowhere, or back into what it is part of.
    Reference,
    /// A keyword has a value that it cannot have.
    Malformed(String),
}

/// What was found out about the schemas of a document.
#[derive(Default)]
pub(crate) struct Soundness {
    known: RefCell<HashMap<(Address, u8), Option<Unsound>>>,
}

/// One search through a schema.
struct Search<'a, 'd> {
    memory: &'a Soundness,
    view: View<'d>,
    dialect: Dialect,
    relaxed: Relaxed,
    expressions: &'a Expressions,
    root: Node<'d>,
    depth: u32,
}

const TYPES: [&str; 7] = ["array", "boolean", "integer", "null", "number", "object", "string"];

impl Soundness {
    /// What is wrong with a schema, if anything is.
    pub(crate) fn of<'d>(
        &self,
        schema: Node<'d>,
        view: View<'d>,
        dialect: Dialect,
        relaxed: Relaxed,
        expressions: &Expressions,
    ) -> Option<Unsound> {
        let mut search = Search { memory: self, view, dialect, relaxed, expressions, root: schema, depth: 0 };
        search.schema(schema, true)
    }
}

impl<'d> Search<'_, 'd> {
    fn schema(&mut self, schema: Node<'d>, top: bool) -> Option<Unsound> {
        let schema = self.view.open(schema);
        match schema.kind() {
            Kind::Map => {}
            Kind::Bool if self.dialect != Dialect::Draft4 => return None,
            _ => return malformed("a schema must be a map"),
        }
        let key = (address(schema), self.dialect as u8 * 2 + u8::from(self.relaxed.x_nullable));
        if !top && let Some(known) = self.memory.known.borrow().get(&key) {
            return known.clone();
        }
        if self.depth >= DEEPEST {
            return None;
        }
        self.depth += 1;
        let found = self.map(schema, top);
        self.depth -= 1;
        if !top {
            self.memory.known.borrow_mut().insert(key, found.clone());
        }
        found
    }

    fn map(&mut self, schema: Node<'d>, top: bool) -> Option<Unsound> {
        let mut lost = None;
        for (key, value) in schema.entries() {
            let value = self.view.open(value);
            let found = match self.keyword(key.text, value, schema, top) {
                Some(Unsound::Reference) => {
                    lost = Some(Unsound::Reference);
                    None
                }
                other => other,
            };
            if found.is_some() {
                return found;
            }
        }
        self.types(schema).or(lost)
    }

    /// What the validator cannot make sense of, although it is well formed.
    fn types(&self, schema: Node<'d>) -> Option<Unsound> {
        let says = |key| schema.get(key).filter(|node| node.kind() == Kind::Bool);
        let nullable = says("nullable")
            .or_else(|| says("x-nullable").filter(|node| self.relaxed.x_nullable && node.as_bool() == Some(true)));
        let types = schema.get("type");
        let has_null = types.is_some_and(|types| match types.kind() {
            Kind::List => types.items().any(|one| one.as_str() == Some("null")),
            _ => types.as_str() == Some("null"),
        });
        if has_null {
            let denied = nullable.and_then(Node::as_bool) == Some(false);
            return if denied { malformed("type: null contradicts nullable: false") } else { None };
        }
        if types.is_none() && nullable.is_some() {
            return malformed("\"nullable\" cannot be used without \"type\"");
        }
        let bounds = [("exclusiveMaximum", "maximum"), ("exclusiveMinimum", "minimum")];
        let alone = |(key, needs): &(&str, &str)| schema.get(key).is_some() && schema.get(needs).is_none();
        if self.dialect == Dialect::Draft4 && bounds.iter().any(alone) {
            return malformed("an exclusive bound needs the bound");
        }
        None
    }

    fn keyword(&mut self, key: &str, value: Node<'d>, schema: Node<'d>, top: bool) -> Option<Unsound> {
        let draft4 = self.dialect == Dialect::Draft4;
        match key {
            "$ref" => match value.as_str() {
                Some(text) if self.resolves(text) => None,
                Some(_) => Some(Unsound::Reference),
                None => malformed("$ref must be a string"),
            },
            "properties" | "patternProperties" | "definitions" | "$defs" | "dependentSchemas" => {
                self.named_schemas(key, value)
            }
            "additionalProperties" | "additionalItems" if draft4 && value.kind() == Kind::Bool => None,
            "additionalProperties" | "additionalItems" | "not" => self.schema(value, false),
            "items" if value.kind() == Kind::List && self.dialect != Dialect::Draft2020 => self.schemas(key, value),
            "items" => self.schema(value, false),
            "allOf" | "anyOf" | "oneOf" => self.schemas(key, value),
            "contains" | "propertyNames" | "if" | "then" | "else" | "unevaluatedItems" | "unevaluatedProperties"
                if !draft4 =>
            {
                self.schema(value, false)
            }
            "prefixItems" if self.dialect == Dialect::Draft2020 => self.schemas(key, value),
            "dependencies" => self.dependencies(value),
            "required" if top && self.relaxed.flag_at_root && value.kind() == Kind::Bool => None,
            "required" => names(key, value, draft4),
            _ => self.plain(key, value, schema),
        }
    }

    fn plain(&self, key: &str, value: Node<'d>, _schema: Node<'d>) -> Option<Unsound> {
        let draft4 = self.dialect == Dialect::Draft4;
        let is_number = matches!(value.kind(), Kind::Integer | Kind::Number);
        let fine = match key {
            "title" | "description" => value.kind() == Kind::Text,
            "format" => value.kind() == Kind::Text,
            "multipleOf" => value.as_f64().is_some_and(|number| number > 0.0),
            "maximum" | "minimum" => is_number,
            "exclusiveMaximum" | "exclusiveMinimum" if draft4 => value.kind() == Kind::Bool,
            "exclusiveMaximum" | "exclusiveMinimum" => is_number,
            "maxLength" | "minLength" | "maxItems" | "minItems" | "maxProperties" | "minProperties" => {
                value.as_f64().is_some_and(|number| number >= 0.0 && number.fract() == 0.0)
            }
            "pattern" => value.as_str().is_some_and(|text| self.expressions.is_valid(text)),
            "uniqueItems" => value.kind() == Kind::Bool,
            "readOnly" if !draft4 => value.kind() == Kind::Bool,
            "nullable" => value.kind() == Kind::Bool,
            "writeOnly" | "deprecated" if self.dialect.tracks_evaluation() => value.kind() == Kind::Bool,
            "examples" if !draft4 => value.kind() == Kind::List,
            "type" => is_type(value),
            "enum" => self.is_enumeration(value),
            _ => true,
        };
        if fine { None } else { malformed(&format!("{key} has a value that it cannot have")) }
    }

    fn is_enumeration(&self, value: Node<'d>) -> bool {
        if value.kind() != Kind::List {
            return false;
        }
        let items: Vec<Node<'d>> = self.view.items(value).take(2_000).collect();
        if self.dialect.tracks_evaluation() || items.is_empty() {
            return !items.is_empty();
        }
        let alike = |a: Node<'d>, b: Node<'d>| equal(Subject::Node(a), self.view, Subject::Node(b), self.view);
        items.iter().enumerate().all(|(at, one)| !items.iter().take(at).any(|other| alike(*one, *other)))
    }

    fn named_schemas(&mut self, key: &str, value: Node<'d>) -> Option<Unsound> {
        if value.kind() != Kind::Map {
            return malformed(&format!("{key} must be a map"));
        }
        let mut lost = None;
        for (name, part) in value.entries() {
            if key == "patternProperties" && !self.expressions.is_valid(name.text) {
                return malformed("a name under patternProperties is no pattern");
            }
            match self.schema(part, false) {
                Some(Unsound::Reference) => lost = Some(Unsound::Reference),
                Some(other) => return Some(other),
                None => {}
            }
        }
        lost
    }

    fn schemas(&mut self, key: &str, value: Node<'d>) -> Option<Unsound> {
        if value.kind() != Kind::List || value.items().next().is_none() {
            return malformed(&format!("{key} must be a list with something in it"));
        }
        let mut lost = None;
        for part in value.items() {
            match self.schema(part, false) {
                Some(Unsound::Reference) => lost = Some(Unsound::Reference),
                Some(other) => return Some(other),
                None => {}
            }
        }
        lost
    }

    fn dependencies(&mut self, value: Node<'d>) -> Option<Unsound> {
        if value.kind() != Kind::Map {
            return malformed("dependencies must be a map");
        }
        for (_, part) in value.entries() {
            let found = match part.kind() {
                Kind::List => names("dependencies", part, self.dialect == Dialect::Draft4),
                _ => self.schema(part, false),
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// Whether a reference that was not followed leads to a place inside the schema itself.
    fn resolves(&self, reference: &str) -> bool {
        let Some(fragment) = reference.strip_prefix('#') else {
            return self.is_known(reference);
        };
        if fragment.is_empty() {
            return true;
        }
        let Some(pointer) = fragment.strip_prefix('/').and_then(crate::sources::percent_decoded) else {
            return self.is_known(reference);
        };
        let mut node = self.root;
        for step in pointer.split('/') {
            match self.view.child(node, &step.replace("~1", "/").replace("~0", "~")) {
                Some(next) => node = next,
                None => return false,
            }
        }
        true
    }

    /// Whether some part of the schema calls itself by this name.
    fn is_known(&self, reference: &str) -> bool {
        let bare = reference.trim_start_matches('#');
        super::below(self.root)
            .filter_map(|node| {
                let key = node.key()?.text;
                matches!(key, "$id" | "id" | "$anchor" | "$dynamicAnchor").then(|| node.as_str()).flatten()
            })
            .any(|own| own == reference || own == bare || own.rsplit('/').next() == Some(bare))
    }
}

fn malformed(why: &str) -> Option<Unsound> {
    Some(Unsound::Malformed(format!("schema is invalid: {why}")))
}

fn is_type(value: Node<'_>) -> bool {
    let known = |node: Node<'_>| node.as_str().is_some_and(|text| TYPES.contains(&text));
    match value.kind() {
        Kind::List => {
            let names: Vec<&str> = value.items().filter_map(Node::as_str).collect();
            let unique = names.iter().enumerate().all(|(at, name)| !names.iter().take(at).any(|other| other == name));
            !names.is_empty() && unique && value.items().all(known)
        }
        _ => known(value),
    }
}

fn names(key: &str, value: Node<'_>, draft4: bool) -> Option<Unsound> {
    let texts: Vec<&str> = value.items().filter_map(Node::as_str).collect();
    let unique = texts.iter().enumerate().all(|(at, text)| !texts.iter().take(at).any(|other| other == text));
    let count = value.items().count();
    let fine = value.kind() == Kind::List && texts.len() == count && unique && (count > 0 || !draft4);
    if fine { None } else { malformed(&format!("{key} must be a list of different texts")) }
}
