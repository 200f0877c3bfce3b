//! What may a person write into a field?

use crate::Error;

/// A text of `least` to `most` characters after trimming, without control characters (line breaks are fine where
/// `lines` is set) and without characters that turn the writing direction around.
pub(crate) fn checked(field: &str, text: &str, least: usize, most: usize, lines: bool) -> Result<String, Error> {
    let text = text.trim();
    let length = text.chars().count();
    if length < least {
        return Err(Error::Invalid(if least == 1 {
            format!("{field} is empty; write something")
        } else {
            format!("{field} has fewer than {least} characters; write more")
        }));
    }
    if length > most {
        return Err(Error::Invalid(format!("{field} has {length} characters; at most {most} fit")));
    }
    let hidden = |c: char| {
        (c.is_control() && !(lines && matches!(c, '\n' | '\r')))
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    if text.chars().any(hidden) {
        return Err(Error::Invalid(format!("{field} has invisible characters; write it without them")));
    }
    Ok(text.into())
}
