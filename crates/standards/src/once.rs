//! Has a rule already looked at this node, and what did it find?

use std::collections::{HashMap, HashSet};

use crate::document::Node;

/// The nodes that a rule has looked at. What many places share is judged once.
#[derive(Debug, Default)]
pub(crate) struct Once {
    seen: HashSet<(u32, u32)>,
}

impl Once {
    /// Whether this is the first time that the node comes.
    pub(crate) fn is_new(&mut self, node: Node<'_>) -> bool {
        self.seen.insert((node.document().number(), node.id()))
    }

    /// Whether the node has come before.
    pub(crate) fn has(&self, node: Node<'_>) -> bool {
        self.seen.contains(&(node.document().number(), node.id()))
    }
}

/// What a rule found out about nodes. What many places share is found out once.
#[derive(Debug)]
pub(crate) struct Known<T> {
    known: HashMap<(u32, u32), T>,
}

impl<T: Copy> Known<T> {
    /// Nothing is known yet.
    pub(crate) fn nothing() -> Self {
        Self { known: HashMap::new() }
    }

    /// What is known of a node, found out if need be.
    pub(crate) fn of(&mut self, node: Node<'_>, find_out: impl FnOnce() -> T) -> T {
        *self.known.entry((node.document().number(), node.id())).or_insert_with(find_out)
    }
}
