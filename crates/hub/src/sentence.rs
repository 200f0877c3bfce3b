//! How does a text become sentences and paragraphs of a page?

/// A message as a sentence: a capital letter first, a full stop last.
pub(crate) fn sentence(text: &str) -> String {
    let text = text.trim();
    let mut letters = text.chars();
    let Some(first) = letters.next() else {
        return String::new();
    };
    // An identifier keeps its spelling: listRepairs, repairs:read.
    let word = text.split(' ').next().unwrap_or_default();
    let mut shown = if word.chars().all(|c| c.is_lowercase() || c == ',') {
        first.to_uppercase().chain(letters).collect()
    } else {
        text.to_owned()
    };
    if !shown.ends_with(['.', '!', '?', ':']) {
        shown.push('.');
    }
    shown
}

/// A plain text as paragraphs: blank lines part them, single line breaks are spaces, and items of lists keep their lines.
pub(crate) fn paragraphs(text: &str) -> Vec<String> {
    let mut found: Vec<String> = vec![];
    let mut inside = false;
    for line in text.lines().map(str::trim) {
        match found.last_mut().filter(|_| inside) {
            _ if line.is_empty() => {}
            Some(paragraph) => {
                paragraph.push(if is_item(line) { '\n' } else { ' ' });
                paragraph.push_str(line);
            }
            None => found.push(line.to_owned()),
        }
        inside = !line.is_empty();
    }
    found
}

fn is_item(line: &str) -> bool {
    let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    line.starts_with("- ") || line.starts_with("* ") || (number.len() < line.len() && number.starts_with(". "))
}

/// A text in one line, without what neither XML nor a line can hold.
pub(crate) fn line(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|letter| if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') { ' ' } else { letter })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `1 call`, `2 calls`.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// A status, state or kind with a capital letter.
pub(crate) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_becomes_a_sentence_but_a_name_keeps_its_spelling() {
        assert_eq!(sentence("the name is empty; write something"), "The name is empty; write something.");
        assert_eq!(sentence("listRepairs lets nobody in"), "listRepairs lets nobody in.");
        assert_eq!(sentence(""), "");
    }

    #[test]
    fn blank_lines_part_paragraphs_and_items_keep_their_lines() {
        assert_eq!(paragraphs("a\nb\n\n\nc:\n- d\n2. e\n"), ["a b", "c:\n- d\n2. e"]);
        assert!(paragraphs("\n \n").is_empty());
    }
}
