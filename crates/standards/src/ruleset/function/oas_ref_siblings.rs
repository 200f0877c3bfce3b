//! `refSiblings`: does a `$ref` stand alone?

use super::{Call, Remark};
use crate::{
    document::{Kind, Node},
    ruleset::{locating::Step, view::child},
};

pub(super) fn run<'d>(call: &Call<'_, 'd>) -> Vec<Remark<'d>> {
    let path = (call.path)();
    let Some((_, above)) = path.split_last() else {
        return Vec::new();
    };
    let holder = above.iter().try_fold(call.about.root, |node: Node<'d>, step| child(node, step));
    let Some(holder) = holder else {
        return Vec::new();
    };
    let keys: Vec<Step<'d>> = match holder.kind() {
        Kind::Map => holder.entries().map(|(key, _)| Step::from(key.text)).collect(),
        Kind::List => holder.items().enumerate().map(|(position, _)| Step::Owned(position.to_string())).collect(),
        _ => return Vec::new(),
    };
    if keys.len() == 1 {
        return Vec::new();
    }
    keys.into_iter()
        .filter(|key| key != "$ref")
        .map(|key| {
            let place = above.iter().cloned().chain([key]);
            Remark::at(place, "$ref must not be placed next to any other properties")
        })
        .collect()
}
