//! Has an operation another `operationId`?
//!
//! Nothing of it is on the wire, but generated clients name their functions by it, so a new one breaks their builds.
//!
//! ```yaml old operation
//! operationId: listRepairs
//! responses: { '200': { description: fine } }
//! ```
//! ```yaml new operation
//! operationId: getRepairs
//! responses: { '200': { description: fine } }
//! ```
//! ```changes
//! api-operation-id-removed
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "operation_ids",
    checks: &[single_checks! { Existence;
        "api-operation-id-added" = I (Both Paths): "An operation has an `operationId` now";
        "api-operation-id-removed" = IW (Both Paths): "An operation has another `operationId`, or none any more";
    }],
    keywords: &[],
    source: include_str!("operation_ids.rs"),
};

pub(in super::super) fn look_at_id<'d>(endpoint: &Endpoint<'d>, ledger: &mut Ledger<'_, 'd>) {
    let nodes = (endpoint.old.get("operationId"), endpoint.new.get("operationId"));
    let id = |node: Option<Node<'d>>| node.and_then(Node::as_str).unwrap_or_default();
    let (old, new) = (id(nodes.0), id(nodes.1));
    if old == new {
        return;
    }
    let (check, text) = match (old, new) {
        ("", new) => ("api-operation-id-added", format!("the operationId `{new}` was added")),
        (old, "") => ("api-operation-id-removed", format!("the operationId `{old}` was taken away")),
        (old, new) => ("api-operation-id-removed", format!("the operationId changed from `{old}` to `{new}`")),
    };
    ledger.enter_as(check, Some(&endpoint.operation), nodes, text);
}
