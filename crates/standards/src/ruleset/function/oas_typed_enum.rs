//! `typedEnum`: is every value of an enumeration of the type that the schema names?

use super::{Call, Remark};
use crate::{
    document::{Kind, Node},
    ruleset::{
        ecmascript::{Subject, print_value},
        format::Format,
        locating::Step,
    },
};

pub(super) fn run<'d>(call: &Call<'_, 'd>) -> Vec<Remark<'d>> {
    let Some(schema) = call.subject.node().filter(|node| node.kind() == Kind::Map) else {
        return Vec::new();
    };
    let values = call.view.get(schema, "enum").filter(|values| values.kind() == Kind::List);
    let (Some(values), Some(types)) = (values, types(call, schema)) else {
        return Vec::new();
    };
    let whole = types.contains(&"integer");
    let shown = types.join(",");
    call.view
        .items(values)
        .enumerate()
        .filter(|(_, value)| !types.contains(&type_of(*value, whole)))
        .map(|(position, value)| {
            let message = format!("Enum value {} must be \"{shown}\".", print_value(Subject::Node(value)));
            Remark::below(["enum".into(), Step::Owned(position.to_string())], message)
        })
        .collect()
}

/// The types of a schema; none if that is neither a text nor a list of texts.
fn types<'d>(call: &Call<'_, 'd>, schema: Node<'d>) -> Option<Vec<&'d str>> {
    let written = call.view.get(schema, "type")?;
    let mut types: Vec<&str> = match written.kind() {
        Kind::Text => written.as_str().into_iter().collect(),
        Kind::List => call.view.items(written).map(Node::as_str).collect::<Option<Vec<&str>>>()?,
        _ => return None,
    };
    let says = |key| call.view.get(schema, key).and_then(Node::as_bool) == Some(true);
    let nullable =
        (says("nullable") && call.about.is(Format::OAS3_0)) || (says("x-nullable") && call.about.is(Format::OAS2));
    if nullable {
        types.push("null");
    }
    Some(types)
}

fn type_of(value: Node<'_>, whole: bool) -> &'static str {
    match value.kind() {
        Kind::Null => "null",
        Kind::Bool => "boolean",
        Kind::Text => "string",
        Kind::List => "array",
        Kind::Map => "object",
        Kind::Integer | Kind::Number => {
            if whole && value.as_f64().is_some_and(|number| number.fract() == 0.0) {
                "integer"
            } else {
                "number"
            }
        }
    }
}
