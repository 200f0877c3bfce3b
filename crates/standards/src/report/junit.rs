//! What does a build server read (JUnit XML)?
//!
//! A rule is a test case; it fails where it has a finding that makes the run fail, and tells the others in its output.

use std::collections::BTreeMap;

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event},
};

use super::{Checked, Threshold, Told, harmless, said};
use crate::{lint::Outcome, rules};

/// One test suite a contract, one test case a rule.
pub fn junit(files: &[Checked], threshold: Threshold) -> String {
    let suites: Vec<Suite<'_>> = files.iter().map(|checked| Suite::of(checked, threshold)).collect();
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    // Writing into memory does not fail.
    let written = write(&mut writer, &suites);
    debug_assert!(written.is_ok(), "a list of bytes takes everything");
    let mut text = String::from_utf8(writer.into_inner()).unwrap_or_default();
    text.push('\n');
    text
}

struct Suite<'a> {
    file: &'a str,
    cases: Vec<Case>,
}

struct Case {
    rule: String,
    title: String,
    class: String,
    end: End,
    told: Vec<String>,
}

enum End {
    Passed,
    Failed { message: String, level: &'static str, text: String },
    Broken { message: String },
    Skipped { message: String },
}

impl<'a> Suite<'a> {
    fn of(checked: &'a Checked, threshold: Threshold) -> Suite<'a> {
        let mut cases: Vec<Case> = Vec::new();
        let class = if checked.profile.is_empty() { "rulesets" } else { &checked.profile };
        if let Some(fault) = &checked.fault {
            let message = format!("{}:{}: {}; {}", checked.file, fault.place, fault.what, fault.mend);
            cases.push(Case::new("contract", class, End::Broken { message }));
        }
        let mut by_rule: BTreeMap<&str, Vec<&Told>> = BTreeMap::new();
        for told in &checked.findings {
            by_rule.entry(&told.finding.rule).or_default().push(told);
        }
        for coverage in &checked.coverage {
            let found = by_rule.remove(&*coverage.rule).unwrap_or_default();
            let end = match coverage.outcome {
                Outcome::NotApplicable => End::Skipped { message: "it applies to nothing in the contract".to_owned() },
                Outcome::NotObserved => End::Skipped { message: "a contract cannot show it".to_owned() },
                Outcome::Passed | Outcome::Failed => End::Passed,
            };
            cases.push(Case::new(&coverage.rule, class, end).with(&found, threshold));
        }
        for (rule, found) in by_rule {
            cases.push(Case::new(rule, class, End::Passed).with(&found, threshold));
        }
        for skipped in &checked.skipped {
            cases.push(Case::new(&skipped.rule, class, End::Skipped { message: skipped.why.clone() }));
        }
        for unread in &checked.unread {
            let message = format!("{} (named in {}): {}", unread.file, unread.from, unread.why);
            cases.push(Case::new("file that was not read", class, End::Skipped { message }));
        }
        Suite { file: &checked.file, cases }
    }

    fn count(&self, is: impl Fn(&End) -> bool) -> usize {
        self.cases.iter().filter(|case| is(&case.end)).count()
    }
}

impl Case {
    fn new(rule: &str, class: &str, end: End) -> Case {
        let title = rules::find(rule).map(|rule| rule.page().title).unwrap_or_default();
        Case { rule: rule.to_owned(), title, class: class.to_owned(), end, told: Vec::new() }
    }

    fn with(mut self, found: &[&Told], threshold: Threshold) -> Case {
        let (failing, others): (Vec<&Told>, Vec<&Told>) = found.iter().partition(|told| threshold.fails(told));
        self.told = others.iter().map(|told| format!("{} ({})", line(told), told.standing.as_str())).collect();
        if let Some(first) = failing.first() {
            let message = match failing.len() {
                1 => first.finding.what.clone(),
                count => format!("{} (and {} more)", first.finding.what, count - 1),
            };
            let lines: Vec<String> = failing.iter().map(|told| line(told)).collect();
            let why = Some(&first.finding.why).filter(|why| !why.is_empty());
            let text = lines.join("\n") + &why.map(|why| format!("\nWhy: {why}")).unwrap_or_default();
            self.end = End::Failed { message, level: first.finding.level.as_str(), text };
        }
        self
    }
}

fn line(Told { finding, .. }: &Told) -> String {
    let place = finding.span.start;
    format!("{}:{}:{}: {}: {}", finding.file, place.line, place.column, finding.level, said(finding))
}

fn write(writer: &mut Writer<Vec<u8>>, suites: &[Suite<'_>]) -> std::io::Result<()> {
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let mut top = BytesStart::new("testsuites");
    top.push_attribute(("name", "hansom lint"));
    counts(&mut top, suites);
    writer.write_event(Event::Start(top))?;
    for suite in suites {
        let mut start = BytesStart::new("testsuite");
        start.push_attribute(("name", &*harmless(suite.file)));
        counts(&mut start, std::slice::from_ref(suite));
        writer.write_event(Event::Start(start))?;
        for case in &suite.cases {
            write_case(writer, suite.file, case)?;
        }
        writer.write_event(Event::End(BytesEnd::new("testsuite")))?;
    }
    writer.write_event(Event::End(BytesEnd::new("testsuites")))
}

fn counts(element: &mut BytesStart<'_>, suites: &[Suite<'_>]) {
    let total = |is: fn(&End) -> bool| suites.iter().map(|suite| suite.count(is)).sum::<usize>().to_string();
    for (name, count) in [
        ("tests", total(|_| true)),
        ("failures", total(|end| matches!(end, End::Failed { .. }))),
        ("errors", total(|end| matches!(end, End::Broken { .. }))),
        ("skipped", total(|end| matches!(end, End::Skipped { .. }))),
    ] {
        element.push_attribute((name, count.as_str()));
    }
}

fn write_case(writer: &mut Writer<Vec<u8>>, file: &str, case: &Case) -> std::io::Result<()> {
    let mut start = BytesStart::new("testcase");
    let name = if case.title.is_empty() { case.rule.clone() } else { format!("{} {}", case.rule, case.title) };
    start.push_attribute(("name", &*harmless(&name)));
    start.push_attribute(("classname", &*harmless(&case.class)));
    start.push_attribute(("file", &*harmless(file)));
    writer.write_event(Event::Start(start))?;
    match &case.end {
        End::Passed => {}
        End::Failed { message, level, text } => {
            element(writer, "failure", &[("message", message), ("type", level)], text)?;
        }
        End::Broken { message } => {
            element(writer, "error", &[("message", message), ("type", "unreadable")], message)?;
        }
        End::Skipped { message } => element(writer, "skipped", &[("message", message)], "")?,
    }
    if !case.told.is_empty() {
        element(writer, "system-out", &[], &case.told.join("\n"))?;
    }
    writer.write_event(Event::End(BytesEnd::new("testcase")))
}

fn element(writer: &mut Writer<Vec<u8>>, name: &str, attributes: &[(&str, &str)], text: &str) -> std::io::Result<()> {
    let mut start = BytesStart::new(name);
    for (attribute, value) in attributes {
        start.push_attribute((*attribute, &*harmless(value)));
    }
    if text.is_empty() {
        return writer.write_event(Event::Empty(start));
    }
    writer.write_event(Event::Start(start))?;
    // XML has no way at all to write most control characters; line ends are the lines of our own.
    let lines: Vec<_> = text.split('\n').map(harmless).collect();
    writer.write_event(Event::Text(BytesText::new(&lines.join("\n"))))?;
    writer.write_event(Event::End(BytesEnd::new(name)))
}
