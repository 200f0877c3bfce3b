//! Scopes are declared, named alike, and asked for wherever something changes.
//!
//! - A scope that a security requirement asks for is declared by its OAuth scheme.
//! - Declared scopes follow one pattern: at least `parts` words of lower-case letters, digits, `-` and `_`, joined by
//!   `separator`: `repairs:read`. Those of OpenID Connect (`openid`, `profile` and so on) are named by their standard.
//! - An operation that changes something (its method is in `methods`) and is protected by OAuth or OpenID Connect asks for
//!   a scope, in each of its alternatives.
//!
//! # Why
//!
//! A scope that is not declared cannot be asked for, so the operation can be called by nobody; or nobody checks it, and it
//! can be called by everybody. A token for reading should not be able to cancel a repair.
//!
//! # What to do
//!
//! Declare two or three scopes in the scheme, such as `repairs:read` and `repairs:write`, and give each operation that
//! changes something its own `security`.
//!
//! # Bad
//!
//! ```yaml
//! security:
//!   - hansom: []
//! paths:
//!   /repairs:
//!     get:
//!       security:
//!         - hansom:
//!             - repairs:list # wrong
//!       responses: { '200': { description: Repairs } }
//!     post: # wrong
//!       responses: { '201': { description: Created } }
//! components:
//!   securitySchemes:
//!     hansom:
//!       type: oauth2
//!       flows:
//!         clientCredentials:
//!           tokenUrl: https://hub.example.gov.uk/oauth/token
//!           scopes:
//!             repairs:read: Read repairs.
//!             WriteRepairs: Change repairs. # wrong
//! ```
//!
//! # Good
//!
//! ```yaml
//! security:
//!   - hansom: ['repairs:read']
//! paths:
//!   /repairs:
//!     get:
//!       responses: { '200': { description: Repairs } }
//!     post:
//!       security:
//!         - hansom: ['repairs:write']
//!       responses: { '201': { description: Created } }
//! components:
//!   securitySchemes:
//!     hansom:
//!       type: oauth2
//!       flows:
//!         clientCredentials:
//!           tokenUrl: https://hub.example.gov.uk/oauth/token
//!           scopes:
//!             repairs:read: Read repairs.
//!             repairs:write: Change repairs.
//! ```
//!
//! # Sources
//!
//! - Zalando, RESTful API Guidelines: rules 105 and 225
//! - Belgif, REST guide: `sec-req`
//! - HMRC, the validator of API definitions: scopes

use std::collections::{HashMap, HashSet};

use crate::{
    document::Node,
    fault::quoted,
    finding::{Complaint, Level},
    once::{Known, Once},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    schemes::schemes,
    survey::{Survey, entries},
};

pub(crate) const RULE: Rule = Rule {
    id: "AUTH-05",
    name: "declared-scopes",
    level: Level::Error,
    evidence: Evidence::Contract,
    parameters: &[
        Parameter {
            name: "separator",
            default: r#"":""#,
            about: "what joins the words of a scope; any name will do where it is empty",
        },
        Parameter { name: "parts", default: "2", about: "how many words a scope has at least" },
        Parameter {
            name: "methods",
            default: r#"["post", "put", "patch", "delete"]"#,
            about: "methods whose operations ask for a scope, in lower case",
        },
    ],
    check: Some(check),
    text: include_str!("declared_scopes.rs"),
};

/// Scopes that OpenID Connect names itself.
const OF_OPENID: [&str; 6] = ["openid", "profile", "email", "address", "phone", "offline_access"];

/// The scopes that a scheme declares; none where it cannot declare any.
type Schemes<'d> = HashMap<&'d str, Option<HashSet<&'d str>>>;

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let schemes = judged(survey, settings, found);
    let (mut once, mut known) = (Once::default(), Known::nothing());
    for operation in &survey.operations {
        let Some(security) = operation.security else { continue };
        if once.is_new(security) {
            for (scheme, scopes) in security.items().flat_map(Node::entries) {
                let Some(Some(declared)) = schemes.get(scheme.text) else { continue };
                for (node, scope) in scopes.items().filter_map(|node| Some((node, node.as_str()?))) {
                    found.expect(declared.contains(scope), || {
                        let by = quoted(scheme.text);
                        let what = format!("{operation} asks for the scope {}, which {by} does not declare", quoted(scope));
                        Complaint::at(node, what)
                    });
                }
            }
        }
        let changes = settings.list("methods").any(|method| method.eq_ignore_ascii_case(operation.method));
        if changes && let Some(asks) = known.of(security, || asks_for_scope(security, &schemes)) {
            found.expect(asks, || {
                Complaint::at_key(operation.node, format!("{operation} changes something and asks for no scope"))
            });
        }
    }
}

/// The OAuth and OpenID Connect schemes by name, the names of their scopes judged.
fn judged<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) -> Schemes<'d> {
    let mut known = Schemes::new();
    for scheme in schemes(survey) {
        match scheme.says("type") {
            Some("oauth2") => {
                let mut declared = HashSet::new();
                for (scope, node) in entries(scheme.node, "flows").flat_map(|(_, flow)| entries(flow, "scopes")) {
                    if declared.insert(scope) && scheme.is_first {
                        found.expect(is_named_well(scope, settings), || {
                            Complaint::at_key(node, format!("the scope {} does not follow the pattern", quoted(scope)))
                        });
                    }
                }
                known.insert(scheme.name, Some(declared));
            }
            Some("openIdConnect") => {
                known.insert(scheme.name, None);
            }
            _ => {}
        }
    }
    known
}

fn is_named_well(scope: &str, settings: &Settings) -> bool {
    let separator = settings.text("separator");
    if separator.is_empty() || OF_OPENID.contains(&scope) {
        return true;
    }
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    let mut parts = 0;
    scope.split(separator).all(|part| {
        parts += 1;
        !part.is_empty() && part.chars().all(plain)
    }) && parts >= settings.number("parts")
}

/// Whether requirements ask for a scope in each alternative; none where no alternative has scopes to ask for.
fn asks_for_scope(security: Node<'_>, schemes: &Schemes<'_>) -> Option<bool> {
    let mut by_token = security.items().filter_map(|requirement| {
        let mut scopes = requirement.entries().filter(|(scheme, _)| schemes.contains_key(scheme.text)).peekable();
        scopes.peek()?;
        Some(scopes.any(|(_, scopes)| scopes.items().next().is_some()))
    });
    let first = by_token.next()?;
    Some(first && by_token.all(|asks| asks))
}
