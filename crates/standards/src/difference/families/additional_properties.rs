//! Are properties allowed that the schema does not name?
//!
//! Where nothing is said they are. To forbid them breaks callers that send more than is named.
//!
//! ```yaml old
//! { type: object }
//! ```
//! ```yaml new
//! { type: object, additionalProperties: false }
//! ```
//! ```changes
//! request-body-additional-properties-forbidden request-property-additional-properties-forbidden
//! response-body-additional-properties-forbidden
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "additional_properties",
    checks: &[at_each_place! { Structure;
        "additional-properties-forbidden" = e e e e i i i: "properties that are not named are forbidden now";
        "additional-properties-allowed" = i i i i i i i: "properties that are not named are allowed now";
        "additional-properties-added" = e e e e i i i: "properties that are not named must follow a schema now";
        "additional-properties-removed" = i i i i w w w: "properties that are not named need not follow a schema any more";
    }],
    keywords: &["additionalProperties"],
    source: include_str!("additional_properties.rs"),
};

pub(super) fn look<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
    let nodes = view.nodes(Keyword::AdditionalProperties);
    let allows = |node: Option<Node<'_>>| node.and_then(Node::as_bool) != Some(false);
    match (allows(nodes.0), allows(nodes.1)) {
        (true, false) => {
            let what = "properties that are not named are forbidden now";
            ledger.note(view, "additional-properties-forbidden", nodes, what);
        }
        (false, true) => {
            let what = "properties that are not named are allowed now";
            ledger.note(view, "additional-properties-allowed", nodes, what);
        }
        (true, true) => note_demand(view, ledger, Keyword::AdditionalProperties, "additional-properties"),
        (false, false) => {}
    }
}
