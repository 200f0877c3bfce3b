//! What is different between two texts, line by line?

use diffy::{Line, create_patch};

/// Longer texts are not laid side by side: it would take too long.
const MOST_LINES: usize = 5_000;
/// Lines that are shown.
const MOST_SHOWN: usize = 1_000;

/// A line of two texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PatchLine {
    /// `+` for a new line, `-` for one that goes, a space for one that stays, `@` for where lines are left out.
    pub(super) mark: char,
    pub(super) text: String,
}

/// The lines that differ, each with what is around it; nothing for texts that are the same or too long.
pub(super) fn between(old: &str, new: &str) -> Vec<PatchLine> {
    if old == new || [old, new].iter().any(|text| text.lines().count() > MOST_LINES) {
        return vec![];
    }
    let patch = create_patch(old, new);
    let mut lines = vec![];
    for hunk in patch.hunks() {
        if !lines.is_empty() {
            lines.push(PatchLine { mark: '@', text: "…".into() });
        }
        lines.extend(hunk.lines().iter().map(|line| {
            let (mark, text) = match line {
                Line::Context(text) => (' ', text),
                Line::Delete(text) => ('-', text),
                Line::Insert(text) => ('+', text),
            };
            PatchLine { mark, text: text.trim_end_matches(['\r', '\n']).to_owned() }
        }));
    }
    lines.truncate(MOST_SHOWN);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_go_and_come_stand_with_what_is_around_them() {
        let shown = |old: &str, new: &str| -> String {
            between(old, new).iter().map(|line| format!("{}{}|", line.mark, line.text)).collect()
        };
        assert_eq!(shown("a\nb\nc\n", "a\nB\nc\n"), " a|-b|+B| c|");
        assert_eq!(shown("a\n", "a\n"), "");
        assert_eq!(shown("a", "a\r\nb"), "-a|+a|+b|");
    }
}
