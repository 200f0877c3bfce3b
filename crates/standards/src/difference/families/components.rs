//! Was a reusable schema taken away?
//!
//! Nothing of it is on the wire; what used it is compared where it was used. Generated clients lose a type.
//!
//! ```yaml old components
//! schemas: { Repair: { type: object } }
//! ```
//! ```yaml new components
//! schemas: {}
//! ```
//! ```changes
//! api-schema-removed
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "components",
    checks: &[single_checks! { Existence;
        "api-schema-removed" = I (Document Components): "A reusable schema was taken away";
    }],
    keywords: &[],
    source: include_str!("components.rs"),
};

pub(in super::super) fn look_at_components<'d>((old, new): (Node<'d>, Node<'d>), ledger: &mut Ledger<'_, 'd>) {
    let schemas = |root: Node<'d>| root.get("components").and_then(|components| components.get("schemas"));
    let after = schemas(new);
    for (key, node) in schemas(old).into_iter().flat_map(Node::entries) {
        if after.and_then(|map| map.get(key.text)).is_none() {
            let text = format!("the schema `{}` was taken away", key.text);
            ledger.enter_as("api-schema-removed", None, (Some(node), after), text);
        }
    }
}
