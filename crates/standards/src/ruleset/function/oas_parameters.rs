//! `oasOpParams`: are an operation's parameters unique, and do they agree on how the body travels?

use super::{Call, Remark};
use crate::{
    document::Kind,
    ruleset::{
        ecmascript::{Subject, string},
        locating::Step,
    },
};

pub(super) fn run<'d>(call: &Call<'_, 'd>) -> Vec<Remark<'d>> {
    let Some(list) = call.subject.node().filter(|node| node.kind() == Kind::List) else {
        return Vec::new();
    };
    let mut seen = std::collections::HashSet::new();
    let (mut bodies, mut forms, mut duplicates) = (Vec::new(), 0, Vec::new());
    for (position, parameter) in call.view.items(list).enumerate() {
        let composed = matches!(parameter.kind(), Kind::Map | Kind::List);
        if !composed || parameter.get("$ref").is_some() {
            continue;
        }
        let text = |key| {
            let value = call.view.get(parameter, key).map_or(Subject::Undefined, Subject::Node);
            string(value).into_owned()
        };
        if !seen.insert(format!("{}-{}", text("in"), text("name"))) {
            duplicates.push(position);
        }
        match text("in").as_str() {
            "body" => bodies.push(position),
            "formData" => forms += 1,
            _ => {}
        }
    }
    let at = |position: usize| [Step::Owned(position.to_string())];
    let same = "A parameter in this operation already exposes the same combination of \"name\" and \"in\" values.";
    let mut remarks: Vec<Remark<'d>> =
        duplicates.into_iter().map(|position| Remark::below(at(position), same)).collect();
    if !bodies.is_empty() && forms > 0 {
        remarks.push(Remark::here("Operation must not have both \"in:body\" and \"in:formData\" parameters."));
    }
    let several = "Operation must not have more than a single instance of the \"in:body\" parameter.";
    remarks.extend(bodies.into_iter().skip(1).map(|position| Remark::below(at(position), several)));
    remarks
}
