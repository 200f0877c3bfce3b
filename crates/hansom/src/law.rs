//! Which standards hold, and what do they say of a contract?

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use hansom_standards::{
    Facts, Fault, Finding, Profile, Sources, contract, lint,
    profile::DEFAULT,
    report::{Checked, Skipped, Standing, Told, Unread},
    ruleset::{Allowance, Ruleset, run},
    sources::Missing,
};

use crate::{
    contract_file::{ContractFile, LIMITS, Unreadable, read_bounded},
    failure::Failure,
};

/// The standards that were chosen.
#[derive(Debug, Default)]
pub(crate) struct Law {
    profile: Option<Profile>,
    /// Rulesets in Spectral's format, each under its name.
    rulesets: Vec<(String, Ruleset)>,
    /// Whether functions that rulesets bring in JavaScript may run.
    javascript: bool,
    /// The files that it was read from, so that a change of them can be seen.
    pub(crate) files: Vec<PathBuf>,
}

impl Law {
    /// Takes a profile by its name or file, and rulesets. Where only rulesets are named, no profile holds.
    pub(crate) fn of(profile: Option<&str>, rulesets: &[String]) -> Result<Law, Failure> {
        let mut law = Law::default();
        if profile.is_some() || rulesets.is_empty() {
            law.take_profile(profile.unwrap_or(DEFAULT))?;
        }
        for ruleset in rulesets {
            law.take_ruleset(ruleset, Path::new(ruleset))?;
        }
        Ok(law)
    }

    /// Lets functions run that rulesets bring in JavaScript: boxed in, and only if whoever runs them says so.
    pub(crate) fn allowing_javascript(self, allowed: bool) -> Law {
        Law { javascript: allowed, ..self }
    }

    fn take_profile(&mut self, name: &str) -> Result<(), Failure> {
        let profile = match Profile::bundled(name) {
            Some(profile) => profile,
            None => self.own_profile(name)?,
        };
        let folder = Path::new(name).parent().unwrap_or(Path::new(""));
        for ruleset in &profile.rulesets {
            self.take_ruleset(ruleset, &folder.join(ruleset))?;
        }
        self.profile = Some(profile);
        Ok(())
    }

    fn own_profile(&mut self, name: &str) -> Result<Profile, Failure> {
        let file = Path::new(name);
        let looks_like_a_file = name.contains(['/', '\\', '.']);
        let text = match read_bounded(file) {
            Ok(text) => text,
            Err(_) if !looks_like_a_file => {
                let known: Vec<_> = Profile::names().collect();
                return Err(Failure::wrong_use(format!(
                    "there is no profile {name:?}; name one of {}, or the file of your own",
                    known.join(", ")
                )));
            }
            Err(unreadable) => return Err(Failure::wrong_use(format!("profile {name}: {unreadable}"))),
        };
        self.files.push(file.to_owned());
        Profile::read(&text).map_err(|faults| Failure::wrong_use(in_lines("profile", name, &faults)))
    }

    /// Takes a ruleset: a file, or one that comes with Hansom (`spectral:oas`).
    fn take_ruleset(&mut self, name: &str, path: &Path) -> Result<(), Failure> {
        let read = if name.starts_with("spectral:") {
            let text = format!("extends: [{}]\n", serde_json::Value::from(name));
            Ruleset::read(&text, name, &mut |_| Err("nothing lies beside it".to_owned()))
        } else {
            let file = ContractFile::of(path)?;
            let text = file.read().map_err(|unreadable| Failure::wrong_use(format!("ruleset {name}: {unreadable}")))?;
            self.files.push(path.to_owned());
            Ruleset::read(&text, file.name(), &mut |part| {
                self.files.push(file.path(part));
                file.open(part)
            })
        };
        let ruleset = read.map_err(|faults| Failure::wrong_use(in_lines("ruleset", name, &faults)))?;
        self.rulesets.push((name.to_owned(), ruleset));
        Ok(())
    }

    /// Reads a contract and holds it against the standards. Only a contract that is not there is a failure: what is
    /// wrong with one is told.
    pub(crate) fn check(&self, file: &ContractFile, facts: Facts) -> Result<Checked, Failure> {
        let shown = file.shown(file.name());
        match file.read() {
            Ok(text) => Ok(self.hold(file, text, facts, &mut |name| file.open(name))),
            Err(Unreadable::Unfit(fault)) => Ok(Checked { file: shown, fault: Some(fault), ..Checked::default() }),
            Err(unreadable) => Err(Failure::wrong_use(format!("{shown} cannot be read: {unreadable}"))),
        }
    }

