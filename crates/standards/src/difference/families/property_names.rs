//! Must names of properties follow a schema now, or no longer?
//!
//! ```yaml old
//! { type: object }
//! ```
//! ```yaml new
//! { type: object, propertyNames: { pattern: '^[a-z]+$' } }
//! ```
//! ```changes
//! request-body-property-names-added request-property-property-names-added response-body-property-names-added
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "property_names",
    checks: &[at_each_place! { Structure;
        "property-names-added" = E E e e I I i: "names of properties must follow a schema now";
        "property-names-removed" = I I i i E E e: "names of properties need not follow a schema any more";
    }],
    keywords: &["propertyNames"],
    source: include_str!("property_names.rs"),
};

pub(super) fn look<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
    note_presence(view, ledger, Keyword::PropertyNames, "property-names");
}
