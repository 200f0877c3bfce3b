//! Do two schemas accept the same values, whatever they are called and however they are written down?

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
};

use crate::document::Node;

use super::{
    book::{Book, Schema},
    flattening::levelled,
    keyword::{Holds, Keyword},
    schemas::Schemas,
};

/// How deep schemas are followed before they are held to be different.
const DEEPEST: usize = 64;
/// Longer lists of alternatives are held to be the same only where they are in the same order.
const LONGEST_LIST: usize = 50;

/// Two places: the number of the document and of the node, old and new.
pub(super) type Key = (u32, u32, u32, u32);

/// The key of a pair of places.
pub(super) fn key(old: Node<'_>, new: Node<'_>) -> Key {
    (old.document().number(), old.id(), new.document().number(), new.id())
}

/// Holds schemas of the old contract against schemas of the new one.
pub(super) struct Equivalence<'b, 'd> {
    old: &'b Book<'d>,
    new: &'b Book<'d>,
    levelling: bool,
    known: RefCell<HashMap<Key, bool>>,
    depth: Cell<usize>,
}

impl<'b, 'd> Equivalence<'b, 'd> {
    /// `levelling`: schemas that are put together are written out where the other side does so.
    pub(super) fn between(old: &'b Book<'d>, new: &'b Book<'d>, levelling: bool) -> Self {
        Self { old, new, levelling, known: RefCell::default(), depth: Cell::default() }
    }

    /// Whether an old and a new schema accept the same values. Where they go round in circles they are held to be the
    /// same, unless something else tells them apart.
    pub(super) fn same(&self, old: Node<'d>, new: Node<'d>) -> bool {
        let (old, new) = (self.old.land(old), self.new.land(new));
        if self.says_the_same(old, new) && !self.old.prints.refers(old) {
            return true;
        }
        let key = key(old, new);
        if let Some(known) = self.known.borrow().get(&key) {
            return *known;
        }
        if self.depth.get() >= DEEPEST {
            return false;
        }
        self.known.borrow_mut().insert(key, true);
        self.depth.set(self.depth.get() + 1);
        let (one, other) = self.schemas(old, new);
        let same = self.same_schemas(one, other);
        self.depth.set(self.depth.get() - 1);
        self.known.borrow_mut().insert(key, same);
        same
    }

    /// What two schemas demand, said in the same way as far as that goes.
    pub(super) fn schemas(&self, old: Node<'d>, new: Node<'d>) -> (Schema<'d>, Schema<'d>) {
        let (old, new) = (self.old.schema(old), self.new.schema(new));
        if self.levelling { levelled(old, new, (self.old, self.new)) } else { (old, new) }
    }

