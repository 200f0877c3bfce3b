//! Which old schema has to be held against which new one, and where does something differ?
//!
//! Every pair of places is looked at once, however often it is used. The pairs form a graph: an edge leads from a pair
//! to the pairs inside it. Schemas that refer to themselves make circles in it, and nothing here minds.

use std::collections::{HashMap, VecDeque};

use crate::document::{Kind, Node};

use super::{
    alternatives::{Alternative, Books, Matching, pair_label},
    book::{Book, Schema},
    equivalence::{Equivalence, Key, accepts_all, is_nothing, key},
    keyword::{Holds, Keyword},
    schemas::Schemas,
};

/// The lists of alternatives that a schema may have.
pub(super) const LISTS: [Keyword; 4] = [Keyword::AllOf, Keyword::AnyOf, Keyword::OneOf, Keyword::PrefixItems];
/// The keywords that hold one schema each, in the order in which they are looked at.
const SINGLE: [Keyword; 12] = [
    Keyword::Items,
    Keyword::AdditionalProperties,
    Keyword::Contains,
    Keyword::PropertyNames,
    Keyword::UnevaluatedItems,
    Keyword::UnevaluatedProperties,
    Keyword::If,
    Keyword::Then,
    Keyword::Else,
    Keyword::Not,
    Keyword::ContentSchema,
    Keyword::Reference,
];
const MAPS: [Keyword; 3] = [Keyword::Properties, Keyword::PatternProperties, Keyword::DependentSchemas];

/// An old schema and the new one that stands in its place.
pub(super) struct Pair<'d> {
    pub(super) old: Node<'d>,
    pub(super) new: Node<'d>,
    pub(super) edges: Vec<Edge<'d>>,
    pub(super) lists: Vec<List<'d>>,
    pub(super) wrapping: Wrapping,
    /// Something differs here, not only further inside.
    own: bool,
    /// Something differs here or further inside.
    pub(super) changed: bool,
}

/// One step further in.
pub(super) struct Edge<'d> {
    pub(super) step: Step<'d>,
    pub(super) to: usize,
}

/// How one gets from a schema to one inside it.
pub(super) enum Step<'d> {
    Property(&'d str),
    /// One of a map of schemas that are not properties: `patternProperties[^x-]`.
    Named(Keyword, &'d str),
    /// The only schema of a keyword.
    Single(Keyword),
    /// One of several: `oneOf[#/components/schemas/Cat]`.
    Alternative(Keyword, Box<str>),
}

/// What a list of alternatives lost and won.
pub(super) struct List<'d> {
    pub(super) keyword: Keyword,
    pub(super) added: Vec<Alternative<'d>>,
    pub(super) removed: Vec<Alternative<'d>>,
}

/// Whether one side is `oneOf: [{type: "null"}, X]`, and the other X.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) enum Wrapping {
    #[default]
    None,
    /// The new side allows null too.
    NullAdded,
    /// The new side allows no null any more.
    NullRemoved,
}

/// All pairs of two contracts.
pub(super) struct Pairs<'b, 'd> {
    books: Books<'b, 'd>,
    index: HashMap<Key, usize>,
    all: Vec<Pair<'d>>,
    waiting: VecDeque<usize>,
    pub(super) same: Equivalence<'b, 'd>,
    /// How many words for people differ.
    pub(super) words: usize,
}

impl<'b, 'd> Pairs<'b, 'd> {
    pub(super) fn between(old: &'b Book<'d>, new: &'b Book<'d>, levelling: bool) -> Self {
        Pairs {
            books: Books { old, new },
            index: HashMap::new(),
            all: Vec::new(),
            waiting: VecDeque::new(),
            same: Equivalence::between(old, new, levelling),
            words: 0,
        }
    }

    /// Asks for two schemas to be held against each other; none if they are the same for certain.
    pub(super) fn ask(&mut self, old: Node<'d>, new: Node<'d>) -> Option<usize> {
        let (old, new) = (self.books.old.land(old), self.books.new.land(new));
        let (old_book, new_book) = (self.books.old, self.books.new);
        if old_book.prints.said(old) == new_book.prints.said(new) && !old_book.prints.refers(old) {
            return None;
        }
        let key = key(old, new);
        if let Some(known) = self.index.get(&key) {
            return Some(*known);
        }
        let number = self.all.len();
        self.index.insert(key, number);
        self.all.push(Pair {
            old,
            new,
            edges: Vec::new(),
            lists: Vec::new(),
            wrapping: Wrapping::None,
            own: false,
            changed: false,
        });
        self.waiting.push_back(number);
        Some(number)
    }

