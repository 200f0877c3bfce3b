//! Nothing of a contract is lost when it is bundled or downloaded.
//!
//! Everything stands where every tool reads it: nothing beside a `$ref` that tools drop, no parameter twice in one list,
//! no path in a file of the contract that the contract does not take up.
//!
//! # Why
//!
//! A source of many files is bundled before anybody sees it. What the bundler drops is gone without a word: operations
//! were missing from HMRC's downloads while the site showed them.
//!
//! # What to do
//!
//! Move what stands beside the `$ref` to where it leads, or write `allOf` around both. Refer to every path.
//!
//! # Bad
//!
//! ```yaml
//! openapi: 3.0.3
//! paths:
//!   /repairs:
//!     get:
//!       parameters:
//!         - { name: limit, in: query }
//!         - { name: limit, in: query } # wrong
//!       responses:
//!         '200':
//!           $ref: '#/components/responses/Repairs'
//!           headers: {} # wrong
//! components:
//!   responses:
//!     Repairs: { description: The repairs. }
//!   schemas:
//!     Status: { type: string }
//!     Repair:
//!       properties:
//!         status:
//!           $ref: '#/components/schemas/Status'
//!           nullable: true # wrong
//! ```
//!
//! # Good
//!
//! ```yaml
//! openapi: 3.0.3
//! paths:
//!   /repairs:
//!     get:
//!       parameters:
//!         - { name: limit, in: query }
//!       responses:
//!         '200':
//!           $ref: '#/components/responses/Repairs'
//! components:
//!   responses:
//!     Repairs: { description: The repairs. }
//!   schemas:
//!     Status: { type: string }
//!     Repair:
//!       properties:
//!         status:
//!           nullable: true
//!           allOf:
//!             - $ref: '#/components/schemas/Status'
//! ```
//!
//! # Sources
//!
//! - HMRC, income-tax-mtd-changelog: operations missing from the downloaded document
//! - OpenAPI Specification: reference object

use std::collections::HashSet;

use crate::{
    contract::role::Role,
    document::Node,
    fault::quoted,
    finding::{Complaint, Level},
    once::Once,
    references::references,
    rule::{Evidence, Found, Rule, Settings},
    survey::{Edition, Survey, entries},
};

pub(crate) const RULE: Rule = Rule {
    id: "OAS-04",
    name: "nothing-lost",
    level: Level::Error,
    evidence: Evidence::Contract,
    parameters: &[],
    check: Some(check),
    text: include_str!("nothing_lost.rs"),
};

fn check<'d>(survey: &Survey<'d>, _: &Settings, found: &mut Found<'d>) {
    found.applies();
    for (node, role) in references(survey) {
        found.applies();
        for (key, value) in node.entries().filter(|(key, _)| is_lost(survey, node, role, key.text)) {
            let what = format!("{} stands beside a `$ref`, where tools read over it", quoted(key.text));
            found.complain(Complaint::at_key(value, what));
        }
    }
    twice(survey, found);
    left_behind(survey, found);
}

/// Whether a key beside a `$ref` is lost.
fn is_lost<'d>(survey: &Survey<'d>, node: Node<'d>, role: Role, key: &str) -> bool {
    if key == "$ref" || key.starts_with("x-") || (role == Role::Schema && survey.edition != Some(Edition::V3_0)) {
        return false;
    }
    // Since 3.1 a reference may have words of its own; in 3.0 they are lost, which harms nobody.
    let words = matches!(key, "summary" | "description");
    let target = node.get("$ref").and_then(Node::as_str).and_then(|text| survey.sources.target(node, text));
    // A path item may refer and say more; only what both say is undefined.
    let item = node.parent().and_then(Node::key).is_some_and(|key| matches!(key.text, "paths" | "webhooks" | "pathItems"));
    !words && (!item || target.is_some_and(|target| target.get(key).is_some()))
}

/// Parameters that one list has twice: one of them wins, and tools disagree which.
fn twice<'d>(survey: &Survey<'d>, found: &mut Found<'d>) {
    let mut once = Once::default();
    for operation in &survey.operations {
        for list in [operation.node, operation.item].into_iter().filter_map(|around| around.get("parameters")) {
            if !once.is_new(list) {
                continue;
            }
            let mut seen = HashSet::new();
            for written in list.items() {
                let parameter = survey.follow(written);
                let word = |key| parameter.get(key).and_then(Node::as_str);
                let (Some(name), Some(location)) = (word("name"), word("in")) else { continue };
                if !seen.insert((name, location)) {
                    let what = format!("the parameter {} is in the list twice", quoted(name));
                    found.complain(Complaint::at(written, what).mend("leave one of the two away"));
                }
            }
        }
    }
}

/// Paths of the contract's other files that nothing leads to.
fn left_behind<'d>(survey: &Survey<'d>, found: &mut Found<'d>) {
    let identity = |node: Node<'_>| (node.document().number(), node.id());
    let taken: HashSet<(u32, u32)> = survey.paths.iter().map(|path| identity(path.node)).collect();
    for document in survey.sources.documents().iter().skip(1) {
        for (template, item) in entries(document.root(), "paths").filter(|(path, _)| path.starts_with('/')) {
            found.expect(taken.contains(&identity(survey.follow(item))), || {
                let what = format!("the path {} is in a file of the contract, and the contract does not take it up", quoted(template));
                Complaint::at_key(item, what).mend("refer to it from `paths`, or take it out of the file")
            });
        }
    }
}
