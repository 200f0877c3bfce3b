//! Was a schema added for an item at a position of its own, or taken away?
//!
//! ```yaml old
//! { type: array, prefixItems: [{ type: string }] }
//! ```
//! ```yaml new
//! { type: array, prefixItems: [{ type: string }, { type: integer }] }
//! ```
//! ```changes
//! request-body-prefix-items-added request-property-prefix-items-added response-body-prefix-items-added
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "prefix_items",
    checks: &[at_each_place! { Structure;
        "prefix-items-added" = I I i i E E e: "an item at a position of its own has a schema now";
        "prefix-items-removed" = E E e e I I i: "an item at a position of its own has no schema any more";
    }],
    keywords: &["prefixItems"],
    source: include_str!("prefix_items.rs"),
};

pub(super) fn look<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
    let Some(list) = view.list(Keyword::PrefixItems) else {
        return;
    };
    let nodes = view.nodes(Keyword::PrefixItems);
    if !list.added.is_empty() {
        let what = format!("`{}` was added to `prefixItems`", labels(&list.added));
        ledger.note(view, "prefix-items-added", nodes, &what);
    }
    if !list.removed.is_empty() {
        let what = format!("`{}` was taken from `prefixItems`", labels(&list.removed));
        ledger.note(view, "prefix-items-removed", nodes, &what);
    }
}
