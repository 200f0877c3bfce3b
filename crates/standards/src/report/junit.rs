//! What does a build server read (JUnit XML)?
//!
//! A rule is a test case; it fails where it has a finding that makes the run fail, and tells the others in its output.

use std::collections::BTreeMap;

use super::{
    Checked, Threshold, Told, said,
    suites::{Case, End, Suite, suites},
};
use crate::{lint::Outcome, rules};

/// One test suite a contract, one test case a rule.
pub fn junit(files: &[Checked], threshold: Threshold) -> String {
    let all: Vec<Suite> = files.iter().map(|checked| suite(checked, threshold)).collect();
    suites("hansom lint", &all)
}

fn suite(checked: &Checked, threshold: Threshold) -> Suite {
    let mut cases: Vec<Case> = Vec::new();
    let class = if checked.profile.is_empty() { "rulesets" } else { &checked.profile };
    if let Some(fault) = &checked.fault {
        let message = format!("{}:{}: {}; {}", checked.file, fault.place, fault.what, fault.mend);
        cases.push(case("contract", class, End::Broken { message }));
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
        cases.push(with(case(&coverage.rule, class, end), &found, threshold));
    }
    for (rule, found) in by_rule {
        cases.push(with(case(rule, class, End::Passed), &found, threshold));
    }
    for skipped in &checked.skipped {
        cases.push(case(&skipped.rule, class, End::Skipped { message: skipped.why.clone() }));
    }
    for unread in &checked.unread {
        let message = format!("{} (named in {}): {}", unread.file, unread.from, unread.why);
        cases.push(case("file that was not read", class, End::Skipped { message }));
    }
    Suite { name: checked.file.clone(), cases }
}

fn case(rule: &str, class: &str, end: End) -> Case {
    let title = rules::find(rule).map(|rule| rule.page().title).unwrap_or_default();
    let name = if title.is_empty() { rule.to_owned() } else { format!("{rule} {title}") };
    Case { name, class: class.to_owned(), end, told: Vec::new() }
}

fn with(mut case: Case, found: &[&Told], threshold: Threshold) -> Case {
    let (failing, others): (Vec<&Told>, Vec<&Told>) = found.iter().partition(|told| threshold.fails(told));
    case.told = others.iter().map(|told| format!("{} ({})", line(told), told.standing.as_str())).collect();
    if let Some(first) = failing.first() {
        let message = match failing.len() {
            1 => first.finding.what.clone(),
            count => format!("{} (and {} more)", first.finding.what, count - 1),
        };
        let lines: Vec<String> = failing.iter().map(|told| line(told)).collect();
        let why = Some(&first.finding.why).filter(|why| !why.is_empty());
        let text = lines.join("\n") + &why.map(|why| format!("\nWhy: {why}")).unwrap_or_default();
        case.end = End::Failed { message, level: first.finding.level.as_str().to_owned(), text };
    }
    case
}

fn line(Told { finding, .. }: &Told) -> String {
    let place = finding.span.start;
    format!("{}:{}:{}: {}: {}", finding.file, place.line, place.column, finding.level, said(finding))
}
