//! Errors are told as problem details.
//!
//! Every answer 4xx and 5xx, and `default` where a success is declared beside it, declares a body in
//! `application/problem+json` (RFC 9457). Answers to HEAD have no body and are left out.
//!
//! The gateway's own refusals (401, 403, 405, 413, 429, 502 and so on) are problem details already. So whoever reads the
//! service's errors as problem details reads all of them alike.
//!
//! # Why
//!
//! One form for all errors of all APIs is written into a client once. Where each service has a form of its own, every
//! client has code for every service, and shows "unknown error" where that code is missing.
//!
//! # What to do
//!
//! Declare `application/problem+json` with a shared `Problem` schema, best in shared answers under
//! `components/responses`.
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
//!             application/json: # wrong
//!               schema: { type: object }
//!         default: # wrong
//!           description: Any other fault
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
//!         '404': { $ref: '#/components/responses/NotFound' }
//! components:
//!   responses:
//!     NotFound:
//!       description: There is no such repair
//!       content:
//!         application/problem+json:
//!           schema: { type: object }
//! ```
//!
//! # Sources
//!
//! - RFC 9457, Problem Details for HTTP APIs
//! - Logius, API Design Rules: `/core/error-handling/problem-details`
//! - Italian guidelines for interoperability: problem details
//! - Zalando, RESTful API Guidelines: rule 176
//! - Hackney, API Playbook: `application/problem+json` for errors

use crate::{
    document::Node,
    fault::quoted,
    finding::{Complaint, Fix, Level},
    media_type,
    problem::{ErrorAnswer, error_answers},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    survey::{Survey, entries},
};

pub(crate) const RULE: Rule = Rule {
    id: "ERR-01",
    name: "problem-details",
    level: Level::Error,
    evidence: Evidence::Contract,
    parameters: &[Parameter {
        name: "media_types",
        default: r#"["application/problem+json"]"#,
        about: "an error is told in one of these",
    }],
    check: Some(check),
    text: include_str!("problem_details.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    for answer in error_answers(survey) {
        let told = answer.problems(settings).next().is_some();
        found.expect(told, || complaint(&answer, settings));
    }
}

fn complaint<'d>(answer: &ErrorAnswer<'_, 'd>, settings: &Settings) -> Complaint<'d> {
    let wanted = settings.list("media_types").next().unwrap_or("application/problem+json");
    let bodies: Vec<(&str, Node<'d>)> = entries(answer.response, "content").collect();
    let called = answer.called();
    let Some((name, body)) = bodies.iter().find(|(name, _)| media_type::is_json(name)).or(bodies.first()) else {
        return Complaint::at_key(answer.response, format!("{called} declares no body in {}", quoted(wanted)));
    };
    let complaint = Complaint::at_key(*body, format!("{called} is told in {}, not in {}", quoted(name), quoted(wanted)));
    let fix = body.key().filter(|_| media_type::essence(name) == "application/json");
    complaint.maybe_fix(fix.and_then(|key| Fix::rewording("name the media type of problem details", key.span(), name, wanted)))
}
