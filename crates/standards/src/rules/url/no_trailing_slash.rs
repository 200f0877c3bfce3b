//! No address ends in a slash.
//!
//! No path template ends in `/`, except `/` itself. A call to an address with a slash at its end gets 404, not a
//! redirect.
//!
//! # Why
//!
//! `/repairs` and `/repairs/` are two addresses. If both work, caches keep two copies and rules for one are forgotten
//! for the other; if one redirects, clients lose their bodies and their tokens on the way.
//!
//! # What to do
//!
//! Leave the last slash away.
//!
//! # Bad
//!
//! ```yaml
//! paths:
//!   /repairs/: {} # wrong
//! ```
//!
//! # Good
//!
//! ```yaml
//! paths:
//!   /: {}
//!   /repairs: {}
//! ```
//!
//! # Sources
//!
//! - Logius, API Design Rules: `/core/no-trailing-slash`
//! - Zalando, RESTful API Guidelines: rule 136
//! - Hackney, API playbook: avoid trailing slashes

use crate::{
    fault::quoted,
    finding::{Complaint, Level},
    rewriting::Paths,
    rule::{Evidence, Found, Rule, Settings},
    survey::Survey,
};

pub(crate) const RULE: Rule = Rule {
    id: "URL-02",
    name: "no-trailing-slash",
    level: Level::Error,
    evidence: Evidence::ContractAndTraffic,
    parameters: &[],
    check: Some(check),
    text: include_str!("no_trailing_slash.rs"),
};

fn check<'d>(survey: &Survey<'d>, _: &Settings, found: &mut Found<'d>) {
    let mut paths = Paths::of(survey);
    for path in &survey.paths {
        let plain = path.template.trim_end_matches('/');
        found.expect(plain.is_empty() || plain.len() == path.template.len(), || {
            Complaint::at_key(path.written, format!("the path {} ends in a slash", quoted(path.template)))
                .maybe_fix(paths.rename("leave the last slash away", path, plain))
        });
    }
}
