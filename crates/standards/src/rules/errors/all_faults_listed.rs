//! A refused request is told all its faults at once, each with its place.
//!
//! The problem body of 400 and 422 has a list of faults, and each fault has the JSON pointer (RFC 6901) to what is wrong
//! in the body. Faults in parameters are named beside it.
//!
//! The contract shows that there is such a list; that it is complete, traffic shows.
//!
//! # Why
//!
//! A form with five wrong fields should be corrected once, not five times. And only a pointer that a program understands
//! lets a page show the message at the right field.
//!
//! # What to do
//!
//! Give the problem of 400 a property `errors`: a list of maps with `pointer` (or the name of a parameter) and `detail`.
//! Let the service check everything before it answers.
//!
//! # Bad
//!
//! ```yaml
//! paths:
//!   /repairs:
//!     post:
//!       responses:
//!         '201': { description: Created }
//!         '400': # wrong
//!           description: The request is not valid
//!           content:
//!             application/problem+json:
//!               schema:
//!                 type: object
//!                 properties:
//!                   title: { type: string }
//!                   detail: { type: string }
//! ```
//!
//! # Good
//!
//! ```yaml
//! paths:
//!   /repairs:
//!     post:
//!       responses:
//!         '201': { description: Created }
//!         '400':
//!           description: The request is not valid. Every fault is listed.
//!           content:
//!             application/problem+json:
//!               schema:
//!                 type: object
//!                 properties:
//!                   title: { type: string }
//!                   errors:
//!                     type: array
//!                     items:
//!                       type: object
//!                       properties:
//!                         pointer: { type: string }
//!                         detail: { type: string }
//! ```
//!
//! # Sources
//!
//! - RFC 9457, section 3: the example with `errors` and `pointer`
//! - Logius, API Design Rules: error handling, all errors
//! - HMRC, reference guide: the list `errors`

use crate::{
    document::Node,
    finding::{Complaint, Level},
    problem::{ErrorAnswer, error_answers},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    shape::Shape,
    survey::{Survey, entries},
};

pub(crate) const RULE: Rule = Rule {
    id: "ERR-04",
    name: "all-faults-listed",
    level: Level::Warning,
    evidence: Evidence::ContractAndTraffic,
    parameters: &[
        Parameter {
            name: "members",
            default: r#"["errors", "invalidParams", "invalid-params", "violations"]"#,
            about: "what the list of faults may be called",
        },
        Parameter {
            name: "places",
            default: r#"["pointer"]"#,
            about: "what the place of a fault may be called; none, if a list without places will do",
        },
    ],
    check: Some(check),
    text: include_str!("all_faults_listed.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    for answer in error_answers(survey) {
        if !matches!(answer.status, "400" | "422") {
            continue;
        }
        let schemas: Vec<Node<'d>> =
            entries(answer.response, "content").filter_map(|(_, body)| body.get("schema")).collect();
        // Whether there is a body at all, another rule asks.
        if schemas.is_empty() || schemas.iter().any(|schema| !Shape::with_branches(survey, *schema).is_whole()) {
            continue;
        }
        let wrong = schemas.iter().map(|schema| lacks(survey, settings, *schema)).collect::<Option<Vec<_>>>();
        let wrong = wrong.and_then(|wrongs| wrongs.first().copied());
        found.expect(wrong.is_none(), || complaint(&answer, settings, wrong));
    }
}

/// What a body lacks.
#[derive(Clone, Copy)]
enum Lack {
    List,
    Places,
}

fn lacks<'d>(survey: &Survey<'d>, settings: &Settings, schema: Node<'d>) -> Option<Lack> {
    let shape = Shape::with_branches(survey, schema);
    let Some(list) = shape.property(settings.list("members")) else { return Some(Lack::List) };
    let places: Vec<&str> = settings.list("places").collect();
    let Some(items) = Shape::of(survey, list).says("items") else { return Some(Lack::List) };
    let has_place = Shape::with_branches(survey, items).property(places.iter().copied()).is_some();
    (!places.is_empty() && !has_place).then_some(Lack::Places)
}

fn complaint<'d>(answer: &ErrorAnswer<'_, 'd>, settings: &Settings, lack: Option<Lack>) -> Complaint<'d> {
    let called = answer.called();
    let listed = |name: &str| settings.list(name).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ");
    Complaint::at_key(
        answer.response,
        match lack {
            Some(Lack::Places) => format!("the faults that {called} lists have no {}", listed("places")),
            _ => format!("{called} has no list of faults: {}", listed("members")),
        },
    )
}