    /// Holds a text against the standards, as the contract of that file.
    pub(crate) fn hold(
        &self,
        file: &ContractFile,
        text: String,
        facts: Facts,
        open: &mut dyn FnMut(&str) -> Result<String, String>,
    ) -> Checked {
        let mut checked = Checked { file: file.shown(file.name()), ..Checked::default() };
        let mut refused = BTreeMap::new();
        let mut opener = |name: &str| {
            open(name).inspect_err(|why| {
                refused.insert(name.to_owned(), why.clone());
            })
        };
        // What can be read over, a rule of the playbook or of the ruleset complains about, with its own weight.
        let sources = Sources::read_leniently(file.name(), &text, &LIMITS, &mut opener);
        checked.texts.push((checked.file.clone(), text));
        let sources = match sources {
            Ok(sources) => sources,
            Err(fault) => return Checked { fault: Some(fault), ..checked },
        };
        let parts = sources.documents().iter().skip(1);
        checked.texts.extend(parts.map(|part| (file.shown(part.name()), part.text().to_owned())));
        checked.unread = sources.missing().iter().map(|missing| unread(file, missing, &refused)).collect();
        self.judge(file, &sources, facts, &mut checked);
        checked
    }

    fn judge(&self, file: &ContractFile, sources: &Sources, facts: Facts, checked: &mut Checked) {
        if let Some(profile) = &self.profile {
            checked.fault = contract::edition(sources.document()).err();
            if checked.fault.is_some() {
                return;
            }
            let verdict = lint(sources, facts, profile);
            checked.profile = verdict.profile;
            checked.edition = verdict.edition;
            let cut = verdict.coverage.iter().filter(|coverage| coverage.cut);
            checked.skipped.extend(cut.map(|coverage| Skipped {
                rule: coverage.rule.to_string(),
                why: "it took too many steps and was stopped before its end".to_owned(),
            }));
            checked.coverage = verdict.coverage;
            checked.findings.extend(told(file, verdict.findings));
        }
        for (name, ruleset) in &self.rulesets {
            checked.rulesets.push(name.clone());
            let begun = Instant::now();
            let clock = || begun.elapsed();
            let allowance = Allowance { clock: Some(&clock), javascript: self.javascript, ..Allowance::default() };
            let verdict = run(sources, ruleset, &allowance);
            let notices = verdict.skipped.into_iter().chain(verdict.cut).chain(verdict.notes);
            checked.skipped.extend(notices.map(|notice| Skipped { rule: notice.rule.to_string(), why: notice.why }));
            checked.findings.extend(told(file, verdict.findings));
        }
        if !self.rulesets.is_empty() {
            let order = |file: &str| checked.texts.iter().position(|(name, _)| name == file);
            checked.findings.sort_by_cached_key(|told| (order(&told.finding.file), told.finding.span.start));
        }
    }
}

/// Findings, each with its file named as whoever asked names it; the name is kept once for all findings in a file.
fn told(file: &ContractFile, findings: Vec<Finding>) -> impl Iterator<Item = Told> {
    let mut shown: BTreeMap<Arc<str>, Arc<str>> = BTreeMap::new();
    findings.into_iter().map(move |mut finding| {
        let name = shown.entry(finding.file).or_insert_with_key(|name| file.shown(name).into());
        finding.file = Arc::clone(name);
        Told { finding, standing: Standing::Counts }
    })
}

fn unread(file: &ContractFile, missing: &Missing, refused: &BTreeMap<String, String>) -> Unread {
    let why = match refused.get(&missing.file) {
        Some(why) => why.clone(),
        None => format!("{}: {}", missing.fault.place, missing.fault.what),
    };
    Unread { from: file.shown(&missing.from), file: file.shown(&missing.file), why }
}

fn in_lines(what: &str, name: &str, faults: &[Fault]) -> String {
    let line =
        |fault: &Fault| format!("{name}:{}:{}: {}; {}", fault.place.line, fault.place.column, fault.what, fault.mend);
    let lines: Vec<String> = faults.iter().map(line).collect();
    format!("the {what} has faults\n{}", lines.join("\n"))
}
