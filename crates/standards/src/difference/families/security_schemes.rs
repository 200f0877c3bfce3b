//! Does proof of identity work in another way?
//!
//! A scheme whose type, header or flow changed refuses what callers sent so far.
//!
//! ```yaml old components
//! securitySchemes: { key: { type: apiKey, in: header, name: X-Key } }
//! ```
//! ```yaml new components
//! securitySchemes: { key: { type: http, scheme: bearer } }
//! ```
//! ```changes
//! api-security-component-type-changed access-scheme-changed
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "security_schemes",
    checks: &[
        single_checks! { Existence;
            "api-security-component-added" = I (Document Security): "A security scheme was added";
            "api-security-component-removed" = I (Document Security): "A security scheme was taken away";
            "api-security-component-oauth-scope-added" = I (Document Security): "A flow knows a further scope";
            "api-security-component-oauth-scope-removed" = IW (Document Security): "A flow does not know a scope any more";
            "access-flow-added" = i (Document Security): "A security scheme has a further OAuth flow";
            "access-flow-removed" = e (Document Security): "An OAuth flow was taken from a security scheme";
        },
        single_checks! { Type;
            "api-security-component-type-changed" = IE (Document Security): "A security scheme has another type";
            "api-security-component-oauth-url-changed" = IW (Document Security): "A flow begins at another address";
            "api-security-component-oauth-token-url-changed" = IW (Document Security): "A flow gives tokens at another address";
            "api-security-component-oauth-scope-changed" = I (Document Security): "A scope is described differently";
            "access-scheme-changed" = e (Document Security): "What callers send to prove who they are changed";
        },
    ],
    keywords: &[],
    source: include_str!("security_schemes.rs"),
};

const FLOWS: [&str; 5] = ["implicit", "authorizationCode", "clientCredentials", "password", "deviceAuthorization"];
/// Fields of a scheme that say what is sent, and where.
const SENT: [&str; 4] = ["name", "in", "scheme", "openIdConnectUrl"];

pub(in super::super) fn look_at_schemes<'d>((old, new): (Node<'d>, Node<'d>), ledger: &mut Ledger<'_, 'd>) {
    let schemes = |root: Node<'d>| root.get("components").and_then(|components| components.get("securitySchemes"));
    let (before, after) = (schemes(old), schemes(new));
    let entries = |map: Option<Node<'d>>| map.into_iter().flat_map(Node::entries);
    for (key, node) in entries(after).filter(|(key, _)| before.and_then(|map| map.get(key.text)).is_none()) {
        let text = format!("the security scheme `{}` was added", key.text);
        ledger.enter_as("api-security-component-added", None, (before, Some(node)), text);
    }
    for (key, node) in entries(before) {
        let Some(other) = after.and_then(|map| map.get(key.text)) else {
            let text = format!("the security scheme `{}` was taken away", key.text);
            ledger.enter_as("api-security-component-removed", None, (Some(node), after), text);
            continue;
        };
        let pair = (ledger.books.old.sources.follow(node), ledger.books.new.sources.follow(other));
        look_at_scheme(key.text, pair, ledger);
    }
}

fn look_at_scheme<'d>(name: &str, (old, new): (Node<'d>, Node<'d>), ledger: &mut Ledger<'_, 'd>) {
    let text = |node: Node<'d>, field: &str| node.get(field).and_then(Node::as_str).unwrap_or_default();
    if text(old, "type") != text(new, "type") {
        let what =
            format!("the security scheme `{name}` changed from `{}` to `{}`", text(old, "type"), text(new, "type"));
        let nodes = (old.get("type").or(Some(old)), new.get("type").or(Some(new)));
        ledger.enter_as("api-security-component-type-changed", None, nodes, what);
    }
    for field in SENT {
        if !text(old, field).eq_ignore_ascii_case(text(new, field)) {
            let (from, to) = (text(old, field), text(new, field));
            let what = format!("the security scheme `{name}`: `{field}` changed from `{from}` to `{to}`");
            let nodes = (old.get(field).or(Some(old)), new.get(field).or(Some(new)));
            ledger.enter_as("access-scheme-changed", None, nodes, what);
        }
    }
    let flows = (old.get("flows"), new.get("flows"));
    for flow in FLOWS {
        let (before, after) = (flows.0.and_then(|flows| flows.get(flow)), flows.1.and_then(|flows| flows.get(flow)));
        match (before, after) {
            (Some(before), Some(after)) => look_at_flow(name, flow, (before, after), ledger),
            (Some(_), None) => {
                let what = format!("the security scheme `{name}` lost the flow `{flow}`");
                ledger.enter_as("access-flow-removed", None, (before, flows.1.or(Some(new))), what);
            }
            (None, Some(_)) => {
                let what = format!("the security scheme `{name}` has the flow `{flow}` too");
                ledger.enter_as("access-flow-added", None, (flows.0.or(Some(old)), after), what);
            }
            (None, None) => {}
        }
    }
}

fn look_at_flow<'d>(name: &str, flow: &str, (old, new): (Node<'d>, Node<'d>), ledger: &mut Ledger<'_, 'd>) {
    // oasdiff looks at this one flow only.
    if ledger.reading == Reading::Published && flow != "implicit" {
        return;
    }
    let text = |node: Node<'d>, field: &str| node.get(field).and_then(Node::as_str).unwrap_or_default();
    let urls = [
        ("authorizationUrl", "api-security-component-oauth-url-changed"),
        ("tokenUrl", "api-security-component-oauth-token-url-changed"),
    ];
    for (field, id) in urls {
        let (from, to) = (text(old, field), text(new, field));
        if from != to {
            let what = format!("the flow `{flow}` of `{name}`: `{field}` changed from `{from}` to `{to}`");
            let nodes = (old.get(field).or(Some(old)), new.get(field).or(Some(new)));
            ledger.enter_as(id, None, nodes, what);
        }
    }
    let scopes = (old.get("scopes"), new.get("scopes"));
    let entries = |map: Option<Node<'d>>| map.into_iter().flat_map(Node::entries);
    for (key, node) in entries(scopes.1).filter(|(key, _)| scopes.0.and_then(|map| map.get(key.text)).is_none()) {
        let what = format!("the flow `{flow}` of `{name}` knows the scope `{}` too", key.text);
        ledger.enter_as("api-security-component-oauth-scope-added", None, (scopes.0, Some(node)), what);
    }
    for (key, node) in entries(scopes.0) {
        match scopes.1.and_then(|map| map.get(key.text)) {
            None => {
                let what = format!("the flow `{flow}` of `{name}` does not know the scope `{}` any more", key.text);
                ledger.enter_as("api-security-component-oauth-scope-removed", None, (Some(node), scopes.1), what);
            }
            Some(other) if other.as_str() != node.as_str() => {
                let what =
                    format!("the scope `{}` of the flow `{flow}` of `{name}` is described differently", key.text);
                ledger.enter_as("api-security-component-oauth-scope-changed", None, (Some(node), Some(other)), what);
            }
            Some(_) => {}
        }
    }
}
