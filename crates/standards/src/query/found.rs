//! What does a query answer?

use crate::document::Node;

/// The name under which a value stands in the list or map around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Property<'d> {
    /// The key of a map.
    Key(&'d str),
    /// The position in a list, from 0.
    Index(usize),
}

impl std::fmt::Display for Property<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Property::Key(key) => f.write_str(key),
            Property::Index(index) => index.fmt(f),
        }
    }
}

/// One step of the way from the root to a place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Crumb<'d> {
    /// None for the root.
    pub(crate) property: Option<Property<'d>>,
    /// The node that stands there in the text.
    pub(crate) written: Node<'d>,
    /// The node that is meant: where its `$ref`s lead to.
    pub(crate) node: Node<'d>,
    /// Whether any `$ref` was followed on the way.
    pub(crate) referred: bool,
}

impl<'d> Crumb<'d> {
    /// The next step of a trail.
    pub(crate) fn next(trail: &[Crumb<'d>], property: Property<'d>, written: Node<'d>, node: Node<'d>) -> Self {
        let referred = written != node || trail.last().is_some_and(|crumb| crumb.referred);
        Self { property: Some(property), written, node, referred }
    }
}

/// A place that a query means.
#[derive(Clone, Copy, Debug)]
pub struct Match<'w, 'd> {
    /// The value, where it is written: at the definition, if a `$ref` led there.
    pub node: Node<'d>,
    /// The node that was reached before its own `$ref` was followed; the same as `node` if it has none.
    pub written: Node<'d>,
    /// Whether the name is meant, not the value (`~`).
    pub key: bool,
    /// From the root to the place, the root first.
    pub(crate) trail: &'w [Crumb<'d>],
}

impl<'w, 'd> Match<'w, 'd> {
    /// The name under which the value was reached; none for the root.
    pub fn property(&self) -> Option<Property<'d>> {
        self.trail.last().and_then(|crumb| crumb.property)
    }

    /// The list or map in which it was reached, where that is written; none for the root.
    pub fn parent(&self) -> Option<Node<'d>> {
        self.trail.iter().rev().nth(1).map(|crumb| crumb.node)
    }

    /// The names on the way from the root to the place, through the `$ref`s.
    pub fn path(&self) -> impl DoubleEndedIterator<Item = Property<'d>> + 'w {
        self.trail.iter().filter_map(|crumb| crumb.property)
    }
}

/// How a run of queries ended.
#[derive(Clone, Debug, Default)]
pub struct Outcome<'d> {
    /// Whether everything was looked at. False if the budget was spent before.
    pub complete: bool,
    /// What went wrong in filters: at most one note for each query.
    pub notes: Vec<Note<'d>>,
}

/// A filter that could not be worked out at a place, which therefore is no match.
#[derive(Clone, Debug)]
pub struct Note<'d> {
    /// The position of the query among those that ran.
    pub query: usize,
    /// What is wrong: `reads \`match\` of undefined`.
    pub what: String,
    /// The first place where it went wrong.
    pub node: Node<'d>,
}
