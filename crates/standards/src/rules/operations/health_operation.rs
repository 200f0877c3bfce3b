//! There is an operation that tells whether the service works, and nothing else.
//!
//! The contract describes a GET on one of the paths in the parameter `paths`. Its answer names nothing of the inside: no
//! property is called like one in the parameter `internals`.
//!
//! The contract shows that the operation is described; that it answers, and answers an error when the service cannot do
//! its work, a probe shows.
//!
//! # Why
//!
//! Monitors and consumers ask the service itself whether it works, before they ring anybody. What tells strangers which
//! database it uses on which host helps an attacker.
//!
//! # What to do
//!
//! Describe `GET /health` with a `status`. Test what the service needs, answer 503 when it cannot work, and write the
//! reason into the log, not into the answer.
//!
//! # Bad
//!
//! ```yaml
//! paths:
//!   /health:
//!     get:
//!       responses:
//!         '200':
//!           description: The state of the service
//!           content:
//!             application/json:
//!               schema:
//!                 type: object
//!                 properties:
//!                   status: { type: string }
//!                   hostname: # wrong
//!                     type: string
//! ```
//!
//! # Good
//!
//! ```yaml
//! paths:
//!   /health:
//!     get:
//!       responses:
//!         '200':
//!           description: The state of the service
//!           content:
//!             application/json:
//!               schema:
//!                 type: object
//!                 properties:
//!                   status: { type: string, enum: [pass, warn, fail] }
//! ```
//!
//! # Sources
//!
//! - Italian guidelines for interoperability: `/status`
//! - Belgif, REST guide: `hlth-res`, `/health`
//! - Hackney, API Playbook: the health check tests the data store too

use crate::{
    casing::plain,
    document::Node,
    fault::quoted,
    finding::{Complaint, Level},
    once::Once,
    rule::{Evidence, Found, Parameter, Rule, Settings},
    survey::{Operation, Survey, entries},
};

pub(crate) const RULE: Rule = Rule {
    id: "OPS-01",
    name: "health-operation",
    level: Level::Error,
    evidence: Evidence::ContractAndTraffic,
    parameters: &[
        Parameter {
            name: "paths",
            default: r#"["/health", "/service-status"]"#,
            about: "the paths of which one tells whether the service works",
        },
        Parameter {
            name: "internals",
            default: r#"["host", "hostname", "ip", "ip address", "server", "machine name", "database", "connection string", "stack trace", "exception", "user", "username", "environment variables"]"#,
            about: "names of properties that tell of the inside",
        },
    ],
    check: Some(check),
    text: include_str!("health_operation.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    if survey.operations.is_empty() {
        return;
    }
    let is_health = |operation: &&Operation<'d>| {
        operation.method == "get" && settings.list("paths").any(|path| path == operation.path.trim_end_matches('/'))
    };
    let health: Vec<&Operation<'d>> = survey.operations.iter().filter(is_health).collect();
    found.expect(!health.is_empty(), || {
        let paths = survey.root().get("paths").unwrap_or(survey.root());
        let wanted = settings.list("paths").map(|path| format!("`GET {path}`")).collect::<Vec<_>>().join(" or ");
        Complaint::at_key(paths, format!("no operation tells whether the service works: {wanted}"))
    });
    let internals: Vec<String> = settings.list("internals").map(plain).collect();
    let mut once = Once::default();
    for operation in health {
        let bodies = operation.responses.iter().flat_map(|(_, response)| entries(*response, "content"));
        for schema in bodies.filter_map(|(_, body)| body.get("schema")) {
            inside(survey, &internals, schema, &mut once, found);
        }
    }
}

/// Complains about what a body tells of the inside, however deep.
fn inside<'d>(survey: &Survey<'d>, internals: &[String], schema: Node<'d>, once: &mut Once, found: &mut Found<'d>) {
    let mut waiting = vec![schema];
    while let Some(schema) = waiting.pop() {
        let node = survey.follow(schema);
        if !once.is_new(node) {
            continue;
        }
        let branches = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|key| node.get(key)).flat_map(Node::items);
        waiting.extend(branches.chain(node.get("items")));
        for (name, property) in entries(node, "properties") {
            if internals.contains(&plain(name)) {
                let what = format!("the answer about the state of the service tells {}", quoted(name));
                found.expect(false, || Complaint::at_key(property, what));
            }
            waiting.push(property);
        }
    }
}
