//! Callers show who they are by OAuth 2.0, OpenID Connect or mutual TLS.
//!
//! The security schemes of a contract are of type `oauth2`, `openIdConnect` or `mutualTLS`. API keys, Basic and Digest are
//! not used. `http` with `bearer` says how a token travels, but not where to get one or which scopes there are: an OAuth
//! scheme says both. A profile may allow it by `http_schemes`.
//!
//! # Why
//!
//! A key never ends, says nothing about what it may do, and is copied into code, mails and logs. A token ends in an hour,
//! is for one purpose, and can be taken back.
//!
//! # What to do
//!
//! Declare the platform's OAuth scheme: `type: oauth2` with the flow `clientCredentials` and the scopes of the API.
//!
//! # Bad
//!
//! ```yaml
//! components:
//!   securitySchemes:
//!     key: # wrong
//!       type: apiKey
//!       in: header
//!       name: X-Api-Key
//!     login: # wrong
//!       type: http
//!       scheme: basic
//! ```
//!
//! # Good
//!
//! ```yaml
//! components:
//!   securitySchemes:
//!     hansom:
//!       type: oauth2
//!       flows:
//!         clientCredentials:
//!           tokenUrl: https://hub.example.gov.uk/oauth/token
//!           scopes: { 'repairs:read': Read repairs. }
//! ```
//!
//! # Sources
//!
//! - GDS, API technical and data standards: authentication and authorisation
//! - RFC 9700, Best Current Practice for OAuth 2.0 Security
//! - Italian guidelines for interoperability: schemes that are not secure
//! - Hackney, API Playbook: tokens instead of keys

use crate::{
    fault::quoted,
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    schemes::schemes,
    survey::Survey,
};

pub(crate) const RULE: Rule = Rule {
    id: "AUTH-02",
    name: "token-schemes",
    level: Level::Error,
    evidence: Evidence::Contract,
    parameters: &[
        Parameter {
            name: "types",
            default: r#"["oauth2", "openIdConnect", "mutualTLS"]"#,
            about: "the types that a security scheme may have",
        },
        Parameter {
            name: "http_schemes",
            default: "[]",
            about: "schemes of the type http that are allowed besides: bearer",
        },
    ],
    check: Some(check),
    text: include_str!("token_schemes.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    for scheme in schemes(survey).iter().filter(|scheme| scheme.is_first) {
        let Some(kind) = scheme.says("type") else { continue };
        let of_http = scheme.says("scheme").filter(|_| kind == "http");
        let by_http =
            of_http.is_some_and(|known| settings.list("http_schemes").any(|listed| listed.eq_ignore_ascii_case(known)));
        found.expect(by_http || settings.list("types").any(|listed| listed == kind), || {
            let kind = quoted(of_http.unwrap_or(kind));
            Complaint::at_key(scheme.node, format!("the security scheme {} is of the type {kind}", quoted(scheme.name)))
        });
    }
}
