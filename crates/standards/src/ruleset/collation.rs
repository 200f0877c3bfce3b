//! In which order do people expect texts?
//!
//! Signs come before digits, digits before letters, small letters before the same capitals; accents decide between
//! letters that are otherwise the same.

use std::cmp::Ordering;

/// Signs in their order.
const SIGNS: &str = " _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";

/// What the characters of ASCII weigh, which most texts consist of.
const ASCII: [Weight; 128] = ascii();

/// The class of a character, and its place in that.
type Weight = (u8, u32);

/// Compares two texts.
pub(crate) fn compare(one: &str, other: &str) -> Ordering {
    if one == other {
        return Ordering::Equal;
    }
    let primary = one.chars().map(weight).cmp(other.chars().map(weight));
    let accents = || one.chars().map(accent).cmp(other.chars().map(accent));
    let cases = || one.chars().map(char::is_uppercase).cmp(other.chars().map(char::is_uppercase));
    primary.then_with(accents).then_with(cases)
}

/// Compares two texts, and rows of digits in them by the number that they are.
pub(crate) fn compare_with_numbers(one: &str, other: &str) -> Ordering {
    let (mut a, mut b) = (one, other);
    loop {
        let split = |text: &str| text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
        let (head_a, rest_a) = a.split_at(split(a));
        let (head_b, rest_b) = b.split_at(split(b));
        let (number_a, tail_a) = rest_a.split_at(rest_a.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest_a.len()));
        let (number_b, tail_b) = rest_b.split_at(rest_b.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest_b.len()));
        let by_number = || {
            let (a, b) = (number_a.trim_start_matches('0'), number_b.trim_start_matches('0'));
            a.len().cmp(&b.len()).then_with(|| a.cmp(b))
        };
        let order = compare(head_a, head_b).then_with(by_number);
        if order != Ordering::Equal || (tail_a.is_empty() && tail_b.is_empty()) {
            return order;
        }
        (a, b) = (tail_a, tail_b);
    }
}

fn weight(letter: char) -> Weight {
    let letter = plain(letter);
    match ASCII.get(letter as usize) {
        Some(weight) => *weight,
        None => (2, letter.to_lowercase().next().unwrap_or(letter).into()),
    }
}

const fn ascii() -> [Weight; 128] {
    let mut weights = [(2, 0); 128];
    let mut letter = 0;
    while letter < weights.len() {
        let lower = (letter as u8).to_ascii_lowercase();
        weights[letter] = (if lower.is_ascii_digit() { 1 } else { 2 }, lower as u32);
        letter += 1;
    }
    let signs = SIGNS.as_bytes();
    let mut position = 0;
    while position < signs.len() {
        weights[signs[position] as usize] = (0, position as u32);
        position += 1;
    }
    weights
}

fn accent(letter: char) -> u32 {
    if letter.is_ascii() {
        return 0;
    }
    let lower = letter.to_lowercase().next().unwrap_or(letter);
    if plain(lower) == lower { 0 } else { lower.into() }
}

/// A letter without its accent.
fn plain(letter: char) -> char {
    match letter {
        'à'..='å' | 'À'..='Å' => 'a',
        'ç' | 'Ç' => 'c',
        'è'..='ë' | 'È'..='Ë' => 'e',
        'ì'..='ï' | 'Ì'..='Ï' => 'i',
        'ñ' | 'Ñ' => 'n',
        'ò'..='ö' | 'Ò'..='Ö' => 'o',
        'ù'..='ü' | 'Ù'..='Ü' => 'u',
        'ý' | 'ÿ' | 'Ý' => 'y',
        other => other,
    }
}
