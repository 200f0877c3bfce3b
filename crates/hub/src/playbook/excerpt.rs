//! Which words of a text did somebody look for?

use super::search::Wanted;

/// A stretch of a text, and whether it was looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) marked: bool,
}

/// How many letters of a text are shown around the first word that was looked for.
const BEFORE: usize = 80;
const AFTER: usize = 180;

/// A text in pieces.
pub(crate) fn marked(text: &str, wanted: &Wanted) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = vec![];
    for (part, is_word) in parts(text) {
        let marked = is_word && wanted.finds(part);
        match pieces.last_mut().filter(|piece| piece.marked == marked) {
            Some(piece) => piece.text.push_str(part),
            None => pieces.push(Piece { text: part.to_owned(), marked }),
        }
    }
    pieces
}

/// What stands around the first word that was looked for, in pieces; the beginning where none is in the text.
pub(crate) fn around(text: &str, wanted: &Wanted) -> Vec<Piece> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut found = 0;
    let mut position = 0;
    for (part, is_word) in parts(&text) {
        if is_word && wanted.finds(part) {
            found = position;
            break;
        }
        position += part.len();
    }
    let (before, after) = text.split_at(found);
    let from = before.char_indices().rev().nth(BEFORE).map_or(0, |(at, _)| at);
    // Whole words only.
    let from =
        if from == 0 { 0 } else { before.get(from..).and_then(|it| it.find(' ')).map_or(found, |at| from + at + 1) };
    let to = after.char_indices().nth(AFTER).map_or(text.len(), |(at, _)| found + at);
    let to =
        if to == text.len() { to } else { text.get(..to).and_then(|it| it.rfind(' ')).map_or(to, |at| at.max(found)) };
    let shown = text.get(from..to).unwrap_or_default();
    let (start, end) = (if from > 0 { "… " } else { "" }, if to < text.len() { " …" } else { "" });
    marked(&format!("{start}{shown}{end}"), wanted)
}

/// Words and what is between them.
fn parts(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let is_word = rest.chars().next()?.is_alphanumeric();
        let end = rest.find(|letter: char| letter.is_alphanumeric() != is_word).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        rest = after;
        Some((part, is_word))
    })
}
