//! `oasDocumentSchema`: is a contract formed as its edition of OpenAPI demands?

use super::{Call, Remark};
use crate::ruleset::{
    ecmascript::Subject,
    format::Format,
    library,
    locating::Step,
    schema::{Dialect, Relaxed, Schema, Violation, cleaned, nearest, violations},
    view::{View, child},
};

pub(super) fn run<'d>(call: &Call<'_, 'd>) -> Vec<Remark<'d>> {
    if call.about.formats.is_none() {
        return Vec::new();
    }
    let edition = if call.about.is(Format::OAS2) {
        library::OAS2
    } else if call.about.is(Format::OAS3_2) {
        library::OAS3_2
    } else if call.about.is(Format::OAS3_1) {
        library::OAS3_1
    } else {
        library::OAS3_0
    };
    let Some(document) = library::named(edition) else {
        return Vec::new();
    };
    let schema = Schema {
        root: document.root(),
        view: View::WRITTEN,
        dialect: Dialect::Draft2020,
        all: true,
        relaxed: Relaxed::default(),
        inlines: false,
    };
    let found = violations(schema, call.subject, call.view, call.about.expressions);
    found.iter().filter(|violation| violation.keyword != "if").map(|violation| remark(call, violation)).collect()
}

fn remark<'d>(call: &Call<'_, 'd>, violation: &Violation) -> Remark<'d> {
    let mut steps: Vec<Step<'d>> =
        violation.instance.split('/').skip(1).map(|step| Step::Owned(step.to_owned())).collect();
    let property = steps.last().map(|step| step.to_string());
    let about = |message: &str| match &property {
        None => cleaned(message),
        Some(property) => format!("\"{property}\" property {}", cleaned(message)),
    };
    let message = match violation.keyword {
        "additionalProperties" => {
            let name = violation.detail.property.clone().unwrap_or_default();
            steps.push(Step::Owned(name.replace('~', "~0").replace('/', "~1")));
            format!("Property \"{name}\" is not expected to be here")
        }
        "enum" => {
            let allowed: Vec<&str> = violation.detail.allowed.iter().map(|(json, _)| json.as_str()).collect();
            let texts: Vec<&str> = violation.detail.allowed.iter().filter_map(|(_, text)| text.as_deref()).collect();
            let own = value_at(call, &violation.instance).as_str();
            let best = own.and_then(|own| nearest(own, &texts, allowed.len()));
            let hint = best.map(|best| format!(". Did you mean \"{best}\"?")).unwrap_or_default();
            format!("{}: {}{hint}", about(&violation.message), allowed.join(", "))
        }
        "errorMessage" => violation.message.clone(),
        _ => about(&violation.message),
    };
    Remark::below(steps, message)
}

fn value_at<'d>(call: &Call<'_, 'd>, instance: &str) -> Subject<'d> {
    let unescaped = |step: &str| step.replace("~1", "/").replace("~0", "~");
    let mut node = match call.subject {
        Subject::Node(node) => node,
        other => return other,
    };
    for step in instance.split('/').skip(1) {
        match child(node, &unescaped(step)) {
            Some(next) => node = next,
            None => return Subject::Undefined,
        }
    }
    Subject::Node(node)
}
