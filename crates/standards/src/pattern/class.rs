//! What are JavaScript's character classes, written out?

/// `\d`
pub(super) const DIGIT: &str = "0-9";
/// `\w`
pub(super) const WORD: &str = "0-9A-Za-z_";
/// `\s`
pub(super) const SPACE: &str = r"\t-\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}";
/// What `.` leaves out.
pub(super) const LINE_END: &str = r"\n\r\x{2028}\x{2029}";
/// Any character at all.
pub(super) const ANYTHING: &str = "(?s:.)";
/// What never matches.
pub(super) const NOTHING: &str = "(?!)";

/// `\d`, `\W` and the like: the class without its brackets, and whether all others are meant.
pub(super) fn named(letter: char) -> Option<(&'static str, bool)> {
    let class = match letter.to_ascii_lowercase() {
        'd' => DIGIT,
        'w' => WORD,
        's' => SPACE,
        _ => return None,
    };
    Some((class, letter.is_ascii_uppercase()))
}

/// `\b` or `\B`: JavaScript's words are of ASCII.
pub(super) fn boundary(is: bool) -> String {
    let (starts, ends) = if is { ("?<!", "?<=") } else { ("?<=", "?<!") };
    format!("(?:({starts}[{WORD}])(?=[{WORD}])|({ends}[{WORD}])(?![{WORD}]))")
}

/// A character outside of a class, so that it stands for itself.
pub(super) fn plain(c: char) -> String {
    if r"\.+*?()|[]{}^$#&-~".contains(c) { format!(r"\x{{{:x}}}", u32::from(c)) } else { c.to_string() }
}

/// A character inside a class, so that it stands for itself.
pub(super) fn member(c: char) -> String {
    if c.is_alphanumeric() { c.to_string() } else { format!(r"\x{{{:x}}}", u32::from(c)) }
}
