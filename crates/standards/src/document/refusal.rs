//! Why is a text refused before or while it is taken apart?

use granit_parser::{ErrorKind, ScanError};

use super::{Limits, Place};
use crate::fault::Fault;

/// What can be said about a text without taking it apart: its byte, what is wrong, what to do.
pub(super) fn of_text(text: &str, limits: &Limits) -> Option<(usize, String, &'static str)> {
    let most = limits.bytes.min(i32::MAX as usize);
    if text.len() > most {
        let what = format!("the text has {} bytes, the limit is {most}", text.len());
        return Some((0, what, "split it, or move large examples out of it"));
    }
    if text.starts_with('\u{FEFF}') {
        let what = "the text begins with a byte order mark".to_owned();
        return Some((0, what, "save it as UTF-8 without a byte order mark"));
    }
    if text.starts_with("PK\u{3}\u{4}") {
        return Some((0, "this is a zip archive".to_owned(), "unpack it, and hand in the file inside it"));
    }
    let begin = text.trim_start();
    if begin.starts_with('<') && !begin.starts_with("<<") {
        let what = "this is an HTML or XML page, not YAML or JSON".to_owned();
        let mend = "if you downloaded it, you may have been sent a sign-in page; hand in the file itself";
        return Some((text.len() - begin.len(), what, mend));
    }
    let at = text.find('\0')?;
    let utf16 = at < 4 && text.matches('\0').nth(1).is_some();
    Some(if utf16 {
        (at, "the text looks like UTF-16".to_owned(), "save it as UTF-8")
    } else {
        (at, "there is a NUL character in the text".to_owned(), "remove it; the text must be UTF-8")
    })
}

pub(super) fn too_deep(place: Place, depth: usize) -> Fault {
    Fault::new(place, format!("lists and maps are more than {depth} levels deep"), "flatten it")
}

/// What the parser's error means for the author.
pub(super) fn of_parser(error: &ScanError, place: Place) -> Fault {
    let (what, mend) = match error.kind() {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInPlainScalar => ("a tab is used for indentation", "indent with spaces"),
        ErrorKind::UnknownAnchor => (
            "an alias (`*name`) names an anchor that is not written before it",
            "write `&name` on the value first, or quote a text that begins with `*`",
        ),
        ErrorKind::RecursionLimitExceeded => ("lists and maps are too many levels deep", "flatten it"),
        ErrorKind::InvalidLowSurrogateHexEscape
        | ErrorKind::InvalidLowSurrogate
        | ErrorKind::MissingLowSurrogate
        | ErrorKind::UnpairedLowSurrogate => (
            "an escape in a text names half a character",
            "write both halves (`\\ud83d\\ude80`), or the character itself",
        ),
        ErrorKind::BomInsideDocument => ("there is a byte order mark inside the text", "remove it"),
        ErrorKind::UnclosedQuotedScalar => ("the quote that opens here is never closed", "close it"),
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping => ("a bracket is opened and never closed", "close it"),
        ErrorKind::UnexpectedEofImplicitFlowMapping => {
            ("a comma stands where a value is expected", "remove it, or write the value")
        }
        ErrorKind::ExpectedFlowMappingSeparator | ErrorKind::ExpectedFlowSequenceSeparator => {
            ("a comma or a closing bracket is missing before this", "write it; look at the line before, too")
        }
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => (
            "a colon stands where no key can end",
            "quote a text that contains `: `; check the indentation here and in the line before",
        ),
        ErrorKind::UnknownQuotedScalarEscape => {
            ("a text has an escape that does not exist", "write `\\\\` for a backslash, or use single quotes")
        }
        ErrorKind::SimpleKeyExpected | ErrorKind::ExpectedBlockMappingKey => {
            ("a key with `:` is expected here", "write `key: value`; check the indentation here and in the line before")
        }
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            let what = format!("the `{open}` that opens here is closed with `{close}`");
            return Fault::new(place, what, "close it with its own bracket");
        }
        ErrorKind::UnexpectedCharacter { character } if !character.is_ascii() || character.is_control() => {
            let what = format!("there is a character `{}` that no text may contain", character.escape_default());
            return Fault::new(place, what, "write it as an escape in double quotes, like `\\u0007`, or remove it");
        }
        ErrorKind::UnexpectedCharacter { character } => {
            let what = format!("a value cannot begin with `{}`", character.escape_default());
            return Fault::new(place, what, "put it into quotes");
        }
        _ => {
            return Fault::new(
                place,
                format!("this is not well-formed YAML or JSON: {}", error.info()),
                "check the indentation, brackets and quotes here and in the line before",
            );
        }
    };
    Fault::new(place, what, mend)
}
