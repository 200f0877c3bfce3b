//! What does a person read in a terminal?

use std::{collections::BTreeMap, fmt::Write};

use annotate_snippets::{AnnotationKind, Group, Level as Severity, Origin, Renderer, Snippet};

use super::{Checked, Standing, Summary, Told, Unread, harmless, more};
use crate::{
    document::{Lines, Span},
    fault::Fault,
    finding::{Finding, Level},
    lint::Outcome,
};

/// Findings of one rule in one contract that are shown whole unless all are asked for.
const SHOWN: usize = 5;
/// Characters of a line that are shown around a place; minified JSON has all of it on one line.
const LINE: usize = 160;
/// Entries of a list that a note names.
const NAMED: usize = 10;

/// How it should look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// With colours.
    pub colours: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// Every finding, however many a rule has.
    pub all: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self { colours: false, width: 100, all: false }
    }
}

/// Every contract with its findings in the text around them, and what it comes to.
pub fn pretty(files: &[Checked], look: Look) -> String {
    let mut out = String::new();
    for checked in files {
        Telling::of(checked, look).tell(&mut out);
    }
    if files.len() > 1 {
        let summary = Summary::of(files);
        let _ = writeln!(out, "{} contracts: {}", summary.files, summary.in_words());
    }
    out
}

/// One contract being told.
struct Telling<'c> {
    checked: &'c Checked,
    lines: BTreeMap<&'c str, (&'c str, Lines)>,
    renderer: Renderer,
    look: Look,
}

impl<'c> Telling<'c> {
    fn of(checked: &'c Checked, look: Look) -> Self {
        let renderer = if look.colours { Renderer::styled() } else { Renderer::plain() };
        Telling {
            checked,
            lines: checked.texts.iter().map(|(name, text)| (name.as_str(), (text.as_str(), Lines::of(text)))).collect(),
            renderer: renderer.term_width(look.width.max(60)),
            look,
        }
    }

    fn tell(&self, out: &mut String) {
        if let Some(fault) = &self.checked.fault {
            self.fault(out, fault);
            return;
        }
        let counting = || self.checked.findings.iter().filter(|told| told.standing == Standing::Counts);
        let mut totals: BTreeMap<&str, usize> = BTreeMap::new();
        counting().for_each(|told| *totals.entry(&told.finding.rule).or_default() += 1);
        let mut shown: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
        for Told { finding, .. } in counting() {
            let (count, advice) = shown.entry(&finding.rule).or_default();
            *count += 1;
            if *count <= SHOWN || self.look.all {
                let new = std::mem::replace(advice, &finding.mend) != &*finding.mend;
                self.finding(out, finding, *count == 1, new);
            }
            let total = totals.get(&*finding.rule).copied().unwrap_or_default();
            if *count == SHOWN && total > SHOWN && !self.look.all {
                let _ =
                    writeln!(out, "… and {} more of {} (--all shows them)\n", total - SHOWN, harmless(&finding.rule));
            }
        }
        self.end(out);
    }

    fn finding(&self, out: &mut String, finding: &Finding, first: bool, new_advice: bool) {
        let title = severity(finding.level).primary_title(harmless(&finding.what)).id(harmless(&finding.rule));
        let mut group = self.placed(Group::with_title(title), &finding.file, finding.span);
        let wrap = |text: &str| wrapped(&harmless(text), self.look.width.saturating_sub(16));
        // What a rule's findings have in common is said once.
        if first && !finding.why.is_empty() {
            group = group.element(Severity::NOTE.with_name("why").message(wrap(&finding.why)));
        }
        if new_advice && !finding.mend.is_empty() {
            group = group.element(Severity::HELP.with_name("what to do").message(wrap(&finding.mend)));
        }
        if let Some(fix) = &finding.fix {
            group = group.element(Severity::HELP.with_name("--fix").message(harmless(&fix.title)));
        }
        if first && let Some(more) = more(finding) {
            group = group.element(Severity::NOTE.with_name("more").message(harmless(&more).into_owned()));
        }
        self.render(out, group);
    }

    fn fault(&self, out: &mut String, fault: &Fault) {
        let title = Severity::ERROR.primary_title(harmless(&fault.what)).id("unreadable");
        let group = self.placed(Group::with_title(title), &self.checked.file, Span::empty(fault.place));
        let mend = wrapped(&harmless(&fault.mend), self.look.width.saturating_sub(16));
        self.render(out, group.element(Severity::HELP.with_name("what to do").message(mend)));
        let _ = writeln!(out, "{}: cannot be read", harmless(&self.checked.file));
    }

    fn render(&self, out: &mut String, group: Group<'_>) {
        out.push_str(&self.renderer.render(&[group]));
        out.push_str("\n\n");
    }

    /// With the place, and the line that it is on.
    fn placed<'g>(&self, group: Group<'g>, file: &'g str, span: Span) -> Group<'g> {
        let (line, column) = (span.start.line as usize, span.start.column as usize);
        let origin = Origin::path(harmless(file)).line(line).char_column(column);
        let Some((text, lines)) = self.lines.get(file) else { return group.element(origin) };
        let Excerpt { text, range, whole } = Excerpt::of(lines.line(text, span.start.line), span);
        let snippet = Snippet::source(text).line_start(line).annotation(AnnotationKind::Primary.span(range));
        if whole {
            group.element(snippet.path(Some(harmless(file))))
        } else {
            // The column is one of the whole line.
            group.element(origin).element(snippet)
        }
    }

