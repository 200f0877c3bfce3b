//! Did the one value change that is allowed?
//!
//! `const: x` and `enum: [x]` say the same, so a move from one to the other is no change.
//!
//! ```yaml old
//! { type: string, const: v1 }
//! ```
//! ```yaml new
//! { type: string, const: v2 }
//! ```
//! ```changes
//! request-body-const-changed request-property-const-changed response-body-const-changed
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "constants",
    checks: &[at_each_place! { Values;
        "const-added" = E E e e I I i: "only one value is allowed now";
        "const-removed" = I I i i E E e: "more than the one value is allowed now";
        "const-changed" = E E e e E E e: "another one value is allowed now";
    }],
    keywords: &["const"],
    source: include_str!("constants.rs"),
};

pub(super) fn look<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
    if view.schemas.constant_restated {
        return;
    }
    let nodes = view.nodes(Keyword::Const);
    match nodes {
        (None, Some(new)) => ledger.note(view, "const-added", nodes, &format!("only {} is allowed now", shown(new))),
        (Some(old), None) => {
            ledger.note(view, "const-removed", nodes, &format!("it need not be {} any more", shown(old)));
        }
        (Some(old), Some(new)) if !view.same.says_the_same(old, new) => {
            let what = format!("the one value allowed changed from {} to {}", shown(old), shown(new));
            ledger.note(view, "const-changed", nodes, &what);
        }
        _ => {}
    }
}
