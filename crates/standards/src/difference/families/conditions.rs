//! Did a condition appear or vanish: `if`, `then`, `else`?
//!
//! A new condition demands more of some values than before; one that went demands less.
//!
//! ```yaml old
//! { type: object }
//! ```
//! ```yaml new
//! { type: object, if: { required: [card] }, then: { required: [number] } }
//! ```
//! ```changes
//! request-body-if-added request-body-then-added request-property-if-added request-property-then-added
//! response-body-if-added response-body-then-added
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "conditions",
    checks: &[at_each_place! { Structure;
        "if-added" = E E e e I I i: "an `if` was added";
        "if-removed" = I I i i E E e: "an `if` was taken away";
        "then-added" = E E e e I I i: "an `then` was added";
        "then-removed" = I I i i E E e: "an `then` was taken away";
        "else-added" = E E e e I I i: "an `else` was added";
        "else-removed" = I I i i E E e: "an `else` was taken away";
    }],
    keywords: &["if", "then", "else"],
    source: include_str!("conditions.rs"),
};

pub(super) fn look<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
    note_presence(view, ledger, Keyword::If, "if");
    note_presence(view, ledger, Keyword::Then, "then");
    note_presence(view, ledger, Keyword::Else, "else");
}
