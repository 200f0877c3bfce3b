//! Was a schema added to `anyOf`, or taken from it?
//!
//! A further alternative is harmless in what callers send; callers that read meet values that they do not know.
//!
//! ```yaml old
//! { anyOf: [{ type: object, properties: { kind: { const: cat } } }] }
//! ```
//! ```yaml new
//! { anyOf: [{ type: object, properties: { kind: { const: cat } } }, { type: object, properties: { kind: { const: dog } } }] }
//! ```
//! ```changes
//! request-body-any-of-added request-property-any-of-added response-body-any-of-added
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "any_of",
    checks: &[at_each_place! { Structure;
        "any-of-added" = I I i i IE IE e: "a further alternative is allowed";
        "any-of-removed" = E E e e I I i: "an alternative is not allowed any more";
        "any-of-introduced" = e e e e i i i: "one of several schemas must be followed now";
        "any-of-lifted" = i i i i w w w: "none of several schemas must be followed any more";
    }],
    keywords: &["anyOf"],
    source: include_str!("any_of.rs"),
};

pub(super) fn look<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
    note_choices(view, ledger, Keyword::AnyOf, "any-of");
}
