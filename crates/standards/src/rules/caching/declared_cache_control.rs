//! The answer to a GET says how long it may be kept.
//!
//! Each successful answer to a GET declares the header `Cache-Control`. The contract shows that it is sent, and its
//! example what is meant; that personal answers are really not kept, CACHE-02 asks of the traffic.
//!
//! # Why
//!
//! Without the header every cache on the way may decide for itself (RFC 9111 lets it guess). Then a list of opening hours
//! is fetched a million times, and a resident's address lies in a shared cache.
//!
//! # What to do
//!
//! Declare the header and choose one of three: `no-store` for personal data, `public, max-age=300` for what everybody may
//! see, `private, no-cache` with an `ETag` for what may be kept and has to be asked about.
//!
//! # Bad
//!
//! ```yaml
//! paths:
//!   /trades:
//!     get:
//!       responses:
//!         '200': # wrong
//!           description: Trades
//! ```
//!
//! # Good
//!
//! ```yaml
//! paths:
//!   /trades:
//!     get:
//!       responses:
//!         '200':
//!           description: Trades
//!           headers:
//!             Cache-Control: { schema: { type: string }, example: 'public, max-age=300' }
//! ```
//!
//! # Sources
//!
//! - RFC 9111, HTTP Caching
//! - Italian guidelines for interoperability: caching
//! - Zalando, RESTful API Guidelines: rule 227
//! - GDS, API technical and data standards: caching

use crate::{
    finding::{Complaint, Level},
    once::Once,
    rule::{Evidence, Found, Parameter, Rule, Settings},
    status,
    survey::{Survey, entries},
};

pub(crate) const RULE: Rule = Rule {
    id: "CACHE-01",
    name: "declared-cache-control",
    level: Level::Warning,
    evidence: Evidence::Contract,
    parameters: &[Parameter {
        name: "headers",
        default: r#"["Cache-Control"]"#,
        about: "headers of which one says how long an answer may be kept",
    }],
    check: Some(check),
    text: include_str!("declared_cache_control.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let mut once = Once::default();
    for operation in survey.operations.iter().filter(|operation| operation.method == "get") {
        for (code, response) in &operation.responses {
            if status::class(code) != Some(2) || !once.is_new(*response) {
                continue;
            }
            let is_wanted = |name: &str| settings.list("headers").any(|header| header.eq_ignore_ascii_case(name));
            found.expect(entries(*response, "headers").any(|(name, _)| is_wanted(name)), || {
                let headers = settings.list("headers").collect::<Vec<_>>().join("` or `");
                Complaint::at_key(*response, format!("the answer {code} of {operation} does not declare `{headers}`"))
            });
        }
    }
}
