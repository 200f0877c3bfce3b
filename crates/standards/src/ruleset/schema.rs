//! Does a value keep to a JSON Schema, and what exactly is said if it does not?
//!
//! Rulesets are written against the answers of one validator, so not only the verdict matters but also which violation
//! comes first, how many are told and where each one is. Keywords are therefore asked in that validator's order: those
//! for any value, then those for numbers, texts, lists and maps. Schema and value are walked where they lie, through
//! followed references if the view follows them; nothing is written out, and both may be endless.

mod apply;
mod assertion;
mod format;
mod improve;
mod renaming;
mod soundness;

use std::{cell::RefCell, collections::HashMap};

pub(crate) use improve::{cleaned, improved, nearest};
pub(crate) use soundness::{Soundness, Unsound};

use super::{
    ecmascript::Subject,
    expression::Expressions,
    library,
    view::{Address, View, address},
};
use crate::document::{Kind, Node};

/// How deep schemas may be applied inside each other.
const DEEPEST: u32 = 200;
/// How many violations are kept.
const MOST_VIOLATIONS: usize = 10_000;

/// The edition of JSON Schema that a schema is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Draft4,
    Draft6,
    Draft7,
    Draft2019,
    Draft2020,
}

impl Dialect {
    /// The dialect of a name.
    pub(crate) fn named(name: &str) -> Option<Dialect> {
        match name {
            "draft4" => Some(Dialect::Draft4),
            "draft6" => Some(Dialect::Draft6),
            "draft7" => Some(Dialect::Draft7),
            "draft2019-09" => Some(Dialect::Draft2019),
            "draft2020-12" => Some(Dialect::Draft2020),
            _ => None,
        }
    }

    fn tracks_evaluation(self) -> bool {
        matches!(self, Dialect::Draft2019 | Dialect::Draft2020)
    }
}

/// One way in which a value does not keep to its schema.
#[derive(Clone, Debug)]
pub(crate) struct Violation {
    /// The keyword that is violated.
    pub(crate) keyword: &'static str,
    /// The JSON pointer to the value, from the value that was asked about.
    pub(crate) instance: String,
    /// What is wrong.
    pub(crate) message: String,
    /// What else is known about it.
    pub(crate) detail: Detail,
    /// The schema whose keyword it is.
    holder: Address,
    /// The schema that is compiled as one piece with it: errors of others are not replaced by its `errorMessage`.
    piece: Address,
}

/// What a violation says beyond its message.
#[derive(Clone, Debug, Default)]
pub(crate) struct Detail {
    /// A property that is too many.
    pub(crate) property: Option<String>,
    /// The values that are allowed: each as JSON, and as a text if it is one.
    pub(crate) allowed: Vec<(String, Option<String>)>,
    /// Whether more than one branch of `oneOf` matched.
    pub(crate) several_matched: bool,
}

/// A schema to hold values against.
#[derive(Clone, Copy)]
pub(crate) struct Schema<'d> {
    /// The schema itself, which `#` means.
    pub(crate) root: Node<'d>,
    /// How the schema is seen.
    pub(crate) view: View<'d>,
    /// What it is written in.
    pub(crate) dialect: Dialect,
    /// Whether all violations are told, or the first alone.
    pub(crate) all: bool,
    /// Required properties that are not missed, since they are only read or only written.
    pub(crate) relaxed: Relaxed,
    /// Whether what a reference leads to counts as part of the schema that refers, if it refers to nothing itself.
    pub(crate) inlines: bool,
}

/// Which properties a `required` list does not demand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Relaxed {
    /// Those with `readOnly: true`.
    pub(crate) read_only: bool,
    /// Those with `writeOnly: true`.
    pub(crate) write_only: bool,
    /// `required: true` beside the schema of a parameter of OpenAPI 2 says nothing about properties.
    pub(crate) flag_at_root: bool,
    /// `x-nullable` is read, as in OpenAPI 2.
    pub(crate) x_nullable: bool,
}

/// A validation on its way.
pub(crate) struct Run<'a, 'd> {
    schema: Schema<'d>,
    view: View<'d>,
    expressions: &'a Expressions,
    places: Vec<Place<'d>>,
    violations: Vec<Violation>,
    depth: u32,
    memory: RefCell<HashMap<(Address, String), Option<Node<'d>>>>,
}

/// One step from the value that was asked about.
#[derive(Clone, Copy)]
enum Place<'d> {
    Key(&'d str),
    Item(usize),
}

