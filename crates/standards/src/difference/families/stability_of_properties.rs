//! Is a property promised to be more, or less, stable than before (`x-stability-level`)?
//!
//! The levels are `draft`, `alpha`, `beta` and `stable`; what says nothing is stable. A level that goes down takes a
//! promise back.
//!
//! ```yaml old
//! { type: object, properties: { name: { type: string } } }
//! ```
//! ```yaml new
//! { type: object, properties: { name: { type: string, x-stability-level: beta } } }
//! ```
//! ```changes
//! request-property-stability-decreased response-property-stability-decreased
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "stability_of_properties",
    checks: &[at_each_place! { Lifecycle;
        "stability-decreased" = e E e e e E e: "a schema is promised to be less stable than before";
        "stability-increased" = i I i i i I i: "a schema is promised to be more stable than before";
    }],
    keywords: &["x-stability-level"],
    source: include_str!("stability_of_properties.rs"),
};

pub(super) fn look<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
    let published = view.reading == Reading::Published;
    if published && !matches!(view.position(), Position::RequestProperty | Position::ResponseProperty) {
        return;
    }
    let nodes = view.nodes(Keyword::Stability);
    let (old, new) = (Stability::of(nodes.0), Stability::of(nodes.1));
    let (Ok(old), Ok(new)) = (old, new) else {
        let text = format!("{}: `x-stability-level` is not one of draft, alpha, beta, stable", view.subject());
        ledger.enter_as("api-invalid-stability-level", Some(&view.site.operation), nodes, text);
        return;
    };
    if old == new || old < Stability::Beta {
        return;
    }
    let action = if new < old { "stability-decreased" } else { "stability-increased" };
    ledger.note(view, action, nodes, &format!("its stability changed from `{old}` to `{new}`"));
}
