//! Which tree do queries run on: the one that was written, or the one in which `$ref`s are what they refer to?
//!
//! The second is never built. A `$ref` is followed when somebody comes to it, except where that would lead around in a
//! circle: as in Spectral, a `$ref` that can be reached from what it refers to stays as it is written. So the followed
//! tree is finite, though it may be very much larger than the text.

use hashbrown::{HashMap, HashSet};

use crate::{
    document::{Kind, Node},
    sources::{Sources, is_overshadowed, reference_of},
};

/// How `$ref`s are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Not at all: `$ref` is a key like any other.
    Written,
    /// Followed. What several `$ref`s lead to is looked into once straight and once through them, for each step of a
    /// query: the ways that are reported are the first that lead there.
    Resolved,
    /// Followed, and what several `$ref`s lead to is looked into every time, with every way that leads there. That may
    /// be very much: only the budget bounds it.
    EveryWay,
}

/// A contract as queries see it.
#[derive(Debug)]
pub struct Tree<'d> {
    root: Node<'d>,
    reading: Reading,
    /// From each node with a `$ref` that is followed to where its whole chain leads.
    links: HashMap<Spot, Node<'d>>,
    /// The nodes that a `$ref` leads to.
    targets: HashSet<Spot>,
}

/// A node by its numbers: of its document, and within it.
pub(crate) type Spot = (u32, u32);

/// The numbers of a node.
pub(crate) fn spot(node: Node<'_>) -> Spot {
    (node.document().number(), node.id())
}

impl<'d> Tree<'d> {
    /// A contract, read in one of the ways.
    pub fn new(sources: &'d Sources, reading: Reading) -> Self {
        let mut tree = Tree { root: sources.root(), reading, links: HashMap::new(), targets: HashSet::new() };
        if reading != Reading::Written {
            tree.link(sources);
        }
        tree
    }

    /// The node that holds everything.
    pub fn root(&self) -> Node<'d> {
        self.follow(self.root)
    }

    /// What a node is in this tree: where its `$ref` leads to, if it has one that is followed.
    pub fn follow(&self, node: Node<'d>) -> Node<'d> {
        if self.links.is_empty() || node.kind() != Kind::Map {
            return node;
        }
        self.links.get(&spot(node)).copied().unwrap_or(node)
    }

    /// Every node with a `$ref` that is followed, and where its whole chain leads.
    #[cfg(feature = "javascript")]
    pub(crate) fn links(&self) -> impl Iterator<Item = (Spot, Node<'d>)> {
        self.links.iter().map(|(from, to)| (*from, *to))
    }

    /// How `$ref`s are read.
    pub fn reading(&self) -> Reading {
        self.reading
    }

    /// Whether several ways may lead to a node.
    pub(crate) fn is_shared(&self, node: Node<'d>) -> bool {
        self.reading == Reading::Resolved && self.targets.contains(&spot(node))
    }

    fn link(&mut self, sources: &'d Sources) {
        let written: Vec<(Node<'d>, Node<'d>)> = sources
            .documents()
            .iter()
            .flat_map(|document| document.nodes())
            .filter(|node| node.key().is_some_and(|key| key.text == "$ref"))
            .filter_map(|node| {
                let referring = node.parent().filter(|referring| !is_overshadowed(*referring))?;
                Some((referring, sources.target(referring, reference_of(referring)?)?))
            })
            .collect();
        self.targets = written.iter().map(|(_, target)| spot(*target)).collect();
        let circles = Circles::among(&written);
        let followed: HashMap<Spot, Node<'d>> = written
            .iter()
            .filter(|(referring, target)| !circles.hold(*referring, *target))
            .map(|(referring, target)| (spot(*referring), *target))
            .collect();
        for (referring, target) in &written {
            // Chains end, since those that do not are circles.
            let mut chain = if followed.contains_key(&spot(*referring)) { vec![spot(*referring)] } else { continue };
            let mut end = *target;
            loop {
                if let Some(known) = self.links.get(&spot(end)) {
                    end = *known;
                    break;
                }
                let Some(next) = followed.get(&spot(end)) else { break };
                chain.push(spot(end));
                end = *next;
            }
            self.links.extend(chain.into_iter().map(|link| (link, end)));
        }
    }
}

