//! Every kind of problem has a `type` that leads to a page saying how to mend it.
//!
//! A problem body names its types, by an example, an enumeration or a fixed value of the property `type`. Each is an
//! `https` address, or a URN beside which `href` holds the address of the page. `about:blank` is allowed: it says that
//! the status tells everything. A relative address is not: it means something else wherever it is read.
//!
//! The contract shows the types that it names; that their pages answer and that no other type is sent, traffic shows.
//!
//! # Why
//!
//! The reader of an error wants to know what to do now. The page can be corrected and translated at any time; a text in
//! a program cannot. And programs tell problems apart by a `type` that never changes, not by a text that does.
//!
//! # What to do
//!
//! Choose an address for each kind of problem, publish a page there, and give each error answer an example that shows
//! its `type`.
//!
//! # Bad
//!
//! ```yaml
//! paths:
//!   /repairs/{repairId}:
//!     get:
//!       responses:
//!         '200': { description: The repair }
//!         '404':
//!           description: There is no such repair
//!           content:
//!             application/problem+json:
//!               schema: { type: object }
//!               example:
//!                 type: not-found # wrong
//!                 title: Not found
//!         '409':
//!           description: The present state forbids it
//!           content:
//!             application/problem+json: # wrong
//!               schema: { type: object }
//! ```
//!
//! # Good
//!
//! ```yaml
//! paths:
//!   /repairs/{repairId}:
//!     get:
//!       responses:
//!         '200': { description: The repair }
//!         '404':
//!           description: There is no such repair
//!           content:
//!             application/problem+json:
//!               schema: { type: object }
//!               example:
//!                 type: https://hub.example.gov.uk/problems/not-found
//!                 title: Not found
//! ```
//!
//! # Sources
//!
//! - RFC 9457, section 3.1.1
//! - Belgif, REST guide: `prb-type` (a URN, with `href`)
//! - Dutch BRP API: issue 1869, types whose pages did not exist
//! - italia/anpr: issue 5289, error codes that nothing explained

use crate::{
    document::Node,
    fault::quoted,
    finding::{Complaint, Level},
    once::Once,
    problem::{ErrorAnswer, error_answers, examples},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    shape::Shape,
    survey::Survey,
};

pub(crate) const RULE: Rule = Rule {
    id: "ERR-05",
    name: "documented-problem-types",
    level: Level::Warning,
    evidence: Evidence::ContractAndTraffic,
    parameters: &[
        Parameter {
            name: "media_types",
            default: r#"["application/problem+json"]"#,
            about: "the media types whose bodies are problems",
        },
        Parameter {
            name: "beginnings",
            default: r#"["https://", "about:blank"]"#,
            about: "what a type may begin with; a URN is allowed beside `href` in any case",
        },
        Parameter {
            name: "must_be_named",
            default: "true",
            about: "whether every problem body has to name a type; else only those that are named are judged",
        },
    ],
    check: Some(check),
    text: include_str!("documented_problem_types.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let mut once = Once::default();
    for answer in error_answers(survey) {
        for body in answer.problems(settings) {
            let named = named_types(survey, body);
            if named.is_empty() {
                silent(survey, settings, &answer, body, found);
            }
            for (value, has_page) in named {
                let Some(text) = value.as_str().filter(|_| once.is_new(value)) else { continue };
                let begins = settings.list("beginnings").any(|beginning| text.starts_with(beginning));
                found.expect(begins || (has_page && text.starts_with("urn:")), || {
                    let what = format!("the type {} of {} leads to no page", quoted(text), answer.called());
                    Complaint::at(value, what)
                });
            }
        }
    }
}

fn silent<'d>(
    survey: &Survey<'d>,
    settings: &Settings,
    answer: &ErrorAnswer<'_, 'd>,
    body: Node<'d>,
    found: &mut Found<'d>,
) {
    let whole = body.get("schema").is_none_or(|schema| Shape::of(survey, schema).is_whole());
    if settings.flag("must_be_named") && whole {
        found.expect(false, || Complaint::at_key(body, format!("{} names no type of problem", answer.called())));
    }
}

/// The types that a body names, each with whether an address stands beside it.
fn named_types<'d>(survey: &Survey<'d>, body: Node<'d>) -> Vec<(Node<'d>, bool)> {
    let mut named: Vec<_> = examples(survey, body)
        .into_iter()
        .filter_map(|example| {
            let href = example.get("href").and_then(Node::as_str);
            Some((example.get("type")?, href.is_some_and(|href| href.starts_with("https://"))))
        })
        .collect();
    let shape = body.get("schema").map(|schema| Shape::with_branches(survey, schema));
    for property in shape.iter().flat_map(|shape| shape.each_property("type")) {
        let written = survey.follow(property);
        let fixed = ["const", "default", "example"].into_iter().filter_map(|key| written.get(key));
        let several = ["enum", "examples"].into_iter().filter_map(|key| written.get(key)).flat_map(Node::items);
        named.extend(fixed.chain(several).map(|value| (value, false)));
    }
    named
}
