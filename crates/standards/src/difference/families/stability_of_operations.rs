//! Is an operation promised to be more, or less, stable than before (`x-stability-level`)?
//!
//! ```yaml old operation
//! responses: { '200': { description: fine } }
//! ```
//! ```yaml new operation
//! x-stability-level: beta
//! responses: { '200': { description: fine } }
//! ```
//! ```changes
//! api-stability-decreased
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "stability_of_operations",
    checks: &[single_checks! { Lifecycle;
        "api-stability-decreased" = E (Both Paths): "An operation is promised to be less stable than before";
        "api-stability-increased" = I (Both Paths): "An operation is promised to be more stable than before";
        "api-invalid-stability-level" = E (Both Paths): "A level of stability is none that there is";
    }],
    keywords: &[],
    source: include_str!("stability_of_operations.rs"),
};

/// Says how stability changed. Whether the rest of the operation is looked at: what is `draft` or `alpha` may change at
/// any time.
pub(in super::super) fn look_at_stability<'d>(
    operation: &Arc<Operation>,
    (old, new): (Node<'d>, Node<'d>),
    ledger: &mut Ledger<'_, 'd>,
) -> bool {
    let levels = (old.get("x-stability-level"), new.get("x-stability-level"));
    let (before, after) = (Stability::of(levels.0), Stability::of(levels.1));
    for (invalid, nodes) in [(before.is_err(), (levels.0, None)), (after.is_err(), (None, levels.1))] {
        if invalid {
            let text = "`x-stability-level` is not one of draft, alpha, beta, stable".to_owned();
            ledger.enter_as("api-invalid-stability-level", Some(operation), nodes, text);
        }
    }
    if let (Ok(before), Ok(after)) = (before, after)
        && before != after
        && before >= Stability::Beta
    {
        let id = if after < before { "api-stability-decreased" } else { "api-stability-increased" };
        let nodes = (levels.0.or(Some(old)), levels.1.or(Some(new)));
        let text = format!("the operation's stability changed from `{before}` to `{after}`");
        ledger.enter_as(id, Some(operation), nodes, text);
    }
    after.map_or(true, |level| level >= Stability::Beta)
}
