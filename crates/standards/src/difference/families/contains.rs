//! Did it change whether, and how often, a list must contain an item of a certain kind?
//!
//! ```yaml old
//! { type: array }
//! ```
//! ```yaml new
//! { type: array, contains: { type: string } }
//! ```
//! ```changes
//! request-body-contains-added request-property-contains-added response-body-contains-added
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "contains",
    checks: &[at_each_place! { Structure;
        "contains-added" = E E e e I I i: "an item of a certain kind is demanded now";
        "contains-removed" = I I i i E E e: "no item of a certain kind is demanded any more";
        "min-contains-increased" = E E e e I I i: "more items of that kind are demanded";
        "min-contains-decreased" = I I i i E E e: "fewer items of that kind are demanded";
        "min-contains-set" = w w w w i i i: "a number of items of that kind is demanded now";
        "min-contains-unset" = i i i i w w w: "no number of items of that kind is demanded any more";
        "max-contains-increased" = I I i i E E e: "more items of that kind are allowed";
        "max-contains-decreased" = E E e e I I i: "fewer items of that kind are allowed";
        "max-contains-set" = w w w w i i i: "there is a largest number of items of that kind now";
        "max-contains-unset" = i i i i w w w: "there is no largest number of items of that kind any more";
    }],
    keywords: &["contains", "minContains", "maxContains"],
    source: include_str!("contains.rs"),
};

pub(super) fn look<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
    note_presence(view, ledger, Keyword::Contains, "contains");
    Bound::lower(Keyword::MinContains, "min-contains").look(view, ledger);
    Bound::upper(Keyword::MaxContains, "max-contains").look(view, ledger);
}
