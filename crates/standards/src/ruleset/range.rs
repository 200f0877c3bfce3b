//! Which stretch of the text is shown for a finding?
//!
//! A text, a number or the like is its own stretch. A list or a map begins behind the colon of its key, on the line where
//! the author thinks of it, and ends with the last value in it.

use crate::document::{Document, Kind, Node, Span};

/// The stretch that is shown for a node.
pub(crate) fn of(node: Node<'_>) -> Span {
    let document = node.document();
    if let Some(alias) = alias_above(node) {
        return document.span_of(alias);
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
            // What came through an alias ends where the alias stands, not where its anchor does.
            Some(child) => match alias_of(child) {
                Some(alias) => return alias.end,
                None => at = child,
            },
            None => return at.bytes().end,
        }
    }
}

/// The alias through which a node or something above it came, as the stretch from its key's colon to its end.
fn alias_above(node: Node<'_>) -> Option<std::ops::Range<usize>> {
    let mut found = None;
    let mut at = Some(node);
    while let Some(here) = at {
        found = alias_of(here).or(found);
        at = here.parent();
    }
    found
}

fn alias_of(node: Node<'_>) -> Option<std::ops::Range<usize>> {
    let parent = node.parent()?;
    let (own, around) = (node.bytes(), parent.bytes());
    let inside = own.start >= around.start && own.end <= around.end.max(own.start);
    let behind_key = node.key().is_none_or(|key| own.start >= key.bytes().end);
    if inside && behind_key {
        return None;
    }
    let from = node.key()?.bytes().end;
    let rest = node.document().text().get(from..)?;
    let star = rest.find('*')?;
    let name = rest.get(star..)?;
    let length = name.find(|c: char| c.is_whitespace() || ",]}".contains(c)).unwrap_or(name.len());
    Some(from + 1..from + star + length)
}
