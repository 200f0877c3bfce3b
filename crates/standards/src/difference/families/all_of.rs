//! Was a schema added to `allOf`, or taken from it?
//!
//! Every schema of `allOf` demands something of its own; one that holds words for people only demands nothing. Where the
//! list was only written out, or put together from one schema, nothing has changed.
//!
//! ```yaml old
//! { allOf: [{ type: object }] }
//! ```
//! ```yaml new
//! { allOf: [{ type: object }, { required: [name] }] }
//! ```
//! ```changes
//! request-body-all-of-added request-property-all-of-added response-body-all-of-added
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "all_of",
    checks: &[at_each_place! { Structure;
        "all-of-added" = E E e e I I i: "a further schema must be followed too";
        "all-of-removed" = W W w w IW IW w: "a schema need not be followed any more";
        "all-of-added-annotation-only" = I I i i I I i: "a schema was added that demands nothing";
        "all-of-removed-annotation-only" = I I i i I I i: "a schema was taken away that demanded nothing";
    }],
    keywords: &["allOf"],
    source: include_str!("all_of.rs"),
};

pub(super) fn look<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
    let Some(list) = view.list(Keyword::AllOf) else {
        return;
    };
    let nodes = view.nodes(Keyword::AllOf);
    let (added, empty_added) = split(view.new_book, &list.added);
    let (removed, empty_removed) = split(view.old_book, &list.removed);
    let kinds = [
        ("all-of-added", added, "must be followed too"),
        ("all-of-added-annotation-only", empty_added, "was added and demands nothing"),
        ("all-of-removed", removed, "need not be followed any more"),
        ("all-of-removed-annotation-only", empty_removed, "was taken away and demanded nothing"),
    ];
    for (action, alternatives, what) in kinds {
        if !alternatives.is_empty() {
            ledger.note(view, action, nodes, &format!("`{}` of `allOf` {what}", labels(&alternatives)));
        }
    }
}

/// Schemas that demand something, and those that do not.
fn split<'d>(book: &Book<'d>, alternatives: &[Alternative<'d>]) -> (Vec<Alternative<'d>>, Vec<Alternative<'d>>) {
    alternatives.iter().partition(|one| !accepts_all(book.land(one.node)))
}