    /// Looks at everything that was asked for, and at everything inside it.
    pub(super) fn settle(&mut self) {
        while let Some(number) = self.waiting.pop_front() {
            self.look(number);
        }
        self.spread();
    }

    pub(super) fn get(&self, number: usize) -> Option<&Pair<'d>> {
        self.all.get(number)
    }

    /// The two schemas of a pair.
    pub(super) fn schemas(&self, pair: &Pair<'d>) -> Schemas<'d> {
        let (old, new) = self.same.schemas(pair.old, pair.new);
        Schemas::of(old, new).with_books(self.books.old, self.books.new)
    }

    fn look(&mut self, number: usize) {
        let Some((old, new)) = self.all.get(number).map(|pair| (pair.old, pair.new)) else {
            return;
        };
        let (one, other) = self.same.schemas(old, new);
        let schemas = Schemas::of(one, other).with_books(self.books.old, self.books.new);
        let mut edges = Vec::new();
        let mut own = !self.same.says_the_same(old, new) && self.differs_in_values(&schemas);
        own |= self.look_at_maps(&schemas, &mut edges);
        own |= self.look_at_singles(&schemas, &mut edges);
        let lists = self.look_at_lists(&schemas, &mut edges);
        own |= lists.iter().any(|list| !list.added.is_empty() || !list.removed.is_empty());
        let wrapping = if own { self.wrapping(&schemas) } else { Wrapping::None };
        if let Some(pair) = self.all.get_mut(number) {
            (pair.edges, pair.lists, pair.wrapping, pair.own) = (edges, lists, wrapping, own);
        }
    }

    fn differs_in_values(&mut self, schemas: &Schemas<'d>) -> bool {
        let gathered = schemas.old.required.is_some() || schemas.new.required.is_some();
        let mut differs = gathered
            || schemas.old.keywords.never != schemas.new.keywords.never
            || is_malformed(schemas.old.node)
            || is_malformed(schemas.new.node);
        for (mine, theirs, twice) in [(&schemas.old, &schemas.new, true), (&schemas.new, &schemas.old, false)] {
            for (keyword, node) in mine.keywords.known() {
                let other = theirs.get(keyword);
                let different = match other {
                    Some(other) if twice => !self.same.says_the_same(node, other),
                    Some(_) => false,
                    None => !is_nothing(keyword, node),
                };
                match keyword.holds() {
                    Holds::Value => differs |= different,
                    Holds::Words => self.words += usize::from(different),
                    _ => {}
                }
            }
            differs |= mine.keywords.unknown().any(|(name, node)| self.unknown_differs(theirs, name, node, twice));
        }
        differs
    }

    fn unknown_differs(&self, theirs: &Schema<'d>, name: &str, node: Node<'d>, twice: bool) -> bool {
        match theirs.keywords.unknown().find(|(other, _)| *other == name) {
            Some((_, other)) => twice && !self.same.says_the_same(node, other),
            None => true,
        }
    }

    fn look_at_maps(&mut self, schemas: &Schemas<'d>, edges: &mut Vec<Edge<'d>>) -> bool {
        let mut differs = false;
        for keyword in MAPS {
            let of = |schema: &Schema<'d>| match keyword {
                Keyword::Properties => schema.properties(),
                keyword => schema.map(keyword),
            };
            let (old, new) = (of(&schemas.old), of(&schemas.new));
            let known: HashMap<&str, Node<'d>> = new.iter().copied().collect();
            let mut met = 0;
            for (name, before) in old {
                let Some(now) = known.get(name) else {
                    differs = true;
                    continue;
                };
                met += 1;
                if let Some(to) = self.ask(before, *now) {
                    let step = match keyword {
                        Keyword::Properties => Step::Property(name),
                        keyword => Step::Named(keyword, name),
                    };
                    edges.push(Edge { step, to });
                }
            }
            differs |= met < known.len();
        }
        differs
    }

    fn look_at_singles(&mut self, schemas: &Schemas<'d>, edges: &mut Vec<Edge<'d>>) -> bool {
        let mut differs = false;
        for keyword in SINGLE {
            match (schemas.old.get(keyword), schemas.new.get(keyword)) {
                (Some(old), Some(new)) if keyword == Keyword::Reference => {
                    differs |= !self.same.says_the_same(old, new);
                }
                (Some(old), Some(new)) if old.as_bool().is_some() || new.as_bool().is_some() => {
                    differs |=
                        accepts_all(old) != accepts_all(new) || old.as_bool().is_none() || new.as_bool().is_none();
                }
                (Some(old), Some(new)) => {
                    if let Some(to) = self.ask(old, new) {
                        edges.push(Edge { step: Step::Single(keyword), to });
                    }
                }
                (None, None) => {}
                _ => differs = true,
            }
        }
        differs
    }

    fn look_at_lists(&mut self, schemas: &Schemas<'d>, edges: &mut Vec<Edge<'d>>) -> Vec<List<'d>> {
        let mut lists = Vec::new();
        for keyword in LISTS {
            let (old, new) = schemas.lists(keyword);
            if old.is_empty() && new.is_empty() {
                continue;
            }
            let matching = Matching::of(&old, &new, &self.same, self.books);
            for partners in matching.kept {
                if let Some(to) = self.ask(partners.0.node, partners.1.node) {
                    let label = pair_label(partners).into_boxed_str();
                    edges.push(Edge { step: Step::Alternative(keyword, label), to });
                }
            }
            if !matching.added.is_empty() || !matching.removed.is_empty() {
                lists.push(List { keyword, added: matching.added, removed: matching.removed });
            }
        }
        lists
    }

    fn wrapping(&mut self, schemas: &Schemas<'d>) -> Wrapping {
        if let Some(payload) = payload_of_null_wrapping(&schemas.old, &schemas.new, self.books.new)
            && self.same.same(schemas.old.node, payload)
        {
            return Wrapping::NullAdded;
        }
        if let Some(payload) = payload_of_null_wrapping(&schemas.new, &schemas.old, self.books.old)
            && self.same.same(payload, schemas.new.node)
        {
            return Wrapping::NullRemoved;
        }
        Wrapping::None
    }

    /// Marks every pair from which one gets to a pair that differs itself.
    fn spread(&mut self) {
        let mut users: Vec<Vec<usize>> = vec![Vec::new(); self.all.len()];
        let mut marked: VecDeque<usize> = VecDeque::new();
        for (number, pair) in self.all.iter_mut().enumerate() {
            for edge in &pair.edges {
                if let Some(users) = users.get_mut(edge.to) {
                    users.push(number);
                }
            }
            if pair.own {
                pair.changed = true;
                marked.push_back(number);
            }
        }
        while let Some(number) = marked.pop_front() {
            for user in users.get(number).into_iter().flatten() {
                if let Some(pair) = self.all.get_mut(*user).filter(|pair| !pair.changed) {
                    pair.changed = true;
                    marked.push_back(*user);
                }
            }
        }
    }
}

