//! What does this YAML or JSON text say, and on which line does it say it?
//!
//! The tree is one flat list in the order of the text: a node is followed by everything inside it, and knows how
//! many nodes that is. So nothing here recurses deeper than [`Limits::depth`], dropping a document is dropping a
//! list, and an alias is the copying of a stretch.

mod extent;
mod lapse;
mod lines;
mod reading;
mod refusal;
mod scalar;
mod tree;

use std::{
    fmt,
    ops::Range,
    sync::{Arc, OnceLock},
};

use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

use self::tree::{KEYED, NONE, SHADOWED, Slot, TRUE, Tree};
use crate::fault::Fault;

pub use self::lapse::{Lapse, LapseKind};
pub use self::lines::Lines;

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
        Self { bytes: 32 * 1024 * 1024, depth: 100, nodes: 2_000_000, alias_expansions: 100_000 }
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
#[derive(Clone)]
pub struct Document {
    tree: Tree,
    lines: OnceLock<Lines>,
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
        Ok(Self::of_tree(reading::read(text.into(), limits, None)?))
    }

    /// Reads a text within given limits, and reads over what leaves the tree usable: keys written twice, merge keys,
    /// unknown tags and the like. Of those, the first thousand are told, in the order of the text.
    ///
    /// # Errors
    /// The first thing that cannot be read over.
    pub fn read_leniently(text: &str, limits: &Limits) -> Result<(Document, Vec<Lapse>), Fault> {
        let mut lapses = Vec::new();
        let tree = reading::read(text.into(), limits, Some(&mut lapses))?;
        Ok((Self::of_tree(tree), lapses))
    }

    fn of_tree(tree: Tree) -> Document {
        Document { tree, lines: OnceLock::new(), name: "".into(), number: 0 }
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

    /// The same name, to be kept with what is found in it.
    pub(crate) fn shared_name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    /// Which of several documents that were read together this is.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The text as it was written.
    pub fn text(&self) -> &str {
        &self.tree.source
    }

    /// The place of a byte of the text.
    pub fn place_of(&self, byte: usize) -> Place {
        self.lines().place_of(self.text(), byte)
    }

    /// The byte at a place; none if the text has no such line, and the end of the line if it is shorter than that.
    pub fn byte_of(&self, place: Place) -> Option<usize> {
        self.lines().byte_of(self.text(), place)
    }

    /// The places of the first byte of a stretch and of the one just after its last.
    pub fn span_of(&self, bytes: Range<usize>) -> Span {
        Span { start: self.place_of(bytes.start), end: self.place_of(bytes.end) }
    }

    /// Every node, in the order of the text.
    pub fn nodes(&self) -> impl Iterator<Item = Node<'_>> {
        let mut next = 0;
        std::iter::from_fn(move || {
            loop {
                let slot = self.tree.slot(next)?;
                let id = next;
                if slot.is(SHADOWED) {
                    next += slot.size;
                    continue;
                }
                next += 1;
                return Some(self.node(id));
            }
        })
    }

    /// Every node that stands under a key, in the order of the text.
    pub fn nodes_under(&self, key: &str) -> impl Iterator<Item = Node<'_>> {
        let wanted = self.tree.key_number(key);
        let stands_there =
            move |node: &Node<'_>| node.slot().is_some_and(|slot| slot.is(KEYED) && Some(slot.key) == wanted);
        self.nodes().filter(stands_there)
    }

    /// The node that holds everything.
    pub fn root(&self) -> Node<'_> {
        self.node(0)
    }

    /// The node that a JSON pointer (RFC 6901) leads to.
    pub fn at(&self, pointer: &str) -> Option<Node<'_>> {
        if pointer.is_empty() {
            return Some(self.root());
        }
        self.root().child_at(pointer)
    }

    /// The node with a number that [`Node::id`] gave; an empty one if it is no such number.
    pub fn node(&self, id: u32) -> Node<'_> {
        Node { document: self, id }
    }

    fn lines(&self) -> &Lines {
        self.lines.get_or_init(|| Lines::of(self.text()))
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "document {:?} of {} nodes", self.name, self.tree.slots.len())
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
        self.document.place_of(self.bytes().start)
    }

    /// The stretch of the text that the value takes, in bytes: a text with its quotes, a list or map in brackets with
    /// them, any other from its first dash or key to the end of its last value. A value that is not there takes none.
    pub fn bytes(self) -> Range<usize> {
        self.slot().map_or(0..0, |slot| slot.start as usize..slot.end as usize)
    }

    /// The document that it is in.
    pub fn document(self) -> &'d Document {
        self.document
    }

    /// The stretch of the text that the value takes, as [`Node::bytes`] says.
    pub fn span(self) -> Span {
        self.document.span_of(self.bytes())
    }

    /// The JSON pointer (RFC 6901) to this node.
    pub fn pointer(self) -> String {
        let mut steps = Vec::new();
        let mut at = self;
        while let Some(parent) = at.parent() {
            steps.push(match at.key() {
                Some(key) => key.text.replace('~', "~0").replace('/', "~1"),
                None => at.position().unwrap_or_default().to_string(),
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

    /// The node that a JSON pointer (RFC 6901) leads to from here; at least one step.
    pub(crate) fn child_at(self, pointer: &str) -> Option<Node<'d>> {
        let mut node = self;
        for step in pointer.strip_prefix('/')?.split('/') {
            node = match node.kind() {
                Kind::Map if step.contains('~') => node.get(&step.replace("~1", "/").replace("~0", "~"))?,
                Kind::Map => node.get(step)?,
                Kind::List => node.item(list_position(step)?)?,
                _ => return None,
            };
        }
        Some(node)
    }

    /// What sort of thing it is.
    pub fn kind(self) -> Kind {
        self.slot().map_or(Kind::Null, |slot| slot.kind)
    }

    /// The text, if it is one.
    pub fn as_str(self) -> Option<&'d str> {
        let slot = self.slot().filter(|slot| slot.kind == Kind::Text)?;
        Some(self.document.tree.text(slot))
    }

    /// True or false, if it is one of them.
    pub fn as_bool(self) -> Option<bool> {
        self.slot().filter(|slot| slot.kind == Kind::Bool).map(|slot| slot.is(TRUE))
    }

    /// The whole number, if it is one that fits.
    pub fn as_i64(self) -> Option<i64> {
        if self.kind() == Kind::Integer { self.number()?.as_i64() } else { None }
    }

    /// The number, whole or not.
    pub fn as_f64(self) -> Option<f64> {
        self.number()?.as_f64()
    }

    /// The items of a list, in order. Nothing if it is no list.
    pub fn items(self) -> impl Iterator<Item = Node<'d>> {
        self.children(self.kind() == Kind::List)
    }

    /// The item at a position of a list, counted from 0.
    pub fn item(self, position: usize) -> Option<Node<'d>> {
        self.items().nth(position)
    }

    /// The entries of a map, in the order in which they were written. Nothing if it is no map.
    pub fn entries(self) -> impl Iterator<Item = (Key<'d>, Node<'d>)> {
        self.children(self.kind() == Kind::Map).filter_map(|child| child.key().map(|key| (key, child)))
    }

    /// The value at a key of a map.
    pub fn get(self, key: &str) -> Option<Node<'d>> {
        let slot = self.slot().filter(|slot| slot.kind == Kind::Map)?;
        let tree = &self.document.tree;
        let key = tree.key_number(key)?;
        match tree.indexed_entry(slot, key) {
            Some(distance) => distance.map(|distance| self.document.node(self.id + distance)),
            None => self.children(true).find(|child| child.slot().is_some_and(|slot| slot.key == key)),
        }
    }

    /// The same as a JSON value.
    pub fn to_json(self) -> Value {
        match self.kind() {
            Kind::Null => Value::Null,
            Kind::Bool => Value::Bool(self.as_bool().unwrap_or_default()),
            Kind::Integer | Kind::Number => self.number().map_or(Value::Null, Value::Number),
            Kind::Text => Value::String(self.as_str().unwrap_or_default().to_owned()),
            Kind::List => Value::Array(self.items().map(Node::to_json).collect()),
            Kind::Map => {
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
        let slot = self.slot().filter(|slot| slot.is(KEYED))?;
        Some(Key { text: self.document.tree.key(slot.key), node: self })
    }

    /// The position at which the node stands, from 0, if it stands in a list.
    pub fn position(self) -> Option<usize> {
        let slot = self.slot().filter(|slot| slot.parent != NONE && !slot.is(KEYED))?;
        Some(slot.key as usize)
    }

    /// How many nodes there are from here on down, and how many bytes of text in them.
    pub(crate) fn weight(self) -> (usize, usize) {
        let from = self.id as usize;
        let size = self.slot().map_or(0, |slot| slot.size as usize);
        let tree = &self.document.tree;
        let stretch = tree.slots.get(from..from + size).unwrap_or_default();
        (stretch.len(), stretch.iter().map(|slot| tree.weight(slot)).sum())
    }

    /// The list or map that it is in.
    pub fn parent(self) -> Option<Node<'d>> {
        let parent = self.slot()?.parent;
        (parent != NONE).then(|| self.document.node(parent))
    }

    fn number(self) -> Option<Number> {
        let slot = self.slot().filter(|slot| matches!(slot.kind, Kind::Integer | Kind::Number))?;
        scalar::number(self.document.tree.text(slot))
    }

    /// What stands right inside a list or map, in order.
    pub(crate) fn inside(self) -> Children<'d> {
        self.children(matches!(self.kind(), Kind::List | Kind::Map))
    }

    fn children(self, any: bool) -> Children<'d> {
        let size = match self.slot() {
            Some(slot) if any => slot.size,
            _ => 1,
        };
        Children { around: self, next: self.id + 1, end: self.id + size }
    }

    fn slot(self) -> Option<&'d Slot> {
        self.document.tree.slot(self.id)
    }
}

