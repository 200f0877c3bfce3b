//! What does a build server read (JUnit XML)?

use hansom_standards::report::{Case, End, Suite, suites};

use super::{Recipe, answered, by_place, curl::curl, notes};
use crate::ledger::{Entry, Report};

/// One test suite an operation, one test case a promise.
pub fn junit(report: &Report, recipe: &Recipe) -> String {
    let all: Vec<Suite> = by_place(report)
        .into_iter()
        .map(|(place, entries)| Suite {
            name: place.to_owned(),
            cases: entries.into_iter().map(|entry| case(entry, report, recipe)).collect(),
        })
        .collect();
    suites("hansom verify", &all)
}

fn case(entry: &Entry, report: &Report, recipe: &Recipe) -> Case {
    let name = format!("{} {}", entry.check.id(), entry.check.promise());
    let end = match (entry.failings.first(), &entry.skipped) {
        (Some(first), _) => End::Failed {
            message: format!("{}: {}", first.tried, first.what),
            level: entry.check.id().to_owned(),
            text: entry
                .failings
                .iter()
                .flat_map(|failing| {
                    [
                        format!("{}: {}", failing.tried, failing.what),
                        curl(&failing.call, recipe),
                        format!("answered: {}", answered(&failing.answer)),
                    ]
                })
                .collect::<Vec<String>>()
                .join("\n"),
        },
        (None, Some(why)) if entry.kept == 0 => End::Skipped { message: why.clone() },
        _ => End::Passed,
    };
    let told = if entry.broken > 0 { notes(report) } else { Vec::new() };
    Case { name, class: entry.operation.clone(), end, told }
}
