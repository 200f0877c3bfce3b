//! `oasDiscriminator`: is the discriminator of an OpenAPI 2 schema a required property of it?

use super::{Call, Remark};
use crate::document::{Kind, Node};

pub(super) fn run<'d>(call: &Call<'_, 'd>) -> Vec<Remark<'d>> {
    let Some(schema) = call.subject.node().filter(|node| node.kind() == Kind::Map) else {
        return Vec::new();
    };
    let Some(name) = call.view.get(schema, "discriminator").and_then(Node::as_str) else {
        return Vec::new();
    };
    let mut remarks = Vec::new();
    let properties = call.view.get(schema, "properties");
    if properties.and_then(|properties| call.view.child(properties, name)).is_none() {
        let message = "The discriminator property must be defined in this schema.";
        remarks.push(Remark::below(["properties".into()], message));
    }
    let required = call.view.get(schema, "required");
    if !required.is_some_and(|required| call.view.items(required).any(|item| item.as_str() == Some(name))) {
        let message = "The discriminator property must be in the required property list.";
        remarks.push(Remark::below(["required".into()], message));
    }
    remarks
}
