//! The major version stands in the address, once.
//!
//! The address of every operation, server and path together, has exactly one whole segment `vN`, and N is the first
//! number of `info.version`; what is not 1.0.0 yet has `v1`. By profile the version stands in the media type instead, and in no address.
//!
//! # Why
//!
//! Two major versions run side by side while consumers move. Whoever routes, counts or switches off must be able to
//! tell them apart, and so must a person who reads a log.
//!
//! # What to do
//!
//! Let the server's address end in the major version: `/repairs/v1`. Minor versions do not belong there.
//!
//! # Bad
//!
//! ```yaml
//! info: { title: Repairs, version: 2.1.0 }
//! servers:
//!   - url: https://api.hackney.example/repairs/v1 # wrong
//!   - url: https://api.hackney.example/repairs/v2.1 # wrong
//! paths:
//!   /repairs: {}
//! ```
//!
//! # Good
//!
//! ```yaml
//! info: { title: Repairs, version: 2.1.0 }
//! servers:
//!   - url: https://api.hackney.example/repairs/v2
//! paths:
//!   /repairs: {}
//! ```
//!
//! # Sources
//!
//! - Logius, API Design Rules: `/core/uri-version`
//! - Australian government, API design standard: versions
//! - Hackney, API playbook: major version in the URI
//! - Zalando, RESTful API Guidelines: rules 114 and 115 (which ask for media types)

use crate::{
    fault::quoted,
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    server::servers,
    survey::{Survey, said},
    template::version_of,
};

pub(crate) const RULE: Rule = Rule {
    id: "VER-02",
    name: "version-in-url",
    level: Level::Error,
    evidence: Evidence::Contract,
    parameters: &[Parameter {
        name: "where",
        default: r#""url""#,
        about: "`url`, `media-type` (then no address has one) or `either`",
    }],
    check: Some(check),
    text: include_str!("version_in_url.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    match settings.text("where") {
        "media-type" => nowhere(survey, found),
        "either" => {
            let (servers, any) = (servers(survey), |path: &str| versions(path).next().is_some());
            if servers.iter().any(|server| any(server.path())) || survey.paths.iter().any(|path| any(path.template)) {
                once(survey, found);
            }
        }
        _ => once(survey, found),
    }
}

/// Every segment that looks like a version, with the major version if it is one whole number.
fn versions(path: &str) -> impl Iterator<Item = (&str, Option<u64>)> {
    let looks_like = |segment: &&str| {
        let rest = segment.strip_prefix(['v', 'V']).unwrap_or_default();
        rest.starts_with(|c: char| c.is_ascii_digit())
            && rest.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '_'))
    };
    path.split('/').filter(looks_like).map(|segment| (segment, version_of(segment)))
}

fn once<'d>(survey: &Survey<'d>, found: &mut Found<'d>) {
    let major = said(survey.info(), "version").and_then(|version| version.split('.').next()?.parse::<u64>().ok());
    // What is not 1.0.0 yet is on its way to be `v1`, and has its address already.
    let major = major.map(|major| major.max(1));
    let servers = servers(survey);
    let mut in_servers = 0;
    for server in &servers {
        let wrong = judged(server.path(), major, 1);
        in_servers = in_servers.max(versions(server.path()).count());
        // Where no server has a version, the paths may.
        if versions(server.path()).next().is_some() {
            found.expect(wrong.is_none(), || {
                let url = server.node.get("url").unwrap_or(server.node);
                Complaint::at(url, format!("{} {}", quoted(&server.url), wrong.unwrap_or_default()))
            });
        }
    }
    let in_paths = survey.paths.iter().any(|path| versions(path.template).next().is_some());
    if in_servers == 0 && !in_paths {
        // A gateway puts the version of a published API before its paths where the contract names no server.
        if servers.is_empty() && survey.facts.api.is_some() {
            return;
        }
        found.expect(survey.paths.is_empty(), || {
            let place = survey.root().get("servers").unwrap_or(survey.root());
            Complaint::at_key(place, "the major version stands in no address")
        });
        return;
    }
    for path in survey.paths.iter().filter(|_| in_paths) {
        let wrong = judged(path.template, major, 1 - in_servers.min(1));
        found.expect(wrong.is_none(), || {
            Complaint::at_key(path.written, format!("{} {}", quoted(path.template), wrong.unwrap_or_default()))
        });
    }
}

/// What is wrong with the versions of an address that should have so many.
fn judged(path: &str, major: Option<u64>, wanted: usize) -> Option<String> {
    let versions: Vec<_> = versions(path).collect();
    match (versions.as_slice(), wanted) {
        ([], 0) => None,
        ([], _) => Some("has no segment of the major version".to_owned()),
        ([_, ..], 0) => Some("repeats the version that the server's address has".to_owned()),
        ([(segment, None)], _) => Some(format!("has {}, which is no whole major version", quoted(segment))),
        ([(segment, Some(number))], _) if major.is_some_and(|major| major != *number) => Some(format!(
            "has {}, and `info.version` is of the major version {}",
            quoted(segment),
            major.unwrap_or_default()
        )),
        ([_], _) => None,
        _ => Some("has more than one version".to_owned()),
    }
}

fn nowhere<'d>(survey: &Survey<'d>, found: &mut Found<'d>) {
    let mend = "put the version into the media type: `application/x.repair+json;version=2`";
    for server in servers(survey) {
        found.expect(versions(server.path()).next().is_none(), || {
            let url = server.node.get("url").unwrap_or(server.node);
            Complaint::at(url, format!("{} has a version", quoted(&server.url))).mend(mend)
        });
    }
    for path in &survey.paths {
        found.expect(versions(path.template).next().is_none(), || {
            Complaint::at_key(path.written, format!("{} has a version", quoted(path.template))).mend(mend)
        });
    }
}