/// Where a schema stands while it is applied.
#[derive(Clone, Copy)]
struct Scope<'d> {
    /// The schema of which the current one is an inlined part.
    piece: Address,
    /// What `#` means here.
    root: Node<'d>,
    /// Whether a branch is tried out: then the first violation does not end everything.
    tried: bool,
    /// Whether all violations are told here.
    all: bool,
    /// Whether the schema is under a `not`.
    negated: bool,
    /// The outermost schema around that calls itself `meta`, which `$dynamicRef` means.
    meta: Option<Node<'d>>,
}

/// What has been looked at by other keywords: for `unevaluatedProperties` and `unevaluatedItems`.
#[derive(Clone, Debug, Default)]
struct Seen<'d> {
    every_property: bool,
    properties: Vec<&'d str>,
    every_item: bool,
    items: usize,
    /// Whether it depends on the value what is in here, not on the schema alone.
    depends: bool,
}

impl<'d> Seen<'d> {
    fn merge(&mut self, other: Seen<'d>) {
        self.depends |= other.depends;
        self.every_property |= other.every_property;
        self.properties.extend(other.properties);
        self.every_item |= other.every_item;
        self.items = self.items.max(other.items);
    }
}

/// Holds a value against a schema.
pub(crate) fn violations<'d>(
    schema: Schema<'d>,
    value: Subject<'d>,
    view: View<'d>,
    expressions: &Expressions,
) -> Vec<Violation> {
    let mut run = Run {
        schema,
        view,
        expressions,
        places: Vec::new(),
        violations: Vec::new(),
        depth: 0,
        memory: RefCell::default(),
    };
    let root = schema.view.open(schema.root);
    let scope = Scope { piece: address(root), root, tried: false, all: schema.all, negated: false, meta: None };
    run.holds(root, value, scope, None);
    run.violations
}

