//! A key or a token is never part of an address, nor a cookie.
//!
//! No security scheme puts a key into the query or into a cookie, and no cookie parameter is called like a token (see the
//! parameter `names`). Parameters of the query and the path that are called like a secret are found by URL-10.
//!
//! The contract shows what is declared. That no token is seen in a real address, the gateway's records show; it refuses
//! tokens in a query anyway.
//!
//! # Why
//!
//! Addresses are written into logs, histories and the `Referer` of the next page. A cookie is sent by the browser without
//! being asked, also when another site started the call.
//!
//! # What to do
//!
//! Send the token in the header `Authorization` and nowhere else.
//!
//! # Bad
//!
//! ```yaml
//! components:
//!   securitySchemes:
//!     key:
//!       type: apiKey
//!       in: query # wrong
//!       name: api_key
//!   parameters:
//!     Token:
//!       name: hackneyToken # wrong
//!       in: cookie
//!       schema: { type: string }
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
//!         clientCredentials: { tokenUrl: 'https://hub.example.gov.uk/oauth/token', scopes: {} }
//!   parameters:
//!     Theme: { name: theme, in: cookie, schema: { type: string } }
//! ```
//!
//! # Sources
//!
//! - RFC 6750, section 5.3; RFC 9700, section 4.3.2
//! - Italian guidelines for interoperability: `sec-apikeys-url`

use crate::{
    casing::plain,
    document::Node,
    fault::quoted,
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    schemes::schemes,
    survey::Survey,
};

pub(crate) const RULE: Rule = Rule {
    id: "AUTH-03",
    name: "no-tokens-in-urls",
    level: Level::Error,
    evidence: Evidence::ContractAndTraffic,
    parameters: &[Parameter {
        name: "names",
        default: r#"["token", "api key", "apikey", "jwt", "bearer", "authorization", "secret", "password", "credential"]"#,
        about: "words at the end of the name of a cookie that is a token",
    }],
    check: Some(check),
    text: include_str!("no_tokens_in_urls.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    for scheme in schemes(survey).iter().filter(|scheme| scheme.is_first) {
        let is_key = scheme.says("type") == Some("apiKey");
        let location = scheme.node.get("in").filter(|location| is_key && in_address(*location));
        found.expect(location.is_none(), || {
            let place = scheme.says("in").unwrap_or_default();
            let what = format!("the security scheme {} puts a key into the {place}", quoted(scheme.name));
            Complaint::at(location.unwrap_or(scheme.node), what)
        });
    }
    let names: Vec<String> = settings.list("names").map(plain).collect();
    for parameter in survey.parameters.iter().filter(|parameter| parameter.location == "cookie") {
        let name = plain(parameter.name);
        found.expect(!names.iter().any(|secret| name.ends_with(secret.as_str())), || {
            let place = parameter.node.get("name").unwrap_or(parameter.node);
            Complaint::at(place, format!("the cookie {} is a token", quoted(parameter.name)))
        });
    }
}

fn in_address(location: Node<'_>) -> bool {
    matches!(location.as_str(), Some("query" | "cookie"))
}
