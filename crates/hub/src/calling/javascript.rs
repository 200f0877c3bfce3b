//! How does JavaScript call an operation?

use std::fmt::Write;

use super::{Call, Sent, is_unseen, quoted};

/// A text as a literal.
pub(super) fn text(text: &str) -> String {
    quoted(text, |letter| is_unseen(letter).then(|| format!("\\u{:04x}", u32::from(letter))))
}

pub(super) fn write(call: &Call) -> String {
    let mut out =
        format!("const response = await fetch({}, {{\n  method: {},\n", text(&call.address), text(&call.method));
    let mut fields = vec![];
    if call.token {
        fields.push("Authorization: `Bearer ${process.env.TOKEN}`".to_owned());
    }
    fields.extend(call.fields.iter().map(|(name, value)| format!("{}: {}", text(name), text(value))));
    if let Some(body) = &call.body {
        fields.push(format!("{}: {}", text("Content-Type"), text(&body.media_type)));
    }
    if !fields.is_empty() {
        let _ = writeln!(out, "  headers: {{\n    {},\n  }},", fields.join(",\n    "));
    }
    if let Some(body) = call.body.as_ref().filter(|body| !body.text.is_empty()) {
        let _ = writeln!(out, "  body: {},", written(body));
    }
    out.push_str("});\nif (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);\nconsole.log(await response.text());");
    out
}

/// JSON as the value that it is; in an object literal `__proto__` is no member, so that stays a text.
fn written(body: &Sent) -> String {
    match &body.json {
        Some(value) if !body.text.contains("__proto__") && !body.text.contains(is_unseen) => {
            let pretty = serde_json::to_string_pretty(value).unwrap_or_default();
            format!("JSON.stringify({})", pretty.replace('\n', "\n  "))
        }
        _ => text(&body.text),
    }
}
