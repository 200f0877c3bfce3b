//! `uniquenessTags`: has every tag a name of its own?

use std::collections::HashSet;

use super::{Call, Remark};
use crate::{
    document::{Kind, Node},
    ruleset::locating::Step,
};

pub(super) fn run<'d>(call: &Call<'_, 'd>) -> Vec<Remark<'d>> {
    let Some(list) = call.subject.node().filter(|node| node.kind() == Kind::List) else {
        return Vec::new();
    };
    let names: Option<Vec<&str>> = call
        .view
        .items(list)
        .map(|tag| call.view.get(tag, "name").and_then(Node::as_str).filter(|_| tag.kind() == Kind::Map))
        .collect();
    let mut seen = HashSet::new();
    let again = names.unwrap_or_default().into_iter().enumerate().filter(|(_, name)| !seen.insert(*name));
    again
        .map(|(position, name)| {
            let message = format!("\"tags\" object contains duplicate tag name \"{name}\".");
            Remark::below([Step::Owned(position.to_string()), "name".into()], message)
        })
        .collect()
}
