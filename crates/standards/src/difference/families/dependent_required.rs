//! Must a property be there where another one is?
//!
//! ```yaml old
//! { type: object }
//! ```
//! ```yaml new
//! { type: object, dependentRequired: { card: [number] } }
//! ```
//! ```changes
//! request-body-dependent-required-added request-property-dependent-required-added response-body-dependent-required-added
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "dependent_required",
    checks: &[at_each_place! { Structure;
        "dependent-required-added" = E E e e I I i: "properties are demanded where another one is there";
        "dependent-required-removed" = I I i i E E e: "properties are not demanded any more where another one is there";
        "dependent-required-changed" = E E e e E E e: "other properties are demanded where another one is there";
    }],
    keywords: &["dependentRequired"],
    source: include_str!("dependent_required.rs"),
};

pub(super) fn look<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
    let (old, new) = view.nodes(Keyword::DependentRequired);
    let entries = |map: Option<Node<'d>>| map.into_iter().flat_map(Node::entries);
    for (key, after) in entries(new) {
        let Some(before) = old.and_then(|map| map.get(key.text)) else {
            let what = format!("where `{}` is there, {} must be too", key.text, listed(after));
            ledger.note(view, "dependent-required-added", (old, Some(after)), &what);
            continue;
        };
        if !same_names(before, after) {
            let what =
                format!("where `{}` is there, {} must be instead of {}", key.text, listed(after), listed(before));
            ledger.note(view, "dependent-required-changed", (Some(before), Some(after)), &what);
        }
    }
    for (key, before) in entries(old) {
        if new.and_then(|map| map.get(key.text)).is_none() {
            let what = format!("where `{}` is there, {} need not be any more", key.text, listed(before));
            ledger.note(view, "dependent-required-removed", (Some(before), new), &what);
        }
    }
}

fn listed(names: Node<'_>) -> String {
    let names: Vec<String> = names.items().filter_map(Node::as_str).map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

fn same_names(old: Node<'_>, new: Node<'_>) -> bool {
    let names = |list: Node<'_>| list.items().filter_map(Node::as_str).map(str::to_owned).collect::<HashSet<String>>();
    names(old) == names(new)
}
