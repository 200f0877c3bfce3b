//! The end of what is deprecated is dated, and far enough away.
//!
//! A deprecated operation says since when (`x-deprecated`) and until when (`x-sunset`), as dates. Between the two lies
//! at least the notice of the policy, six months. The gateway's headers say the same dates.
//!
//! # Why
//!
//! Consumers plan in quarters and budgets. "Soon" makes them wait, "next month" makes them fail.
//!
//! # What to do
//!
//! Write both dates. If the notice is too short, move the sunset.
//!
//! # Bad
//!
//! ```yaml
//! paths:
//!   /jobs:
//!     get: # wrong
//!       deprecated: true
//!     post:
//!       deprecated: true
//!       x-deprecated: 2026-03-01
//!       x-sunset: 2026-04-01 # wrong
//! ```
//!
//! # Good
//!
//! ```yaml
//! paths:
//!   /jobs:
//!     get:
//!       deprecated: true
//!       x-deprecated: 2026-03-01
//!       x-sunset: 2026-09-01
//! ```
//!
//! # Sources
//!
//! - Developer Overheid (Netherlands): `x-deprecated`, `x-sunset`
//! - HMRC, terms of use: six months' notice
//! - Hackney, API playbook: agree a period of deprecation

use crate::{
    date::day,
    document::Node,
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    survey::Survey,
};

pub(crate) const RULE: Rule = Rule {
    id: "LIFE-03",
    name: "sunset-leaves-notice",
    level: Level::Error,
    evidence: Evidence::ContractAndTraffic,
    parameters: &[Parameter {
        name: "notice_days",
        default: "180",
        about: "how many days lie at least between deprecation and sunset",
    }],
    check: Some(check),
    text: include_str!("sunset_leaves_notice.rs"),
};

const SINCE: [&str; 3] = ["x-deprecated", "x-deprecated-since", "x-deprecation"];
const UNTIL: [&str; 2] = ["x-sunset", "x-sunset-date"];

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let notice = i64::try_from(settings.number("notice_days")).unwrap_or(i64::MAX);
    let deprecated = |node: &Node<'d>| node.get("deprecated").and_then(Node::as_bool) == Some(true);
    let whole = survey.info();
    // Dates of the whole API hold for each of its operations.
    let of_api = dated(whole, &SINCE).is_some() || dated(whole, &UNTIL).is_some();
    if of_api {
        found.applies();
        judge(whole, notice, found);
    }
    for operation in survey.operations.iter().map(|operation| operation.node).filter(deprecated) {
        found.applies();
        let own = dated(operation, &SINCE).is_some() || dated(operation, &UNTIL).is_some();
        if own || !of_api {
            judge(operation, notice, found);
        }
    }
}

fn dated<'d>(node: Node<'d>, names: &[&str]) -> Option<Node<'d>> {
    names.iter().find_map(|name| node.get(name))
}

fn judge<'d>(node: Node<'d>, notice: i64, found: &mut Found<'d>) {
    let (since, until) = (dated(node, &SINCE), dated(node, &UNTIL));
    let (Some(since), Some(until)) = (since, until) else {
        let lacks = if since.is_none() { "since when: no `x-deprecated`" } else { "until when: no `x-sunset`" };
        return found.complain(Complaint::at(node, format!("this is deprecated and does not say {lacks}")));
    };
    let days = [since, until].map(|date| date.as_str().and_then(day));
    match days {
        [Some(first), Some(last)] if last - first < notice => {
            let apart = last - first;
            let what = if apart < 0 {
                "the sunset lies before the deprecation".to_owned()
            } else {
                format!("the sunset leaves {apart} days of notice; {notice} are needed")
            };
            found.complain(Complaint::at(until, what));
        }
        [Some(_), Some(_)] => {}
        [None, _] => found.complain(Complaint::at(since, "this is no date like `2026-03-01`")),
        [_, None] => found.complain(Complaint::at(until, "this is no date like `2026-09-01`")),
    }
}
