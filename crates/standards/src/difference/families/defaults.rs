//! Did the value change that stands for one left out?
//!
//! A caller that leaves an optional parameter out relies on its default: with another default the same call asks for
//! something else. In bodies the default tells what a server assumes or sends, and is worth knowing.
//!
//! ```yaml old
//! { type: integer, default: 10 }
//! ```
//! ```yaml new
//! { type: integer, default: 20 }
//! ```
//! ```changes
//! request-body-default-value-changed request-property-default-value-changed response-body-default-value-changed
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "defaults",
    checks: &[at_each_place! { Values;
        "default-value-added" = I I E w I I i: "there is a default value now";
        "default-value-removed" = I I E w I I i: "there is no default value any more";
        "default-value-changed" = I I E w I I i: "the default value changed";
    }],
    keywords: &["default"],
    source: include_str!("defaults.rs"),
};

pub(super) fn look<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
    if let Part::Parameter { required: (old, new), .. } = view.part()
        && (old || new)
    {
        return;
    }
    let nodes = view.nodes(Keyword::Default);
    let there = |node: Option<Node<'d>>| node.filter(|node| node.kind() != Kind::Null);
    match (there(nodes.0), there(nodes.1)) {
        (None, Some(new)) => {
            ledger.note(view, "default-value-added", nodes, &format!("the default value {} was added", shown(new)));
        }
        (Some(old), None) => {
            ledger.note(
                view,
                "default-value-removed",
                nodes,
                &format!("the default value {} was taken away", shown(old)),
            );
        }
        (Some(old), Some(new)) if !view.same.says_the_same(old, new) => {
            let what = format!("the default value changed from {} to {}", shown(old), shown(new));
            ledger.note(view, "default-value-changed", nodes, &what);
        }
        _ => {}
    }
}
