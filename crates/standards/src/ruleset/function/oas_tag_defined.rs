//! `oasTagDefined`: is every tag of an operation among the contract's tags?

use std::collections::HashSet;

use super::{Call, Remark, oas_operation_id_unique::operations};
use crate::{
    document::{Kind, Node},
    ruleset::locating::Step,
};

pub(super) fn run<'d>(call: &Call<'_, 'd>) -> Vec<Remark<'d>> {
    let Some(root) = call.subject.node().filter(|node| node.kind() == Kind::Map) else {
        return Vec::new();
    };
    let tags = call.view.get(root, "tags").into_iter().flat_map(|tags| call.view.items(tags));
    let known: HashSet<&str> = tags.filter_map(|tag| call.view.get(tag, "name")).filter_map(Node::as_str).collect();
    let mut remarks = Vec::new();
    let Some(paths) = call.view.get(root, "paths") else {
        return remarks;
    };
    for (path, method, operation) in operations(call.view, paths) {
        let list = call.view.get(operation, "tags").filter(|tags| tags.kind() == Kind::List);
        for (position, tag) in list.into_iter().flat_map(|list| call.view.items(list)).enumerate() {
            if !tag.as_str().is_some_and(|tag| known.contains(tag)) {
                let steps: [Step<'d>; 5] =
                    ["paths".into(), path.into(), method.into(), "tags".into(), Step::Owned(position.to_string())];
                remarks.push(Remark::at(steps, "Operation tags must be defined in global tags."));
            }
        }
    }
    remarks
}
