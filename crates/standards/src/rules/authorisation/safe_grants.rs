//! Tokens are got by flows that keep them, over https.
//!
//! OAuth schemes have neither the implicit nor the password flow. All addresses of a scheme (authorisation, token, refresh,
//! device, OpenID Connect, metadata) are https or relative.
//!
//! The authorisation code flow is used with PKCE (RFC 7636). OpenAPI has no word for that, so the contract cannot show it;
//! the platform's authorisation server refuses the flow without it.
//!
//! # Why
//!
//! The implicit flow hands the token over in an address. The password flow teaches people to type their password into any
//! page that asks. OAuth 2.1 has neither.
//!
//! # What to do
//!
//! Use `clientCredentials` for applications and `authorizationCode` with PKCE for people, in browsers and on telephones too.
//!
//! # Bad
//!
//! ```yaml
//! components:
//!   securitySchemes:
//!     login:
//!       type: oauth2
//!       flows:
//!         implicit: # wrong
//!           authorizationUrl: https://hub.example.gov.uk/oauth/authorize
//!           scopes: {}
//!         clientCredentials:
//!           tokenUrl: http://hub.example.gov.uk/oauth/token # wrong
//!           scopes: {}
//! ```
//!
//! # Good
//!
//! ```yaml
//! components:
//!   securitySchemes:
//!     login:
//!       type: oauth2
//!       flows:
//!         authorizationCode:
//!           authorizationUrl: https://hub.example.gov.uk/oauth/authorize
//!           tokenUrl: https://hub.example.gov.uk/oauth/token
//!           scopes: {}
//! ```
//!
//! # Sources
//!
//! - RFC 9700, sections 2.1.1, 2.1.2 and 2.4
//! - Italian guidelines for interoperability: OAuth flows

use crate::{
    document::Node,
    fault::quoted,
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    schemes::schemes,
    survey::{Survey, entries},
    transport,
};

pub(crate) const RULE: Rule = Rule {
    id: "AUTH-04",
    name: "safe-grants",
    level: Level::Error,
    evidence: Evidence::Contract,
    parameters: &[Parameter {
        name: "flows",
        default: r#"["implicit", "password"]"#,
        about: "flows that may not be used",
    }],
    check: Some(check),
    text: include_str!("safe_grants.rs"),
};

/// Where a scheme or a flow names an address.
const ADDRESSES: [&str; 6] = [
    "authorizationUrl",
    "tokenUrl",
    "refreshUrl",
    "deviceAuthorizationUrl",
    "openIdConnectUrl",
    "oauth2MetadataUrl",
];

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    for scheme in schemes(survey).iter().filter(|scheme| scheme.is_first) {
        addresses(scheme.node, found);
        for (flow, node) in entries(scheme.node, "flows").filter(|(flow, _)| !flow.starts_with("x-")) {
            found.expect(!settings.list("flows").any(|listed| listed == flow), || {
                Complaint::at_key(node, format!("the security scheme {} has the {flow} flow", quoted(scheme.name)))
            });
            addresses(node, found);
        }
    }
}

fn addresses<'d>(around: Node<'d>, found: &mut Found<'d>) {
    for (key, address) in ADDRESSES.iter().filter_map(|key| Some((key, around.get(key)?))) {
        let Some(text) = address.as_str() else { continue };
        found.expect(transport::in_the_clear(text).is_none(), || {
            let what = format!("`{key}` is {}, in the clear", quoted(text));
            Complaint::at(address, what).maybe_fix(transport::encrypted(address))
        });
    }
}
