//! Must properties whose names match a pattern follow a schema?
//!
//! ```yaml old
//! { type: object }
//! ```
//! ```yaml new
//! { type: object, patternProperties: { '^x-': { type: string } } }
//! ```
//! ```changes
//! request-body-pattern-property-added request-property-pattern-property-added response-body-pattern-property-added
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "pattern_properties",
    checks: &[at_each_place! { Constraints;
        "pattern-property-added" = E E e e I I i: "properties with certain names must follow a schema now";
        "pattern-property-removed" = I I i i E E e: "properties with certain names need not follow a schema any more";
    }],
    keywords: &["patternProperties"],
    source: include_str!("pattern_properties.rs"),
};

pub(super) fn look<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
    note_names(view, ledger, Keyword::PatternProperties, "pattern-property", "the schema for names like `{}`");
}
