//! Did it change what a value must not be?
//!
//! Inside `not` everything turns around: what is narrower there is wider outside. Changes further inside are therefore never
//! reported as harmless.
//!
//! ```yaml old
//! { type: string }
//! ```
//! ```yaml new
//! { type: string, not: { enum: [forbidden] } }
//! ```
//! ```changes
//! request-body-not-added request-property-not-added response-body-not-added
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "negation",
    checks: &[at_each_place! { Structure;
        "not-added" = e e e e i i i: "there is something now that values must not be";
        "not-removed" = i i i i e e e: "there is nothing any more that values must not be";
        "closed" = e e e e i i i: "no value at all is allowed now";
        "opened" = i i i i e e e: "values are allowed where none was before";
    }],
    keywords: &["not"],
    source: include_str!("negation.rs"),
};

pub(super) fn look<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
    note_presence(view, ledger, Keyword::Not, "not");
    match (view.schemas.old.keywords.never, view.schemas.new.keywords.never) {
        (false, true) => ledger.note(view, "closed", (None, None), "no value at all is allowed now"),
        (true, false) => ledger.note(view, "opened", (None, None), "values are allowed where none was before"),
        _ => {}
    }
}