/// The nodes right inside a list or map.
pub(crate) struct Children<'d> {
    around: Node<'d>,
    next: u32,
    end: u32,
}

impl<'d> Iterator for Children<'d> {
    type Item = Node<'d>;

    fn next(&mut self) -> Option<Node<'d>> {
        while self.next < self.end {
            let child = self.around.document.node(self.next);
            let slot = child.slot()?;
            self.next += slot.size;
            if !slot.is(SHADOWED) {
                return Some(child);
            }
        }
        None
    }

    /// Long lists know where each item is.
    fn nth(&mut self, mut skipped: usize) -> Option<Node<'d>> {
        let document = self.around.document;
        if self.next == self.around.id + 1
            && let Some(slot) = self.around.slot().filter(|slot| slot.kind == Kind::List)
            && let Some(distance) = document.tree.item(slot, skipped)
        {
            let item = distance.map(|distance| document.node(self.around.id + distance));
            self.next = item.and_then(Node::slot).zip(item).map_or(self.end, |(slot, item)| item.id + slot.size);
            return item.filter(|item| item.id < self.end);
        }
        while skipped > 0 {
            self.next()?;
            skipped -= 1;
        }
        self.next()
    }
}

impl PartialEq for Node<'_> {
    /// Whether both are the same node of the same document.
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && std::ptr::eq(self.document, other.document)
    }
}

impl Eq for Node<'_> {}

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
    /// The value below it.
    node: Node<'d>,
}

impl Key<'_> {
    /// Where the key was written.
    pub fn place(self) -> Place {
        self.node.document.place_of(self.bytes().start)
    }

    /// The stretch of the text that the key takes, in bytes, with its quotes.
    pub fn bytes(self) -> Range<usize> {
        let start = |slot: &Slot| slot.key_start as usize..slot.key_start as usize + usize::from(slot.key_len);
        self.node.slot().map_or(0..0, start)
    }

    /// The stretch of the text that the key takes, with its quotes.
    pub fn span(self) -> Span {
        self.node.document.span_of(self.bytes())
    }
}

fn list_position(step: &str) -> Option<usize> {
    let canonical = step == "0" || !step.starts_with('0');
    if !canonical || !step.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    step.parse().ok()
}
