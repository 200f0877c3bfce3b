//! An API says under which licence and terms it may be used.
//!
//! `info.license` has an SPDX identifier (`identifier`, OpenAPI 3.1 and later) or the address of the licence (`url`),
//! and `info.termsOfService` is an address that begins with `https://`.
//!
//! # Why
//!
//! Without a licence nobody may use the data, strictly speaking; careful organisations then don't, careless ones do it
//! anyhow. Most records of the UK's catalogue had none.
//!
//! # What to do
//!
//! For open data of the British public sector write `license: { name: Open Government Licence v3.0, identifier:
//! OGL-UK-3.0 }`, and link the terms of the platform.
//!
//! # Bad
//!
//! ```yaml
//! info:
//!   title: Repairs
//!   version: 1.0.0
//!   termsOfService: http://hub.hackney.example/terms # wrong
//!   license: # wrong
//!     name: Ask us
//! ```
//!
//! # Good
//!
//! ```yaml
//! info:
//!   title: Repairs
//!   version: 1.0.0
//!   termsOfService: https://hub.hackney.example/terms
//!   license:
//!     name: Open Government Licence v3.0
//!     identifier: OGL-UK-3.0
//! ```
//!
//! # Sources
//!
//! - AgID (Italy), OpenAPI rules: `has-termsOfService`
//! - UK government API catalogue: the licence is empty in 195 of 231 rows
//! - SPDX, list of licences

use crate::{
    fault::quoted,
    finding::{Complaint, Level},
    rewriting,
    rule::{Evidence, Found, Parameter, Rule, Settings},
    survey::{Survey, said},
};

pub(crate) const RULE: Rule = Rule {
    id: "META-06",
    name: "licence-and-terms",
    level: Level::Warning,
    evidence: Evidence::Contract,
    parameters: &[Parameter {
        name: "fields",
        default: r#"["license", "termsOfService"]"#,
        about: "which of the two are needed; what is there must be right either way",
    }],
    check: Some(check),
    text: include_str!("licence_and_terms.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let info = survey.info();
    for field in settings.list("fields") {
        found.expect(info.get(field).is_some(), || Complaint::at_key(info, format!("the contract has no `info.{field}`")));
    }
    if let Some(licence) = info.get("license") {
        let identifier = said(licence, "identifier");
        found.expect(identifier.is_some() || said(licence, "url").is_some(), || {
            Complaint::at_key(licence, "the licence has neither an SPDX `identifier` nor a `url`")
        });
        if let (Some(identifier), Some(node)) = (identifier, licence.get("identifier")) {
            found.expect(is_spdx(identifier), || {
                Complaint::at(node, format!("{} is no SPDX licence expression", quoted(identifier)))
            });
        }
    }
    if let Some(node) = info.get("termsOfService") {
        let url = node.as_str().unwrap_or_default();
        found.expect(url.starts_with("https://"), || {
            let safe = url.strip_prefix("http://").map(|rest| format!("https://{rest}"));
            Complaint::at(node, "the address of the terms does not begin with `https://`")
                .maybe_fix(safe.and_then(|url| rewriting::text("write `https://`", node, &url)))
        });
    }
}

/// Whether a text has the form of an SPDX expression: `MIT`, `MIT OR Apache-2.0`, `GPL-2.0-only WITH Classpath-exception-2.0`.
fn is_spdx(text: &str) -> bool {
    let fits = |word: &str| {
        let word = word.trim_matches(['(', ')']);
        !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "-.+:".contains(c))
    };
    text.split_whitespace().enumerate().all(|(at, word)| match at % 2 {
        0 => fits(word),
        _ => matches!(word, "AND" | "OR" | "WITH"),
    })
}
