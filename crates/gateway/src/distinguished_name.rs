//! How is the name in a certificate written as text, so that two names are never the same text?
//!
//! In the manner of RFC 4514, but in the order of the certificate: `O=Hackney,CN=shop`. A character that no line should hold is
//! escaped and never left out, or `shop` and `shop` with a zero byte behind it would be one.

use std::fmt::Write;

use crate::der::{OBJECT_ID, SEQUENCE, SET, expect, value};

const UTF8: u8 = 0x0c;
const NUMERIC: u8 = 0x12;
const PRINTABLE: u8 = 0x13;
const IA5: u8 = 0x16;
/// A longer name is not told: cut, it could be another's.
const LONGEST: usize = 512;

/// The name, by the content of its sequence or with the sequence around it; `None` if it is longer than what is told.
pub(crate) fn text(mut name: &[u8]) -> Option<String> {
    if let Some((content, [])) = expect(name, SEQUENCE) {
        name = content;
    }
    let mut text = String::new();
    while let Some((mut set, behind)) = expect(name, SET) {
        name = behind;
        let mut separator = if text.is_empty() { "" } else { "," };
        while let Some((attribute, behind)) = expect(set, SEQUENCE) {
            set = behind;
            let (kind, rest) = expect(attribute, OBJECT_ID)?;
            let (tag, content, _) = value(rest)?;
            text.push_str(std::mem::replace(&mut separator, "+"));
            push_kind(&mut text, kind);
            text.push('=');
            push_value(&mut text, tag, content);
        }
        if text.len() > LONGEST {
            return None;
        }
    }
    Some(text)
}

/// The short name of a kind of attribute, or its number.
fn push_kind(text: &mut String, kind: &[u8]) {
    text.push_str(match kind {
        [0x55, 4, 3] => "CN",
        [0x55, 4, 5] => "SERIALNUMBER",
        [0x55, 4, 6] => "C",
        [0x55, 4, 7] => "L",
        [0x55, 4, 8] => "ST",
        [0x55, 4, 10] => "O",
        [0x55, 4, 11] => "OU",
        [0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 1] => "UID",
        [0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25] => "DC",
        _ => return push_number(text, kind),
    });
}

/// `1.2.840.113549.1.9.1`
fn push_number(text: &mut String, kind: &[u8]) {
    let (mut number, mut is_first) = (0_u64, true);
    for byte in kind {
        number = number.saturating_mul(128).saturating_add(u64::from(byte & 0x7f));
        if byte & 0x80 != 0 {
            continue;
        }
        // The first two numbers are told as one. Writing to a text cannot fail.
        let root = number.checked_div(40).unwrap_or_default().min(2);
        let _ = match std::mem::replace(&mut is_first, false) {
            true => write!(text, "{root}.{}", number.saturating_sub(root.saturating_mul(40))),
            false => write!(text, ".{number}"),
        };
        number = 0;
    }
}

/// The value as text, escaped; as its bytes where it is no text of today's kinds.
fn push_value(text: &mut String, tag: u8, content: &[u8]) {
    let is_text = matches!(tag, UTF8 | NUMERIC | PRINTABLE | IA5);
    let Some(value) = std::str::from_utf8(content).ok().filter(|_| is_text) else {
        text.push('#');
        content.iter().take(LONGEST).for_each(|byte| push_hex(text, *byte));
        return;
    };
    let last = value.chars().count().saturating_sub(1);
    // Beyond the bound the whole name is not told.
    for (place, character) in value.chars().enumerate().take(LONGEST.saturating_add(1)) {
        let ends = place == 0 || place == last;
        let is_plain = character.is_ascii_graphic() || character == ' ' || character.is_alphanumeric();
        let is_special = matches!(character, ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '=')
            || (ends && character == ' ')
            || (place == 0 && character == '#');
        match is_plain {
            true if is_special => text.extend(['\\', character]),
            true => text.push(character),
            false => character.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| {
                text.push('\\');
                push_hex(text, byte);
            }),
        }
    }
}

fn push_hex(text: &mut String, byte: u8) {
    // Writing to a text cannot fail.
    let _ = write!(text, "{byte:02X}");
}
