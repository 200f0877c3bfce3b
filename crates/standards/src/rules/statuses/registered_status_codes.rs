//! Status codes are those that IANA has registered, and 204, 205 and 304 come without a body.
//!
//! Each status under `responses` is a registered code, a range (`4XX`) or `default`. 306 and 418 are reserved and not
//! for use. The answers that have no body by definition declare no `content`.
//!
//! The contract shows what is declared; that nothing else is sent, traffic shows.
//!
//! # Why
//!
//! Clients, caches and monitors decide by the code. A code of one's own is an unknown error to all of them, and a body
//! after 204 breaks the next answer on the same connection.
//!
//! # What to do
//!
//! Use the registered code that is closest and say the rest in the problem's `type`. Remove `content` from 204, 205 and
//! 304, or answer 200 if there is something to say.
//!
//! # Bad
//!
//! ```yaml
//! paths:
//!   /repairs/{repairId}:
//!     delete:
//!       responses:
//!         '204':
//!           description: Removed
//!           content: # wrong
//!             application/json: { schema: { type: object } }
//!         '499': # wrong
//!           description: Already closed
//! ```
//!
//! # Good
//!
//! ```yaml
//! paths:
//!   /repairs/{repairId}:
//!     delete:
//!       responses:
//!         '204': { description: Removed }
//!         '409': { description: Already closed }
//!         5XX: { description: Our fault }
//!         default: { description: Any other fault }
//! ```
//!
//! # Sources
//!
//! - IANA, HTTP Status Code Registry
//! - RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5
//! - Zalando, RESTful API Guidelines: rule 243
//! - Italian guidelines for interoperability: no content with 204
//! - Hackney, API Playbook: only standard status codes

use crate::{
    fault::quoted,
    finding::{Complaint, Level},
    once::Once,
    rule::{Evidence, Found, Parameter, Rule, Settings},
    status,
    survey::{Survey, entries},
};

pub(crate) const RULE: Rule = Rule {
    id: "STAT-01",
    name: "registered-status-codes",
    level: Level::Error,
    evidence: Evidence::ContractAndTraffic,
    parameters: &[Parameter {
        name: "statuses",
        default: "[]",
        about: "the only status codes that may be used, as texts; where there are none, all registered ones",
    }],
    check: Some(check),
    text: include_str!("registered_status_codes.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let any = settings.list("statuses").next().is_none();
    let mut once = Once::default();
    for operation in survey.operations.iter().chain(&survey.calls_back) {
        let written = entries(operation.node, "responses").filter(|(status, _)| !status.starts_with("x-"));
        for (code, written) in written {
            let known = match status::number(code) {
                Some(number) if any => is_registered(number),
                Some(_) => settings.list("statuses").any(|listed| listed == code),
                None => code == "default" || status::class(code).is_some(),
            };
            found.expect(known, || {
                let so = if any { "no registered status code" } else { "none of the status codes in use" };
                Complaint::at_key(written, format!("{operation} answers {}, which is {so}", quoted(code)))
            });
            let response = survey.follow(written);
            if matches!(code, "204" | "205" | "304") && once.is_new(response) {
                let content = response.get("content").filter(|content| content.entries().next().is_some());
                found.expect(content.is_none(), || {
                    Complaint::at_key(content.unwrap_or(response), format!("the answer {code} of {operation} has a body"))
                });
            }
        }
    }
}

/// Whether IANA has registered a code for use: 306 and 418 are kept and unused.
fn is_registered(code: u16) -> bool {
    matches!(
        code,
        100..=104 | 200..=208 | 226 | 300..=305 | 307 | 308 | 400..=417 | 421..=426 | 428 | 429 | 431 | 451 | 500..=508 | 510 | 511
    )
}
