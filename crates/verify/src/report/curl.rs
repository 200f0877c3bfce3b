//! How is a request repeated in a shell?

use hansom_standards::report::harmless;

use super::Recipe;
use crate::call::{Call, Caller};

/// What nobody has given out.
const FALSE_TOKEN: &str = "Authorization: Bearer hansom-verify-false";

/// One line for a shell.
pub(crate) fn curl(call: &Call, recipe: &Recipe) -> String {
    let mut line = String::from("curl -sS --path-as-is ");
    match call.method.as_str() {
        "HEAD" => line.push_str("-I "),
        "GET" => line.push_str("-i "),
        method => line.push_str(&format!("-i -X {} ", quoted(method))),
    }
    line.push_str(&quoted(&format!("{}{}", recipe.url.trim_end_matches('/'), call.target)));
    match call.caller {
        Caller::Known => recipe.headers.iter().for_each(|header| line.push_str(&format!(" -H {header}"))),
        Caller::Stranger => {}
        Caller::Impostor => line.push_str(&format!(" -H {}", quoted(FALSE_TOKEN))),
    }
    for (name, value) in &call.headers {
        line.push_str(&format!(" -H {}", quoted(&format!("{name}: {value}"))));
    }
    if let Some(body) = &call.body {
        line.push_str(&format!(" --data-raw {}", quoted(&String::from_utf8_lossy(body))));
    }
    line
}

/// A word of a shell. What cannot be shown is written by its bytes.
fn quoted(text: &str) -> String {
    if harmless(text) == text {
        return format!("'{}'", text.replace('\'', "'\\''"));
    }
    let mut out = String::from("$'");
    for c in text.chars() {
        match c {
            '\'' | '\\' => out.extend(['\\', c]),
            c => {
                let one = c.to_string();
                match harmless(&one) == one {
                    true => out.push(c),
                    false => one.bytes().for_each(|byte| out.push_str(&format!("\\x{byte:02x}"))),
                }
            }
        }
    }
    out.push('\'');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_back_what_was_sent() {
        assert_eq!(quoted("it's"), "'it'\\''s'");
        assert_eq!(quoted("a\u{1}'\\é"), "$'a\\x01\\'\\\\é'");
        assert_eq!(quoted("\u{202e}"), "$'\\xe2\\x80\\xae'");
    }
}
