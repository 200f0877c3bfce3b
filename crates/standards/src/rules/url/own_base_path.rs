//! An API has a base path of its own.
//!
//! The path of each server begins with a segment that belongs to this API: it is there, it is one of the domain's
//! words where a profile lists them, and it is not the base path of another API of the catalogue, nor inside one.
//!
//! # Why
//!
//! On a shared host the first segment decides who gets the call. An API without one claims every address; one inside
//! another's gets calls that were not meant for it.
//!
//! # What to do
//!
//! Begin the path of every server with the API's own name: `/repairs/v1`.
//!
//! # Bad
//!
//! ```yaml
//! servers:
//!   - url: https://api.hackney.example/v1 # wrong
//! ```
//!
//! # Good
//!
//! ```yaml
//! servers:
//!   - url: https://api.hackney.example/repairs/v1
//!   - url: /repairs/v1
//! ```
//!
//! # Sources
//!
//! - HMRC, validator of API contexts: no overlap, known domains

use crate::{
    fault::quoted,
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    server::{Server, servers},
    survey::Survey,
    template::literals,
};

pub(crate) const RULE: Rule = Rule {
    id: "URL-09",
    name: "own-base-path",
    level: Level::Error,
    evidence: Evidence::Contract,
    parameters: &[
        Parameter { name: "domains", default: "[]", about: "first segments that are allowed; any, if there are none" },
        Parameter {
            name: "own_host",
            default: "false",
            about: "whether each API may have a host of its own instead of a segment",
        },
    ],
    check: Some(check),
    text: include_str!("own_base_path.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    for server in servers(survey) {
        let wrong = wrong(survey, settings, &server);
        found.expect(wrong.is_none(), || {
            Complaint::at(server.node.get("url").unwrap_or(server.node), wrong.unwrap_or_default())
        });
    }
}

fn wrong(survey: &Survey<'_>, settings: &Settings, server: &Server<'_>) -> Option<String> {
    let own: Vec<&str> = literals(server.path()).collect();
    let Some(first) = own.first() else {
        let host = settings.flag("own_host") && !server.is_relative();
        return (!host).then(|| format!("the path of {} has no segment of this API's own", quoted(&server.url)));
    };
    if settings.list("domains").next().is_some() && !settings.list("domains").any(|domain| domain == *first) {
        return Some(format!("{} is none of the segments that APIs begin with here", quoted(first)));
    }
    let base = own.join("/");
    let overlaps = |other: &str| {
        let other = literals(other).collect::<Vec<_>>().join("/");
        let within = |inner: &str, outer: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        within(&base, &other) || within(&other, &base)
    };
    let taken = survey.facts.neighbours.iter().find(|other| overlaps(&other.base_path))?;
    Some(format!("the path of {} overlaps that of the API {}", quoted(&server.url), quoted(&taken.api)))
}