impl<'d> Run<'_, 'd> {
    /// Whether a value keeps to a schema. Violations are added to the list.
    fn holds(&mut self, schema: Node<'d>, value: Subject<'d>, scope: Scope<'d>, seen: Option<&mut Seen<'d>>) -> bool {
        let schema = self.schema.view.open(schema);
        match schema.kind() {
            Kind::Bool if schema.as_bool() == Some(false) => {
                self.say(schema, scope, "false schema", "boolean schema is false".to_owned(), Detail::default());
                false
            }
            // Each application costs fuel: what `allOf` doubles on each level would else go on for ever.
            Kind::Map if self.depth < DEEPEST && self.view.may_look() => {
                self.depth += 1;
                let holds = self.map_holds(schema, value, scope, seen);
                self.depth -= 1;
                holds
            }
            _ => true,
        }
    }

    fn map_holds(
        &mut self,
        schema: Node<'d>,
        value: Subject<'d>,
        mut scope: Scope<'d>,
        seen: Option<&mut Seen<'d>>,
    ) -> bool {
        let before = self.violations.len();
        if scope.meta.is_none() && schema.get("$dynamicAnchor").and_then(Node::as_str) == Some("meta") {
            scope.meta = Some(schema);
        }
        let tracks = self.schema.dialect.tracks_evaluation();
        let wants =
            tracks && (seen.is_some() || has(schema, "unevaluatedProperties") || has(schema, "unevaluatedItems"));
        let mut own = wants.then(Seen::default);
        self.keywords_hold(schema, value, scope, own.as_mut());
        if scope.all && self.violations.len() > before && has(schema, "errorMessage") {
            self.rename(schema, scope, before);
        }
        if let (Some(seen), Some(own)) = (seen, own) {
            seen.merge(own);
        }
        self.violations.len() == before
    }

    /// The groups of keywords, one after the other, as far as the value and the violations so far allow.
    fn keywords_hold(
        &mut self,
        schema: Node<'d>,
        value: Subject<'d>,
        scope: Scope<'d>,
        mut seen: Option<&mut Seen<'d>>,
    ) {
        let before = self.violations.len();
        if has(schema, "$ref") && !has_more_than_reference(schema) {
            self.reference(schema, value, scope, seen);
            return;
        }
        let nullable = self.nullable(schema);
        let types = Types::of(schema, nullable);
        let first = !types.is_empty() && !types.single().is_some_and(|one| has_group(schema, one));
        if first && !types.allow(value) {
            self.wrong_type(schema, scope);
            if !scope.all && !scope.tried {
                return;
            }
        }
        for group in Group::ALL {
            if !group.is_in(schema) {
                continue;
            }
            if group.fits(value) {
                self.group(group, schema, value, scope, seen.as_deref_mut());
            } else if !first && types.single() == group.type_name() && group.type_name().is_some() {
                self.wrong_type(schema, scope);
            }
            if !scope.all && self.violations.len() > before {
                return;
            }
        }
    }

    fn group(
        &mut self,
        group: Group,
        schema: Node<'d>,
        value: Subject<'d>,
        scope: Scope<'d>,
        seen: Option<&mut Seen<'d>>,
    ) {
        match group {
            Group::Any => self.any(schema, value, scope, seen),
            Group::Number => self.number(schema, value, scope),
            Group::Text => self.text(schema, value, scope),
            Group::List => self.list(schema, value, scope, seen),
            Group::Map => self.map(schema, value, scope, seen),
        }
    }

    fn wrong_type(&mut self, schema: Node<'d>, scope: Scope<'d>) {
        let types = schema.get("type").map(|types| match types.kind() {
            Kind::List => types.items().filter_map(Node::as_str).collect::<Vec<_>>().join(","),
            _ => types.as_str().unwrap_or_default().to_owned(),
        });
        let mut message = format!("must be {}", types.unwrap_or_default());
        if self.nullable(schema) {
            message.push_str(",null");
        }
        self.say(schema, scope, "type", message, Detail::default());
    }

    fn nullable(&self, schema: Node<'d>) -> bool {
        let says = |key| schema.get(key).and_then(Node::as_bool) == Some(true);
        says("nullable") || (self.schema.relaxed.x_nullable && says("x-nullable"))
    }

    fn say(&mut self, holder: Node<'d>, scope: Scope<'d>, keyword: &'static str, message: String, detail: Detail) {
        if self.violations.len() >= MOST_VIOLATIONS {
            return;
        }
        let instance = self.instance();
        let (holder, piece) = (address(holder), scope.piece);
        self.violations.push(Violation { keyword, instance, message, detail, holder, piece });
    }

    fn instance(&self) -> String {
        let mut pointer = String::new();
        for place in &self.places {
            pointer.push('/');
            match place {
                Place::Key(key) => pointer.push_str(&key.replace('~', "~0").replace('/', "~1")),
                Place::Item(position) => pointer.push_str(&position.to_string()),
            }
        }
        pointer
    }

    /// The schema that a reference inside the schema names.
    fn target(&self, reference: &str, scope: Scope<'d>) -> Option<(Node<'d>, Node<'d>)> {
        let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let root = if file.is_empty() {
            scope.root
        } else {
            match library::named(file).or_else(|| library::relative(scope.root, file)) {
                Some(document) => document.root(),
                None => return self.identified(scope.root, file).map(|node| (node, scope.root)),
            }
        };
        if fragment.is_empty() {
            return Some((root, root));
        }
        if let Some(pointer) = fragment.strip_prefix('/') {
            let pointer = crate::sources::percent_decoded(pointer)?;
            let mut steps = pointer.split('/').map(|step| step.replace("~1", "/").replace("~0", "~"));
            let inside = steps.try_fold(root, |node, step| self.schema.view.child(node, &step));
            // A circle of references through the whole contract, of which the schema is only a part.
            let around =
                || Some(root.document().root()).filter(|_| file.is_empty())?.document().at(&format!("/{pointer}"));
            return Some((inside.or_else(around)?, root));
        }
        self.anchored(root, fragment).map(|node| (node, root))
    }

    fn identified(&self, root: Node<'d>, id: &str) -> Option<Node<'d>> {
        self.remembered(root, id, |node| {
            let own = node.get("$id").or_else(|| node.get("id")).and_then(Node::as_str);
            own.is_some_and(|own| own == id || own.rsplit('/').next() == Some(id))
        })
    }

    fn anchored(&self, root: Node<'d>, anchor: &str) -> Option<Node<'d>> {
        self.remembered(root, anchor, |node| {
            let own = node.get("$anchor").or_else(|| node.get("$dynamicAnchor")).and_then(Node::as_str);
            let old = node.get("$id").or_else(|| node.get("id")).and_then(Node::as_str);
            own == Some(anchor) || old.and_then(|old| old.strip_prefix('#')) == Some(anchor)
        })
    }

    fn remembered(&self, root: Node<'d>, name: &str, is_it: impl Fn(Node<'d>) -> bool) -> Option<Node<'d>> {
        let key = (address(root), name.to_owned());
        if let Some(found) = self.memory.borrow().get(&key) {
            return *found;
        }
        let found = below(root).filter(|node| node.kind() == Kind::Map).find(|node| is_it(*node));
        self.memory.borrow_mut().insert(key, found);
        found
    }
}

