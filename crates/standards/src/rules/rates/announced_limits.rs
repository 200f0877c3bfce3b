//! Who calls too often is told so, and when to come again.
//!
//! The contract declares 429, and every answer declared under 429 or 503 has the header `Retry-After`.
//!
//! Limits are kept by the gateway. It answers 429 itself, for every operation of every API, with `Retry-After`; so a
//! contract has to declare the answer at least once, to tell its readers that there are limits and how they are told. A
//! profile for contracts without such a gateway sets `each_operation`.
//!
//! # Why
//!
//! A client that does not know when to come again tries at once, and then all clients do. What was a short overload
//! becomes a long one.
//!
//! # What to do
//!
//! Declare 429 with a shared answer under `components/responses` that has `Retry-After` (in seconds), and give it to 503
//! as well.
//!
//! # Bad
//!
//! ```yaml
//! paths:
//!   /repairs:
//!     get:
//!       responses:
//!         '200': { description: Repairs }
//!         '429': # wrong
//!           description: Too many requests
//! ```
//!
//! # Good
//!
//! ```yaml
//! paths:
//!   /repairs:
//!     get:
//!       responses:
//!         '200': { description: Repairs }
//!         '429': { $ref: '#/components/responses/TooManyRequests' }
//! components:
//!   responses:
//!     TooManyRequests:
//!       description: Too many requests
//!       headers:
//!         Retry-After: { schema: { type: integer }, description: Seconds to wait. }
//! ```
//!
//! # Sources
//!
//! - RFC 6585, section 4; RFC 9110, section 10.2.3
//! - Zalando, RESTful API Guidelines: rule 153
//! - Italian guidelines for interoperability: `missing-retry-after`
//! - Hackney, API Playbook: 429 and 503 with `Retry-After`

use crate::{
    finding::{Complaint, Level},
    once::Once,
    rule::{Evidence, Found, Parameter, Rule, Settings},
    status,
    survey::{Operation, Survey, entries},
};

pub(crate) const RULE: Rule = Rule {
    id: "RATE-01",
    name: "announced-limits",
    level: Level::Error,
    evidence: Evidence::ContractAndTraffic,
    parameters: &[
        Parameter {
            name: "each_operation",
            default: "false",
            about: "whether every operation declares 429; else the contract does somewhere",
        },
        Parameter {
            name: "headers",
            default: r#"["Retry-After"]"#,
            about: "headers of which one tells when to come again",
        },
    ],
    check: Some(check),
    text: include_str!("announced_limits.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let declares = |operation: &Operation<'d>| operation.responses.iter().any(|(code, _)| status::covers(code, "429"));
    if settings.flag("each_operation") {
        for operation in &survey.operations {
            found.expect(declares(operation), || {
                Complaint::at_key(operation.node, format!("{operation} does not declare 429"))
            });
        }
    } else if !survey.operations.is_empty() {
        found.expect(survey.operations.iter().any(declares), || {
            let paths = survey.root().get("paths").unwrap_or(survey.root());
            Complaint::at_key(paths, "no operation declares 429, so nobody learns that there are limits")
        });
    }
    let mut once = Once::default();
    for operation in &survey.operations {
        for (code, response) in operation.responses.iter().filter(|(code, _)| matches!(*code, "429" | "503")) {
            if !once.is_new(*response) {
                continue;
            }
            let is_wanted = |name: &str| settings.list("headers").any(|header| header.eq_ignore_ascii_case(name));
            found.expect(entries(*response, "headers").any(|(name, _)| is_wanted(name)), || {
                let headers = settings.list("headers").collect::<Vec<_>>().join("` or `");
                Complaint::at_key(*response, format!("the answer {code} of {operation} does not have `{headers}`"))
            });
        }
    }
}
