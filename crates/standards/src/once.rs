//! Has a rule already looked at this node?

use std::collections::HashSet;

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