    fn end(&self, out: &mut String) {
        let checked = self.checked;
        let summary = Summary::of(std::slice::from_ref(checked));
        let profile = format!("{} {}", checked.profile, checked.edition);
        let by: Vec<&str> =
            std::iter::once(profile.trim()).chain(checked.rulesets.iter().map(String::as_str)).collect();
        let by: Vec<&str> = by.into_iter().filter(|by| !by.is_empty()).collect();
        let (file, by) = (harmless(&checked.file), by.join(", "));
        let _ = writeln!(out, "{file}: {} ({})", summary.in_words(), harmless(&by));
        let coverage = coverage_line(checked);
        if !coverage.is_empty() {
            let _ = writeln!(out, "  {coverage}");
        }
        if summary.fixable > 0 {
            let _ = writeln!(out, "  {} can be mended with --fix", summary.fixable);
        }
        for note in notes(checked) {
            let _ = writeln!(out, "  {}", harmless(&note));
        }
        out.push('\n');
    }
}

/// What came of the rules, in one line.
pub(super) fn coverage_line(checked: &Checked) -> String {
    let count = |outcome| checked.coverage.iter().filter(|coverage| coverage.outcome == outcome).count();
    if checked.coverage.is_empty() {
        return String::new();
    }
    format!(
        "{} rules: {} passed, {} failed, {} not applicable, {} not observed (a contract cannot show them)",
        checked.coverage.len(),
        count(Outcome::Passed),
        count(Outcome::Failed),
        count(Outcome::NotApplicable),
        count(Outcome::NotObserved)
    )
}

/// What else a reader must know: what was not read, not run, known before.
pub(super) fn notes(checked: &Checked) -> Vec<String> {
    let mut notes = Vec::new();
    for Unread { from, file, why } in checked.unread.iter().take(NAMED) {
        notes.push(format!("not read: {file}, named in {from}: {why}"));
    }
    notes.extend(beyond(checked.unread.len(), "files were not read"));
    for skipped in checked.skipped.iter().take(NAMED) {
        notes.push(format!("skipped: {}: {}", skipped.rule, skipped.why));
    }
    notes.extend(beyond(checked.skipped.len(), "rules were skipped"));
    if let Some(baseline) = &checked.baseline {
        notes.push(format!("{} of the baseline, not counted", counted(baseline.known, "finding")));
        for gone in baseline.gone.iter().take(NAMED) {
            notes.push(format!("gone from the baseline: {} at {}: {}", gone.rule, gone.pointer, gone.what));
        }
        notes.extend(beyond(baseline.gone.len(), "are gone; --write-baseline forgets them"));
    }
    let waived = checked.findings.iter().filter(|told| matches!(told.standing, Standing::Waived { .. })).count();
    if waived > 0 {
        notes.push(format!("{} waived, not counted", counted(waived, "finding")));
    }
    notes
}

fn beyond(count: usize, what: &str) -> Option<String> {
    (count > NAMED).then(|| format!("… and {} more {what}", count - NAMED))
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn severity(level: Level) -> Severity<'static> {
    match level {
        Level::Error => Severity::ERROR,
        Level::Warning => Severity::WARNING,
        Level::Information => Severity::INFO.with_name("information"),
        Level::Hint => Severity::NOTE.with_name("hint"),
    }
}

/// The line of a place, cut where it is long.
struct Excerpt {
    text: String,
    /// The bytes of it that are meant.
    range: std::ops::Range<usize>,
    /// Whether the line begins with it.
    whole: bool,
}

impl Excerpt {
    fn of(line: &str, span: Span) -> Excerpt {
        let length = line.chars().count();
        let start = (span.start.column.saturating_sub(1) as usize).min(length);
        let several = span.end.line > span.start.line;
        let end = if several { length } else { span.end.column.saturating_sub(1) as usize };
        // Something is always underlined, also where the place has no length.
        let end = end.clamp(start, length).max((start + 1).min(length));
        let from = if length > LINE { start.saturating_sub(LINE / 4) } else { 0 };
        let shown: String = line.chars().skip(from).take(LINE).collect();
        let text = harmless(&shown).into_owned();
        let byte = |column: usize| text.char_indices().nth(column - from).map_or(text.len(), |(at, _)| at);
        let range = byte(start)..byte(end);
        Excerpt { text, range, whole: from == 0 }
    }
}

/// Broken into lines at blanks.
fn wrapped(text: &str, width: usize) -> String {
    let width = width.max(40);
    let mut out = String::with_capacity(text.len() + 8);
    let mut used = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            out.push('\n');
            used = 0;
        } else if used > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += length;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Place;

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let line = format!("{}{}{}", "é".repeat(1000), "HERE", "x".repeat(1000));
        let place = |column| Place { line: 1, column };
        let Excerpt { text, range, whole } = Excerpt::of(&line, Span { start: place(1001), end: place(1005) });
        assert_eq!(&text[range], "HERE");
        assert_eq!((text.chars().count(), whole), (LINE, false));
    }

    #[test]
    fn a_place_beyond_the_line_is_its_end() {
        let place = Place { line: 9, column: 9 };
        let excerpt = Excerpt::of("", Span::empty(place));
        assert_eq!((excerpt.text.as_str(), excerpt.range), ("", 0..0));
    }

    #[test]
    fn words_are_broken_at_blanks_alone() {
        let long = "x".repeat(50);
        assert_eq!(wrapped(&format!("a b {long} c"), 40), format!("a b\n{long}\nc"));
    }
}
