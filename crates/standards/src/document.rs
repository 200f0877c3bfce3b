//! What does this YAML or JSON text say, and on which line does it say it?
//!
//! The tree is one flat list in the order of the text: a node is followed by everything inside it, and knows how
//! many nodes that is. So nothing here recurses deeper than [`Limits::depth`], dropping a document is dropping a
//! list, and an alias is the copying of a stretch.

mod json_escape;
mod reading;
mod scalar;

use std::{collections::HashMap, fmt, sync::Arc};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fault::Fault;

/// A line and a column of a text, both counted from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

impl Place {
    /// The very beginning of a text.
    pub const START: Place = Place { line: 1, column: 1 };
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// A stretch of a text: from the first character to just after the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// The first character.
    pub start: Place,
    /// Just after the last character.
    pub end: Place,
}

impl Span {
    /// The stretch of no length at a place.
    pub fn empty(at: Place) -> Self {
        Self { start: at, end: at }
    }
}

/// How large a text may be before it is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the text; also of all text values together once aliases are expanded.
    pub bytes: usize,
    /// Levels of lists and maps inside each other. Never more than 500, whatever is asked.
    pub depth: usize,
    /// Nodes in the whole tree, aliases expanded.
    pub nodes: usize,
    /// Nodes that come from aliases.
    pub alias_expansions: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 10 * 1024 * 1024, depth: 100, nodes: 2_000_000, alias_expansions: 100_000 }
    }
}

/// What sort of thing a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// `null`, `~` or nothing at all.
    Null,
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Integer,
    /// A number with a fraction or an exponent.
    Number,
    /// A text.
    Text,
    /// A list.
    List,
    /// A map.
    Map,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Null => "empty",
            Kind::Bool => "true or false",
            Kind::Integer => "a whole number",
            Kind::Number => "a number",
            Kind::Text => "a text",
            Kind::List => "a list",
            Kind::Map => "a map",
        })
    }
}

/// A YAML or JSON text as a tree that remembers where everything was written.
#[derive(Clone, Debug)]
pub struct Document {
    slots: Vec<Slot>,
    name: Arc<str>,
    number: u32,
}

impl Document {
    /// Reads a text within the default [`Limits`].
    ///
    /// # Errors
    /// The first thing that is wrong with the text.
    pub fn parse(text: &str) -> Result<Document, Fault> {
        Self::parse_within(text, &Limits::default())
    }

    /// Reads a text within given limits.
    ///
    /// # Errors
    /// The first thing that is wrong with the text.
    pub fn parse_within(text: &str, limits: &Limits) -> Result<Document, Fault> {
        reading::read(text, limits).map(|slots| Document { slots, name: "".into(), number: 0 })
    }

    /// The same document under the name of its file, as the nth of several.
    pub(crate) fn named(mut self, name: &str, number: u32) -> Self {
        self.name = name.into();
        self.number = number;
        self
    }

    /// The name of the file that it was read from; empty if it was read by itself.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Which of several documents that were read together this is.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Every node, in the order of the text.
    pub fn nodes(&self) -> impl Iterator<Item = Node<'_>> {
        (0..u32::try_from(self.slots.len()).unwrap_or(u32::MAX)).map(|id| self.node(id))
    }

    /// The node that holds everything.
    pub fn root(&self) -> Node<'_> {
        Node { document: self, id: 0 }
    }

    /// The node that a JSON pointer (RFC 6901) leads to.
    pub fn at(&self, pointer: &str) -> Option<Node<'_>> {
        if pointer.is_empty() {
            return Some(self.root());
        }
        let mut node = self.root();
        for step in pointer.strip_prefix('/')?.split('/') {
            let step = step.replace("~1", "/").replace("~0", "~");
            node = match node.kind() {
                Kind::Map => node.get(&step)?,
                Kind::List => node.items().nth(list_position(&step)?)?,
                _ => return None,
            };
        }
        Some(node)
    }

    /// The node with a number that [`Node::id`] gave.
    pub(crate) fn node(&self, id: u32) -> Node<'_> {
        Node { document: self, id }
    }
}

/// One node of a [`Document`].
#[derive(Clone, Copy)]
pub struct Node<'d> {
    document: &'d Document,
    id: u32,
}

impl<'d> Node<'d> {
    /// Where the node begins. A node that came through an alias is where its anchor was written.
    pub fn place(self) -> Place {
        self.slot().map_or(Place::START, |slot| slot.place)
    }

