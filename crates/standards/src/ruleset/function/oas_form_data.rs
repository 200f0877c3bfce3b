//! `oasOpFormDataConsumeCheck`: does an OpenAPI 2 operation with form data consume forms?

use super::{Call, Remark};
use crate::document::{Kind, Node};

pub(super) fn run<'d>(call: &Call<'_, 'd>) -> Vec<Remark<'d>> {
    let Some(operation) = call.subject.node() else {
        return Vec::new();
    };
    let list = |key| call.view.get(operation, key).filter(|node| node.kind() == Kind::List);
    let (Some(consumes), Some(parameters)) = (list("consumes"), list("parameters")) else {
        return Vec::new();
    };
    let mut parameters = call.view.items(parameters);
    let has_form =
        parameters.any(|parameter| call.view.get(parameter, "in").and_then(Node::as_str) == Some("formData"));
    let takes_forms = call
        .view
        .items(consumes)
        .filter_map(Node::as_str)
        .any(|media| media.contains("application/x-www-form-urlencoded") || media.contains("multipart/form-data"));
    if !has_form || takes_forms {
        return Vec::new();
    }
    let message = "Consumes must include urlencoded, multipart, or form-data media type when using formData parameter.";
    vec![Remark::here(message)]
}
