//! Is an operation under another tag?
//!
//! ```yaml old operation
//! tags: [repairs]
//! responses: { '200': { description: fine } }
//! ```
//! ```yaml new operation
//! tags: [works]
//! responses: { '200': { description: fine } }
//! ```
//! ```changes
//! api-tag-removed api-tag-added
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "tags",
    checks: &[single_checks! { Existence;
        "api-tag-added" = I (Both Tags): "An operation has a further tag";
        "api-tag-removed" = I (Both Tags): "A tag was taken from an operation";
    }],
    keywords: &[],
    source: include_str!("tags.rs"),
};

pub(in super::super) fn look_at_tags<'d>(endpoint: &Endpoint<'d>, ledger: &mut Ledger<'_, 'd>) {
    let tags = |node: Node<'d>| -> Vec<Node<'d>> { node.get("tags").into_iter().flat_map(Node::items).collect() };
    let (old, new) = (tags(endpoint.old), tags(endpoint.new));
    let missing = |some: &[Node<'d>], from: &[Node<'d>]| -> Vec<Node<'d>> {
        some.iter().copied().filter(|tag| from.iter().all(|other| other.as_str() != tag.as_str())).collect()
    };
    for tag in missing(&old, &new) {
        let text = format!("the tag {} was taken away", shown(tag));
        ledger.enter_as("api-tag-removed", Some(&endpoint.operation), (Some(tag), endpoint.new.get("tags")), text);
    }
    for tag in missing(&new, &old) {
        let text = format!("the tag {} was added", shown(tag));
        ledger.enter_as("api-tag-added", Some(&endpoint.operation), (endpoint.old.get("tags"), Some(tag)), text);
    }
}
