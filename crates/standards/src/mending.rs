//! What does a text say once findings are mended?

use crate::{
    document::Lines,
    finding::{Edit, Fix},
};

/// A text with some fixes applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// The text.
    pub text: String,
    /// Which of the fixes were applied, by their number in the order in which they were given.
    pub applied: Vec<usize>,
}

/// Applies fixes to a text. A fix is applied whole or not at all; one that reaches into another is left for the next
/// time. Where the same edit is asked for twice, it is done once and both are applied.
pub fn mend<'f>(text: &str, fixes: impl IntoIterator<Item = &'f Fix>) -> Mended {
    let mut chosen: Vec<&Edit> = Vec::new();
    let mut applied = Vec::new();
    for (number, fix) in fixes.into_iter().enumerate() {
        let new: Vec<&Edit> = fix.edits.iter().filter(|edit| !chosen.contains(edit)).collect();
        let free = new.iter().all(|edit| is_free(&chosen, edit));
        if free && !fix.edits.is_empty() {
            applied.push(number);
            for edit in new {
                let at = chosen.partition_point(|known| known.span.start < edit.span.start);
                chosen.insert(at, edit);
            }
        }
    }
    Mended { text: replaced(text, &chosen), applied }
}

/// Whether an edit touches none of the chosen ones, which stand in the order of the text.
fn is_free(chosen: &[&Edit], edit: &Edit) -> bool {
    let at = chosen.partition_point(|known| known.span.start < edit.span.start);
    let before = at.checked_sub(1).and_then(|before| chosen.get(before));
    let free_before = before.is_none_or(|before| before.span.end <= edit.span.start);
    // Two edits at one place have no order, so they are no two edits that can be made together.
    let free_after =
        chosen.get(at).is_none_or(|after| after.span.start >= edit.span.end && after.span.start != edit.span.start);
    free_before && free_after && edit.span.start <= edit.span.end
}

fn replaced(text: &str, edits: &[&Edit]) -> String {
    let lines = Lines::of(text);
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for edit in edits {
        let byte = |place| lines.byte_of(text, place).unwrap_or(text.len());
        out.push_str(text.get(from..byte(edit.span.start)).unwrap_or_default());
        out.push_str(with_ends_of(text, &edit.text).as_ref());
        from = byte(edit.span.end);
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

/// What is put in has the line ends of the text around it.
fn with_ends_of<'e>(text: &str, edit: &'e str) -> std::borrow::Cow<'e, str> {
    if edit.contains('\n') && !edit.contains('\r') && text.contains("\r\n") {
        edit.replace('\n', "\r\n").into()
    } else {
        edit.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Place, Span};

    fn edit(line: u32, from: u32, to: u32, text: &str) -> Edit {
        let place = |column| Place { line, column };
        Edit { span: Span { start: place(from), end: place(to) }, text: text.to_owned() }
    }

    fn fix(edits: Vec<Edit>) -> Fix {
        Fix { title: "mend it".to_owned(), edits }
    }

    #[test]
    fn fixes_apart_are_all_applied() {
        let fixes = [fix(vec![edit(2, 1, 4, "TWO")]), fix(vec![edit(1, 1, 1, "> "), edit(2, 5, 5, "!")])];
        let mended = mend("one\ntwo.\n", &fixes);
        assert_eq!(mended, Mended { text: "> one\nTWO.!\n".to_owned(), applied: vec![0, 1] });
    }

    #[test]
    fn a_fix_that_reaches_into_another_waits_whole() {
        let fixes = [fix(vec![edit(1, 2, 4, "x")]), fix(vec![edit(1, 1, 3, "y"), edit(2, 1, 1, "z")])];
        let mended = mend("abcd\nefgh\n", &fixes);
        assert_eq!(mended, Mended { text: "axd\nefgh\n".to_owned(), applied: vec![0] });
    }

    #[test]
    fn the_same_edit_twice_is_done_once() {
        let fixes = [fix(vec![edit(1, 1, 2, "x")]), fix(vec![edit(1, 1, 2, "x")])];
        assert_eq!(mend("abc", &fixes), Mended { text: "xbc".to_owned(), applied: vec![0, 1] });
    }

    #[test]
    fn two_insertions_at_one_place_are_not_made_together() {
        let fixes = [fix(vec![edit(1, 1, 1, "x")]), fix(vec![edit(1, 1, 1, "y")])];
        assert_eq!(mend("abc", &fixes).applied, [0]);
    }

    #[test]
    fn lines_end_as_the_text_ends_them() {
        assert_eq!(mend("a\r\nb\r\n", &[fix(vec![edit(2, 1, 1, "new\n")])]).text, "a\r\nnew\r\nb\r\n");
    }
}
