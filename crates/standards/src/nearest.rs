//! Which of the known words was meant by one that is unknown?

/// How long a word may be to be compared.
const LONGEST: usize = 40;

/// The known word that is nearest to a text, if it is near enough to be what was meant.
pub(crate) fn nearest<'a>(text: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let given: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    if given.is_empty() || given.len() > LONGEST {
        return None;
    }
    let most = match given.len() {
        0..=3 => 1,
        4..=7 => 2,
        _ => 3,
    };
    let near = known.map(|word| (distance(&given, word), word)).filter(|(distance, _)| *distance <= most);
    near.min_by_key(|(distance, _)| *distance).map(|(_, word)| word)
}

/// How many letters must be changed, put in, left out or swapped with their neighbour.
fn distance(given: &[char], word: &str) -> usize {
    let word: Vec<char> = word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=word.len()).collect();
    for (row, letter) in given.iter().enumerate() {
        let mut next = vec![row + 1];
        for (column, other) in word.iter().enumerate() {
            let changed = last.get(column).copied().unwrap_or_default() + usize::from(letter != other);
            let put_in = last.get(column + 1).copied().unwrap_or_default() + 1;
            let left_out = next.last().copied().unwrap_or_default() + 1;
            let mut best = changed.min(put_in).min(left_out);
            let swapped =
                row > 0 && column > 0 && given.get(row - 1) == Some(other) && word.get(column - 1) == Some(letter);
            if swapped {
                best = best.min(before.get(column - 1).copied().unwrap_or_default() + 1);
            }
            next.push(best);
        }
        before = std::mem::replace(&mut last, next);
    }
    last.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_word_finds_the_one_that_was_meant() {
        let known = ["maximum", "minimum", "maxLength", "description", "required", "in"];
        for (text, expected) in [
            ("maximum:", Some("maximum")),
            ("MaxLength", Some("maxLength")),
            ("max_length", Some("maxLength")),
            ("descripton", Some("description")),
            ("requierd", Some("required")),
            ("ni", Some("in")),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(nearest(text, known.into_iter()), expected, "{text}");
        }
    }
}
