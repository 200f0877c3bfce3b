//! What does a comment on a pull request say?

use std::fmt::Write;

use hansom_standards::report::{code, prose};

use super::{Recipe, curl::curl, in_words, notes};
use crate::ledger::Report;

/// Rows of the table. A comment holds 65,536 characters.
const MOST_ROWS: usize = 50;
const LONGEST_CURL: usize = 700;

/// A heading with the counts, and a row for each failure.
pub fn markdown(report: &Report, recipe: &Recipe) -> String {
    let mut out = format!("## Contract and service: {}\n\n", prose(&in_words(report)));
    let title = format!("{} {} at {}", report.title, report.version, recipe.url);
    let _ = writeln!(out, "{}, seed {}\n", prose(&title), recipe.seed);
    let rows: Vec<String> = report
        .entries
        .iter()
        .flat_map(|entry| entry.failings.iter().map(move |failing| (entry, failing)))
        .map(|(entry, failing)| {
            let curl: String = curl(&failing.call, recipe).chars().take(LONGEST_CURL).collect();
            format!(
                "| {} | {} | {} | {} | {} |\n",
                code(&entry.place),
                entry.check.id(),
                prose(&failing.tried),
                prose(&failing.what),
                code(&curl)
            )
        })
        .collect();
    if rows.is_empty() {
        out.push_str("No promise is broken.\n");
    } else {
        out.push_str(
            "| Operation | Promise | What was tried | What is wrong | To see it again |\n|---|---|---|---|---|\n",
        );
        rows.iter().take(MOST_ROWS).for_each(|row| out.push_str(row));
        if rows.len() > MOST_ROWS {
            let _ = writeln!(out, "\n… and {} more.", rows.len() - MOST_ROWS);
        }
    }
    for note in notes(report) {
        let _ = writeln!(out, "\n- {}", prose(&note));
    }
    out
}
