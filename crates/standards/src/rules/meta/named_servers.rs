//! Every server says which environment it is, and there is one to test against.
//!
//! Each entry of `servers` has a description. An API with operations that change something has a server for tests too:
//! one of `servers` says so in its address or description, or the manifest has an environment that answers from the
//! contract's examples.
//!
//! # Why
//!
//! Two addresses without a word between them: which one is real? And whoever has nothing to test against tests in
//! production.
//!
//! # What to do
//!
//! Describe each server in a few words, and offer a sandbox: `mock: true` in an environment of the manifest is one.
//!
//! # Bad
//!
//! ```yaml
//! servers: # wrong
//!   - url: https://api.hackney.example/repairs/v1 # wrong
//! paths:
//!   /repairs:
//!     post:
//!       responses: {}
//! ```
//!
//! # Good
//!
//! ```yaml
//! servers:
//!   - url: https://api.hackney.example/repairs/v1
//!     description: Production
//!   - url: https://sandbox.api.hackney.example/repairs/v1
//!     description: Sandbox
//! paths:
//!   /repairs:
//!     post:
//!       responses: {}
//! ```
//!
//! # Sources
//!
//! - AgID (Italy), OpenAPI rules: `servers-description`
//! - GDS, API technical and data standards: provide a test service
//! - HMRC, developer hub: sandbox for every API

use crate::{
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    server::{self, servers},
    survey::{Survey, said},
};

pub(crate) const RULE: Rule = Rule {
    id: "META-14",
    name: "named-servers",
    level: Level::Warning,
    evidence: Evidence::Contract,
    parameters: &[Parameter {
        name: "test_words",
        default: server::TEST_WORDS,
        about: "words in a server's address or description that say that it is for tests",
    }],
    check: Some(check),
    text: include_str!("named_servers.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let servers = servers(survey);
    for server in &servers {
        found.expect(said(server.node, "description").is_some(), || {
            let place = server.node.get("url").unwrap_or(server.node);
            Complaint::at(place, "the server does not say which environment it is: no `description`")
        });
    }
    let writes = survey.operations.iter().any(|operation| ["post", "put", "patch", "delete"].contains(&operation.method));
    if !writes {
        return;
    }
    let tests = survey.facts.sandbox == Some(true)
        || servers.iter().any(|server| server.speaks_of(settings.list("test_words")));
    found.expect(tests, || {
        let place = survey.root().get("servers").unwrap_or(survey.root());
        Complaint::at_key(place, "operations change something, and there is no server to test them against")
    });
}
