//! How is somebody's text shown so that it does nothing but be read?
//!
//! A contract may hold whatever its author likes: escapes that steer a terminal, characters that turn the reading
//! order around, line ends that forge a line of a log. What is shown of it passes here first.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use serde_json::ser::{Formatter, PrettyFormatter};

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
            out.push_str(&escaped(c));
        } else {
            out.push(c);
        }
    }
    out
}

fn escaped(c: char) -> String {
    c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
}

/// Writes JSON over several lines, with such characters as escapes.
#[derive(Default)]
pub(super) struct HarmlessFormatter<'i>(PrettyFormatter<'i>);

impl Formatter for HarmlessFormatter<'_> {
    fn write_string_fragment<W: Write + ?Sized>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let plain = fragment.is_ascii() && !fragment.as_bytes().contains(&0x7f);
        let mut rest = fragment;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| !plain && is_treacherous(*c)) {
            let (before, from) = rest.split_at(at);
            out.write_all(before.as_bytes())?;
            out.write_all(escaped(c).as_bytes())?;
            rest = from.get(c.len_utf8()..).unwrap_or_default();
        }
        out.write_all(rest.as_bytes())
    }

    fn begin_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
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
    fn json_that_is_written_piece_by_piece_is_as_harmless() {
        let value = serde_json::json!({"\u{9b}": ["a\u{7f}b\u{202e}", "ö \u{e0001}\n\u{1b}", "plain", {}, []]});
        let mut written = Vec::new();
        let mut serializer = serde_json::Serializer::with_formatter(&mut written, HarmlessFormatter::default());
        serde::Serialize::serialize(&value, &mut serializer).expect("it is written");
        let whole = serde_json::to_string_pretty(&value).expect("it is written");
        assert_eq!(String::from_utf8(written).as_deref(), Ok(&*harmless_json(whole)));
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
