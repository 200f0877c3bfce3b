//! Is a schema itself well formed, so that values can be held against it?
//!
//! A schema that is not gives one finding where it stands, and none of what it would have said. Schemas of a contract
//! refer to each other a great deal, so every part is looked at once and the answer kept.

use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
};

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

/// What is wrong with a schema and everything inside it.
#[derive(Clone, Debug, Default)]
struct Flaws {
    /// It breaks a rule of the dialect. That is told once for each schema; then values are held against it all the same.
    malformed: Option<String>,
    /// The first thing of which no sense can be made. That is told for every value.
    thrown: Option<Thrown>,
}

/// Of what no sense can be made.
#[derive(Clone, Debug)]
enum Thrown {
    /// A keyword.
    Unusable(String),
    /// A reference that leads nowhere.
    Reference,
}

impl Flaws {
    fn malformed(why: impl Into<String>) -> Flaws {
        Flaws { malformed: Some(format!("schema is invalid: {}", why.into())), ..Flaws::default() }
    }

    fn unusable(why: impl Into<String>) -> Flaws {
        Flaws { thrown: Some(Thrown::Unusable(why.into())), ..Flaws::default() }
    }

    /// A value of the wrong kind breaks the dialect's rule and makes no sense either.
    fn senseless(why: impl Into<String>) -> Flaws {
        let why = why.into();
        Flaws { thrown: Some(Thrown::Unusable(why.clone())), ..Flaws::malformed(why) }
    }

    fn and(mut self, other: Flaws) -> Flaws {
        self.malformed = self.malformed.or(other.malformed);
        self.thrown = self.thrown.or(other.thrown);
        self
    }
}

/// What was found out about the schemas of a document.
#[derive(Default)]
pub(crate) struct Soundness {
    known: RefCell<HashMap<(Address, u8), Flaws>>,
    /// Schemas of rulesets that values were held against before.
    used: RefCell<HashSet<(Address, bool)>>,
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
    /// Why no value can be held against a schema, the first time or again.
    pub(crate) fn of<'d>(
        &self,
        schema: Node<'d>,
        view: View<'d>,
        (dialect, relaxed): (Dialect, Relaxed),
        expressions: &Expressions,
        again: bool,
    ) -> Option<Unsound> {
        let mut search = Search { memory: self, view, dialect, relaxed, expressions, root: schema, depth: 0 };
        let flaws = search.schema(schema, true);
        match (flaws.malformed.filter(|_| !again), flaws.thrown) {
            (Some(why), _) | (None, Some(Thrown::Unusable(why))) => Some(Unsound::Malformed(why)),
            (None, Some(Thrown::Reference)) => Some(Unsound::Reference),
            (None, None) => None,
        }
    }

    /// Whether a schema of a ruleset was used before; from now on it was.
    pub(crate) fn was_used(&self, schema: Node<'_>, all: bool) -> bool {
        !self.used.borrow_mut().insert((address(schema), all))
    }
}

