//! Must an object follow a further schema where it has a certain property?
//!
//! ```yaml old
//! { type: object }
//! ```
//! ```yaml new
//! { type: object, dependentSchemas: { card: { required: [number] } } }
//! ```
//! ```changes
//! request-body-dependent-schema-added request-property-dependent-schema-added response-body-dependent-schema-added
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "dependent_schemas",
    checks: &[at_each_place! { Structure;
        "dependent-schema-added" = E E e e I I i: "a further schema holds where a property is there";
        "dependent-schema-removed" = I I i i E E e: "no further schema holds any more where a property is there";
    }],
    keywords: &["dependentSchemas"],
    source: include_str!("dependent_schemas.rs"),
};

pub(super) fn look<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
    note_names(view, ledger, Keyword::DependentSchemas, "dependent-schema", "the further schema where `{}` is there");
}
