//! An alpha is not offered in production.
//!
//! A contract whose status is `alpha`, by the manifest or by `x-status`, names no server but those for tests; and the
//! gateway routes no alpha in production.
//!
//! # Why
//!
//! An alpha may change every day. What is reachable in production gets used there, whatever its label says.
//!
//! # What to do
//!
//! Publish the alpha to the sandbox alone, or raise its status to `beta` and keep what that promises.
//!
//! # Bad
//!
//! ```yaml
//! info: { title: Repairs, version: 0.3.0, x-status: alpha }
//! servers:
//!   - url: https://api.hackney.example/repairs/v0 # wrong
//! ```
//!
//! # Good
//!
//! ```yaml
//! info: { title: Repairs, version: 0.3.0, x-status: alpha }
//! servers:
//!   - url: https://sandbox.api.hackney.example/repairs/v0
//! ```
//!
//! # Sources
//!
//! - HMRC, validator of API versions

use crate::{
    declared,
    document::Node,
    fault::quoted,
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    server::{self, servers},
    survey::Survey,
};

pub(crate) const RULE: Rule = Rule {
    id: "LIFE-07",
    name: "no-alpha-in-production",
    level: Level::Error,
    evidence: Evidence::ContractAndTraffic,
    parameters: &[Parameter {
        name: "test_words",
        default: server::TEST_WORDS,
        about: "words in a server's address or description that say that it is for tests",
    }],
    check: Some(check),
    text: include_str!("no_alpha_in_production.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let written = declared::extension(survey, &["x-status"]).and_then(Node::as_str);
    if !survey.facts.status.as_deref().or(written).is_some_and(|status| status.eq_ignore_ascii_case("alpha")) {
        return;
    }
    // A relative address is completed by the environment, and whether it is production only the platform knows.
    for server in servers(survey).iter().filter(|server| !server.is_relative()) {
        found.expect(server.speaks_of(settings.list("test_words")), || {
            let url = server.node.get("url").unwrap_or(server.node);
            Complaint::at(url, format!("this is an alpha, and {} is no server for tests", quoted(&server.url)))
        });
    }
}
