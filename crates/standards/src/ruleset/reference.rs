//! What do the references of a contract name, and which of them lead nowhere?

use std::collections::{HashMap, HashSet};

use super::view::{Address, address};
use crate::{
    document::{Document, Node},
    sources::{Sources, is_overshadowed, percent_decoded, reference_of},
};

/// What the references of a contract name.
#[derive(Debug, Default)]
pub(crate) struct References<'d> {
    broken: Vec<Broken<'d>>,
    breaches: HashMap<Address, (Breach, &'d str)>,
    named: HashSet<(u32, String)>,
}

/// A reference that leads nowhere.
#[derive(Clone, Debug)]
pub(crate) struct Broken<'d> {
    /// The map with the `$ref`.
    pub(crate) holder: Node<'d>,
    /// The reference as it was written.
    pub(crate) reference: &'d str,
    /// Why it leads nowhere.
    pub(crate) why: Breach,
}

/// Why a reference leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Breach {
    /// The document is there, the place in it is not.
    NoSuchPlace,
    /// What comes after `#` is no pointer.
    NoPointer,
    /// The file was not read.
    NoSuchFile,
    /// It is an address on the network, which nobody asks.
    Address,
}

impl<'d> References<'d> {
    /// Looks at every reference of a contract once.
    pub(crate) fn of(sources: &'d Sources) -> References<'d> {
        let mut references = References::default();
        for document in sources.documents() {
            for node in document.nodes_under("$ref") {
                if let (Some(holder), Some(text)) = (node.parent(), node.as_str())
                    && !is_overshadowed(holder)
                {
                    references.add(sources, holder, text);
                }
            }
        }
        references
    }

    /// References that name places of a contract's own file, about which nothing else is known.
    #[cfg(feature = "javascript")]
    pub(crate) fn naming(named: &HashSet<String>) -> References<'d> {
        References { named: named.iter().map(|pointer| (0, pointer.clone())).collect(), ..References::default() }
    }

    /// The places of a contract's own file that references name.
    #[cfg(feature = "javascript")]
    pub(crate) fn named(&self) -> HashSet<String> {
        self.named.iter().filter(|(document, _)| *document == 0).map(|(_, pointer)| pointer.clone()).collect()
    }

    fn add(&mut self, sources: &'d Sources, holder: Node<'d>, reference: &'d str) {
        let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let target = sources.target(holder, reference);
        let document = if file.is_empty() { Some(holder.document()) } else { sources.file_of(holder, reference) };
        // What refers back into itself is not used by that.
        if let Some(document) = document
            && target.is_none_or(|target| !is_inside(holder, target))
        {
            let pointer = percent_decoded(fragment).unwrap_or(fragment.into());
            self.named.insert((document.number(), pointer.replace("~1", "/").replace("~0", "~")));
        }
        if target.is_some() {
            return;
        }
        let why = match document {
            Some(_) if !fragment.is_empty() && !fragment.starts_with('/') => Breach::NoPointer,
            Some(_) => Breach::NoSuchPlace,
            None if file.contains("://") => Breach::Address,
            None => Breach::NoSuchFile,
        };
        self.breaches.insert(address(holder), (why, fragment));
        self.broken.push(Broken { holder, reference, why });
    }

    /// The references that lead nowhere, in the order of the text.
    pub(crate) fn broken(&self) -> &[Broken<'d>] {
        &self.broken
    }

    /// Why the reference at a node leads nowhere, if it does not, and the fragment that it names.
    pub(crate) fn breach(&self, holder: Node<'d>) -> Option<(Breach, &'d str)> {
        self.breaches.get(&address(holder)).copied()
    }

    /// Whether any reference names exactly this place of a document: `/components/schemas/Tenancy`.
    pub(crate) fn name(&self, document: &Document, pointer: &str) -> bool {
        self.named.contains(&(document.number(), pointer.to_owned()))
    }
}

/// Whether a node is another one or below it.
fn is_inside(node: Node<'_>, other: Node<'_>) -> bool {
    std::iter::successors(Some(node), |node| node.parent()).any(|around| around == other)
}

/// Whether a node is nothing but a reference.
pub(crate) fn is_bare(node: Node<'_>) -> bool {
    reference_of(node).is_some() && node.entries().count() == 1
}
