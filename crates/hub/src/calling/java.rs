//! How does Java call an operation?

use std::fmt::Write;

use super::{Call, is_unseen, quoted};

/// A text as a literal. Java reads `\u000a` as the end of the line before it reads literals, so letters of one byte are written in
/// octal digits.
pub(super) fn text(text: &str) -> String {
    quoted(text, |letter| {
        is_unseen(letter).then(|| match u32::from(letter) {
            byte @ 0..=0xff => format!("\\{byte:03o}"),
            unit => format!("\\u{unit:04x}"),
        })
    })
}

pub(super) fn write(call: &Call) -> String {
    let mut out = String::from(
        "import java.net.URI;\nimport java.net.http.HttpClient;\nimport java.net.http.HttpRequest;\nimport java.net.http.HttpResponse;\n\n",
    );
    let _ = writeln!(out, "var request = HttpRequest.newBuilder(URI.create({}))", text(&call.address));
    if call.token {
        out.push_str("    .header(\"Authorization\", \"Bearer \" + System.getenv(\"TOKEN\"))\n");
    }
    for (name, value) in &call.fields {
        let _ = writeln!(out, "    .header({}, {})", text(name), text(value));
    }
    let publisher = match &call.body {
        Some(body) => {
            let _ = writeln!(out, "    .header(\"Content-Type\", {})", text(&body.media_type));
            format!("HttpRequest.BodyPublishers.ofString({})", text(&body.text))
        }
        None => "HttpRequest.BodyPublishers.noBody()".into(),
    };
    let _ = writeln!(out, "    .method({}, {publisher})\n    .build();", text(&call.method));
    out.push_str(
        "var response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());\n\
         if (response.statusCode() >= 400) throw new IllegalStateException(response.body());\nSystem.out.println(response.body());",
    );
    out
}
