//! `oasOpIdUnique`: has every operation an id of its own?

use super::{Call, Remark};
use crate::{
    document::{Kind, Node},
    ruleset::{
        ecmascript::{Subject, print_value},
        locating::Step,
        view::View,
    },
};

/// The keys of a path under which operations stand.
pub(super) const METHODS: [&str; 8] = ["get", "head", "post", "put", "patch", "delete", "options", "trace"];

/// Every operation of a `paths` map: path, method, operation.
pub(super) fn operations<'d>(view: View<'d>, paths: Node<'d>) -> impl Iterator<Item = (&'d str, &'d str, Node<'d>)> {
    let is_map = |node: Node<'d>| node.kind() == Kind::Map;
    view.entries(paths).filter(move |(_, item)| is_map(*item)).flat_map(move |(path, item)| {
        view.entries(item)
            .filter(move |(method, operation)| METHODS.contains(method) && is_map(*operation))
            .map(move |(method, operation)| (path, method, operation))
    })
}

pub(super) fn run<'d>(call: &Call<'_, 'd>) -> Vec<Remark<'d>> {
    let Some(paths) = call.subject.node().filter(|node| node.kind() == Kind::Map) else {
        return Vec::new();
    };
    let mut seen = std::collections::HashSet::new();
    let mut remarks = Vec::new();
    for (path, method, operation) in operations(call.view, paths) {
        let Some(id) = call.view.get(operation, "operationId") else {
            continue;
        };
        // `1` and `"1"` are not the same; lists and maps are never the same.
        let printed = match id.kind() {
            Kind::List | Kind::Map => format!("{}", id.id()),
            _ => print_value(Subject::Node(id)),
        };
        if !seen.insert(printed) {
            let place = [Step::from("paths"), path.into(), method.into(), "operationId".into()];
            remarks.push(Remark::at(place, "operationId must be unique."));
        }
    }
    remarks
}
