//! Every operation is described and sorted under one tag.
//!
//! It has a `summary`, a `description` that says more than the summary, and exactly one tag, which is declared at the
//! top of the document.
//!
//! # Why
//!
//! The summary is the line in the list, the description is what a person reads before they call it, and the tag is the
//! heading under which they look.
//!
//! # What to do
//!
//! Write what it does in a few words, then what a caller must know: who may, what happens, what can go wrong. Declare
//! the tag under `tags`.
//!
//! # Bad
//!
//! ```yaml
//! tags:
//!   - name: Repairs
//! paths:
//!   /repairs:
//!     get: # wrong
//!       summary: Repairs
//!       tags: [Repairs]
//!     post:
//!       summary: Report a repair
//!       description: Report a repair # wrong
//!       tags:
//!         - Jobs # wrong
//! ```
//!
//! # Good
//!
//! ```yaml
//! tags:
//!   - name: Repairs
//! paths:
//!   /repairs:
//!     get:
//!       summary: Repairs, newest last
//!       description: Repairs that match every filter, in the order in which they were reported.
//!       tags: [Repairs]
//! ```
//!
//! # Sources
//!
//! - Belgif, REST guide: `oas-descr`, `oas-tags`
//! - GDS, API technical and data standards: documentation

use std::collections::HashSet;

use crate::{
    document::Node,
    fault::quoted,
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    survey::{Operation, Survey, said},
};

pub(crate) const RULE: Rule = Rule {
    id: "OAS-06",
    name: "described-operations",
    level: Level::Warning,
    evidence: Evidence::Contract,
    parameters: &[Parameter { name: "most_tags", default: "1", about: "how many tags an operation has at most" }],
    check: Some(check),
    text: include_str!("described_operations.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let tags = survey.root().get("tags").into_iter().flat_map(Node::items);
    let declared: HashSet<&str> = tags.filter_map(|tag| said(tag, "name")).collect();
    for operation in &survey.operations {
        found.applies();
        let (summary, description) = (said(operation.node, "summary"), said(operation.node, "description"));
        let lacks = match (summary, description) {
            (Some(_), Some(_)) => None,
            (Some(_), None) => Some("no description"),
            (None, Some(_)) => Some("no summary"),
            (None, None) => Some("neither summary nor description"),
        };
        if let Some(lacks) = lacks {
            found.complain(Complaint::at(operation.node, format!("{operation} has {lacks}")));
        }
        let same = |one: &str, other: &str| {
            let bare = |text: &str| text.trim().trim_end_matches('.').to_lowercase();
            bare(one) == bare(other)
        };
        if let (Some(summary), Some(description), Some(node)) = (summary, description, operation.node.get("description"))
            && same(summary, description)
        {
            found.complain(Complaint::at(node, "the description says no more than the summary"));
        }
        sorted(operation, &declared, settings.number("most_tags"), found);
    }
}

fn sorted<'d>(operation: &Operation<'d>, declared: &HashSet<&str>, most: u64, found: &mut Found<'d>) {
    let tags = operation.node.get("tags");
    let count = tags.map_or(0, |tags| tags.items().count()) as u64;
    if count == 0 {
        found.complain(Complaint::at(operation.node, format!("{operation} has no tag")));
    } else if count > most {
        let place = tags.unwrap_or(operation.node);
        found.complain(Complaint::at(place, format!("{operation} has {count} tags; {most} is enough")));
    }
    for tag in tags.into_iter().flat_map(Node::items) {
        let name = tag.as_str().unwrap_or_default();
        if !declared.contains(name) {
            let what = format!("the tag {} is not declared at the top of the document", quoted(name));
            found.complain(Complaint::at(tag, what).mend("declare it under `tags`, with a description"));
        }
    }
}
