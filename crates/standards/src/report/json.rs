//! What does a program get to read?
//!
//! The shape is kept: fields are added, never renamed or taken away.

use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::{
    Checked, Gone, Settled, Skipped, Standing, Summary, Told, Unread, fingerprint, harmless::HarmlessFormatter, more,
};
use crate::{
    finding::{Fix, Level},
    lint::{Coverage, Outcome},
};

/// Writes everything, as JSON. It is not first made a text: that of many findings is larger than all else.
///
/// # Errors
/// What is written to does not take it.
pub fn json(files: &[Checked], out: &mut dyn Write) -> io::Result<()> {
    let report = Report { files: files.iter().map(File::of).collect(), summary: Summary::of(files) };
    report.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, HarmlessFormatter::default()))?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct Report<'a> {
    files: Vec<File<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct File<'a> {
    file: &'a str,
    profile: Option<&'a str>,
    edition: Option<&'a str>,
    rulesets: &'a [String],
    findings: Findings<'a>,
    coverage: Cover<'a>,
    skipped: &'a [Skipped],
    unread: &'a [Unread],
    baseline: Option<Baseline<'a>>,
    fault: Option<Fault<'a>>,
}

/// Findings, each of which is made ready when its turn has come.
struct Findings<'a>(&'a [Told]);

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Finding::of))
    }
}

#[derive(Serialize)]
struct Finding<'a> {
    rule: &'a str,
    level: Level,
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    pointer: &'a str,
    what: &'a str,
    why: &'a str,
    mend: &'a str,
    page: Option<&'a str>,
    more: Option<String>,
    fix: Option<&'a Fix>,
    fingerprint: String,
    standing: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    waiver: Option<Waiver<'a>>,
}

#[derive(Serialize)]
struct Waiver<'a> {
    reason: &'a str,
    until: &'a str,
}

#[derive(Serialize)]
struct Cover<'a> {
    passed: usize,
    failed: usize,
    not_applicable: usize,
    not_observed: usize,
    rules: &'a [Coverage],
}

#[derive(Serialize)]
struct Baseline<'a> {
    known: usize,
    gone: &'a [Gone],
}

#[derive(Serialize)]
struct Fault<'a> {
    line: u32,
    column: u32,
    what: &'a str,
    mend: &'a str,
}

impl<'a> File<'a> {
    fn of(checked: &'a Checked) -> Self {
        let said = |text: &'a str| Some(text).filter(|text| !text.is_empty());
        let count = |outcome| checked.coverage.iter().filter(|coverage| coverage.outcome == outcome).count();
        File {
            file: &checked.file,
            profile: said(&checked.profile),
            edition: said(&checked.edition),
            rulesets: &checked.rulesets,
            findings: Findings(&checked.findings),
            coverage: Cover {
                passed: count(Outcome::Passed),
                failed: count(Outcome::Failed),
                not_applicable: count(Outcome::NotApplicable),
                not_observed: count(Outcome::NotObserved),
                rules: &checked.coverage,
            },
            skipped: &checked.skipped,
            unread: &checked.unread,
            baseline: checked.baseline.as_ref().map(|Settled { known, gone }| Baseline { known: *known, gone }),
            fault: checked.fault.as_ref().map(|fault| Fault {
                line: fault.place.line,
                column: fault.place.column,
                what: &fault.what,
                mend: &fault.mend,
            }),
        }
    }
}

impl<'a> Finding<'a> {
    fn of(Told { finding, standing }: &'a Told) -> Self {
        Finding {
            rule: &finding.rule,
            level: finding.level,
            file: &finding.file,
            line: finding.span.start.line,
            column: finding.span.start.column,
            end_line: finding.span.end.line,
            end_column: finding.span.end.column,
            pointer: &finding.pointer,
            what: &finding.what,
            why: &finding.why,
            mend: &finding.mend,
            page: finding.page.as_deref(),
            more: more(finding),
            fix: finding.fix.as_ref(),
            fingerprint: fingerprint(finding),
            standing: standing.as_str(),
            waiver: match standing {
                Standing::Waived { reason, until } => Some(Waiver { reason, until }),
                Standing::Counts | Standing::Known => None,
            },
        }
    }
}
