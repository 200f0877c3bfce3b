//! How does Python call an operation?

use std::fmt::Write;

use serde_json::Value;

use super::{Call, is_unseen, quoted};

/// Deeper values are sent as text.
const DEEPEST: usize = 20;

/// A text as a literal.
pub(super) fn text(text: &str) -> String {
    quoted(text, |letter| is_unseen(letter).then(|| format!("\\u{:04x}", u32::from(letter))))
}

pub(super) fn write(call: &Call) -> String {
    let mut out = String::from(if call.token { "import os\n\nimport requests\n\n" } else { "import requests\n\n" });
    let _ = writeln!(out, "response = requests.request(\n    {},\n    {},", text(&call.method), text(&call.address));
    let json = call.body.as_ref().and_then(|body| body.json.as_ref()).and_then(|value| literal(value, 1));
    let mut fields = vec![];
    if call.token {
        fields.push("\"Authorization\": \"Bearer \" + os.environ[\"TOKEN\"]".to_owned());
    }
    fields.extend(call.fields.iter().map(|(name, value)| format!("{}: {}", text(name), text(value))));
    if let Some(body) = &call.body {
        fields.push(format!("\"Content-Type\": {}", text(&body.media_type)));
    }
    if !fields.is_empty() {
        let _ = writeln!(out, "    headers={{\n        {},\n    }},", fields.join(",\n        "));
    }
    match (&call.body, json) {
        (Some(_), Some(json)) => _ = writeln!(out, "    json={json},"),
        (Some(body), None) if !body.text.is_empty() => _ = writeln!(out, "    data={}.encode(),", text(&body.text)),
        _ => {}
    }
    out.push_str("    timeout=30,\n)\nresponse.raise_for_status()\nprint(response.text)");
    out
}

/// A value as Python writes it.
fn literal(value: &Value, depth: usize) -> Option<String> {
    if depth > DEEPEST {
        return None;
    }
    let (inner, outer) = ("    ".repeat(depth + 1), "    ".repeat(depth));
    Some(match value {
        Value::Null => "None".into(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::Number(number) => number.to_string(),
        Value::String(words) => text(words),
        Value::Array(items) if items.is_empty() => "[]".into(),
        Value::Object(members) if members.is_empty() => "{}".into(),
        Value::Array(items) => {
            let items: Option<Vec<_>> = items.iter().map(|item| literal(item, depth + 1)).collect();
            format!("[\n{inner}{},\n{outer}]", items?.join(&format!(",\n{inner}")))
        }
        Value::Object(members) => {
            let members =
                members.iter().map(|(name, value)| Some(format!("{}: {}", text(name), literal(value, depth + 1)?)));
            let members: Option<Vec<_>> = members.collect();
            format!("{{\n{inner}{},\n{outer}}}", members?.join(&format!(",\n{inner}")))
        }
    })
}
