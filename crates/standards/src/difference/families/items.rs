//! Must the items of a list follow a schema now, or no longer?
//!
//! ```yaml old
//! { type: array }
//! ```
//! ```yaml new
//! { type: array, items: { type: string } }
//! ```
//! ```changes
//! request-body-items-added request-property-items-added response-body-items-added
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "items",
    checks: &[at_each_place! { Structure;
        "items-added" = e e e e i i i: "items must follow a schema now";
        "items-removed" = i i i i e e e: "items need not follow a schema any more";
    }],
    keywords: &["items"],
    source: include_str!("items.rs"),
};

pub(super) fn look<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
    note_demand(view, ledger, Keyword::Items, "items");
}
