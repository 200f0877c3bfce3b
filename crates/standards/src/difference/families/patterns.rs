//! Did the pattern change that texts must match?
//!
//! Whether one pattern covers another cannot be told in general, so a changed pattern of what callers send is a warning;
//! `.*` covers everything.
//!
//! ```yaml old
//! { type: string }
//! ```
//! ```yaml new
//! { type: string, pattern: '^[a-z]+$' }
//! ```
//! ```changes
//! request-body-pattern-added request-property-pattern-added response-body-pattern-added
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "patterns",
    checks: &[at_each_place! { Constraints;
        "pattern-added" = e E E e i I i: "texts must match a pattern now";
        "pattern-removed" = i I I i i I i: "texts need not match a pattern any more";
        "pattern-changed" = w W W w i I i: "texts must match another pattern now";
        "pattern-generalized" = i I I i _ _ _: "texts may be anything now";
    }],
    keywords: &["pattern"],
    source: include_str!("patterns.rs"),
};

pub(super) fn look<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
    let of = |schema: &Schema<'d>| schema.text(Keyword::Pattern);
    let nodes = view.nodes(Keyword::Pattern);
    match (of(&view.schemas.old), of(&view.schemas.new)) {
        (None, Some(new)) => ledger.note(view, "pattern-added", nodes, &format!("the pattern `{new}` was added")),
        (Some(old), None) => {
            ledger.note(view, "pattern-removed", nodes, &format!("the pattern `{old}` was taken away"))
        }
        (Some(old), Some(new)) if old != new => {
            let action = if new == ".*" && view.is_request() { "pattern-generalized" } else { "pattern-changed" };
            ledger.note(view, action, nodes, &format!("the pattern changed from `{old}` to `{new}`"));
        }
        _ => {}
    }
}
