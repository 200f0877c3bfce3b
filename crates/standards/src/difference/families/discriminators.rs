//! Did it change how callers tell alternatives apart?
//!
//! ```yaml old
//! { oneOf: [{ $ref: '#/components/schemas/Cat' }] }
//! ```
//! ```yaml new
//! { oneOf: [{ $ref: '#/components/schemas/Cat' }], discriminator: { propertyName: kind } }
//! ```
//! ```changes
//! request-body-discriminator-added request-property-discriminator-added response-body-discriminator-added
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "discriminators",
    checks: &[at_each_place! { Structure;
        "discriminator-added" = I I i i I I i: "a property tells alternatives apart now";
        "discriminator-removed" = IW IW w w IW IW w: "no property tells alternatives apart any more";
        "discriminator-property-name-changed" = IW IW w w IW IW w: "another property tells alternatives apart";
        "discriminator-mapping-added" = I I i i I I i: "a further value stands for an alternative";
        "discriminator-mapping-deleted" = IW IW w w IW IW w: "a value does not stand for an alternative any more";
        "discriminator-mapping-changed" = IW IW w w IW IW w: "a value stands for another alternative";
    }],
    keywords: &["discriminator"],
    source: include_str!("discriminators.rs"),
};

pub(super) fn look<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
    let nodes = view.nodes(Keyword::Discriminator);
    let (old, new) = match nodes {
        (Some(old), Some(new)) => (old, new),
        (None, Some(_)) => return ledger.note(view, "discriminator-added", nodes, "a discriminator was added"),
        (Some(_), None) => {
            return ledger.note(view, "discriminator-removed", nodes, "the discriminator was taken away");
        }
        (None, None) => return,
    };
    let name = |node: Node<'d>| node.get("propertyName").and_then(Node::as_str).unwrap_or_default();
    if name(old) != name(new) {
        let what = format!("the discriminator's property changed from `{}` to `{}`", name(old), name(new));
        ledger.note(view, "discriminator-property-name-changed", nodes, &what);
    }
    look_at_mapping(view, ledger, old.get("mapping"), new.get("mapping"));
}

fn look_at_mapping<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>, old: Option<Node<'d>>, new: Option<Node<'d>>) {
    let values = |map: Option<Node<'d>>| map.into_iter().flat_map(Node::entries);
    let missing = |map: Option<Node<'d>>, from: Option<Node<'d>>| -> Vec<&'d str> {
        values(map).map(|(key, _)| key.text).filter(|name| from.and_then(|from| from.get(name)).is_none()).collect()
    };
    let added = missing(new, old);
    if !added.is_empty() {
        let what = format!("the discriminator maps `{}` too", added.join("`, `"));
        ledger.note(view, "discriminator-mapping-added", (old, new), &what);
    }
    let removed = missing(old, new);
    if !removed.is_empty() {
        let what = format!("the discriminator does not map `{}` any more", removed.join("`, `"));
        ledger.note(view, "discriminator-mapping-deleted", (old, new), &what);
    }
    for (key, before) in values(old) {
        let Some(after) = new.and_then(|map| map.get(key.text)) else {
            continue;
        };
        let (from, to) = (before.as_str().unwrap_or_default(), after.as_str().unwrap_or_default());
        if from != to {
            let what = format!("the discriminator maps `{}` to `{to}` instead of `{from}`", key.text);
            ledger.note(view, "discriminator-mapping-changed", (Some(before), Some(after)), &what);
        }
    }
}
