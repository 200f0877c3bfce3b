//! Did it change how many properties an object may have?
//!
//! ```yaml old
//! { type: object, maxProperties: 20 }
//! ```
//! ```yaml new
//! { type: object, maxProperties: 10 }
//! ```
//! ```changes
//! request-body-max-properties-decreased request-property-max-properties-decreased
//! response-body-max-properties-decreased
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "property_counts",
    checks: &[at_each_place! { Constraints;
        "max-properties-decreased" = e e e e i i i: "fewer properties are allowed at most";
        "max-properties-increased" = i i i i e e e: "more properties are allowed at most";
        "max-properties-set" = w w w w i i i: "there is a largest number of properties now";
        "max-properties-unset" = i i i i e e e: "any number of properties is allowed now";
        "min-properties-increased" = e e e e i i i: "more properties are demanded at least";
        "min-properties-decreased" = i i i i e e e: "fewer properties are demanded at least";
    }],
    keywords: &["maxProperties", "minProperties"],
    source: include_str!("property_counts.rs"),
};

pub(super) fn look<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
    Bound::upper(Keyword::MaxProperties, "max-properties").look(view, ledger);
    Bound::lower(Keyword::MinProperties, "min-properties").zero_unless_said().look(view, ledger);
}