    /// The document that it is in.
    pub fn document(self) -> &'d Document {
        self.document
    }

    /// The stretch of the text that the value takes.
    pub fn span(self) -> Span {
        Span::empty(self.place())
    }

    /// The JSON pointer (RFC 6901) to this node.
    pub fn pointer(self) -> String {
        let mut steps = Vec::new();
        let mut at = self;
        while let Some(parent) = at.parent() {
            steps.push(match at.key() {
                Some(key) => key.text.replace('~', "~0").replace('/', "~1"),
                None => parent.items().take_while(|item| item.id != at.id).count().to_string(),
            });
            at = parent;
        }
        let mut pointer = String::new();
        for step in steps.iter().rev() {
            pointer.push('/');
            pointer.push_str(step);
        }
        pointer
    }

    /// What sort of thing it is.
    pub fn kind(self) -> Kind {
        match self.held() {
            Held::Null => Kind::Null,
            Held::Bool(_) => Kind::Bool,
            Held::Integer(_) => Kind::Integer,
            Held::Number(_) => Kind::Number,
            Held::Text(_) => Kind::Text,
            Held::List => Kind::List,
            Held::Map(_) => Kind::Map,
        }
    }

    /// The text, if it is one.
    pub fn as_str(self) -> Option<&'d str> {
        match self.held() {
            Held::Text(text) => Some(text),
            _ => None,
        }
    }

    /// True or false, if it is one of them.
    pub fn as_bool(self) -> Option<bool> {
        match self.held() {
            Held::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The whole number, if it is one that fits.
    pub fn as_i64(self) -> Option<i64> {
        match self.held() {
            Held::Integer(number) => number.as_i64(),
            _ => None,
        }
    }

    /// The number, whole or not.
    pub fn as_f64(self) -> Option<f64> {
        match self.held() {
            Held::Integer(number) | Held::Number(number) => number.as_f64(),
            _ => None,
        }
    }

    /// The items of a list, in order. Nothing if it is no list.
    pub fn items(self) -> impl Iterator<Item = Node<'d>> {
        self.children(matches!(self.held(), Held::List))
    }

    /// The entries of a map, in the order in which they were written. Nothing if it is no map.
    pub fn entries(self) -> impl Iterator<Item = (Key<'d>, Node<'d>)> {
        self.children(matches!(self.held(), Held::Map(_))).filter_map(|child| child.key().map(|key| (key, child)))
    }

    /// The value at a key of a map.
    pub fn get(self, key: &str) -> Option<Node<'d>> {
        match self.held() {
            Held::Map(Some(index)) => {
                index.get(key).map(|offset| Node { document: self.document, id: self.id + offset })
            }
            Held::Map(None) => self.entries().find(|(entry, _)| entry.text == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The same as a JSON value.
    pub fn to_json(self) -> Value {
        match self.held() {
            Held::Null => Value::Null,
            Held::Bool(value) => Value::Bool(*value),
            Held::Integer(number) | Held::Number(number) => Value::Number(number.clone()),
            Held::Text(text) => Value::String(text.to_string()),
            Held::List => Value::Array(self.items().map(Node::to_json).collect()),
            Held::Map(_) => {
                Value::Object(self.entries().map(|(key, value)| (key.text.to_owned(), value.to_json())).collect())
            }
        }
    }

    /// The node's number: stable within its document, and unlike every other node's.
    pub fn id(self) -> u32 {
        self.id
    }

    /// The key under which the node stands, if it stands in a map.
    pub fn key(self) -> Option<Key<'d>> {
        let (text, place) = self.slot()?.key.as_ref()?;
        Some(Key { text, place: *place })
    }

    /// How many nodes there are from here on down, and how many bytes of text in them.
    pub(crate) fn weight(self) -> (usize, usize) {
        let Some(slot) = self.slot() else {
            return (0, 0);
        };
        let from = self.id as usize;
        let stretch = self.document.slots.get(from..from + slot.size as usize);
        let stretch = stretch.unwrap_or_default();
        (stretch.len(), stretch.iter().map(Slot::bytes).sum())
    }

    /// The list or map that it is in.
    pub fn parent(self) -> Option<Node<'d>> {
        let parent = self.slot()?.parent?;
        Some(self.document.node(parent))
    }

    fn children(self, any: bool) -> impl Iterator<Item = Node<'d>> {
        let size = match self.slot() {
            Some(slot) if any => slot.size,
            _ => 1,
        };
        let end = self.id + size;
        let mut next = self.id + 1;
        std::iter::from_fn(move || {
            if next >= end {
                return None;
            }
            let child = self.document.node(next);
            next += child.slot()?.size;
            Some(child)
        })
    }

    fn slot(self) -> Option<&'d Slot> {
        self.document.slots.get(self.id as usize)
    }

    fn held(self) -> &'d Held {
        self.slot().map_or(&Held::Null, |slot| &slot.held)
    }
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {} ({})", self.kind(), self.pointer(), self.place())
    }
}

/// The key of an entry of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key<'d> {
    /// The key as a text, also if it was written as a number.
    pub text: &'d str,
    place: Place,
}

impl Key<'_> {
    /// Where the key was written.
    pub fn place(self) -> Place {
        self.place
    }

    /// The stretch of the text that the key takes.
    pub fn span(self) -> Span {
        Span::empty(self.place)
    }
}

/// One node as it is kept.
#[derive(Clone, Debug)]
struct Slot {
    key: Option<(Box<str>, Place)>,
    held: Held,
    place: Place,
    parent: Option<u32>,
    /// This node and everything inside it.
    size: u32,
    /// Lists and maps around it.
    depth: u32,
}

impl Slot {
    fn bytes(&self) -> usize {
        let key = self.key.as_ref().map_or(0, |(text, _)| text.len());
        match &self.held {
            Held::Text(text) => key + text.len(),
            _ => key,
        }
    }
}

#[derive(Clone, Debug)]
enum Held {
    Null,
    Bool(bool),
    Integer(serde_json::Number),
    Number(serde_json::Number),
    Text(Box<str>),
    List,
    /// Large maps carry an index from key to distance, which stays true when the stretch is copied.
    Map(Option<Arc<HashMap<Box<str>, u32>>>),
}

fn list_position(step: &str) -> Option<usize> {
    let canonical = step == "0" || !step.starts_with('0');
    if !canonical || !step.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    step.parse().ok()
}
