//! What does a person read in a terminal?

use std::fmt::Write;

use hansom_standards::report::{Look, harmless};

use super::{Recipe, answered, by_place, curl::curl, in_words, notes};
use crate::ledger::{Entry, Report};

/// What is broken, with how to see it again; all the rest in a line, or whole if all is asked for.
pub fn pretty(report: &Report, recipe: &Recipe, look: Look) -> String {
    let mut out = String::new();
    let title = format!("{} {} at {}", report.title, report.version, recipe.url);
    let _ = writeln!(out, "{}\n", harmless(&title));
    for (place, entries) in by_place(report) {
        let shown: Vec<&&Entry> =
            entries.iter().filter(|entry| entry.broken > 0 || look.all || entry.skipped.is_some()).collect();
        if shown.is_empty() {
            continue;
        }
        let _ = writeln!(out, "{}", harmless(place));
        for entry in shown {
            told(&mut out, entry, recipe, look);
        }
        out.push('\n');
    }
    for note in notes(report) {
        let _ = writeln!(out, "{}", harmless(&note));
    }
    let _ = writeln!(out, "{}; seed {}", in_words(report), recipe.seed);
    out
}

fn told(out: &mut String, entry: &Entry, recipe: &Recipe, look: Look) {
    let colour =
        |code: &str, text: &str| if look.colours { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() };
    let word = match (entry.broken, entry.kept) {
        (0, 0) => colour("2", "not tried"),
        (0, _) => colour("32", "kept"),
        _ => colour("1;31", "broken"),
    };
    let _ = write!(out, "  {word} {}: {}", entry.check.id(), entry.check.promise());
    match (&entry.skipped, entry.broken, entry.kept) {
        (Some(why), 0, 0) => {
            let _ = writeln!(out, " ({})", harmless(why));
        }
        (_, 0, kept) => {
            let _ = writeln!(out, " ({kept} times)");
        }
        (_, broken, kept) => {
            let _ = writeln!(out, " ({broken} of {})", broken + kept);
        }
    }
    for failing in &entry.failings {
        let _ = writeln!(out, "    {}", harmless(&failing.tried));
        let _ = writeln!(out, "      {}", harmless(&failing.what));
        let _ = writeln!(out, "      {}", harmless(&curl(&failing.call, recipe)));
        let _ = writeln!(out, "      answered: {}", harmless(&answered(&failing.answer)));
    }
    if entry.broken > entry.failings.len() && !entry.failings.is_empty() {
        let _ = writeln!(out, "    … and {} more", entry.broken - entry.failings.len());
    }
}
