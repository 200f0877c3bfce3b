//! How does JSON write a character beyond `\uFFFF`, and how does a YAML reader learn of it?
//!
//! JSON writes it as two escapes (`\ud83d\ude80`), YAML as one (`\U0001F680`). A JSON text is rewritten before it
//! is read, and the columns are put right afterwards.

use super::Place;

/// A text in which every pair of escapes has become one.
pub(super) struct Joined {
    pub(super) text: String,
    /// Where, in the new text, characters went missing: line, column behind it.
    shifts: Vec<(u32, u32)>,
}

const MISSING: u32 = 2;

impl Joined {
    /// Rewrites a text, if it is JSON and has such pairs.
    pub(super) fn new(text: &str) -> Option<Joined> {
        let high = ["\\ud8", "\\ud9", "\\uda", "\\udb"];
        let lower = |at: usize| text.get(at..at + 4).map(str::to_ascii_lowercase);
        let any =
            text.match_indices("\\u").any(|(at, _)| lower(at).is_some_and(|start| high.contains(&start.as_str())));
        let json = text.trim_start().starts_with(['{', '[']);
        (any && json).then(|| join(text))
    }

    /// The place in the original text.
    pub(super) fn original(&self, place: Place) -> Place {
        let upto = |column| self.shifts.partition_point(|shift| *shift <= (place.line, column));
        let before = upto(place.column) - upto(0);
        let missing = u32::try_from(before).unwrap_or(u32::MAX).saturating_mul(MISSING);
        Place { line: place.line, column: place.column.saturating_add(missing) }
    }
}

fn join(text: &str) -> Joined {
    let mut joined = String::with_capacity(text.len());
    let mut shifts = Vec::new();
    let mut place = Place::START;
    let mut within = false;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if within && let Some(character) = pair(rest) {
            joined.push_str(&format!("\\U{:08X}", u32::from(character)));
            place.column = place.column.saturating_add(10);
            shifts.push((place.line, place.column));
            rest = rest.get(12..).unwrap_or_default();
            continue;
        }
        let escaped = within && first == '\\';
        let taken: usize = rest
            .chars()
            .take(if escaped { 2 } else { 1 })
            .map(|c| {
                advance(&mut place, c);
                c.len_utf8()
            })
            .sum();
        within ^= first == '"';
        let (now, later) = rest.split_at(taken);
        joined.push_str(now);
        rest = later;
    }
    Joined { text: joined, shifts }
}

fn advance(place: &mut Place, character: char) {
    if character == '\n' {
        place.line = place.line.saturating_add(1);
        place.column = 1;
    } else {
        place.column = place.column.saturating_add(1);
    }
}

/// The character that two escapes at the beginning of a text mean together.
fn pair(text: &str) -> Option<char> {
    let high = unit(text.get(..6)?)?;
    let low = unit(text.get(6..12)?)?;
    char::decode_utf16([high, low]).next()?.ok().filter(|character| u32::from(*character) > 0xFFFF)
}

fn unit(escape: &str) -> Option<u16> {
    let digits = escape.strip_prefix("\\u")?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u16::from_str_radix(digits, 16).ok()
}
