//! How is somebody's text shown so that it does nothing but be read?
//!
//! A contract may hold whatever its author likes: escapes that steer a terminal, characters that turn the reading
//! order around, line ends that forge a line of a log. What is shown of it passes here first.

use std::borrow::Cow;

/// The text on one line, with every character that a terminal or a reader could be misled by replaced by `�`, one
/// for one. Tabs become blanks.
pub fn harmless(text: &str) -> Cow<'_, str> {
    if !text.contains(|c: char| c == '\t' || is_treacherous(c)) {
        return Cow::Borrowed(text);
    }
    let one = |c: char| match c {
        '\t' => ' ',
        c if is_treacherous(c) => '\u{FFFD}',
        c => c,
    };
    Cow::Owned(text.chars().map(one).collect())
}

/// A JSON text in which such characters are written as escapes. They can only stand in its strings.
pub fn harmless_json(json: String) -> String {
    if !json.contains(|c: char| c != '\n' && is_treacherous(c)) {
        return json;
    }
    let mut out = String::with_capacity(json.len() + 64);
    for c in json.chars() {
        if c != '\n' && is_treacherous(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// Control characters (C0, DEL, C1), line and paragraph separators, marks that change the reading order, and
/// characters without any shape.
fn is_treacherous(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_replaced_one_for_one() {
        assert_eq!(harmless("a\u{1b}[31mb\r\nc\td\u{9b}e\u{202e}f"), "a�[31mb��c d�e�f");
        assert!(matches!(harmless("plain – text, `code`, 漢字"), Cow::Borrowed(_)));
    }

    #[test]
    fn json_keeps_its_meaning() {
        let text = "{\n  \"a\": \"x\u{7f}\u{9b}\u{202e}\u{e0001}\"\n}".to_owned();
        let escaped = harmless_json(text.clone());
        assert_eq!(escaped.lines().nth(1), Some(r#"  "a": "x\u007f\u009b\u202e\udb40\udc01""#));
        let value = |json: &str| serde_json::from_str::<serde_json::Value>(json).expect("it is JSON");
        assert_eq!(value(&escaped), value(&text));
    }
}
