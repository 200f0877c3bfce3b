//! In which line and column is a byte of a text, and which byte is at a line and column?
//!
//! Lines end with `\n`, `\r\n` or `\r`, as YAML and editors have it. Columns are characters; so that a text of one
//! long line costs no more than any other, a text with characters of several bytes remembers how many characters are
//! before every block of it.

use super::Place;

/// Bytes between two remembered counts of characters.
const BLOCK: usize = 4096;

/// The lines of one text.
#[derive(Clone, Debug)]
pub struct Lines {
    /// The byte at which each line begins.
    starts: Vec<u32>,
    /// How many characters are before each block; none for a text in which every character is one byte.
    before: Option<Vec<u32>>,
}

impl Lines {
    /// Finds the lines of a text.
    pub fn of(text: &str) -> Lines {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (at, byte) in bytes.iter().enumerate() {
            let ends = *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
            if ends {
                starts.push(short(at + 1));
            }
        }
        let before = (!text.is_ascii()).then(|| {
            let mut sum = 0;
            bytes
                .chunks(BLOCK)
                .map(|block| {
                    let before = sum;
                    sum += characters(block);
                    short(before)
                })
                .collect()
        });
        Lines { starts, before }
    }

    /// The place of a byte.
    pub fn place_of(&self, text: &str, byte: usize) -> Place {
        let byte = byte.min(text.len());
        let line = self.starts.partition_point(|start| *start as usize <= byte).max(1);
        let start = self.start(line);
        let before = if byte - start <= BLOCK {
            text.as_bytes().get(start..byte).map_or(0, characters)
        } else {
            self.characters_before(text, byte) - self.characters_before(text, start)
        };
        Place { line: short(line), column: short(before + 1) }
    }

    /// The byte at a place; none if the text has no such line, and the end of the line if it is shorter than that.
    pub fn byte_of(&self, text: &str, place: Place) -> Option<usize> {
        let line = place.line as usize;
        let start = *self.starts.get(line.checked_sub(1)?)? as usize;
        let next = self.starts.get(line).map_or(text.len(), |next| *next as usize);
        let end = start + text.get(start..next)?.trim_end_matches(['\n', '\r']).len();
        let column = (place.column as usize).saturating_sub(1);
        let byte = match &self.before {
            None => start + column,
            Some(before) => {
                let wanted = self.characters_before(text, start) + column;
                let block = before.partition_point(|count| *count as usize <= wanted).saturating_sub(1);
                let from = (block * BLOCK..=text.len()).find(|at| text.is_char_boundary(*at))?;
                let more = wanted - self.characters_before(text, from).min(wanted);
                from + text.get(from..)?.char_indices().nth(more).map_or(text.len() - from, |(at, _)| at)
            }
        };
        Some(byte.min(end))
    }

    /// A line by its number, from 1, without its end; nothing beyond the last.
    pub fn line<'t>(&self, text: &'t str, number: u32) -> &'t str {
        let at = |column| self.byte_of(text, Place { line: number, column });
        at(1).zip(at(u32::MAX)).and_then(|(start, end)| text.get(start..end)).unwrap_or_default()
    }

    fn start(&self, line: usize) -> usize {
        self.starts.get(line - 1).map_or(0, |start| *start as usize)
    }

    fn characters_before(&self, text: &str, byte: usize) -> usize {
        let Some(before) = &self.before else {
            return byte;
        };
        let block = byte / BLOCK;
        let counted = match before.get(block) {
            Some(count) => *count as usize,
            // Just after a last block that is full.
            None => return before.last().map_or(0, |count| *count as usize) + tail(text, byte),
        };
        counted + text.as_bytes().get(block * BLOCK..byte).map_or(0, characters)
    }
}

fn tail(text: &str, byte: usize) -> usize {
    text.as_bytes().get(byte - BLOCK.min(byte)..byte).map_or(0, characters)
}

/// Every character has one byte that does not look like `10xxxxxx`.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte & 0b1100_0000) != 0b1000_0000).count()
}

fn short(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_bytes_are_each_others_inverse() {
        let long = "é".repeat(5000) + "\n" + &"\u{1F680}x".repeat(3000);
        let full = "é".repeat(BLOCK);
        for text in ["", "a", "a\nb\r\nc\rd\n", "é\u{1F680}\né\n", &"x".repeat(9000), &long, &full] {
            let lines = Lines::of(text);
            let mut expected = Place::START;
            let mut last = ' ';
            for (byte, char) in text.char_indices() {
                if last == '\n' || (last == '\r' && char != '\n') {
                    expected = Place { line: expected.line + 1, column: 1 };
                }
                assert_eq!(lines.place_of(text, byte), expected, "{byte} of {} bytes", text.len());
                if !matches!(char, '\n' | '\r') {
                    assert_eq!(lines.byte_of(text, expected), Some(byte), "{expected} of {} bytes", text.len());
                }
                expected.column += 1;
                last = char;
            }
        }
    }

    #[test]
    fn a_place_behind_the_line_is_its_end_and_one_behind_the_text_is_nowhere() {
        let text = "ab\r\nc";
        let lines = Lines::of(text);
        assert_eq!(lines.byte_of(text, Place { line: 1, column: 9 }), Some(2));
        assert_eq!(lines.byte_of(text, Place { line: 2, column: 9 }), Some(5));
        assert_eq!(lines.byte_of(text, Place { line: 3, column: 1 }), None);
        assert_eq!(lines.place_of(text, 99), Place { line: 2, column: 2 });
    }

    #[test]
    fn a_line_is_without_its_end() {
        let text = "ab\r\ncöd\n\nlast";
        let lines = Lines::of(text);
        assert_eq!([1, 2, 3, 4, 5, 0].map(|number| lines.line(text, number)), ["ab", "cöd", "", "last", "", ""]);
    }
}
