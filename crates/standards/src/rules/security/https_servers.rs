//! Servers are reached by https and nothing else.
//!
//! No address under `servers` (of the contract, of a path, of an operation) begins with `http://`, and no variable for
//! the scheme offers it. An address without a host is as good as the address that it is added to.
//!
//! Servers for trying things out are no exception: what is in a published contract is called by somebody.
//!
//! # Why
//!
//! In the clear, everybody on the way reads the token and the resident's data, and can change both. A redirect to https
//! comes too late: the first request has been sent by then.
//!
//! # What to do
//!
//! Write `https://`, or give the path alone and let the environment add the host. Take local addresses out of the contract.
//!
//! # Bad
//!
//! ```yaml
//! servers:
//!   - url: http://api.example.gov.uk/repairs/v1 # wrong
//!   - url: '{scheme}://api.example.gov.uk/repairs/v1'
//!     variables:
//!       scheme:
//!         enum:
//!           - https
//!           - http # wrong
//!         default: https
//! ```
//!
//! # Good
//!
//! ```yaml
//! servers:
//!   - url: https://api.example.gov.uk/repairs/v1
//!   - url: /repairs/v1
//! ```
//!
//! # Sources
//!
//! - Logius, API Design Rules: `/core/transport/tls`
//! - Italian guidelines for interoperability: `servers-use-https`
//! - Hackney, API Playbook: TLS only, and an error for plain http

use crate::{
    document::Node,
    fault::quoted,
    finding::{Complaint, Level},
    once::Once,
    rule::{Evidence, Found, Rule, Settings},
    survey::{Survey, entries},
    transport,
};

pub(crate) const RULE: Rule = Rule {
    id: "SEC-01",
    name: "https-servers",
    level: Level::Error,
    evidence: Evidence::Contract,
    parameters: &[],
    check: Some(check),
    text: include_str!("https_servers.rs"),
};

fn check<'d>(survey: &Survey<'d>, _: &Settings, found: &mut Found<'d>) {
    let mut once = Once::default();
    let items = survey.paths.iter().map(|path| path.node);
    let operations = survey.operations.iter().map(|operation| operation.node);
    for around in std::iter::once(survey.root()).chain(items).chain(operations) {
        for server in around.get("servers").into_iter().flat_map(Node::items).filter(|server| once.is_new(*server)) {
            judge(server, found);
        }
    }
}

fn judge<'d>(server: Node<'d>, found: &mut Found<'d>) {
    let Some(url) = server.get("url") else { return };
    let Some(address) = url.as_str() else { return };
    found.expect(transport::in_the_clear(address).is_none(), || {
        let what = format!("the server {} is reached in the clear", quoted(address));
        Complaint::at(url, what).maybe_fix(transport::encrypted(url))
    });
    // Only a variable right before `://` is the scheme.
    let scheme = address.split_once("://").and_then(|(before, _)| before.strip_prefix('{')?.strip_suffix('}'));
    let variables = entries(server, "variables").filter(|(name, _)| Some(*name) == scheme);
    for value in variables.flat_map(|(_, variable)| values(variable)) {
        let clear = value.as_str().is_some_and(|text| matches!(text.to_ascii_lowercase().as_str(), "http" | "ws"));
        found.expect(!clear, || Complaint::at(value, format!("the server {} may be reached in the clear", quoted(address))));
    }
}

fn values(variable: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let listed = variable.get("enum").into_iter().flat_map(Node::items);
    listed.chain(variable.get("default"))
}
