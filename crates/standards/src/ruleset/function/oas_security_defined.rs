//! `oasSecurityDefined`: is every security scheme that is demanded defined, with the scopes that are demanded?

use super::{Call, Remark};
use crate::{
    document::{Kind, Node},
    ruleset::{locating::Step, view::View},
};

pub(super) fn run<'d>(swagger: bool, call: &Call<'_, 'd>) -> Vec<Remark<'d>> {
    let Some(demanded) = call.subject.node().filter(|node| node.kind() == Kind::Map) else {
        return Vec::new();
    };
    let is_list_of_texts =
        |node: Node<'d>| node.kind() == Kind::List && call.view.items(node).all(|item| item.as_str().is_some());
    if !call.view.entries(demanded).all(|(_, scopes)| is_list_of_texts(scopes)) {
        return Vec::new();
    }
    let root = call.about.root;
    let schemes = if swagger {
        root.get("securityDefinitions")
    } else {
        root.get("components").and_then(|components| components.get("securitySchemes"))
    };
    let schemes = schemes.filter(|schemes| schemes.kind() == Kind::Map);
    let mut remarks = Vec::new();
    for (name, scopes) in call.view.entries(demanded) {
        let Some(scheme) = schemes.and_then(|schemes| schemes.get(name)) else {
            let who = if (call.path)().len() == 2 { "API" } else { "Operation" };
            let place = if swagger { "securityDefinitions" } else { "components.securitySchemes" };
            let message = format!("{who} \"security\" values must match a scheme defined in the \"{place}\" object.");
            remarks.push(Remark::below([name.into()], message));
            continue;
        };
        for (position, scope) in call.view.items(scopes).filter_map(Node::as_str).enumerate() {
            if !is_defined(swagger, scope, scheme) {
                let place = [name.into(), Step::Owned(position.to_string())];
                remarks.push(Remark::below(place, format!("\"{scope}\" must be listed among scopes.")));
            }
        }
    }
    remarks
}

/// Whether a scheme knows a scope. The scheme is looked at as it was written.
fn is_defined(swagger: bool, scope: &str, scheme: Node<'_>) -> bool {
    let knows = |holder: Node<'_>| {
        let scopes = holder.get("scopes").filter(|scopes| scopes.kind() == Kind::Map);
        scopes.is_some_and(|scopes| scopes.get(scope).is_some())
    };
    if swagger {
        return knows(scheme);
    }
    scheme.get("flows").is_some_and(|flows| View::WRITTEN.entries(flows).any(|(_, flow)| knows(flow)))
}
