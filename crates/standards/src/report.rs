//! How is what came of linting told: to a person, to a program, to a pipeline?
//!
//! Each format is a function from checked contracts to a text; only JSON, which tells everything of everything, is
//! written piece by piece. None of them asks anything of the world around it, so the shell, a pipeline, the hub and an
//! editor tell the same thing.

mod github;
mod harmless;
mod json;
mod junit;
mod markdown;
mod pretty;
mod sarif;
mod suites;

use serde::Serialize;

pub use self::{
    github::github,
    harmless::{harmless, harmless_json},
    json::json,
    junit::junit,
    markdown::{code, markdown, prose},
    pretty::{Look, pretty},
    sarif::sarif,
    suites::{Case, End, Suite, suites},
};
use crate::{
    fault::Fault,
    finding::{Finding, Level},
    lint::Coverage,
    rules,
};

/// What came of one contract.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// The contract's file, as whoever asked names it.
    pub file: String,
    /// The profile's name; empty where only rulesets were asked for.
    pub profile: String,
    /// The edition of the playbook.
    pub edition: String,
    /// The rulesets in Spectral's format that held too.
    pub rulesets: Vec<String>,
    /// What is wrong, in the order of the text. Files are named as whoever asked names them.
    pub findings: Vec<Told>,
    /// What came of each rule.
    pub coverage: Vec<Coverage>,
    /// Rules that were not run or not run to the end.
    pub skipped: Vec<Skipped>,
    /// Files that a reference names and that were not read.
    pub unread: Vec<Unread>,
    /// Why the contract could not be read; then nothing else is known of it.
    pub fault: Option<Fault>,
    /// What was known before.
    pub baseline: Option<Settled>,
    /// The texts of all files, by name, for excerpts.
    pub texts: Vec<(String, String)>,
}

/// A finding and whether it counts.
#[derive(Clone, Debug)]
pub struct Told {
    /// The finding.
    pub finding: Finding,
    /// Whether it counts.
    pub standing: Standing,
}

/// Whether a finding counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// It counts.
    #[default]
    Counts,
    /// It was known before, in the baseline: it is told and does not count.
    Known,
    /// It was accepted in writing.
    Waived {
        /// Why, and by whom.
        reason: String,
        /// The day from which it counts again: `2027-03-31`.
        until: String,
    },
}

impl Standing {
    /// The word for it in output.
    pub fn as_str(&self) -> &'static str {
        match self {
            Standing::Counts => "counts",
            Standing::Known => "known",
            Standing::Waived { .. } => "waived",
        }
    }
}

/// A rule that was not run, or not to the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// The rule.
    pub rule: String,
    /// Why.
    pub why: String,
}

/// A file that a reference names and that was not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unread {
    /// The file with the reference.
    pub from: String,
    /// The file that was not read.
    pub file: String,
    /// Why not.
    pub why: String,
}

/// How the findings stand to a baseline.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Settled {
    /// How many findings the baseline knows.
    pub known: usize,
    /// What the baseline knows and is no longer there.
    pub gone: Vec<Gone>,
}

/// An entry of a baseline that is no longer there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gone {
    /// The rule.
    pub rule: String,
    /// The file.
    pub file: String,
    /// Where it was.
    pub pointer: String,
    /// What it was.
    pub what: String,
}

/// Which findings make a run fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold(pub Option<Level>);

impl Threshold {
    /// Whether a finding makes the run fail.
    pub fn fails(self, told: &Told) -> bool {
        told.standing == Standing::Counts && self.0.is_some_and(|least| told.finding.level <= least)
    }

    /// Whether a contract makes the run fail: one that could not be read does whatever the threshold is.
    pub fn fails_by(self, checked: &Checked) -> bool {
        checked.fault.is_some() || checked.findings.iter().any(|told| self.fails(told))
    }
}

/// How many of everything there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Contracts.
    pub files: usize,
    /// Contracts that could not be read.
    pub unreadable: usize,
    /// Findings that count, MUST.
    pub errors: usize,
    /// Findings that count, SHOULD.
    pub warnings: usize,
    /// Findings that count, MAY.
    pub information: usize,
    /// Findings that count and weigh less than that.
    pub hints: usize,
    /// Findings of the baseline.
    pub known: usize,
    /// Findings accepted in writing.
    pub waived: usize,
    /// Findings that count and have a mechanical fix.
    pub fixable: usize,
}

impl Summary {
    /// Counts.
    pub fn of(files: &[Checked]) -> Summary {
        let mut summary = Summary { files: files.len(), ..Summary::default() };
        for checked in files {
            summary.unreadable += usize::from(checked.fault.is_some());
            checked.findings.iter().for_each(|told| summary.count(told));
        }
        summary
    }

    fn count(&mut self, told: &Told) {
        let counter = match (&told.standing, told.finding.level) {
            (Standing::Known, _) => &mut self.known,
            (Standing::Waived { .. }, _) => &mut self.waived,
            (Standing::Counts, Level::Error) => &mut self.errors,
            (Standing::Counts, Level::Warning) => &mut self.warnings,
            (Standing::Counts, Level::Information) => &mut self.information,
            (Standing::Counts, Level::Hint) => &mut self.hints,
        };
        *counter += 1;
        self.fixable += usize::from(told.standing == Standing::Counts && told.finding.fix.is_some());
    }

    /// How many findings count.
    pub fn counting(&self) -> usize {
        self.errors + self.warnings + self.information + self.hints
    }

    /// `3 errors, 1 warning`; `no findings` where nothing counts.
    pub fn in_words(&self) -> String {
        let counted = [
            (self.errors, "error", "errors"),
            (self.warnings, "warning", "warnings"),
            (self.information, "information", "information"),
            (self.hints, "hint", "hints"),
        ];
        let words: Vec<String> = counted
            .iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, one, several)| format!("{count} {}", if *count == 1 { one } else { several }))
            .collect();
        if words.is_empty() { "no findings".to_owned() } else { words.join(", ") }
    }
}

/// A short name for a finding that stays when lines move: its rule, its place in the tree and what it says.
pub fn fingerprint(finding: &Finding) -> String {
    // FNV-1a with 128 bits: stable between versions and machines, which the standard library's hash is not.
    let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    for part in [&*finding.rule, &finding.pointer, &finding.what] {
        for byte in part.bytes().chain(std::iter::once(0)) {
            hash = (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013B);
        }
    }
    format!("{hash:032x}")
}

/// What is wrong and, where it is known, what to do about it: in one sentence.
fn said(finding: &Finding) -> String {
    match &*finding.mend {
        "" => finding.what.clone(),
        mend => format!("{}; {mend}", finding.what.trim_end_matches('.')),
    }
}

/// Where more is said of a finding's rule: its page's address, or the command that shows it.
pub fn more(finding: &Finding) -> Option<String> {
    match &finding.page {
        Some(page) => Some(page.to_string()),
        None => rules::find(&finding.rule).map(|rule| format!("hansom explain {}", rule.id)),
    }
}