    /// Whether two schemas are the same once some keywords are left out on both sides.
    pub(super) fn same_but_for(&self, old: &Schema<'d>, new: &Schema<'d>, left_out: &[Keyword]) -> bool {
        let without = |schema: &Schema<'d>| {
            let mut schema = schema.clone();
            for keyword in left_out {
                schema.keywords = schema.keywords.without(*keyword);
            }
            schema
        };
        self.same_schemas(without(old), without(new))
    }

    /// Whether the texts are the same, references taken by their text.
    pub(super) fn says_the_same(&self, old: Node<'d>, new: Node<'d>) -> bool {
        self.old.prints.said(old) == self.new.prints.said(new)
    }

    fn same_schemas(&self, old: Schema<'d>, new: Schema<'d>) -> bool {
        let schemas = Schemas::of(old, new).with_books(self.old, self.new);
        if schemas.old.keywords.never != schemas.new.keywords.never || !same_values(&schemas, self) {
            return false;
        }
        let mut keywords: Vec<Keyword> = schemas.old.keywords.known().map(|(keyword, _)| keyword).collect();
        keywords.extend(schemas.new.keywords.known().map(|(keyword, _)| keyword));
        keywords.sort_unstable();
        keywords.dedup();
        if schemas.old.properties.is_some() || schemas.new.properties.is_some() {
            keywords.retain(|keyword| !matches!(keyword, Keyword::Properties | Keyword::Required));
            if !self.same_maps(&schemas.old.properties(), &schemas.new.properties()) || !same_required(&schemas) {
                return false;
            }
        }
        keywords.into_iter().all(|keyword| self.same_inside(&schemas, keyword))
    }

    fn same_inside(&self, schemas: &Schemas<'d>, keyword: Keyword) -> bool {
        let (old, new) = (schemas.old.get(keyword), schemas.new.get(keyword));
        match keyword.holds() {
            Holds::Words | Holds::Name => true,
            Holds::Value => keyword == Keyword::Default || is_restated(keyword) || self.same_value(keyword, old, new),
            Holds::Schema => match (old, new) {
                (Some(old), Some(new)) => self.same(old, new),
                (Some(only), None) | (None, Some(only)) => {
                    accepts_all(only) && !matches!(keyword, Keyword::Not | Keyword::Contains)
                }
                (None, None) => true,
            },
            Holds::Map => self.same_maps(&schemas.old.map(keyword), &schemas.new.map(keyword)),
            Holds::List => {
                let (old, new) = schemas.lists(keyword);
                self.same_lists(&old, &new)
            }
        }
    }

    fn same_value(&self, keyword: Keyword, old: Option<Node<'d>>, new: Option<Node<'d>>) -> bool {
        match (old, new) {
            (Some(old), Some(new)) => self.says_the_same(old, new) || is_set(keyword) && self.same_set(old, new),
            (Some(only), None) | (None, Some(only)) => is_nothing(keyword, only),
            (None, None) => true,
        }
    }

    fn same_set(&self, old: Node<'d>, new: Node<'d>) -> bool {
        let said = |book: &Book<'d>, list: Node<'d>| {
            let mut said: Vec<u64> = list.items().map(|item| book.prints.said(item)).collect();
            said.sort_unstable();
            said.dedup();
            said
        };
        said(self.old, old) == said(self.new, new)
    }

    fn same_maps(&self, old: &[(&str, Node<'d>)], new: &[(&str, Node<'d>)]) -> bool {
        if old.len() != new.len() {
            return false;
        }
        let new: HashMap<&str, Node<'d>> = new.iter().copied().collect();
        old.iter().all(|(name, value)| new.get(name).is_some_and(|other| self.same(*value, *other)))
    }

    fn same_lists(&self, old: &[Node<'d>], new: &[Node<'d>]) -> bool {
        if old.len() != new.len() {
            return false;
        }
        if old.iter().zip(new).all(|(old, new)| self.same(*old, *new)) {
            return true;
        }
        if old.len() > LONGEST_LIST {
            return false;
        }
        let mut left: Vec<Node<'d>> = new.to_vec();
        old.iter().all(|old| match left.iter().position(|new| self.same(*old, *new)) {
            Some(position) => {
                left.swap_remove(position);
                true
            }
            None => false,
        })
    }
}

/// Whether a keyword is compared together with others, in [`same_values`].
fn is_restated(keyword: Keyword) -> bool {
    use Keyword::*;
    matches!(
        keyword,
        Type | Nullable
            | Format
            | ContentEncoding
            | Maximum
            | ExclusiveMaximum
            | Minimum
            | ExclusiveMinimum
            | Enum
            | Const
    )
}

/// The keywords that the versions of OpenAPI say differently.
fn same_values<'d>(schemas: &Schemas<'d>, equivalence: &Equivalence<'_, 'd>) -> bool {
    let (added, removed) = schemas.type_changes();
    let (old, new) = schemas.formats();
    let same = |keyword| equivalence.same_value(keyword, schemas.old.get(keyword), schemas.new.get(keyword));
    added.is_empty()
        && removed.is_empty()
        && schemas.nullable.0 == schemas.nullable.1
        && old == new
        && (schemas.encoding_restated || same(Keyword::ContentEncoding))
        && schemas.maximum.0 == schemas.maximum.1
        && schemas.minimum.0 == schemas.minimum.1
        && (schemas.constant_restated || same(Keyword::Enum) && same(Keyword::Const))
}

fn same_required(schemas: &Schemas<'_>) -> bool {
    let names = |schema: &Schema<'_>| {
        let mut names: Vec<String> =
            schema.required().into_iter().filter_map(Node::as_str).map(str::to_owned).collect();
        names.sort_unstable();
        names.dedup();
        names
    };
    names(&schemas.old) == names(&schemas.new)
}

fn is_set(keyword: Keyword) -> bool {
    matches!(keyword, Keyword::Required | Keyword::Enum)
}

/// Whether a keyword with this value is the same as no such keyword.
pub(super) fn is_nothing(keyword: Keyword, value: Node<'_>) -> bool {
    use Keyword::*;
    match keyword {
        MinLength | MinItems | MinProperties => value.as_f64() == Some(0.0),
        UniqueItems | Nullable | ReadOnly | WriteOnly | Deprecated => value.as_bool() == Some(false),
        Required => value.items().next().is_none(),
        Format | Pattern | ContentMediaType => value.as_str() == Some(""),
        _ => false,
    }
}

/// Whether a schema accepts every value: `true`, or one without any keyword that demands something.
pub(super) fn accepts_all(node: Node<'_>) -> bool {
    let words = |text: &str| Keyword::of(text).is_some_and(|keyword| keyword.holds() == Holds::Words);
    match node.as_bool() {
        Some(all) => all,
        None => node.entries().all(|(key, _)| words(key.text) || key.text == "default"),
    }
}
