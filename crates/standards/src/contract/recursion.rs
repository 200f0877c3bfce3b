//! Does every schema come to an end when a value is held against it?
//!
//! A schema may contain itself in a property: each turn consumes a piece of the value. It must not contain itself
//! in `allOf` and the like: that turns for ever. And it must not lead through so many references that whoever
//! compiles it runs out of stack.

use std::collections::HashMap;

use super::{
    Faults, Source, reference,
    role::{self, Role},
};
use crate::document::Node;

/// How many references may lie inside one another, loops not counted.
const DEEPEST: u32 = 200;

/// Checks every schema of the document.
pub(super) fn check(source: Source<'_>, parts: &[(Node<'_>, Role)], faults: &mut Faults) {
    let schemas = parts.iter().filter(|(_, role)| *role == Role::Schema).map(|(node, _)| *node);
    for endless in search(source, schemas) {
        faults.add(endless.node.place(), endless.what, endless.mend);
    }
}

/// A schema that no value can be held against.
pub(crate) struct Endless<'d> {
    /// Where the circle closes, or the chain is too long.
    pub(crate) node: Node<'d>,
    /// What is wrong.
    pub(crate) what: String,
    /// What to do.
    pub(crate) mend: &'static str,
}

/// The schemas, of these and of all that they lead to, that no value can be held against.
pub(crate) fn search<'d>(source: Source<'d>, schemas: impl Iterator<Item = Node<'d>> + Clone) -> Vec<Endless<'d>> {
    let mut endless = Vec::new();
    for way in [Way::SameValue, Way::Anywhere] {
        let mut search = Search { source, way, heights: HashMap::new() };
        for node in schemas.clone() {
            if !search.heights.contains_key(&identity(node)) {
                search.from(node, &mut endless);
            }
        }
    }
    endless
}

/// A node among those of all files.
type Identity = (u32, u32);

fn identity(node: Node<'_>) -> Identity {
    (node.document().number(), node.id())
}

/// Which steps from schema to schema are taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Only those that stay at the same value.
    SameValue,
    /// All.
    Anywhere,
}

struct Search<'d> {
    source: Source<'d>,
    way: Way,
    /// How many references lie below a schema; none while it is being visited.
    heights: HashMap<Identity, Option<u32>>,
}

struct Visit<'d> {
    node: Node<'d>,
    next: Vec<Step<'d>>,
    height: u32,
    /// 1 if a reference led here.
    cost: u32,
}

struct Step<'d> {
    to: Node<'d>,
    from: Node<'d>,
    cost: u32,
}

impl<'d> Search<'d> {
    fn from(&mut self, start: Node<'d>, endless: &mut Vec<Endless<'d>>) {
        let mut visits = vec![self.visit(start, 0)];
        while let Some(visit) = visits.last_mut() {
            let Some(step) = visit.next.pop() else {
                let done = visits.pop();
                self.leave(done, visits.last_mut(), endless);
                continue;
            };
            match self.heights.get(&identity(step.to)) {
                None => {
                    let visit = self.visit(step.to, step.cost);
                    visits.push(visit);
                }
                Some(None) if self.way == Way::SameValue => endless.push(Endless {
                    node: step.from,
                    what: "this schema contains itself without a property or item between, so no check of it would end"
                        .to_owned(),
                    mend: "break the circle, or put a property between",
                }),
                Some(None) => {}
                Some(Some(height)) => visit.height = visit.height.max(height + step.cost),
            }
        }
    }

    fn visit(&mut self, node: Node<'d>, cost: u32) -> Visit<'d> {
        self.heights.insert(identity(node), None);
        Visit { node, next: self.steps(node), height: 0, cost }
    }

    fn leave(&mut self, done: Option<Visit<'d>>, around: Option<&mut Visit<'d>>, endless: &mut Vec<Endless<'d>>) {
        let Some(done) = done else { return };
        let mut height = done.height;
        if height > DEEPEST {
            endless.push(Endless {
                node: done.node,
                what: format!("more than {DEEPEST} references lie inside one another here"),
                mend: "flatten the schemas",
            });
            // Told once; what lies around it is not a mistake of its own.
            height = 0;
        }
        self.heights.insert(identity(done.node), Some(height));
        if let Some(around) = around {
            around.height = around.height.max(height + done.cost);
        }
    }

    fn steps(&self, node: Node<'d>) -> Vec<Step<'d>> {
        let mut steps: Vec<Step<'d>> = reference::of(node)
            .and_then(|text| self.source.target(node, text))
            .map(|to| Step { to, from: node, cost: 1 })
            .into_iter()
            .collect();
        for (child, role) in role::inside(node, Role::Schema) {
            let same = child.key().is_some_and(|key| role::judges_the_same_value(key.text));
            if role == Role::Data || (self.way == Way::SameValue && !same) {
                continue;
            }
            if role == Role::Schema {
                steps.push(Step { to: child, from: child, cost: 0 });
                continue;
            }
            steps.extend(role::inside(child, Role::Schemas).map(|(to, _)| Step { to, from: to, cost: 0 }));
        }
        steps
    }
}
