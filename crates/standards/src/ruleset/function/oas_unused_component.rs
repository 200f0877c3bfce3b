//! `oasUnusedComponent`: is every component referred to?

use super::{Call, Remark, unreferenced::orphans};
use crate::{document::Kind, ruleset::ecmascript::Subject};

const KINDS: [&str; 8] =
    ["schemas", "responses", "parameters", "examples", "requestBodies", "headers", "links", "callbacks"];

pub(super) fn run<'d>(call: &Call<'_, 'd>) -> Vec<Remark<'d>> {
    let Some(root) = call.subject.node().filter(|node| node.kind() == Kind::Map) else {
        return Vec::new();
    };
    let Some(components) = call.view.get(root, "components").filter(|node| node.kind() == Kind::Map) else {
        return Vec::new();
    };
    let mut remarks = Vec::new();
    for kind in KINDS {
        if let Some(named) = call.view.get(components, kind) {
            remarks.extend(orphans(call, Subject::Node(named), &format!("#/components/{kind}")));
        }
    }
    remarks
}