impl Pair<'_> {
    /// Whether something differs here, not only further inside.
    pub(super) fn differs_itself(&self) -> bool {
        self.own
    }
}

/// Whether something stands where a schema should that can be none.
pub(super) fn is_malformed(node: Node<'_>) -> bool {
    !matches!(node.kind(), Kind::Map | Kind::Bool)
}

/// If one schema is `oneOf` of `type: "null"` and another one, and the plain schema could be that other one.
fn payload_of_null_wrapping<'d>(plain: &Schema<'d>, wrapped: &Schema<'d>, book: &Book<'d>) -> Option<Node<'d>> {
    let composed = [Keyword::OneOf, Keyword::AnyOf, Keyword::AllOf, Keyword::Not];
    let composed = composed.into_iter().any(|keyword| plain.get(keyword).is_some());
    if composed || plain.flag(Keyword::Nullable) || plain.types().contains(&"null") {
        return None;
    }
    let says_more = |(keyword, _): (Keyword, _)| keyword != Keyword::OneOf && keyword.holds() != Holds::Words;
    if wrapped.keywords.known().any(says_more) || wrapped.keywords.unknown().next().is_some() {
        return None;
    }
    let mut payload = None;
    let mut nulls = 0;
    for alternative in wrapped.items(Keyword::OneOf) {
        let schema = book.schema(alternative);
        let only_type =
            schema.keywords.known().all(|(keyword, _)| keyword == Keyword::Type || keyword.holds() == Holds::Words);
        if only_type && schema.types() == ["null"] {
            nulls += 1;
        } else if payload.replace(alternative).is_some() {
            return None;
        }
    }
    payload.filter(|_| nulls == 1)
}
