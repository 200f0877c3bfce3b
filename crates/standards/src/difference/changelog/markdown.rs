//! What is written into a changelog beside the code, or into a comment on a pull request?

use std::fmt::Write;

use crate::{
    difference::Difference,
    report::{code, prose},
};

use super::{Counts, Group, Names, notes, places, unhandled_places, verdict, weight};

/// A heading, the verdict, and a list of changes for each operation.
pub fn markdown(difference: &Difference, names: Names<'_>) -> String {
    let mut out = format!("# Changes from {} to {}\n\n", code(names.old), code(names.new));
    let counts = Counts::of(difference).in_words();
    let _ = writeln!(out, "{}\n\n**{}**", prose(&sentence(&counts)), prose(&verdict(difference)));
    for group in Group::all(difference) {
        let title = if group.operation.is_some() { code(&group.title()) } else { group.title() };
        let _ = writeln!(out, "\n## {title}\n");
        for change in &group.changes {
            let _ = writeln!(
                out,
                "- **{}** {} ({}){}",
                weight(change.level),
                prose(&change.text),
                code(change.id),
                place(&places(change)),
            );
        }
    }
    if !difference.unhandled.is_empty() {
        out.push_str("\n## Not understood by any check\n\n");
        for unhandled in &difference.unhandled {
            let of =
                unhandled.operation.as_ref().map(|one| format!("{}, ", code(&one.to_string()))).unwrap_or_default();
            let _ = writeln!(out, "- {of}{}{}", prose(&unhandled.text), place(&unhandled_places(unhandled)));
        }
    }
    for note in notes(difference) {
        let _ = writeln!(out, "\n{}", prose(&note));
    }
    out
}

fn place(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(", {}", code(text)) }
}

/// With a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