/// Keywords that are asked together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Any,
    Number,
    Text,
    List,
    Map,
}

impl Group {
    const ALL: [Group; 5] = [Group::Any, Group::Number, Group::Text, Group::List, Group::Map];

    fn keywords(self) -> &'static [&'static str] {
        match self {
            Group::Any => {
                &["$ref", "$dynamicRef", "$recursiveRef", "const", "enum", "not", "anyOf", "oneOf", "allOf", "if"]
            }
            Group::Number => &["maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum", "multipleOf", "format"],
            Group::Text => &["maxLength", "minLength", "pattern", "format"],
            Group::List => &[
                "maxItems",
                "minItems",
                "prefixItems",
                "additionalItems",
                "items",
                "contains",
                "uniqueItems",
                "unevaluatedItems",
            ],
            Group::Map => &[
                "maxProperties",
                "minProperties",
                "required",
                "propertyNames",
                "additionalProperties",
                "dependencies",
                "properties",
                "patternProperties",
                "dependentRequired",
                "dependentSchemas",
                "unevaluatedProperties",
            ],
        }
    }

    fn is_in(self, schema: Node<'_>) -> bool {
        self.keywords().iter().any(|keyword| has(schema, keyword))
    }

    fn type_name(self) -> Option<&'static str> {
        match self {
            Group::Any => None,
            Group::Number => Some("number"),
            Group::Text => Some("string"),
            Group::List => Some("array"),
            Group::Map => Some("object"),
        }
    }

    fn fits(self, value: Subject<'_>) -> bool {
        match self {
            Group::Any => true,
            Group::Number => matches!(value.kind(), Some(Kind::Integer | Kind::Number)),
            Group::Text => value.kind() == Some(Kind::Text),
            Group::List => value.kind() == Some(Kind::List),
            Group::Map => value.kind() == Some(Kind::Map),
        }
    }
}

/// A node and everything inside it, in the order of the text.
fn below(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let count = u32::try_from(node.weight().0).unwrap_or(u32::MAX);
    (node.id()..node.id().saturating_add(count)).map(move |id| node.document().node(id))
}

fn has(schema: Node<'_>, keyword: &str) -> bool {
    schema.get(keyword).is_some()
}

fn has_group(schema: Node<'_>, type_name: &str) -> bool {
    Group::ALL.iter().any(|group| group.type_name() == Some(type_name) && group.is_in(schema))
}

/// Whether there are keywords with a meaning beside `$ref`.
fn has_more_than_reference(schema: Node<'_>) -> bool {
    schema.entries().any(|(key, _)| {
        key.text != "$ref"
            && (matches!(key.text, "type" | "nullable" | "then" | "else" | "errorMessage")
                || Group::ALL.iter().any(|group| group.keywords().contains(&key.text)))
    })
}

/// The types that a schema allows.
struct Types<'d> {
    names: Vec<&'d str>,
}

impl<'d> Types<'d> {
    fn of(schema: Node<'d>, nullable: bool) -> Types<'d> {
        let mut names: Vec<&str> = match schema.get("type") {
            Some(types) if types.kind() == Kind::List => types.items().filter_map(Node::as_str).collect(),
            Some(types) => types.as_str().into_iter().collect(),
            None => Vec::new(),
        };
        if !names.is_empty() && nullable && !names.contains(&"null") {
            names.push("null");
        }
        Types { names }
    }

    fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    fn single(&self) -> Option<&'d str> {
        match self.names.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    fn allow(&self, value: Subject<'_>) -> bool {
        self.names.iter().any(|name| match *name {
            "null" => value.kind() == Some(Kind::Null),
            "boolean" => value.kind() == Some(Kind::Bool),
            "string" => value.kind() == Some(Kind::Text),
            "array" => value.kind() == Some(Kind::List),
            "object" => value.kind() == Some(Kind::Map),
            "number" => matches!(value.kind(), Some(Kind::Integer | Kind::Number)),
            "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
            _ => true,
        })
    }
}
