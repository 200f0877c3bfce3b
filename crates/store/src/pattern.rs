//! How is a text that somebody typed looked for, and nothing else?
//!
//! For `LIKE … ESCAPE '\'`: what would stand for other letters stands for itself.

/// The text as a pattern of itself.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '\\' | '%' | '_') {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

/// A pattern of what holds the text, in whatever case.
pub(crate) fn anywhere(text: &str) -> String {
    format!("%{}%", escaped(&text.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h102_what_was_typed_stands_for_itself() {
        assert_eq!(escaped(r"50%_\a"), r"50\%\_\\a");
        assert_eq!(anywhere("A%"), r"%a\%%");
    }
}
