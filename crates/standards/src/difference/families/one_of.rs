//! Was a schema added to `oneOf`, or taken from it, or was an object taken apart into alternatives?
//!
//! A further alternative is harmless in what callers send; callers that read meet values that they do not know. An
//! object that became a choice of objects breaks both: what fits two alternatives fits none, and a property that was
//! always there may be missing.
//!
//! ```yaml old
//! { oneOf: [{ type: object, properties: { kind: { const: cat } } }] }
//! ```
//! ```yaml new
//! { oneOf: [{ type: object, properties: { kind: { const: cat } } }, { type: object, properties: { kind: { const: dog } } }] }
//! ```
//! ```changes
//! request-body-one-of-added request-property-one-of-added response-body-one-of-added
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "one_of",
    checks: &[at_each_place! { Structure;
        "one-of-added" = I I i i E E e: "a further alternative is allowed";
        "one-of-removed" = E E e e I I i: "an alternative is not allowed any more";
        "one-of-introduced" = e e e e i i i: "exactly one of several schemas must be followed now";
        "one-of-lifted" = i i i i w w w: "none of several schemas must be followed any more";
        "wrapped-in-one-of" = E e e e E e e: "an object was taken apart into alternatives";
    }],
    keywords: &["oneOf"],
    source: include_str!("one_of.rs"),
};

pub(super) fn look<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
    let at_root = matches!(view.position(), Position::RequestBody | Position::ResponseBody);
    if view.transition.one_of_wrapping && (at_root || view.reading == Reading::Hansom) {
        let what = "the object was taken apart into alternatives";
        ledger.note(view, "wrapped-in-one-of", view.nodes(Keyword::OneOf), what);
    } else {
        note_choices(view, ledger, Keyword::OneOf, "one-of");
    }
}

/// Whether the properties of an object moved into alternatives.
pub(in super::super) fn is_wrapped<'d>(schemas: &Schemas<'d>, new: &Book<'d>) -> bool {
    !schemas.new.items(Keyword::OneOf).is_empty()
        && schemas.old.properties().iter().any(|(name, _)| is_moved(schemas, new, name))
}

/// Whether a property of an object moved into an alternative.
pub(super) fn is_moved<'d>(schemas: &Schemas<'d>, new: &Book<'d>, name: &str) -> bool {
    let (before, after) = (&schemas.old, &schemas.new);
    let plain = before.items(Keyword::OneOf).is_empty() && before.has_properties();
    if !plain || after.has_properties() || !after.types().is_empty() {
        return false;
    }
    after.items(Keyword::OneOf).into_iter().any(|one| new.schema(one).property(name).is_some())
}
