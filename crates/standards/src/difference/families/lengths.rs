//! Did the shortest or the longest allowed text change?
//!
//! A text without `minLength` may be empty, so to set it is to raise it from 0. To take `maxLength` away breaks callers
//! that read into a field of that size.
//!
//! ```yaml old
//! { type: string, maxLength: 20 }
//! ```
//! ```yaml new
//! { type: string, maxLength: 10 }
//! ```
//! ```changes
//! request-body-max-length-decreased request-property-max-length-decreased response-body-max-length-decreased
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "lengths",
    checks: &[
        at_each_place! { Constraints;
            "max-length-decreased" = E E E e i i i: "the longest allowed text became shorter";
            "max-length-increased" = I I I i E E e: "the longest allowed text became longer";
            "max-length-set" = W W W w i i i: "there is a longest allowed text now";
            "max-length-unset" = i i i i E E e: "texts may be of any length now";
            "min-length-increased" = E E E e i i i: "the shortest allowed text became longer";
            "min-length-decreased" = I I I i E E e: "the shortest allowed text became shorter";
        },
        single_checks! { Constraints;
            "request-read-only-property-max-length-decreased" = I (Request Schema): "The longest text became shorter in a property that callers never send";
        },
    ],
    keywords: &["maxLength", "minLength"],
    source: include_str!("lengths.rs"),
};

pub(super) fn look<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
    Bound::upper(Keyword::MaxLength, "max-length").look(view, ledger);
    Bound::lower(Keyword::MinLength, "min-length").zero_unless_said().look(view, ledger);
}
