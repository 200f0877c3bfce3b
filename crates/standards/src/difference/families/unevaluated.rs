//! Must what no other part of a schema looks at follow a schema now, or be missing?
//!
//! ```yaml old
//! { type: object }
//! ```
//! ```yaml new
//! { type: object, unevaluatedProperties: { type: string } }
//! ```
//! ```changes
//! request-body-unevaluated-properties-added request-property-unevaluated-properties-added
//! response-body-unevaluated-properties-added
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "unevaluated",
    checks: &[at_each_place! { Structure;
        "unevaluated-items-added" = E E e e I I i: "other items are limited now";
        "unevaluated-items-removed" = I I i i E E e: "other items are not limited any more";
        "unevaluated-properties-added" = E E e e I I i: "other properties are limited now";
        "unevaluated-properties-removed" = I I i i E E e: "other properties are not limited any more";
    }],
    keywords: &["unevaluatedItems", "unevaluatedProperties"],
    source: include_str!("unevaluated.rs"),
};

pub(super) fn look<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
    let kinds =
        [(Keyword::UnevaluatedItems, "unevaluated-items"), (Keyword::UnevaluatedProperties, "unevaluated-properties")];
    for (keyword, name) in kinds {
        let (old, new) = view.nodes(keyword);
        let plain = |node: Option<Node<'_>>| node.is_some_and(|node| node.as_bool().is_some());
        if view.reading == Reading::Published && (plain(old) || plain(new)) {
            continue;
        }
        note_demand(view, ledger, keyword, name);
    }
}
