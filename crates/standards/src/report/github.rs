//! What does a GitHub workflow show beside the changed lines?

use std::fmt::Write;

use super::{Checked, Standing, Summary, Told};
use crate::finding::Level;

/// One workflow command a finding. What does not count is left out; a last line counts it.
pub fn github(files: &[Checked]) -> String {
    let mut out = String::new();
    for checked in files {
        if let Some(fault) = &checked.fault {
            let (line, column) = (fault.place.line, fault.place.column);
            let file = property(&checked.file);
            let text = data(&format!("{}; {}", fault.what, fault.mend));
            let _ =
                writeln!(out, "::error file={file},line={line},col={column},title=the contract cannot be read::{text}");
        }
        for told in checked.findings.iter().filter(|told| told.standing == Standing::Counts) {
            out.push_str(&annotation(told));
        }
        for unread in &checked.unread {
            let text = data(&format!("{} was not read: {}", unread.file, unread.why));
            let _ = writeln!(out, "::warning file={},title=a file was not read::{text}", property(&unread.from));
        }
        for skipped in &checked.skipped {
            let text = data(&format!("{} was skipped: {}", skipped.rule, skipped.why));
            let _ = writeln!(out, "::notice file={},title=a rule was skipped::{text}", property(&checked.file));
        }
    }
    let summary = Summary::of(files);
    let _ = writeln!(out, "{}", data(&format!("{} in {} files", summary.in_words(), summary.files)));
    out
}

fn annotation(Told { finding, .. }: &Told) -> String {
    let command = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Information | Level::Hint => "notice",
    };
    let (start, end) = (finding.span.start, finding.span.end);
    let mut place = format!("file={},line={},endLine={}", property(&finding.file), start.line, end.line);
    // GitHub refuses columns where the stretch has several lines.
    if start.line == end.line {
        let last = end.column.max(start.column + 1);
        let _ = write!(place, ",col={},endColumn={last}", start.column);
    }
    let why = if finding.why.is_empty() { String::new() } else { format!("Why: {}", finding.why) };
    let parts = [&*finding.what, &*finding.mend, &*why];
    let text = data(&parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n"));
    format!("::{command} {place},title={}::{text}\n", property(&finding.rule))
}

/// Escaped as the text of a workflow command.
fn data(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '%' => out.push_str("%25"),
            '\r' => out.push_str("%0D"),
            '\n' => out.push_str("%0A"),
            c => out.push_str(&super::harmless(c.encode_utf8(&mut [0; 4]))),
        }
    }
    out
}

/// Escaped as a property of a workflow command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_ends_its_command_or_begins_another() {
        assert_eq!(data("100%\n::error::\u{1b}"), "100%25%0A::error::�");
        assert_eq!(property("a,b:c%\r"), "a%2Cb%3Ac%25%0D");
    }
}
