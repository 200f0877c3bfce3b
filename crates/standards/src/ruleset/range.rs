//! Which stretch of the text is shown for a finding?
//!
//! A text, a number or the like is its own stretch, with the blank lines behind it if it is a block of lines. A list or a
//! map begins behind the colon of its key, on the line where the author thinks of it, and ends with the last value in it.
//! In a file of JSON that the contract refers to, each value is shown from its first character to its last.

use crate::document::{Document, Kind, Node, Place, Span};

/// What is shown if there is nothing to show.
pub(crate) const BEGINNING: Span = Span { start: Place::START, end: Place::START };

/// The stretch that is shown for a node. What lies inside something that came through an alias is shown at the very
/// beginning: it is not written where it is found.
pub(crate) fn of(node: Node<'_>) -> Span {
    let document = node.document();
    if document.number() != 0 && document.name().ends_with(".json") {
        return document.span_of(node.bytes());
    }
    if let Some(alias) = alias_of(node) {
        return document.span_of(alias);
    }
    if std::iter::successors(node.parent(), |node| node.parent()).any(|above| alias_of(above).is_some()) {
        return BEGINNING;
    }
    let bytes = start(node)..end(node);
    document.span_of(bytes.start..bytes.end.max(bytes.start))
}

fn start(node: Node<'_>) -> usize {
    let own = node.bytes().start;
    let Some(key) = node.key() else {
        return if node.parent().is_none() && is_second_line(node.document(), own) { 0 } else { own };
    };
    match node.kind() {
        Kind::List | Kind::Map => key.bytes().end + 1,
        _ => own,
    }
}

/// Whether a byte is the first of the second line.
fn is_second_line(document: &Document, byte: usize) -> bool {
    let before = document.text().get(..byte).unwrap_or_default();
    before.ends_with('\n') && before.matches('\n').count() == 1
}

fn end(node: Node<'_>) -> usize {
    let mut at = node;
    loop {
        let last = match at.kind() {
            Kind::List => at.items().last(),
            Kind::Map => at.entries().last().map(|(_, value)| value),
            _ => None,
        };
        match last {
            // What was merged into a map is written elsewhere, and the map ends with its last word.
            Some(child) if child.bytes().start < at.bytes().start => {
                let own = at.document().text().get(at.bytes()).unwrap_or_default();
                return at.bytes().start + own.trim_end().trim_end_matches('}').trim_end().len();
            }
            // What came through an alias ends where the alias stands, not where its anchor does.
            Some(child) => match alias_of(child) {
                Some(alias) => return alias.end,
                None => at = child,
            },
            None => return without_last_break(at),
        }
    }
}

/// Where a value without parts ends. A block of lines ends before the last line break that is followed by anything.
fn without_last_break(node: Node<'_>) -> usize {
    let own = node.bytes();
    let text = node.document().text();
    if !matches!(text.as_bytes().get(own.start), Some(b'|' | b'>')) {
        return own.end;
    }
    let end = own.start + text.get(own.clone()).unwrap_or_default().trim_end().len();
    let rest = text.get(end..).unwrap_or_default();
    let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
    let breaks = rest.get(..blank).and_then(|blank| blank.rfind('\n'));
    breaks.map_or(end, |last| end + last)
}

/// The alias through which a node came: from behind its key's colon to its end. An anchor is always written before its
/// aliases, so a value that lies before its key, or a list's item before the one above it, came through one.
fn alias_of(node: Node<'_>) -> Option<std::ops::Range<usize>> {
    let own = node.bytes().start;
    let parent = node.parent()?;
    let before = match (node.key(), node.position()) {
        (Some(key), _) => key.bytes().end,
        (None, Some(0) | None) => parent.bytes().start,
        (None, Some(position)) => parent.item(position - 1)?.bytes().end,
    };
    if own >= before {
        return None;
    }
    let from = node.key().map_or(before, |key| key.bytes().end);
    let rest = node.document().text().get(from..)?;
    let star = rest.find('*')?;
    let name = rest.get(star..)?;
    let length = name.find(|c: char| c.is_whitespace() || ",]}".contains(c)).unwrap_or(name.len());
    let start = if node.key().is_some() { from + 1 } else { from + star };
    Some(start..from + star + length)
}
