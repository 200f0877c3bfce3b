//! Did the smallest or the largest allowed number change?
//!
//! A tighter bound refuses what callers sent so far; a looser one lets through what callers that read never had to
//! expect. `maximum: 10` with `exclusiveMaximum: true` (OpenAPI 3.0) and `exclusiveMaximum: 10` (3.1) say the same.
//!
//! ```yaml old
//! { type: integer, maximum: 100 }
//! ```
//! ```yaml new
//! { type: integer, maximum: 50 }
//! ```
//! ```changes
//! request-body-max-decreased request-property-max-decreased response-body-max-decreased
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "bounds",
    checks: &[
        at_each_place! { Constraints;
            "max-decreased" = E E E e i i i: "the largest allowed number went down";
            "max-increased" = I I I i E E e: "the largest allowed number went up";
            "max-set" = W W W w i i i: "there is a largest allowed number now";
            "max-unset" = i i i i e e e: "there is no largest allowed number any more";
            "exclusive-max-decreased" = E E E e i i i: "the number that all must be below went down";
            "exclusive-max-increased" = I I I i E E e: "the number that all must be below went up";
            "exclusive-max-set" = W W W w i i i: "there is a number now that all must be below";
            "exclusive-max-unset" = i i i i e e e: "there is no number any more that all must be below";
            "min-increased" = E E E e i i i: "the smallest allowed number went up";
            "min-decreased" = I I I i E E e: "the smallest allowed number went down";
            "min-set" = W W W w i i i: "there is a smallest allowed number now";
            "min-unset" = i i i i e e e: "there is no smallest allowed number any more";
            "exclusive-min-increased" = E E E e i i i: "the number that all must be above went up";
            "exclusive-min-decreased" = I I I i E E e: "the number that all must be above went down";
            "exclusive-min-set" = W W W w i i i: "there is a number now that all must be above";
            "exclusive-min-unset" = i i i i e e e: "there is no number any more that all must be above";
        },
        single_checks! { Constraints;
            "request-read-only-property-max-decreased" = I (Request Schema): "The largest number went down in a property that callers never send";
            "request-read-only-property-exclusive-max-decreased" = I (Request Schema): "The number that all must be below went down in a property that callers never send";
            "request-read-only-property-min-increased" = I (Request Schema): "The smallest number went up in a property that callers never send";
            "request-read-only-property-exclusive-min-increased" = I (Request Schema): "The number that all must be above went up in a property that callers never send";
        },
    ],
    keywords: &["maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum"],
    source: include_str!("bounds.rs"),
};

pub(super) fn look<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
    let (old, new) = view.schemas.maximum;
    look_at_limit(view, ledger, &UPPER, old, new);
    let (old, new) = view.schemas.minimum;
    look_at_limit(view, ledger, &LOWER, old, new);
}

/// One end of the numbers that are allowed.
struct End {
    inclusive: Bound,
    exclusive: Bound,
}

const UPPER: End = End { inclusive: MAXIMUM, exclusive: EXCLUSIVE_MAXIMUM };
const LOWER: End = End { inclusive: MINIMUM, exclusive: EXCLUSIVE_MINIMUM };
const MAXIMUM: Bound = Bound::upper(Keyword::Maximum, "max");
const EXCLUSIVE_MAXIMUM: Bound = Bound::upper(Keyword::ExclusiveMaximum, "exclusive-max");
const MINIMUM: Bound = Bound::lower(Keyword::Minimum, "min");
const EXCLUSIVE_MINIMUM: Bound = Bound::lower(Keyword::ExclusiveMinimum, "exclusive-min");

fn look_at_limit<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>, end: &End, old: Limit, new: Limit) {
    // The same number, once included and once not: one change, not a bound that went and one that came.
    let turned = |one: Limit, other: Limit| one.inclusive.is_some() && one.inclusive == other.exclusive;
    let plain = |one: Limit| one.inclusive.is_none() || one.exclusive.is_none();
    if plain(old) && plain(new) && (turned(old, new) || turned(new, old)) {
        end.exclusive.note(view, ledger, old.exclusive, new.exclusive);
        return;
    }
    end.inclusive.note(view, ledger, old.inclusive, new.inclusive);
    end.exclusive.note(view, ledger, old.exclusive, new.exclusive);
}
