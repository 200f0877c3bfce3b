//! Was a header of a response added or taken away, or may it be missing now?
//!
//! ```yaml old operation
//! responses: { '200': { description: fine, headers: { X-Total: { required: true, schema: { type: integer } } } } }
//! ```
//! ```yaml new operation
//! responses: { '200': { description: fine, headers: { X-Total: { schema: { type: integer } } } } }
//! ```
//! ```changes
//! response-header-became-optional
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "response_headers",
    checks: &[
        single_checks! { Existence;
            "response-header-added" = I (Response Headers): "A response has a further header";
            "required-response-header-removed" = E (Response Headers): "A header that was always there was taken from a response";
            "optional-response-header-removed" = WE (Response Headers): "A header that could be there was taken from a response";
        },
        single_checks! { Requiredness;
            "response-header-became-optional" = E (Response Headers): "A header of a response may be missing now";
            "response-header-became-required" = i (Response Headers): "A header of a response is always there now";
        },
    ],
    keywords: &[],
    source: include_str!("response_headers.rs"),
};

pub(super) fn look_at_headers<'d>(endpoint: &Endpoint<'d>, response: &ResponsePair<'d>, ledger: &mut Ledger<'_, 'd>) {
    let operation = Some(&endpoint.operation);
    let status = response.status;
    let (old, new) = (response.old.get("headers"), response.new.get("headers"));
    let entries = |map: Option<Node<'d>>| map.into_iter().flat_map(Node::entries);
    let required = |node: Node<'d>| node.get("required").and_then(Node::as_bool) == Some(true);
    for (key, node) in entries(new).filter(|(key, _)| header_of(old, key.text).is_none()) {
        let text = format!("the header `{}` of response `{status}` was added", key.text);
        ledger.enter_as("response-header-added", operation, (old, Some(node)), text);
    }
    for (key, node) in entries(old).filter(|(key, _)| header_of(new, key.text).is_none()) {
        let id = if required(ledger.books.old.sources.follow(node)) {
            "required-response-header-removed"
        } else {
            "optional-response-header-removed"
        };
        let text = format!("the header `{}` of response `{status}` was taken away", key.text);
        ledger.enter_as(id, operation, (Some(node), new), text);
    }
    let both: Vec<_> = headers_of(response, ledger.books).collect();
    for (name, old, new) in both {
        let (id, what) = match (required(old), required(new)) {
            (true, false) => ("response-header-became-optional", "may be missing now"),
            (false, true) => ("response-header-became-required", "is always there now"),
            _ => continue,
        };
        let text = format!("the header `{name}` of response `{status}` {what}");
        ledger.enter_as(id, operation, (Some(old), Some(new)), text);
    }
}
