//! Which findings were known when an old API was adopted?
//!
//! A baseline names a finding by rule, file, place in the tree and words, never by line, so that it stays true when
//! lines move. It is written in a fixed order, one entry a line, so that a review sees what was added.

use std::{collections::BTreeMap, path::Path};

use hansom_standards::{
    Finding,
    report::{Checked, Gone, Settled, Standing, harmless_json},
};
use serde::{Deserialize, Serialize};

use crate::{
    contract_file::{Unreadable, read_bounded},
    failure::{Doing, Failure},
    saying::write_whole,
};

/// The form of the file; another one is not read.
const FORM: u32 = 1;

/// What a baseline knows, and how often it has not been seen yet.
pub(super) struct Known {
    left: BTreeMap<Entry, usize>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    file: String,
    rule: String,
    pointer: String,
    what: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Baseline {
    baseline: u32,
    findings: Vec<Entry>,
}

impl Entry {
    /// Findings lie in the files of a contract; the baseline keeps the names that they were linted under.
    fn of(finding: &Finding) -> Entry {
        Entry {
            file: finding.file.to_string(),
            rule: finding.rule.to_string(),
            pointer: finding.pointer.clone(),
            what: finding.what.clone(),
        }
    }
}

/// Reads a baseline.
pub(super) fn read(file: &Path) -> Result<Known, Failure> {
    let shown = file.display();
    let again = "write it anew with --write-baseline";
    let text = read_bounded(file).map_err(|unreadable| match unreadable {
        Unreadable::Absent(why) => Failure::wrong_use(format!("baseline {shown}: {why}; {again}")),
        Unreadable::Unfit(fault) => Failure::wrong_use(format!("baseline {shown}: {fault}")),
    })?;
    let baseline: Baseline = serde_json::from_str(&text)
        .map_err(|error| Failure::wrong_use(format!("{shown} is no baseline: {error}; {again}")))?;
    if baseline.baseline != FORM {
        let what = format!("{shown} is a baseline of form {}, and form {FORM} is read", baseline.baseline);
        return Err(Failure::wrong_use(format!("{what}; {again}")));
    }
    let mut left = BTreeMap::new();
    for entry in baseline.findings {
        *left.entry(entry).or_default() += 1;
    }
    Ok(Known { left })
}

impl Known {
    /// Marks what is known, and tells what of this contract is gone.
    pub(super) fn settle(&mut self, checked: &mut Checked) {
        let mut settled = Settled::default();
        for told in &mut checked.findings {
            if let Some(left) = self.left.get_mut(&Entry::of(&told.finding)).filter(|left| **left > 0) {
                *left -= 1;
                told.standing = Standing::Known;
                settled.known += 1;
            }
        }
        let names: Vec<&str> = checked.texts.iter().map(|(name, _)| name.as_str()).collect();
        // A contract that could not be read has lost nothing.
        let gone = self.left.iter_mut().filter(|_| checked.fault.is_none());
        for (entry, left) in gone.filter(|(entry, left)| **left > 0 && names.contains(&entry.file.as_str())) {
            *left = 0;
            let Entry { file, rule, pointer, what } = entry.clone();
            settled.gone.push(Gone { rule, file, pointer, what });
        }
        checked.baseline = Some(settled);
    }
}

/// Writes a baseline that knows every finding, and marks them so.
pub(super) fn write(file: &Path, checked: &mut [Checked]) -> Result<(), Failure> {
    let mut entries: Vec<Entry> = Vec::new();
    for checked in checked.iter_mut() {
        entries.extend(checked.findings.iter().map(|told| Entry::of(&told.finding)));
        checked.findings.iter_mut().for_each(|told| told.standing = Standing::Known);
        checked.baseline = Some(Settled { known: checked.findings.len(), gone: Vec::new() });
    }
    entries.sort();
    let lines: Vec<String> = entries
        .iter()
        .map(|entry| Ok(format!("    {}", serde_json::to_string(entry)?)))
        .collect::<Result<_, serde_json::Error>>()
        .doing("the baseline could not be written")?;
    let text = format!("{{\n  \"baseline\": {FORM},\n  \"findings\": [\n{}\n  ]\n}}\n", lines.join(",\n"));
    write_whole(file, &harmless_json(text)).doing(format!("{} could not be written", file.display()))
}
