//! Which security schemes does a contract have?

use crate::{
    document::Node,
    once::Once,
    survey::{Survey, entries},
};

/// A security scheme.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scheme<'d> {
    /// The name that requirements call it by.
    pub(crate) name: &'d str,
    /// The scheme, `$ref` followed.
    pub(crate) node: Node<'d>,
    /// Whether it is the first name of the scheme.
    pub(crate) is_first: bool,
}

/// Every name of every scheme, in the order in which they were written.
pub(crate) fn schemes<'d>(survey: &Survey<'d>) -> Vec<Scheme<'d>> {
    let mut once = Once::default();
    let written = survey.root().get("components").into_iter().flat_map(|parts| entries(parts, "securitySchemes"));
    let named = written.map(|(name, written)| {
        let node = survey.follow(written);
        Scheme { name, node, is_first: once.is_new(node) }
    });
    named.collect()
}

impl<'d> Scheme<'d> {
    /// A text of the scheme: its `type`, its `scheme`.
    pub(crate) fn says(&self, keyword: &str) -> Option<&'d str> {
        self.node.get(keyword).and_then(Node::as_str)
    }
}
