//! How is a value written as YAML?
//!
//! In blocks, for people; each text that is no plain word is written as JSON writes it, which YAML reads the same, so that no text can be
//! taken for a number, a date or a word that means something.

use serde_json::Value;

/// Deeper values are written as JSON, which is YAML too.
const DEEPEST: usize = 60;

/// A value as a document.
pub(crate) fn write(value: &Value) -> String {
    let mut out = String::new();
    block(&mut out, value, 0);
    out
}

/// Writes a value that begins in a new line, or stays in its own if it is short.
fn block(out: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Object(members) if !members.is_empty() && depth < DEEPEST => {
            for (position, (name, value)) in members.iter().enumerate() {
                if position > 0 || !out.ends_with("- ") {
                    indent(out, depth);
                }
                out.push_str(&text(name));
                out.push(':');
                after(out, value, depth);
            }
        }
        Value::Array(items) if !items.is_empty() && depth < DEEPEST => {
            for (position, item) in items.iter().enumerate() {
                if position > 0 || !out.ends_with("- ") {
                    indent(out, depth);
                }
                out.push_str("- ");
                block(out, item, depth + 1);
            }
        }
        Value::String(words) => line(out, &text(words)),
        other => line(out, &other.to_string()),
    }
}

/// Writes the value of a member.
fn after(out: &mut String, value: &Value, depth: usize) {
    let is_block = match value {
        Value::Object(members) => !members.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    };
    if is_block && depth + 1 < DEEPEST {
        out.push('\n');
    } else {
        out.push(' ');
    }
    block(out, value, depth + 1);
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn indent(out: &mut String, depth: usize) {
    for _ in 0..depth {
        out.push_str("  ");
    }
}

/// A text as a plain word, where it can be nothing else, or in quotes.
fn text(words: &str) -> String {
    let is_name = words.len() < 80
        && words.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && words.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'/' | b'.'));
    let means_something = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    if is_name && !means_something.iter().any(|it| words.eq_ignore_ascii_case(it)) {
        return words.to_owned();
    }
    let mut out = String::new();
    for letter in Value::from(words).to_string().chars() {
        match letter {
            // What YAML does not take as it is, or takes for the end of a line.
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(letter)));
            }
            letter => out.push(letter),
        }
    }
    out
}
