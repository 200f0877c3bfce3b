//! Where does a value begin and end that the parser reports only in part?
//!
//! It reports a block text without its `|`, a list whose dashes stand right below the key without its first dash, and
//! a missing value before the colon.

use std::ops::Range;

/// Where a text block begins: at its `|` or `>`, somewhere between what came before and its first line.
pub(super) fn block_text(text: &str, before: usize, content: Range<usize>) -> Range<usize> {
    let header = search(text, before, content.start, |bytes, at| matches!(bytes.get(at), Some(b'|' | b'>')));
    let start = header.unwrap_or(content.start);
    let kept = text.get(start..content.start).and_then(|header| header.lines().next()).unwrap_or_default();
    let keeps = kept.split('#').next().unwrap_or_default().contains('+');
    let end = if keeps { content.end } else { content.start + without_blank_lines(text, content.clone()) };
    // A block without a line ends with its header.
    let end = if content.is_empty() { start + kept.trim_end().len() } else { end };
    start..end.max(start)
}

/// Where a block list in a map begins: at its first dash.
pub(super) fn block_list(text: &str, before: usize, reported: usize) -> usize {
    let dash =
        |bytes: &[u8], at: usize| bytes.get(at) == Some(&b'-') && bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace);
    search(text, before, reported, dash).unwrap_or(reported)
}

/// Where the value would be that is missing after a key: behind the colon, if there is one.
pub(super) fn missing(text: &str, key_end: usize) -> usize {
    let rest = text.get(key_end..).unwrap_or_default();
    let blank = rest.len() - rest.trim_start().len();
    if rest[blank..].starts_with(':') { key_end + blank + 1 } else { key_end }
}

/// The first byte that is wanted, passing over comments, anchors and tags.
fn search(text: &str, from: usize, to: usize, wanted: fn(&[u8], usize) -> bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let upto = |mut at: usize, ends: fn(u8) -> bool| {
        while at < to && bytes.get(at).is_some_and(|byte| !ends(*byte)) {
            at += 1;
        }
        at
    };
    let mut at = from;
    while at < to {
        if wanted(bytes, at) {
            return Some(at);
        }
        at = match bytes.get(at)? {
            b'#' => upto(at, |byte| byte == b'\n' || byte == b'\r'),
            b'&' | b'!' => upto(at, |byte| byte.is_ascii_whitespace()),
            _ => at + 1,
        };
    }
    None
}

/// How long a stretch is without the blank lines at its end and the last line's break.
fn without_blank_lines(text: &str, content: Range<usize>) -> usize {
    let content = text.get(content).unwrap_or_default();
    let filled = content.trim_end_matches(['\n', '\r', ' ', '\t']).len();
    let rest = content.get(filled..).unwrap_or_default();
    filled + rest.find(['\n', '\r']).unwrap_or(rest.len())
}
