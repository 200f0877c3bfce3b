//! Was a parameter announced to go, or did the day change on which it goes?
//!
//! ```yaml old operation
//! parameters: [{ name: page, in: query, schema: { type: integer } }]
//! responses: { '200': { description: fine } }
//! ```
//! ```yaml new operation
//! parameters: [{ name: page, in: query, deprecated: true, schema: { type: integer } }]
//! responses: { '200': { description: fine } }
//! ```
//! ```changes
//! request-parameter-deprecated
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "deprecated_parameters",
    checks: &[single_checks! { Lifecycle;
        "request-parameter-sunset-parse" = E (Request Parameters): "The sunset of a parameter is no date";
        "request-parameter-sunset-deleted" = E (Request Parameters): "A deprecated parameter lost the date of its end";
        "request-parameter-sunset-date-changed-too-small" = E (Request Parameters): "The end of a deprecated parameter was moved forward without notice";
    }],
    keywords: &[],
    source: include_str!("deprecated_parameters.rs"),
};

pub(in super::super) fn look_at_deprecation<'d>(
    endpoint: &Endpoint<'d>,
    ledger: &mut Ledger<'_, 'd>,
    notices: Notices,
) {
    let stability = endpoint.new.get("x-stability-level");
    let days = notices.for_level(stability.and_then(Node::as_str));
    for pair in &endpoint.parameters {
        let (Some(old), Some(new)) = (pair.old, pair.new) else {
            continue;
        };
        let mut note = |id: &str, what: String| {
            ledger.enter_as(id, Some(&endpoint.operation), pair.nodes(), format!("{}: {what}", pair.title()));
        };
        match (old.flag("deprecated"), new.flag("deprecated")) {
            (true, false) => note("request-parameter-reactivated", "it is not deprecated any more".to_owned()),
            (false, true) if Stability::of(stability).is_ok() => {
                note_deprecated(pair, Notice::of(new.node.get("x-sunset"), days, ledger.today), endpoint, ledger);
            }
            _ => {}
        }
        if new.flag("deprecated") {
            look_at_sunset(pair, (old, new), days, endpoint, ledger);
        }
    }
}

fn note_deprecated<'d>(pair: &ParameterPair<'d>, notice: Notice, endpoint: &Endpoint<'d>, ledger: &mut Ledger<'_, 'd>) {
    let (id, what) = match notice {
        Notice::None => ("request-parameter-deprecated", "it was deprecated".to_owned()),
        Notice::Until(day) => ("request-parameter-deprecated", format!("it was deprecated and ends on {day}")),
        Notice::Missing => {
            ("request-parameter-deprecated-sunset-missing", "it was deprecated without `x-sunset`".to_owned())
        }
        Notice::Invalid => ("request-parameter-sunset-parse", "its `x-sunset` is no date".to_owned()),
        Notice::TooShort(day) => {
            ("request-parameter-sunset-date-too-small", format!("its end on {day} comes too early"))
        }
    };
    ledger.enter_as(id, Some(&endpoint.operation), pair.nodes(), format!("{}: {what}", pair.title()));
}

fn look_at_sunset<'d>(
    pair: &ParameterPair<'d>,
    (old, new): (Parameter<'d>, Parameter<'d>),
    days: u32,
    endpoint: &Endpoint<'d>,
    ledger: &mut Ledger<'_, 'd>,
) {
    let (before, after) = (old.node.get("x-sunset"), new.node.get("x-sunset"));
    let (id, what) = match SunsetChange::between(before, after, days, ledger.today) {
        SunsetChange::Deleted => ("request-parameter-sunset-deleted", "its `x-sunset` was taken away".to_owned()),
        SunsetChange::Invalid => ("request-parameter-sunset-parse", "its `x-sunset` is no date".to_owned()),
        SunsetChange::TooSmall(from, to) => {
            let id = "request-parameter-sunset-date-changed-too-small";
            (id, format!("its end was moved forward from {from} to {to}"))
        }
        SunsetChange::Harmless => return,
    };
    let nodes = (before.or(Some(old.node)), after.or(Some(new.node)));
    ledger.enter_as(id, Some(&endpoint.operation), nodes, format!("{}: {what}", pair.title()));
}
