//! How does C# call an operation?

use std::fmt::Write;

use super::{Call, is_unseen, quoted};

/// A text as a literal.
pub(super) fn text(text: &str) -> String {
    quoted(text, |letter| is_unseen(letter).then(|| format!("\\u{:04x}", u32::from(letter))))
}

pub(super) fn write(call: &Call) -> String {
    let mut out = String::from("using System.Net.Http.Headers;\n\nusing var client = new HttpClient();\n");
    let (method, address) = (text(&call.method), text(&call.address));
    let _ = writeln!(out, "using var request = new HttpRequestMessage(new HttpMethod({method}), {address});");
    if call.token {
        out.push_str(
            "request.Headers.Authorization = new AuthenticationHeaderValue(\n    \"Bearer\", Environment.GetEnvironmentVariable(\"TOKEN\"));\n",
        );
    }
    for (name, value) in &call.fields {
        let _ = writeln!(out, "request.Headers.TryAddWithoutValidation({}, {});", text(name), text(value));
    }
    if let Some(body) = &call.body {
        let _ = writeln!(out, "request.Content = new StringContent({});", text(&body.text));
        let media_type = text(&body.media_type);
        let _ = writeln!(out, "request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse({media_type});");
    }
    out.push_str("using var response = await client.SendAsync(request);\nresponse.EnsureSuccessStatusCode();\nConsole.WriteLine(await response.Content.ReadAsStringAsync());");
    out
}
