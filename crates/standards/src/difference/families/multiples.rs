//! Did it change of which number all values must be multiples?
//!
//! ```yaml old
//! { type: integer }
//! ```
//! ```yaml new
//! { type: integer, multipleOf: 5 }
//! ```
//! ```changes
//! request-body-multiple-of-set request-property-multiple-of-set response-body-multiple-of-set
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "multiples",
    checks: &[at_each_place! { Constraints;
        "multiple-of-set" = e e e e i i i: "only multiples of a number are allowed now";
        "multiple-of-unset" = i i i i w w w: "numbers need not be multiples any more";
        "multiple-of-changed" = e e e e w w w: "other multiples are allowed now";
        "multiple-of-generalized" = i i i i w w w: "the old multiples are allowed and others too";
    }],
    keywords: &["multipleOf"],
    source: include_str!("multiples.rs"),
};

pub(super) fn look<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
    let of = |schema: &Schema<'d>| schema.number(Keyword::MultipleOf);
    let nodes = view.nodes(Keyword::MultipleOf);
    match (of(&view.schemas.old), of(&view.schemas.new)) {
        (None, Some(new)) => {
            ledger.note(view, "multiple-of-set", nodes, &format!("only multiples of `{new}` are allowed now"))
        }
        (Some(old), None) => {
            ledger.note(view, "multiple-of-unset", nodes, &format!("multiples of `{old}` are not demanded any more"));
        }
        (Some(old), Some(new)) if old != new => {
            let covered = new != 0.0 && (old / new).fract() == 0.0;
            let action = if covered { "multiple-of-generalized" } else { "multiple-of-changed" };
            ledger.note(view, action, nodes, &format!("multiples of `{new}` are allowed instead of those of `{old}`"));
        }
        _ => {}
    }
}
