//! Where is a place, in the editor's units?
//!
//! We count lines and characters from 1. An editor counts from 0, and columns in code units: of UTF-16 unless both
//! sides know better.

use hansom_standards::{Place, Span, document::Lines};
use serde::Deserialize;
use serde_json::{Value, json};

/// In which units an editor counts columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Units {
    /// Of UTF-16, as every editor can.
    #[default]
    Utf16,
    /// Bytes.
    Utf8,
}

/// A place as an editor writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(super) struct Position {
    pub(super) line: u32,
    pub(super) character: u32,
}

/// A stretch as an editor writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Range {
    pub(super) start: Position,
    pub(super) end: Position,
}

impl Position {
    fn to_json(self) -> Value {
        json!({ "line": self.line, "character": self.character })
    }
}

impl Range {
    /// As it is sent.
    pub(super) fn to_json(self) -> Value {
        json!({ "start": self.start.to_json(), "end": self.end.to_json() })
    }

    /// Whether two stretches have a place in common; their ends count.
    pub(super) fn touches(self, other: Range) -> bool {
        self.start <= other.end && other.start <= self.end
    }
}

/// A text with its lines, to measure in.
pub(super) struct Ruler<'t> {
    text: &'t str,
    lines: Lines,
    units: Units,
}

impl<'t> Ruler<'t> {
    pub(super) fn of(text: &'t str, units: Units) -> Self {
        Self { text, lines: Lines::of(text), units }
    }

    /// The stretch of a span.
    pub(super) fn range(&self, span: Span) -> Range {
        Range { start: self.position(span.start), end: self.position(span.end.max(span.start)) }
    }

    fn position(&self, place: Place) -> Position {
        let before = place.column.saturating_sub(1) as usize;
        let line = self.lines.line(self.text, place.line);
        let units: usize = match self.units {
            Units::Utf16 => line.chars().take(before).map(char::len_utf16).sum(),
            Units::Utf8 => line.chars().take(before).map(char::len_utf8).sum(),
        };
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Position { line: place.line.saturating_sub(1), character: number(units) }
    }

    /// The byte at a position. Beyond a line it is the line's end, beyond the text the text's, and within a character
    /// the character's beginning.
    pub(super) fn byte(&self, position: Position) -> usize {
        let number = position.line.saturating_add(1);
        let Some(start) = self.lines.byte_of(self.text, Place { line: number, column: 1 }) else {
            return self.text.len();
        };
        let line = self.lines.line(self.text, number);
        let mut left = position.character as usize;
        for (at, c) in line.char_indices() {
            let size = match self.units {
                Units::Utf16 => c.len_utf16(),
                Units::Utf8 => c.len_utf8(),
            };
            if left < size {
                return start + at;
            }
            left -= size;
        }
        start + line.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a🚀é: x\r\nend";

    #[test]
    fn columns_are_counted_in_the_editors_units() {
        let place = Place { line: 1, column: 4 };
        for (units, character) in [(Units::Utf16, 4), (Units::Utf8, 7)] {
            let ruler = Ruler::of(TEXT, units);
            assert_eq!(ruler.range(Span::empty(place)).start, Position { line: 0, character });
            assert_eq!(&TEXT[ruler.byte(Position { line: 0, character })..], ": x\r\nend");
        }
    }

    #[test]
    fn a_position_beyond_is_at_the_end_and_one_within_a_character_before_it() {
        let ruler = Ruler::of(TEXT, Units::Utf16);
        for (line, character, rest) in [(0, 99, "\r\nend"), (1, 9, ""), (9, 0, ""), (0, 2, "🚀é: x\r\nend")] {
            assert_eq!(&TEXT[ruler.byte(Position { line, character })..], rest);
        }
    }
}
