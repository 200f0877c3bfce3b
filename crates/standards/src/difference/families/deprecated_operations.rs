//! Was an operation announced to go, or did the day change on which it goes?
//!
//! ```yaml old operation
//! responses: { '200': { description: fine } }
//! ```
//! ```yaml new operation
//! deprecated: true
//! responses: { '200': { description: fine } }
//! ```
//! ```changes
//! endpoint-deprecated
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "deprecated_operations",
    checks: &[single_checks! { Lifecycle;
        "endpoint-deprecated" = I (Both Paths): "An operation was deprecated";
        "endpoint-deprecated-with-sunset" = I (Both Paths): "An operation was deprecated with a date for its end";
        "endpoint-reactivated" = I (Both Paths): "An operation is not deprecated any more";
        "api-deprecated-sunset-missing" = E (Both Paths): "An operation was deprecated without the date that is asked for";
        "api-deprecated-sunset-parse" = E (Both Paths): "An operation was deprecated with a date that is none";
        "api-sunset-date-too-small" = E (Both Paths): "An operation was deprecated with too little notice";
        "sunset-deleted" = E (Both Paths): "A deprecated operation lost the date of its end";
        "api-sunset-date-changed-too-small" = E (Both Paths): "The end of a deprecated operation was moved forward without notice";
    }],
    keywords: &[],
    source: include_str!("deprecated_operations.rs"),
};

pub(in super::super) fn look_at_deprecation<'d>(
    endpoint: &Endpoint<'d>,
    ledger: &mut Ledger<'_, 'd>,
    notices: Notices,
) {
    let (old, new) = (endpoint.old, endpoint.new);
    let stability = new.get("x-stability-level");
    let days = notices.for_level(stability.and_then(Node::as_str));
    let deprecated = |node: Node<'d>| node.get("deprecated").and_then(Node::as_bool) == Some(true);
    let sunsets = (old.get("x-sunset"), new.get("x-sunset"));
    let nodes = (old.get("deprecated").or(Some(old)), new.get("deprecated").or(Some(new)));
    match (deprecated(old), deprecated(new)) {
        (true, false) => {
            let text = "the operation is not deprecated any more".to_owned();
            ledger.enter_as("endpoint-reactivated", Some(&endpoint.operation), nodes, text);
        }
        (false, true) if Stability::of(stability).is_ok() => {
            let (id, text) = told(Notice::of(sunsets.1, days, ledger.today));
            ledger.enter_as(id, Some(&endpoint.operation), nodes, text);
        }
        _ => {}
    }
    if !deprecated(new) {
        return;
    }
    let (id, text) = match SunsetChange::between(sunsets.0, sunsets.1, days, ledger.today) {
        SunsetChange::Deleted => {
            ("sunset-deleted", "`x-sunset` was taken away although it stays deprecated".to_owned())
        }
        SunsetChange::Invalid => ("api-path-sunset-parse", "`x-sunset` is no date".to_owned()),
        SunsetChange::TooSmall(from, to) => {
            ("api-sunset-date-changed-too-small", format!("the end was moved forward from {from} to {to}"))
        }
        SunsetChange::Harmless => return,
    };
    let nodes = (sunsets.0.or(Some(old)), sunsets.1.or(Some(new)));
    ledger.enter_as(id, Some(&endpoint.operation), nodes, text);
}

fn told(notice: Notice) -> (&'static str, String) {
    match notice {
        Notice::None => ("endpoint-deprecated", "the operation was deprecated".to_owned()),
        Notice::Until(day) => {
            ("endpoint-deprecated-with-sunset", format!("the operation was deprecated and ends on {day}"))
        }
        Notice::Missing => {
            ("api-deprecated-sunset-missing", "the operation was deprecated without `x-sunset`".to_owned())
        }
        Notice::Invalid => ("api-deprecated-sunset-parse", "`x-sunset` is no date".to_owned()),
        Notice::TooShort(day) => ("api-sunset-date-too-small", format!("the end on {day} comes too early")),
    }
}
