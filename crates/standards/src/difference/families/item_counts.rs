//! Did it change how many items a list may have, or whether they must differ?
//!
//! ```yaml old
//! { type: array, items: { type: string }, minItems: 1 }
//! ```
//! ```yaml new
//! { type: array, items: { type: string }, minItems: 2 }
//! ```
//! ```changes
//! request-body-min-items-increased request-property-min-items-increased response-body-min-items-increased
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "item_counts",
    checks: &[at_each_place! { Constraints;
        "max-items-decreased" = e e E e i i i: "fewer items are allowed at most";
        "max-items-increased" = i i I i e e e: "more items are allowed at most";
        "max-items-set" = w w w w i i i: "there is a largest number of items now";
        "max-items-unset" = i i i i e e e: "any number of items is allowed now";
        "min-items-increased" = E E E e i i i: "more items are demanded at least";
        "min-items-decreased" = i i I i E E e: "fewer items are demanded at least";
        "min-items-set" = W W W w i i i: "there is a smallest number of items now";
        "min-items-unset" = i i i i E E e: "no number of items is demanded any more";
        "unique-items-set" = e e e e i i i: "items must differ from each other now";
        "unique-items-unset" = i i i i w w w: "items need not differ from each other any more";
    }],
    keywords: &["maxItems", "minItems", "uniqueItems"],
    source: include_str!("item_counts.rs"),
};

pub(super) fn look<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
    let most = Bound::upper(Keyword::MaxItems, "max-items");
    let published = view.reading == Reading::Published;
    // oasdiff looks at the items of a parameter's list as if they were the parameter.
    if published && view.position() == Position::ParameterProperty && view.path == "items" {
        most.look_as(view, ledger, "request-parameter-");
    } else {
        most.look(view, ledger);
    }
    let least = Bound::lower(Keyword::MinItems, "min-items");
    if published {
        least.zero_unless_said().look(view, ledger)
    } else {
        least.look(view, ledger)
    }
    let nodes = view.nodes(Keyword::UniqueItems);
    match (view.schemas.old.flag(Keyword::UniqueItems), view.schemas.new.flag(Keyword::UniqueItems)) {
        (false, true) => ledger.note(view, "unique-items-set", nodes, "items must differ from each other now"),
        (true, false) => {
            ledger.note(view, "unique-items-unset", nodes, "items need not differ from each other any more");
        }
        _ => {}
    }
}
