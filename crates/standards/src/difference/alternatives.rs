//! Which schema of the old list is which schema of the new one, in `allOf`, `anyOf`, `oneOf` and `prefixItems`?
//!
//! Schemas with the same `$ref` belong together; so do those that accept the same values, those with the same title,
//! those that one property with a fixed value tells apart, and the last two that are left over. What finds no partner
//! was added or removed.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    hash::Hash,
};

use crate::{document::Node, sources::reference_of};

use super::{book::Book, equivalence::Equivalence, keyword::Keyword};

/// Above this many comparisons of schemas without names, only what is said word for word the same is matched.
const MOST_COMPARISONS: usize = 2_500;

/// One schema of a list: its position from 0 and where it is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Alternative<'d> {
    pub(super) position: usize,
    pub(super) node: Node<'d>,
}

/// How the schemas of two lists belong together.
#[derive(Debug, Default)]
pub(super) struct Matching<'d> {
    /// Partners: old and new.
    pub(super) kept: Vec<(Alternative<'d>, Alternative<'d>)>,
    pub(super) added: Vec<Alternative<'d>>,
    pub(super) removed: Vec<Alternative<'d>>,
}

impl<'d> Matching<'d> {
    pub(super) fn of(old: &[Node<'d>], new: &[Node<'d>], same: &Equivalence<'_, 'd>, books: Books<'_, 'd>) -> Self {
        let mut matching = Matching { kept: Vec::new(), added: numbered(new), removed: numbered(old) };
        matching.pair_by_key(|node, _| reference_of(node).map(str::to_owned));
        let inline = |old: Node<'_>, new: Node<'_>| !named(old) && !named(new);
        let said = |node: Node<'d>, is_old: bool| {
            let book = if is_old { books.old } else { books.new };
            (!named(node)).then(|| book.prints.said(node))
        };
        matching.pair_by_key(said);
        if matching.added.len() * matching.removed.len() <= MOST_COMPARISONS {
            matching.pair(|old, new| inline(old, new) && same.same(old, new));
            matching.pair_by_title(&inline);
            matching.pair_by_constant(&inline, books);
            matching.pair_the_last(&inline);
            // An inline schema that became a component, or the other way round, is still the same.
            matching.drop_pairs(|old, new| named(old) != named(new) && same.same(old, new));
        }
        matching
    }

    /// Moves partners over, each with the first that fits.
    fn pair(&mut self, mut fits: impl FnMut(Node<'d>, Node<'d>) -> bool) {
        for (old, new) in self.take_pairs(&mut fits) {
            self.kept.push((old, new));
        }
    }

    /// The same where partners are known by a key, which the function tells of an old (true) or a new node.
    fn pair_by_key<K: Eq + Hash>(&mut self, key: impl Fn(Node<'d>, bool) -> Option<K>) {
        let mut by_key: HashMap<K, VecDeque<Alternative<'d>>> = HashMap::new();
        for new in &self.added {
            if let Some(key) = key(new.node, false) {
                by_key.entry(key).or_default().push_back(*new);
            }
        }
        let kept = &mut self.kept;
        let mut taken = HashSet::new();
        self.removed.retain(|old| {
            let partner = key(old.node, true).and_then(|key| by_key.get_mut(&key)?.pop_front());
            match partner {
                Some(new) => {
                    taken.insert(new.position);
                    kept.push((*old, new));
                    false
                }
                None => true,
            }
        });
        self.added.retain(|new| !taken.contains(&new.position));
    }

    fn drop_pairs(&mut self, mut fits: impl FnMut(Node<'d>, Node<'d>) -> bool) {
        self.take_pairs(&mut fits);
    }

    fn take_pairs(
        &mut self,
        fits: &mut impl FnMut(Node<'d>, Node<'d>) -> bool,
    ) -> Vec<(Alternative<'d>, Alternative<'d>)> {
        let mut pairs = Vec::new();
        let added = &mut self.added;
        self.removed.retain(|old| match added.iter().position(|new| fits(old.node, new.node)) {
            Some(position) => {
                pairs.push((*old, added.remove(position)));
                false
            }
            None => true,
        });
        pairs
    }

    fn pair_by_title(&mut self, inline: &impl Fn(Node<'_>, Node<'_>) -> bool) {
        self.pair(|old, new| inline(old, new) && title(old).is_some() && title(old) == title(new));
    }

    /// Variants of a message usually carry a property with one fixed value each: `kind: {const: cat}`.
    fn pair_by_constant(&mut self, inline: &impl Fn(Node<'_>, Node<'_>) -> bool, books: Books<'_, 'd>) {
        let olds: Vec<_> = self.removed.iter().map(|old| constant(books.old, old.node)).collect();
        let news: Vec<_> = self.added.iter().map(|new| constant(books.new, new.node)).collect();
        let only = |list: &[Option<(&str, u64)>], one: Option<(&str, u64)>| {
            one.is_some() && list.iter().filter(|other| **other == one).count() == 1
        };
        self.pair(|old, new| {
            let one = constant(books.old, old);
            inline(old, new) && one == constant(books.new, new) && only(&olds, one) && only(&news, one)
        });
    }

    fn pair_the_last(&mut self, inline: &impl Fn(Node<'_>, Node<'_>) -> bool) {
        let unnamed = |list: &[Alternative<'d>]| list.iter().filter(|one| !named(one.node)).count();
        if unnamed(&self.removed) == 1 && unnamed(&self.added) == 1 {
            self.pair(|old, new| inline(old, new) && title(old).is_none() && title(new).is_none());
        }
    }
}

/// Both contracts.
#[derive(Clone, Copy)]
pub(super) struct Books<'b, 'd> {
    pub(super) old: &'b Book<'d>,
    pub(super) new: &'b Book<'d>,
}

fn numbered<'d>(nodes: &[Node<'d>]) -> Vec<Alternative<'d>> {
    nodes.iter().enumerate().map(|(position, node)| Alternative { position, node: *node }).collect()
}

fn named(node: Node<'_>) -> bool {
    reference_of(node).is_some()
}

fn title(node: Node<'_>) -> Option<&str> {
    node.get("title").and_then(Node::as_str).filter(|title| !title.is_empty())
}

/// The first property that allows one value only, and that value.
fn constant<'d>(book: &Book<'d>, node: Node<'d>) -> Option<(&'d str, u64)> {
    let properties = node.get(Keyword::Properties.text())?;
    properties.entries().find_map(|(key, schema)| {
        let schema = book.land(schema);
        let mut listed = schema.get("enum").into_iter().flat_map(Node::items);
        let value = schema.get("const").or_else(|| listed.next().filter(|_| listed.next().is_none()))?;
        Some((key.text, book.prints.said(value)))
    })
}

/// What an alternative is called in messages.
pub(super) fn label(alternative: Alternative<'_>) -> String {
    if let Some(name) = reference_of(alternative.node).and_then(|reference| reference.rsplit('/').next()) {
        return format!("#/components/schemas/{name}");
    }
    let number = alternative.position + 1;
    match title(alternative.node) {
        Some(title) => format!("subschema #{number}: {title}"),
        None => format!("subschema #{number}"),
    }
}

/// What several alternatives are called in messages.
pub(super) fn labels(alternatives: &[Alternative<'_>]) -> String {
    alternatives.iter().map(|one| label(*one)).collect::<Vec<_>>().join(", ")
}

/// What two partners are called in messages.
pub(super) fn pair_label((old, new): (Alternative<'_>, Alternative<'_>)) -> String {
    let (old, new) = (label(old), label(new));
    if old == new { old } else { format!("{old} -> {new}") }
}