impl<'d> Search<'_, 'd> {
    fn schema(&mut self, schema: Node<'d>, top: bool) -> Flaws {
        let schema = self.view.open(schema);
        match schema.kind() {
            Kind::Map => {}
            Kind::Bool if self.dialect != Dialect::Draft4 => return Flaws::default(),
            Kind::Null => return Flaws::senseless("a schema must be a map, not empty"),
            _ => return Flaws::malformed("a schema must be a map"),
        }
        let key = (address(schema), self.dialect as u8 * 2 + u8::from(self.relaxed.x_nullable));
        if !top && let Some(known) = self.memory.known.borrow().get(&key) {
            return known.clone();
        }
        if self.depth >= DEEPEST {
            return Flaws::default();
        }
        self.depth += 1;
        let mut found = self.types(schema);
        // A reference is looked up before anything beside it.
        if let Some(reference) = schema.get("$ref") {
            found = found.and(self.keyword("$ref", reference, top));
        }
        for (key, value) in schema.entries().filter(|(key, _)| key.text != "$ref") {
            let mut flaws = self.keyword(key.text, self.view.open(value), top);
            // A condition without consequences, and consequences without a condition, are not made sense of.
            let idle = match key.text {
                "if" => schema.get("then").is_none() && schema.get("else").is_none(),
                "then" | "else" => schema.get("if").is_none(),
                _ => false,
            };
            if idle {
                flaws.thrown = None;
            }
            found = found.and(flaws);
        }
        self.depth -= 1;
        if !top {
            self.memory.known.borrow_mut().insert(key, found.clone());
        }
        found
    }

    /// What the validator cannot make sense of, although it is well formed.
    fn types(&self, schema: Node<'d>) -> Flaws {
        let says = |key| schema.get(key).filter(|node| node.kind() == Kind::Bool);
        let nullable = says("nullable")
            .or_else(|| says("x-nullable").filter(|node| self.relaxed.x_nullable && node.as_bool() == Some(true)));
        let types = schema.get("type");
        let has_null = types.is_some_and(|types| match types.kind() {
            Kind::List => types.items().any(|one| one.as_str() == Some("null")),
            _ => types.as_str() == Some("null"),
        });
        if has_null && nullable.and_then(Node::as_bool) == Some(false) {
            return Flaws::unusable("type: null contradicts nullable: false");
        }
        if types.is_none() && nullable.is_some() {
            return Flaws::unusable("\"nullable\" cannot be used without \"type\"");
        }
        let bounds = [("exclusiveMaximum", "maximum"), ("exclusiveMinimum", "minimum")];
        let alone = |(key, needs): &(&str, &str)| schema.get(key).is_some() && schema.get(needs).is_none();
        if self.dialect == Dialect::Draft4 && bounds.iter().any(alone) {
            return Flaws::senseless("an exclusive bound needs the bound");
        }
        Flaws::default()
    }

    fn keyword(&mut self, key: &str, value: Node<'d>, top: bool) -> Flaws {
        let draft4 = self.dialect == Dialect::Draft4;
        match key {
            "$ref" => match value.as_str() {
                Some(text) if self.resolves(text) => Flaws::default(),
                Some(_) => Flaws { thrown: Some(Thrown::Reference), ..Flaws::default() },
                None => Flaws::senseless("$ref must be a string"),
            },
            // What is only kept for references is not made sense of.
            "definitions" | "$defs" => {
                Flaws { malformed: self.named_schemas(key, value).malformed, ..Flaws::default() }
            }
            "properties" | "patternProperties" | "dependentSchemas" => self.named_schemas(key, value),
            "additionalProperties" | "additionalItems" if draft4 && value.kind() == Kind::Bool => Flaws::default(),
            "items" if value.kind() == Kind::List && self.dialect != Dialect::Draft2020 => self.schemas(key, value),
            "additionalProperties" | "additionalItems" | "not" | "items" => self.applied(key, value),
            "allOf" | "anyOf" | "oneOf" => self.schemas(key, value),
            // Draft 4 does not know these, but the validator does.
            "contains" | "propertyNames" | "if" | "then" | "else" if draft4 => {
                Flaws { malformed: None, ..self.applied(key, value) }
            }
            "contains" | "propertyNames" | "if" | "then" | "else" | "unevaluatedItems" | "unevaluatedProperties"
                if !draft4 =>
            {
                self.applied(key, value)
            }
            "prefixItems" if self.dialect == Dialect::Draft2020 => self.schemas(key, value),
            "dependencies" => self.dependencies(value),
            "required" if top && self.relaxed.flag_at_root && value.kind() == Kind::Bool => Flaws::default(),
            "required" => names(key, value, draft4),
            _ => self.plain(key, value),
        }
    }

    /// A schema that is applied must be a map, or true or false.
    fn applied(&mut self, key: &str, value: Node<'d>) -> Flaws {
        match value.kind() {
            Kind::Map | Kind::Bool => self.schema(value, false),
            _ => Flaws::senseless(format!("{key} must be a schema")),
        }
    }

    fn plain(&self, key: &str, value: Node<'d>) -> Flaws {
        let draft4 = self.dialect == Dialect::Draft4;
        let is_number = matches!(value.kind(), Kind::Integer | Kind::Number);
        let is = |kind: Kind| value.kind() == kind;
        // Whether it is of the right kind, and whether it has a value that the dialect allows.
        let (kind, fine) = match key {
            "title" | "description" => (true, is(Kind::Text)),
            "format" => (is(Kind::Text), true),
            "multipleOf" => (is_number, value.as_f64().is_some_and(|number| number > 0.0)),
            "maximum" | "minimum" => (is_number, true),
            "exclusiveMaximum" | "exclusiveMinimum" if draft4 => (is(Kind::Bool), true),
            "exclusiveMaximum" | "exclusiveMinimum" => (is_number, true),
            "maxLength" | "minLength" | "maxItems" | "minItems" | "maxProperties" | "minProperties" => {
                (is_number, value.as_f64().is_some_and(|number| number >= 0.0 && number.fract() == 0.0))
            }
            "pattern" => (value.as_str().is_some_and(|text| self.expressions.is_valid(text)), true),
            "uniqueItems" | "nullable" => (is(Kind::Bool), true),
            "readOnly" if !draft4 => (true, is(Kind::Bool)),
            "writeOnly" | "deprecated" if self.dialect.tracks_evaluation() => (true, is(Kind::Bool)),
            "examples" if !draft4 => (true, is(Kind::List)),
            "type" => is_type(value),
            "enum" => (is(Kind::List) && value.items().next().is_some(), self.is_enumeration(value)),
            _ => (true, true),
        };
        let why = || format!("{key} has a value that it cannot have");
        match (kind, fine) {
            (false, _) if draft4 && key == "format" => Flaws::unusable(why()),
            (false, _) => Flaws::senseless(why()),
            (true, false) => Flaws::malformed(why()),
            (true, true) => Flaws::default(),
        }
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

    fn named_schemas(&mut self, key: &str, value: Node<'d>) -> Flaws {
        if value.kind() != Kind::Map {
            return Flaws::senseless(format!("{key} must be a map"));
        }
        let mut found = Flaws::default();
        for (name, part) in value.entries() {
            if key == "patternProperties" && !self.expressions.is_valid(name.text) {
                found = found.and(Flaws::senseless("a name under patternProperties is no pattern"));
            }
            found = found.and(self.schema(part, false));
        }
        found
    }

    fn schemas(&mut self, key: &str, value: Node<'d>) -> Flaws {
        if value.kind() != Kind::List {
            return Flaws::senseless(format!("{key} must be a list"));
        }
        let mut found = Flaws::default();
        if value.items().next().is_none() {
            found = Flaws::malformed(format!("{key} must be a list with something in it"));
        }
        for part in value.items() {
            found = found.and(self.schema(part, false));
        }
        found
    }

    fn dependencies(&mut self, value: Node<'d>) -> Flaws {
        if value.kind() != Kind::Map {
            return Flaws::senseless("dependencies must be a map");
        }
        let draft4 = self.dialect == Dialect::Draft4;
        value.entries().fold(Flaws::default(), |found, (_, part)| {
            found.and(match part.kind() {
                Kind::List => names("dependencies", part, draft4),
                _ => self.schema(part, false),
            })
        })
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

/// Whether a `type` can be made sense of, and whether it names types only once.
fn is_type(value: Node<'_>) -> (bool, bool) {
    let known = |node: Node<'_>| node.as_str().is_some_and(|text| TYPES.contains(&text));
    if value.kind() != Kind::List {
        return (known(value), true);
    }
    let names: Vec<&str> = value.items().filter_map(Node::as_str).collect();
    let unique = names.iter().enumerate().all(|(at, name)| !names.iter().take(at).any(|other| other == name));
    (value.items().all(known), unique && !names.is_empty())
}

fn names(key: &str, value: Node<'_>, draft4: bool) -> Flaws {
    if value.kind() != Kind::List {
        return Flaws::senseless(format!("{key} must be a list"));
    }
    let texts: Vec<&str> = value.items().filter_map(Node::as_str).collect();
    let unique = texts.iter().enumerate().all(|(at, text)| !texts.iter().take(at).any(|other| other == text));
    let count = value.items().count();
    if texts.len() == count && unique && (count > 0 || !draft4) {
        Flaws::default()
    } else {
        Flaws::malformed(format!("{key} must be a list of different texts"))
    }
}
