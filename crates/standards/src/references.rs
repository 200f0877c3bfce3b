//! Where does a contract refer, in all its files?
//!
//! `$ref` means something where OpenAPI reads it; in an example, a default or an extension it is data. Other files are
//! read as what the reference that led there wanted.

use std::collections::HashSet;

use crate::{
    contract::role::{self, Role},
    document::Node,
    sources::reference_of,
    survey::Survey,
};

/// Every node with a `$ref` that means something, with its role, in the order in which they are met.
pub(crate) fn references<'d>(survey: &Survey<'d>) -> Vec<(Node<'d>, Role)> {
    let mut references = Vec::new();
    let mut entered = HashSet::new();
    let mut waiting = vec![(survey.root(), Role::Part)];
    while let Some((node, role)) = waiting.pop() {
        if node.document().number() != 0 && !entered.insert((node.document().number(), node.id())) {
            continue;
        }
        if matches!(role, Role::Part | Role::Schema) && node.get("$ref").is_some() {
            references.push((node, role));
            let target = reference_of(node).and_then(|text| survey.sources.target(node, text));
            // The contract's own nodes are met on the way down.
            waiting.extend(target.filter(|target| target.document().number() != 0).map(|target| (target, role)));
        }
        let from = waiting.len();
        waiting.extend(role::inside(node, role).filter(|(_, role)| *role != Role::Data));
        if let Some(children) = waiting.get_mut(from..) {
            children.reverse();
        }
    }
    references
}
