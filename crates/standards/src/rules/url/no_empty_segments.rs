//! Addresses have no empty segments, and do not begin with `/api`.
//!
//! No path and no server's address has two slashes in a row, and the path of an address does not begin with the
//! segment `api`.
//!
//! # Why
//!
//! Proxies merge empty segments or don't, so such an address means one thing here and another there. And `/api` says
//! nothing: everything at that host is an API.
//!
//! # What to do
//!
//! Remove the slash that is too much; begin the path with the name of the API.
//!
//! # Bad
//!
//! ```yaml
//! servers:
//!   - url: https://www.hackney.example/api/repairs/v1 # wrong
//! paths:
//!   /repairs//notes: {} # wrong
//! ```
//!
//! # Good
//!
//! ```yaml
//! servers:
//!   - url: https://api.hackney.example/repairs/v1
//! paths:
//!   /repairs/{repairId}/notes: {}
//! ```
//!
//! # Sources
//!
//! - Zalando, RESTful API Guidelines: rules 135 and 136
//! - HMRC, validator of API contexts

use crate::{
    fault::quoted,
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    server::servers,
    survey::Survey,
    template::{Segment, segments},
};

pub(crate) const RULE: Rule = Rule {
    id: "URL-03",
    name: "no-empty-segments",
    level: Level::Warning,
    evidence: Evidence::Contract,
    parameters: &[Parameter {
        name: "api_first",
        default: "false",
        about: "whether addresses may begin with `/api`, where an organisation has long had it",
    }],
    check: Some(check),
    text: include_str!("no_empty_segments.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let says_api = |path: &str| {
        !settings.flag("api_first") && matches!(segments(path).next(), Some(Segment::Literal("api")))
    };
    let mut bases = false;
    for server in servers(survey) {
        let path = server.path();
        bases |= segments(path).next().is_some();
        let wrong = match path {
            path if path.contains("//") => Some("has an empty segment"),
            path if says_api(path) => Some("begins with `/api`"),
            _ => None,
        };
        found.expect(wrong.is_none(), || {
            let place = server.node.get("url").unwrap_or(server.node);
            Complaint::at(place, format!("the path of {} {}", quoted(&server.url), wrong.unwrap_or_default()))
        });
    }
    for path in &survey.paths {
        let wrong = match path.template {
            template if template.contains("//") => Some("has an empty segment"),
            template if !bases && says_api(template) => Some("begins with `/api`"),
            _ => None,
        };
        found.expect(wrong.is_none(), || {
            Complaint::at_key(path.written, format!("the path {} {}", quoted(path.template), wrong.unwrap_or_default()))
        });
    }
}
