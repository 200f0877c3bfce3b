//! How does Rust call an operation?

use std::fmt::Write;

use super::{Call, is_unseen, quoted};

/// A text as a literal.
pub(super) fn text(text: &str) -> String {
    quoted(text, |letter| is_unseen(letter).then(|| format!("\\u{{{:x}}}", u32::from(letter))))
}

pub(super) fn write(call: &Call) -> String {
    let address = text(&call.address);
    let begin = match call.method.as_str() {
        known @ ("GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD") => {
            format!(".{}({address})", known.to_ascii_lowercase())
        }
        other => format!(".request(reqwest::Method::from_bytes({}.as_bytes())?, {address})", text(other)),
    };
    let mut out = format!("let response = reqwest::Client::new()\n    {begin}\n");
    if call.token {
        out.push_str("    .bearer_auth(std::env::var(\"TOKEN\")?)\n");
    }
    for (name, value) in &call.fields {
        let _ = writeln!(out, "    .header({}, {})", text(name), text(value));
    }
    if let Some(body) = &call.body {
        let _ = writeln!(out, "    .header(\"Content-Type\", {})", text(&body.media_type));
        if !body.text.is_empty() {
            let _ = writeln!(out, "    .body({})", text(&body.text));
        }
    }
    out.push_str("    .send()\n    .await?\n    .error_for_status()?;\nprintln!(\"{}\", response.text().await?);");
    out
}
