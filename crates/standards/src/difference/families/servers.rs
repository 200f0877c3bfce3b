//! Is the API at another address?
//!
//! Where a server vanishes, callers that use its address fail. Which environments there are is the platform's matter, so
//! both are for a person to judge.
//!
//! ```yaml old document
//! servers: [{ url: 'https://api.hackney.example/repairs/v1' }]
//! ```
//! ```yaml new document
//! servers: [{ url: 'https://api.hackney.example/works/v1' }]
//! ```
//! ```changes
//! server-removed server-added
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "servers",
    checks: &[single_checks! { Existence;
        "server-added" = i (Document Servers): "A server was added";
        "server-removed" = w (Document Servers): "A server was taken away";
    }],
    keywords: &[],
    source: include_str!("servers.rs"),
};

pub(in super::super) fn look_at_servers<'d>(
    (old, new): (Node<'d>, Node<'d>),
    operation: Option<&Arc<Operation>>,
    ledger: &mut Ledger<'_, 'd>,
) {
    let servers = |node: Node<'d>| -> Vec<Node<'d>> { node.get("servers").into_iter().flat_map(Node::items).collect() };
    let url = |node: Node<'d>| node.get("url").and_then(Node::as_str).unwrap_or_default().trim_end_matches('/');
    let (before, after) = (servers(old), servers(new));
    for server in before.iter().filter(|one| after.iter().all(|other| url(*other) != url(**one))) {
        let text = format!("the server `{}` was taken away", url(*server));
        ledger.enter_as("server-removed", operation, (Some(*server), new.get("servers")), text);
    }
    for server in after.iter().filter(|one| before.iter().all(|other| url(*other) != url(**one))) {
        let text = format!("the server `{}` was added", url(*server));
        ledger.enter_as("server-added", operation, (old.get("servers"), Some(*server)), text);
    }
}
