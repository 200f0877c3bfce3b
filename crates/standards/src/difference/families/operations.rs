//! Was an operation added or taken away?
//!
//! An operation may only go once it was deprecated in an earlier release, and once its sunset has passed if it has one
//! (VER-08). What is `draft` or `alpha` (`x-stability-level`) was never promised, and may go at any time.
//!
//! ```yaml old path
//! get: { responses: { '200': { description: fine } } }
//! put: { responses: { '200': { description: fine } } }
//! ```
//! ```yaml new path
//! get: { responses: { '200': { description: fine } } }
//! post: { responses: { '200': { description: fine } } }
//! ```
//! ```changes
//! api-removed-without-deprecation endpoint-added
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "operations",
    checks: &[
        single_checks! { Existence;
            "endpoint-added" = I (Both Paths): "An operation was added";
            "api-path-removed-without-deprecation" = E (Both Paths): "An operation went with its path and was not deprecated";
            "api-path-removed-with-deprecation" = I (Both Paths): "A deprecated operation went with its path";
            "api-path-removed-before-sunset" = E (Both Paths): "A deprecated operation went with its path before its sunset";
            "api-removed-without-deprecation" = E (Both Paths): "An operation was taken away that was not deprecated";
            "api-removed-with-deprecation" = I (Both Paths): "A deprecated operation was taken away";
            "api-removed-before-sunset" = E (Both Paths): "A deprecated operation was taken away before its sunset";
        },
        single_checks! { Lifecycle;
            "api-path-sunset-parse" = E (Both Paths): "The sunset of an operation is no date";
        },
    ],
    keywords: &[],
    source: include_str!("operations.rs"),
};

/// Says that an operation is new.
pub(in super::super) fn note_added<'d>(operation: &Arc<Operation>, node: Node<'d>, ledger: &mut Ledger<'_, 'd>) {
    ledger.enter_as("endpoint-added", Some(operation), (None, Some(node)), "the operation was added".to_owned());
}

/// Says that an operation is gone, alone or with its path.
pub(in super::super) fn note_removed<'d>(
    operation: &Arc<Operation>,
    node: Node<'d>,
    with_path: bool,
    ledger: &mut Ledger<'_, 'd>,
) {
    let nodes = (Some(node), None);
    let Ok(stability) = Stability::of(node.get("x-stability-level")) else {
        let text = "`x-stability-level` is not one of draft, alpha, beta, stable".to_owned();
        ledger.enter_as("api-invalid-stability-level", Some(operation), nodes, text);
        return;
    };
    if stability < Stability::Beta {
        return;
    }
    let prefix = if with_path { "api-path-removed" } else { "api-removed" };
    let deprecated = node.get("deprecated").and_then(Node::as_bool) == Some(true);
    let sunset = node.get("x-sunset");
    let (end, why) = match (deprecated, sunset, sunset.and_then(Node::as_str).and_then(Day::parse)) {
        (false, _, _) => ("without-deprecation", "it was never deprecated".to_owned()),
        (true, None, _) => ("with-deprecation", "it was deprecated".to_owned()),
        (true, Some(_), None) => {
            let text = "the operation was taken away; its `x-sunset` is no date".to_owned();
            ledger.enter_as("api-path-sunset-parse", Some(operation), nodes, text);
            return;
        }
        (true, Some(_), Some(day)) if ledger.today < day => ("before-sunset", format!("it was promised until {day}")),
        (true, Some(_), Some(day)) => {
            if ledger.reading == Reading::Published {
                return;
            }
            ("with-deprecation", format!("it was promised until {day}"))
        }
    };
    let text = format!("the operation was taken away; {why}");
    ledger.enter_as(&format!("{prefix}-{end}"), Some(operation), nodes, text);
}
