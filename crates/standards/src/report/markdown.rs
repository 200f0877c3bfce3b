//! What does a comment on a pull request say?

use std::fmt::Write;

use super::{Checked, Standing, Summary, Told, harmless};
use crate::finding::Level;

/// Rows of one contract's table. A comment holds 65,536 characters.
const MOST_ROWS: usize = 100;

/// A heading with the counts, and a table for each contract that has findings.
pub fn markdown(files: &[Checked]) -> String {
    let summary = Summary::of(files);
    let mut out = format!("## API standards: {}\n", summary.in_words());
    for checked in files {
        one(&mut out, checked);
    }
    out
}

fn one(out: &mut String, checked: &Checked) {
    let _ = writeln!(out, "\n### {}\n", code(&checked.file));
    if let Some(fault) = &checked.fault {
        let (line, what, mend) = (fault.place.line, prose(&fault.what), prose(&fault.mend));
        let _ = writeln!(out, "The contract cannot be read. Line {line}: {what}; {mend}");
        return;
    }
    let counting: Vec<&Told> = checked.findings.iter().filter(|told| told.standing == Standing::Counts).collect();
    if counting.is_empty() {
        let _ = writeln!(out, "No findings.");
    } else {
        out.push_str("| Level | Rule | Place | What is wrong | What to do |\n|---|---|---|---|---|\n");
        for told in counting.iter().take(MOST_ROWS) {
            out.push_str(&row(told));
        }
        if counting.len() > MOST_ROWS {
            let _ = writeln!(out, "\n… and {} more.", counting.len() - MOST_ROWS);
        }
    }
    let _ = writeln!(out, "\n{}", prose(&super::pretty::coverage_line(checked)));
    for line in super::pretty::notes(checked) {
        let _ = writeln!(out, "- {}", prose(&line));
    }
}

fn row(Told { finding, .. }: &Told) -> String {
    let level = match finding.level {
        Level::Error => "🔴 error",
        Level::Warning => "🟠 warning",
        Level::Information => "🔵 information",
        Level::Hint => "⚪ hint",
    };
    let rule = match finding.page.as_deref().filter(|page| page.starts_with("https://")) {
        Some(page) => format!("[{}](<{}>)", prose(&finding.rule), address(page)),
        None => prose(&finding.rule),
    };
    let place = code(&format!("{}:{}", finding.file, finding.span.start.line));
    format!("| {level} | {rule} | {place} | {} | {} |\n", prose(&finding.what), prose(&finding.mend))
}

/// Text that stays what it is, but for pieces between backticks, which stay code.
pub fn prose(text: &str) -> String {
    let text = harmless(text);
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = &*text;
    while let Some((before, after)) = rest.split_once('`') {
        let Some((inside, then)) = after.split_once('`').filter(|(inside, _)| !inside.is_empty()) else { break };
        escape(&mut out, before);
        out.push_str(&code(inside));
        rest = then;
    }
    escape(&mut out, rest);
    out
}

fn escape(out: &mut String, text: &str) {
    for (at, c) in text.char_indices() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' | '{' | '}' => {
                out.push('\\');
                out.push(c);
            }
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // Nobody is mentioned and nothing is linked because a contract says so.
            '@' => out.push_str("&#64;"),
            ':' if text.get(at + 1..).is_some_and(|rest| rest.starts_with("//")) => out.push_str("&#58;"),
            c => out.push(c),
        }
    }
}

/// A piece of code in one cell of a table.
pub fn code(text: &str) -> String {
    let text = harmless(text).replace('`', "'").replace('|', "\\|");
    format!("`{text}`")
}

/// An address between angle brackets.
fn address(page: &str) -> String {
    harmless(page).replace('<', "%3C").replace('>', "%3E").replace('|', "%7C").replace(' ', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_a_text() {
        for (text, expected) in [
            ("the segment `a_b` is *wrong*", r"the segment `a_b` is \*wrong\*"),
            ("a | b\n| c", r"a \| b�\| c"),
            ("<img src=x> @all see https://evil", "&lt;img src=x&gt; &#64;all see https&#58;//evil"),
            ("`a|b` and ` alone", r"`a\|b` and \` alone"),
            ("[x](javascript:y)", r"\[x\](javascript:y)"),
        ] {
            assert_eq!(prose(text), expected);
        }
    }
}
