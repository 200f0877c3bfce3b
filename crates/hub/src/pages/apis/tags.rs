//! Under which tag does an operation stand?

use std::collections::{HashMap, HashSet};

use hansom_standards::{Contract, contract::Operation};

use crate::{
    playbook::markdown,
    prose::{Prose, Stands},
};

/// Where operations without a tag stand.
const OTHERS: &str = "Operations";

/// A tag with its operations.
pub(crate) struct Tagged<'c> {
    pub(crate) name: &'c str,
    /// Its id on the page of the version.
    pub(crate) id: String,
    pub(crate) description: Prose,
    pub(crate) operations: Vec<&'c Operation>,
}

/// The tag that an operation stands under: its first.
pub(crate) fn tag(operation: &Operation) -> &str {
    operation.tags.first().map_or(OTHERS, String::as_str)
}

/// The tags that have operations: declared ones first, in the order of the contract.
pub(crate) fn tagged(contract: &Contract) -> Vec<Tagged<'_>> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut ids = HashSet::new();
    let mut all: Vec<Tagged<'_>> = vec![];
    let described = contract.tags.iter().map(|(name, description)| (name.as_str(), description.as_deref()));
    for (name, description) in described.chain(contract.operations.iter().map(|operation| (tag(operation), None))) {
        if places.contains_key(name) {
            continue;
        }
        let first = format!("tag-{}", markdown::slug(name));
        let id = if ids.insert(first.clone()) { first } else { format!("{first}-{}", all.len() + 1) };
        ids.insert(id.clone());
        places.insert(name, all.len());
        all.push(Tagged { name, id, description: Prose::of(description, Stands::InPart), operations: vec![] });
    }
    for operation in &contract.operations {
        if let Some(tagged) = places.get(tag(operation)).and_then(|place| all.get_mut(*place)) {
            tagged.operations.push(operation);
        }
    }
    all.retain(|tagged| !tagged.operations.is_empty());
    all
}
