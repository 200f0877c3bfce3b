//! A problem says what kind it is, what went wrong and with which status.
//!
//! The schema of every problem body has the properties `title`, `status` and `detail`. A problem without `type` is
//! `about:blank`, so `type` is only needed where problems are told apart by it (see ERR-05). `status` is a number.
//!
//! An example under a status says that status. That every problem sent says the status it is sent with, traffic shows.
//!
//! # Why
//!
//! `title` tells people the kind of problem, `detail` what to do this time, and `status` survives in logs and queues where
//! the status line is lost. A problem that contradicts its own status line sends whoever reads it the wrong way.
//!
//! # What to do
//!
//! Give the shared `Problem` schema the missing properties, and examples the status that they are declared under.
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
//!               schema: { $ref: '#/components/schemas/Problem' }
//!               example:
//!                 title: Not found
//!                 status: 400 # wrong
//! components:
//!   schemas:
//!     Problem: # wrong
//!       type: object
//!       properties:
//!         title: { type: string }
//!         message: { type: string }
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
//!               schema: { $ref: '#/components/schemas/Problem' }
//!               example:
//!                 title: Not found
//!                 status: 404
//!                 detail: There is no repair with this id. Check the id.
//! components:
//!   schemas:
//!     Problem:
//!       type: object
//!       properties:
//!         type: { type: string, format: uri-reference }
//!         title: { type: string }
//!         status: { type: integer }
//!         detail: { type: string }
//! ```
//!
//! # Sources
//!
//! - RFC 9457, section 3.1
//! - Logius, API Design Rules: `/core/error-handling/problem-details`
//! - Belgif, REST guide: `err-problem`

use crate::{
    document::Node,
    finding::{Complaint, Level},
    once::Once,
    problem::{ErrorAnswer, error_answers, examples},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    shape::{self, Shape},
    status,
    survey::Survey,
};

pub(crate) const RULE: Rule = Rule {
    id: "ERR-02",
    name: "problem-members",
    level: Level::Error,
    evidence: Evidence::ContractAndTraffic,
    parameters: &[
        Parameter {
            name: "media_types",
            default: r#"["application/problem+json"]"#,
            about: "the media types whose bodies are problems",
        },
        Parameter {
            name: "members",
            default: r#"["title", "status", "detail"]"#,
            about: "the properties that a problem has",
        },
    ],
    check: Some(check),
    text: include_str!("problem_members.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let mut once = Once::default();
    for answer in error_answers(survey) {
        for body in answer.problems(settings) {
            match body.get("schema") {
                Some(schema) if once.is_new(survey.follow(schema)) => {
                    members(survey, settings, &answer, survey.follow(schema), found);
                }
                Some(_) => {}
                None => found.expect(false, || Complaint::at_key(body, format!("{} has no schema", answer.called()))),
            }
        }
    }
    agreement(survey, settings, found);
}

fn members<'d>(
    survey: &Survey<'d>,
    settings: &Settings,
    answer: &ErrorAnswer<'_, 'd>,
    schema: Node<'d>,
    found: &mut Found<'d>,
) {
    let shape = Shape::with_branches(survey, schema);
    if !shape.is_whole() {
        return;
    }
    let missing: Vec<&str> = settings.list("members").filter(|name| shape.property([*name]).is_none()).collect();
    found.expect(missing.is_empty(), || {
        let what = format!("the problem of {} has no property {}", answer.called(), missing.join(", "));
        Complaint::at_key(schema, what)
    });
    if let Some(status) = shape.property(["status"]) {
        let written = survey.follow(status);
        let is_text = shape::types(written).next().is_some_and(|first| first == "string");
        found.expect(!is_text, || Complaint::at_key(status, "the property `status` of a problem is a text, not a number"));
    }
}

/// Holds the examples of problems against the status that they are declared under.
fn agreement<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let mut once = Once::default();
    for answer in error_answers(survey) {
        for body in answer.problems(settings) {
            for example in examples(survey, body) {
                let Some(told) = example.get("status").filter(|told| once.is_new(*told)) else { continue };
                let Some(number) = told.as_i64() else { continue };
                let fits = status::covers(answer.status, &number.to_string()) || answer.status == "default";
                let of_schema = body.get("schema").is_some_and(|schema| is_below(told, survey.follow(schema)));
                // The example of a shared schema stands for one of its uses.
                found.expect(fits || of_schema, || {
                    let what = format!("an example of {} says the status {number}", answer.called());
                    Complaint::at(told, what)
                });
            }
        }
    }
}

fn is_below(node: Node<'_>, above: Node<'_>) -> bool {
    let is_above = |at: &Node<'_>| at.id() == above.id() && at.document().number() == above.document().number();
    std::iter::successors(Some(node), |at| at.parent()).any(|at| is_above(&at))
}
