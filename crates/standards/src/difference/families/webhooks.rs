//! Was a webhook added or taken away?
//!
//! The operations of a webhook are compared like others. There the API calls and the receiver answers, so the request
//! is what receivers read, and the response is what they send.
//!
//! ```yaml old document
//! webhooks: { done: { post: { responses: { '200': { description: fine } } } } }
//! ```
//! ```yaml new document
//! webhooks: { finished: { post: { responses: { '200': { description: fine } } } } }
//! ```
//! ```changes
//! webhook-removed webhook-added
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "webhooks",
    checks: &[single_checks! { Existence;
        "webhook-added" = I (Document Components): "A webhook was added";
        "webhook-removed" = E (Document Components): "A webhook was taken away";
        "callback-added" = i (Both Components): "A callback was added";
        "callback-removed" = e (Both Components): "A callback was taken away";
    }],
    keywords: &[],
    source: include_str!("webhooks.rs"),
};

pub(in super::super) fn look_at_webhooks<'d>((old, new): (Node<'d>, Node<'d>), ledger: &mut Ledger<'_, 'd>) {
    let (before, after) = (old.get("webhooks"), new.get("webhooks"));
    for (name, nodes, came) in came_and_went(before, after) {
        let (id, what) = if came { ("webhook-added", "added") } else { ("webhook-removed", "taken away") };
        ledger.enter_as(id, None, nodes, format!("the webhook `{name}` was {what}"));
    }
}

pub(in super::super) fn look_at_callbacks<'d>(endpoint: &Endpoint<'d>, ledger: &mut Ledger<'_, 'd>) {
    let (before, after) = (endpoint.old.get("callbacks"), endpoint.new.get("callbacks"));
    for (name, nodes, came) in came_and_went(before, after) {
        let (id, what) = if came { ("callback-added", "added") } else { ("callback-removed", "taken away") };
        ledger.enter_as(id, Some(&endpoint.operation), nodes, format!("the callback `{name}` was {what}"));
    }
}

fn came_and_went<'d>(old: Option<Node<'d>>, new: Option<Node<'d>>) -> Vec<(&'d str, Nodes<'d>, bool)> {
    let entries = |map: Option<Node<'d>>| map.into_iter().flat_map(Node::entries);
    let gone = entries(old).filter(|(key, _)| new.and_then(|map| map.get(key.text)).is_none());
    let came = entries(new).filter(|(key, _)| old.and_then(|map| map.get(key.text)).is_none());
    let gone = gone.map(|(key, node)| (key.text, (Some(node), new), false));
    gone.chain(came.map(|(key, node)| (key.text, (old, Some(node)), true))).collect()
}
