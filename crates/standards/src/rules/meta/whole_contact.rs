//! An API says whom to ask: by name, by mail and by web.
//!
//! `info.contact` has `name`, `email` and `url`. The mail address looks like one, the address of the page begins with
//! `https://`.
//!
//! # Why
//!
//! Whoever is stuck, or has found a hole, needs somebody to tell. A contract outlives the intranet page on which
//! the team was once named.
//!
//! # What to do
//!
//! Write the team's name, the team's mailbox and the page where help is offered under `info.contact`.
//!
//! # Bad
//!
//! ```yaml
//! info:
//!   title: Repairs
//!   version: 1.0.0
//!   contact: # wrong
//!     name: Housing Repairs team
//!     url: http://repairs.hackney.example # wrong
//! ```
//!
//! # Good
//!
//! ```yaml
//! info:
//!   title: Repairs
//!   version: 1.0.0
//!   contact:
//!     name: Housing Repairs team
//!     email: housing-repairs@hackney.example
//!     url: https://hub.hackney.example/apis/repairs
//! ```
//!
//! # Sources
//!
//! - Logius, API Design Rules: `/core/doc-openapi-contact`
//! - AgID (Italy), OpenAPI rules: `has-contact`
//! - Belgif, REST guide: `oas-descr`

use crate::{
    document::Node,
    fault::quoted,
    finding::{Complaint, Level},
    rewriting,
    rule::{Evidence, Found, Parameter, Rule, Settings},
    survey::{Survey, said},
};

pub(crate) const RULE: Rule = Rule {
    id: "META-03",
    name: "whole-contact",
    level: Level::Error,
    evidence: Evidence::Contract,
    parameters: &[Parameter {
        name: "fields",
        default: r#"["name", "email", "url"]"#,
        about: "what a contact has at least",
    }],
    check: Some(check),
    text: include_str!("whole_contact.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let info = survey.info();
    found.applies();
    let Some(contact) = info.get("contact") else {
        return found.complain(Complaint::at_key(info, "the contract names no contact"));
    };
    for field in settings.list("fields") {
        found.expect(said(contact, field).is_some(), || Complaint::at_key(contact, format!("the contact has no `{field}`")));
    }
    if let (Some(email), Some(node)) = (said(contact, "email"), contact.get("email")) {
        found.expect(looks_like_mail(email), || Complaint::at(node, format!("{} is no mail address", quoted(email))));
    }
    if let (Some(url), Some(node)) = (said(contact, "url"), contact.get("url")) {
        found.expect(url.starts_with("https://"), || insecure(node, url));
    }
}

fn insecure<'d>(node: Node<'d>, url: &str) -> Complaint<'d> {
    let safe = url.strip_prefix("http://").map(|rest| format!("https://{rest}"));
    Complaint::at(node, format!("the address {} does not begin with `https://`", quoted(url)))
        .maybe_fix(safe.and_then(|safe| rewriting::text("write `https://`", node, &safe)))
}

fn looks_like_mail(text: &str) -> bool {
    match text.split_once('@') {
        Some((name, host)) => {
            !name.is_empty() && host.len() > 1 && !host.contains('@') && !text.contains(char::is_whitespace)
        }
        None => false,
    }
}
