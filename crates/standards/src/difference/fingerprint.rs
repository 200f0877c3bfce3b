//! Do two pieces of text say the same, whatever the order of their keys and the way their numbers are written?
//!
//! Every node of a document gets a number that depends on what it says, all at once and from the inside out. Two
//! contracts are mostly equal, so most of a comparison is to hold two numbers against each other.

use std::hash::{DefaultHasher, Hasher};

use crate::{
    document::{Document, Kind, Node},
    sources::Sources,
};

/// What every node of a contract's files says, as a number.
#[derive(Debug)]
pub(super) struct Fingerprints {
    documents: Vec<Prints>,
}

#[derive(Debug, Default)]
struct Prints {
    /// By a node's number.
    said: Vec<u64>,
    /// Whether there is a `$ref` inside, one bit a node.
    refers: Vec<u64>,
}

impl Fingerprints {
    /// Reads all files of a contract once.
    pub(super) fn of(sources: &Sources) -> Fingerprints {
        Fingerprints { documents: sources.documents().iter().map(Prints::of).collect() }
    }

    /// What a node says.
    pub(super) fn said(&self, node: Node<'_>) -> u64 {
        let prints = self.prints(node);
        prints.and_then(|prints| prints.said.get(node.id() as usize).copied()).unwrap_or_default()
    }

    /// Whether a node's meaning depends on something that is written elsewhere.
    pub(super) fn refers(&self, node: Node<'_>) -> bool {
        self.prints(node).is_some_and(|prints| prints.refers(node.id()))
    }

    fn prints(&self, node: Node<'_>) -> Option<&Prints> {
        self.documents.get(node.document().number() as usize)
    }
}

impl Prints {
    fn of(document: &Document) -> Prints {
        let ids: Vec<u32> = document.nodes().map(Node::id).collect();
        let count = ids.last().map_or(0, |last| *last as usize + 1);
        let mut prints = Prints { said: vec![0; count], refers: vec![0; count / 64 + 1] };
        // A node comes before everything inside it, so going backwards the inside is done first.
        for id in ids.into_iter().rev() {
            prints.settle(document.node(id));
        }
        prints
    }

    fn settle(&mut self, node: Node<'_>) {
        let inside = self.said.get(node.id() as usize).copied().unwrap_or_default();
        let own = own_print(node, inside);
        if let Some(said) = self.said.get_mut(node.id() as usize) {
            *said = own;
        }
        let Some(parent) = node.parent() else {
            return;
        };
        let refers = self.refers(node.id()) || node.key().is_some_and(|key| key.text == "$ref");
        if refers && let Some(bits) = self.refers.get_mut(parent.id() as usize / 64) {
            *bits |= 1 << (parent.id() % 64);
        }
        if let Some(gathered) = self.said.get_mut(parent.id() as usize) {
            *gathered = match node.key() {
                // A sum, since the order of keys says nothing.
                Some(key) => gathered.wrapping_add(mixed(hashed(key.text.as_bytes()), own)),
                None => mixed(gathered.wrapping_add(1), own),
            };
        }
    }

    fn refers(&self, id: u32) -> bool {
        self.refers.get(id as usize / 64).is_some_and(|bits| bits & (1 << (id % 64)) != 0)
    }
}

fn own_print(node: Node<'_>, inside: u64) -> u64 {
    match node.kind() {
        Kind::Null => mixed(1, 0),
        Kind::Bool => mixed(2, u64::from(node.as_bool().unwrap_or_default())),
        // 1 and 1.0 are the same number.
        Kind::Integer | Kind::Number => mixed(3, (node.as_f64().unwrap_or_default() + 0.0).to_bits()),
        Kind::Text => mixed(4, hashed(node.as_str().unwrap_or_default().as_bytes())),
        Kind::List => mixed(5, inside),
        Kind::Map => mixed(6, inside),
    }
}

fn hashed(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish()
}

/// Spreads two numbers over one, so that sums of such numbers do not cancel out (the finish of SplitMix64).
fn mixed(one: u64, other: u64) -> u64 {
    let mut mixed = one.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ other.rotate_left(32).wrapping_add(0xD1B5_4A32_D192_ED03);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}
