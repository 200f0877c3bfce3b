//! What does a person read in a terminal?

use std::fmt::Write;

use crate::{
    difference::{Change, Difference},
    finding::Level,
    report::{Look, harmless},
};

use super::{Counts, Group, Names, notes, places, unhandled_places, verdict, weight};

/// Changes of one operation that are shown unless all are asked for.
const SHOWN: usize = 20;

/// Every operation with its changes and where they were written, and what it comes to.
pub fn pretty(difference: &Difference, names: Names<'_>, look: Look) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{} → {}\n", harmless(names.old), harmless(names.new));
    for group in Group::all(difference) {
        let _ = writeln!(out, "{}", bold(&harmless(&group.title()), look));
        let shown = if look.all { group.changes.len() } else { SHOWN };
        for change in group.changes.iter().take(shown) {
            one(&mut out, change, look);
        }
        if group.changes.len() > shown {
            let _ = writeln!(out, "  … and {} more (--all shows them)", group.changes.len() - shown);
        }
        out.push('\n');
    }
    if !difference.unhandled.is_empty() {
        let _ = writeln!(out, "{}", bold("Not understood by any check", look));
        for unhandled in &difference.unhandled {
            let of = unhandled.operation.as_ref().map(|one| format!("{one}: ")).unwrap_or_default();
            let _ = writeln!(out, "  {}{}", harmless(&of), harmless(&unhandled.text));
            let _ = writeln!(out, "      {}", harmless(&unhandled_places(unhandled)));
        }
        out.push('\n');
    }
    for note in notes(difference) {
        let _ = writeln!(out, "{note}");
    }
    let _ = writeln!(out, "{}\n{}", Counts::of(difference).in_words(), bold(&verdict(difference), look));
    out
}

fn one(out: &mut String, change: &Change, look: Look) {
    let word = weight(change.level);
    let padded = format!("{word:11}");
    let word = match change.level {
        Level::Error => coloured(&padded, "1;31", look),
        Level::Warning => coloured(&padded, "33", look),
        Level::Information | Level::Hint => coloured(&padded, "36", look),
    };
    let _ = writeln!(out, "  {word} {} [{}]", harmless(&change.text), change.id);
    let places = places(change);
    if !places.is_empty() {
        let _ = writeln!(out, "      {}", coloured(&harmless(&places), "2", look));
    }
}

fn bold(text: &str, look: Look) -> String {
    coloured(text, "1", look)
}

fn coloured(text: &str, code: &str, look: Look) -> String {
    if look.colours { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}