/// Which targets of references can be reached from each other.
struct Circles {
    /// Each target's circle; targets in the same one can be reached from each other.
    circle: HashMap<Spot, usize>,
}

impl Circles {
    /// Finds the strongly connected components (Tarjan's algorithm, without recursion) among the targets: one leads to
    /// the targets that lie directly in it, and to those that the references directly in it refer to.
    fn among(references: &[(Node<'_>, Node<'_>)]) -> Circles {
        let mut number: HashMap<Spot, usize> = HashMap::new();
        let mut targets: Vec<Node<'_>> = Vec::new();
        for (_, target) in references {
            number.entry(spot(*target)).or_insert_with(|| {
                targets.push(*target);
                targets.len() - 1
            });
        }
        let mut leads: Vec<Vec<usize>> = vec![Vec::new(); targets.len()];
        let mut add = |from: Option<usize>, to: Option<&usize>| {
            if let (Some(from), Some(to)) = (from, to)
                && let Some(list) = leads.get_mut(from)
            {
                list.push(*to);
            }
        };
        for target in &targets {
            let around = target.parent().and_then(|parent| nearest(parent, &number));
            add(around, number.get(&spot(*target)));
        }
        for (referring, target) in references {
            add(nearest(*referring, &number), number.get(&spot(*target)));
        }
        let component = components(&leads);
        let circle = number.into_iter().filter_map(|(spot, n)| Some((spot, *component.get(n)?))).collect();
        Circles { circle }
    }

    /// Whether a reference can be reached from its own target.
    fn hold(&self, referring: Node<'_>, target: Node<'_>) -> bool {
        let around = std::iter::successors(Some(referring), |node| node.parent());
        let own = around.filter_map(|node| self.circle.get(&spot(node))).next();
        own.is_some() && own == self.circle.get(&spot(target))
    }
}

/// The innermost target around a node, or the node itself.
fn nearest(node: Node<'_>, number: &HashMap<Spot, usize>) -> Option<usize> {
    std::iter::successors(Some(node), |node| node.parent()).find_map(|node| number.get(&spot(node)).copied())
}

/// The strongly connected component of each vertex of a graph.
fn components(leads: &[Vec<usize>]) -> Vec<usize> {
    const UNSEEN: usize = usize::MAX;
    let mut order = vec![UNSEEN; leads.len()];
    let mut low = vec![UNSEEN; leads.len()];
    let mut component = vec![UNSEEN; leads.len()];
    let (mut next, mut found) = (0, 0);
    let mut open: Vec<usize> = Vec::new();
    for start in 0..leads.len() {
        if order[start] != UNSEEN {
            continue;
        }
        let mut path = vec![(start, 0)];
        while let Some((vertex, edge)) = path.pop() {
            if edge == 0 {
                order[vertex] = next;
                low[vertex] = next;
                next += 1;
                open.push(vertex);
            }
            if let Some(to) = leads[vertex].get(edge).copied() {
                path.push((vertex, edge + 1));
                if order[to] == UNSEEN {
                    path.push((to, 0));
                } else if component[to] == UNSEEN {
                    low[vertex] = low[vertex].min(order[to]);
                }
                continue;
            }
            if low[vertex] == order[vertex] {
                while let Some(member) = open.pop() {
                    component[member] = found;
                    if member == vertex {
                        break;
                    }
                }
                found += 1;
            }
            if let Some((parent, _)) = path.last() {
                low[*parent] = low[*parent].min(low[vertex]);
            }
        }
    }
    component
}
