//! The answers that a caller has to expect are declared.
//!
//! Every operation declares a success. Where there is input (a body or a query) it declares 400 or 422; where there is an
//! identifier in the path, 404. A range such as `4XX` declares all of its codes.
//!
//! 401, 403, 405, 413, 429 and 5xx of the platform are the same for every API behind the gateway, which sends them itself
//! as problem details. So they need not be repeated in each operation. A profile for contracts without such a gateway
//! lists 401 and 403 in `where_secured`.
//!
//! A PUT that may create what is not there yet (it declares 201) need not declare 404.
//!
//! # Why
//!
//! Developers write code for the answers they read about. An answer that the contract keeps quiet about is met for the
//! first time in production, by residents.
//!
//! # What to do
//!
//! Add the missing answers; refer to shared ones under `components/responses`, so that they are written once.
//!
//! # Bad
//!
//! ```yaml
//! paths:
//!   /repairs/{repairId}:
//!     get: # wrong
//!       responses:
//!         '200': { description: The repair }
//! ```
//!
//! # Good
//!
//! ```yaml
//! paths:
//!   /repairs:
//!     post:
//!       requestBody: { content: { application/json: { schema: { type: object } } } }
//!       responses:
//!         '201': { description: Created }
//!         '400': { description: The request is not valid }
//!   /repairs/{repairId}:
//!     get:
//!       responses:
//!         '200': { description: The repair }
//!         '404': { description: There is no such repair }
//! ```
//!
//! # Sources
//!
//! - Logius, API Design Rules: error handling, invalid input
//! - HMRC, reference guide: common errors
//! - Zalando, RESTful API Guidelines: rule 151, which exempts the obvious ones
//! - Hackney, API Playbook: specify all success and error responses

use crate::{
    document::{Kind, Node},
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    status,
    survey::{Operation, Survey},
};

pub(crate) const RULE: Rule = Rule {
    id: "STAT-02",
    name: "expected-answers",
    level: Level::Warning,
    evidence: Evidence::Contract,
    parameters: &[
        Parameter {
            name: "where_input",
            default: r#"["400", "422"]"#,
            about: "one of these is declared where there is a body or a query; nothing is asked where there are none",
        },
        Parameter {
            name: "where_secured",
            default: "[]",
            about: "all of these are declared where a token is needed; none where a gateway sends them, else 401 and 403",
        },
        Parameter {
            name: "where_identified",
            default: r#"["404"]"#,
            about: "all of these are declared where the path has a variable",
        },
        Parameter {
            name: "default_covers",
            default: "false",
            about: "whether `default` declares every error that is not listed",
        },
    ],
    check: Some(check),
    text: include_str!("expected_answers.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    for operation in &survey.operations {
        // The contract's own requirements are read again for every operation.
        if !found.spend(operation.security.map_or(0, |security| security.items().count() as u64)) {
            return;
        }
        let missing = missing(operation, settings);
        found.expect(missing.is_empty(), || {
            Complaint::at_key(operation.node, format!("{operation} does not declare {}", missing.join(", ")))
        });
    }
}

fn missing(operation: &Operation<'_>, settings: &Settings) -> Vec<String> {
    let declares = |wanted: &str| {
        let by_default = settings.flag("default_covers") && operation.responses.iter().any(|(code, _)| *code == "default");
        by_default || operation.responses.iter().any(|(code, _)| status::covers(code, wanted))
    };
    let mut missing = Vec::new();
    if !operation.responses.iter().any(|(code, _)| matches!(status::class(code), Some(1..=3))) {
        missing.push("a success".to_owned());
    }
    let for_input: Vec<&str> = settings.list("where_input").collect();
    if has_input(operation) && !for_input.is_empty() && !for_input.iter().any(|code| declares(code)) {
        missing.push(format!("{} (it takes input)", for_input.join(" or ")));
    }
    if is_secured(operation) {
        let lacking = settings.list("where_secured").filter(|code| !declares(code));
        missing.extend(lacking.map(|code| format!("{code} (it needs a token)")));
    }
    let creates = operation.method == "put" && operation.responses.iter().any(|(code, _)| *code == "201");
    if operation.path.contains('{') && !creates {
        let lacking = settings.list("where_identified").filter(|code| !declares(code));
        missing.extend(lacking.map(|code| format!("{code} (its path has a variable)")));
    }
    missing
}

fn has_input(operation: &Operation<'_>) -> bool {
    operation.body.is_some() || operation.parameters.iter().any(|parameter| parameter.location == "query")
}

/// Whether a call without a token is refused: there are requirements, and none of them is empty.
fn is_secured(operation: &Operation<'_>) -> bool {
    let Some(security) = operation.security else { return false };
    let mut requirements = security.items().peekable();
    let some = requirements.peek().is_some();
    let asks = |requirement: Node<'_>| requirement.kind() == Kind::Map && requirement.entries().next().is_some();
    some && requirements.all(asks)
}
