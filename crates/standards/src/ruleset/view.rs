//! What does a rule see of a contract: as it was written, or with its references followed?
//!
//! Whoever looks spends fuel, since a contract whose references are followed may be endless for all that its text is
//! short. Without fuel, maps and lists look empty, and the rule is told to have been cut.

use std::cell::Cell;

use super::{ecmascript::Subject, locating::Step};
use crate::{
    document::{Kind, Node},
    query::{Budget, Match, Property, Query, Reading, Tree, select_from},
};

/// How far a query looks within a value.
const MOST_STEPS: u64 = 10_000_000;

/// The number of a document and of a node in it.
pub(crate) type Address = (u32, u32);

/// Where a node is, as a key of maps.
pub(crate) fn address(node: Node<'_>) -> Address {
    (node.document().number(), node.id())
}

/// How much looking a rule has left.
#[derive(Debug, Default)]
pub(crate) struct Fuel {
    left: Cell<u64>,
    short: Cell<bool>,
}

impl Fuel {
    /// Fills up.
    pub(crate) fn fill(&self, steps: u64) {
        self.left.set(steps);
        self.short.set(false);
    }

    /// How much is left.
    pub(crate) fn left(&self) -> u64 {
        self.left.get()
    }

    /// Takes some. False if there is not enough left.
    pub(crate) fn spend(&self, steps: u64) -> bool {
        let Some(left) = self.left.get().checked_sub(steps) else {
            self.short.set(true);
            return false;
        };
        self.left.set(left);
        true
    }

    /// Whether somebody asked for more than there was.
    pub(crate) fn ran_out(&self) -> bool {
        self.short.get()
    }
}

/// How a rule looks at nodes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'d> {
    tree: Option<&'d Tree<'d>>,
    fuel: Option<&'d Fuel>,
}

impl<'d> View<'d> {
    /// As everything was written.
    pub(crate) const WRITTEN: View<'static> = View { tree: None, fuel: None };

    /// As a tree has it, for as long as the fuel lasts.
    pub(crate) fn of(tree: &'d Tree<'d>, fuel: &'d Fuel) -> View<'d> {
        View { tree: Some(tree), fuel: Some(fuel) }
    }

    /// With references followed, however long it takes.
    pub(crate) fn followed(tree: &'d Tree<'d>) -> View<'d> {
        View { tree: Some(tree), fuel: None }
    }

    /// Whether references are followed.
    pub(crate) fn follows(self) -> bool {
        self.tree.is_some_and(|tree| tree.reading() != Reading::Written)
    }

    /// What a node means: where it leads if it is a followed reference, else itself.
    pub(crate) fn open(self, node: Node<'d>) -> Node<'d> {
        self.tree.map_or(node, |tree| tree.follow(node))
    }

    /// What stands at a key of a map or at a position of a list.
    pub(crate) fn child(self, node: Node<'d>, step: &str) -> Option<Node<'d>> {
        if !self.may_look() {
            return None;
        }
        child(self.open(node), step).map(|child| self.open(child))
    }

    /// What stands at a key of a map.
    pub(crate) fn get(self, node: Node<'d>, key: &str) -> Option<Node<'d>> {
        if !self.may_look() {
            return None;
        }
        self.open(node).get(key).map(|child| self.open(child))
    }

    /// The items of a list, each with what it means.
    pub(crate) fn items(self, node: Node<'d>) -> impl Iterator<Item = Node<'d>> {
        self.open(node).items().take_while(move |_| self.may_look()).map(move |item| self.open(item))
    }

    /// The entries of a map, each with what its value means.
    pub(crate) fn entries(self, node: Node<'d>) -> impl Iterator<Item = (&'d str, Node<'d>)> {
        let entries = self.open(node).entries().take_while(move |_| self.may_look());
        entries.map(move |(key, value)| (key.text, self.open(value)))
    }

    /// What a query means if a node is taken for the whole: each place with the steps to it.
    pub(crate) fn select(self, query: &Query, root: Node<'d>) -> Vec<(Vec<Step<'d>>, Subject<'d>)> {
        let Some(tree) = self.tree else {
            return Vec::new();
        };
        let allowed = self.fuel.map_or(MOST_STEPS, Fuel::left).min(MOST_STEPS);
        let mut budget = Budget::of(allowed);
        let mut places = Vec::new();
        select_from(&[query], tree, root, &mut budget, &mut |_, found| {
            let steps = found.path().map(step_of).collect();
            places.push((steps, subject_of(found)));
        });
        if let Some(fuel) = self.fuel {
            fuel.spend(allowed - budget.left());
        }
        places
    }

    /// Takes a step. False without fuel.
    pub(crate) fn may_look(self) -> bool {
        self.fuel.is_none_or(|fuel| fuel.spend(1))
    }
}

/// The child of a node at a key or a position, as it was written.
pub(crate) fn child<'d>(node: Node<'d>, step: &str) -> Option<Node<'d>> {
    match node.kind() {
        Kind::Map => node.get(step),
        Kind::List => {
            let position: usize = step.parse().ok()?;
            if position.to_string() == step { node.item(position) } else { None }
        }
        _ => None,
    }
}

/// A property as a step of a path.
pub(crate) fn step_of(property: Property<'_>) -> Step<'_> {
    match property {
        Property::Key(key) => Step::Borrowed(key),
        Property::Index(index) => Step::Owned(index.to_string()),
    }
}

/// What a query found, as functions are asked about it.
pub(crate) fn subject_of<'d>(found: &Match<'_, 'd>) -> Subject<'d> {
    match found.property() {
        Some(Property::Key(key)) if found.key => Subject::Key(key),
        Some(Property::Index(index)) if found.key => Subject::Position(index),
        _ => Subject::Node(found.node),
    }
}
