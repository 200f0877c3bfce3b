//! Which standards hold, and what do they say of a contract?

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use hansom_standards::{
    Facts, Fault, Profile, Sources, contract, lint,
    profile::DEFAULT,
    report::{Checked, Skipped, Standing, Told, Unread},
    sources::Missing,
};

use crate::{
    contract_file::{ContractFile, LIMITS, Unreadable, read_bounded},
    failure::Failure,
};

/// The standards that were chosen.
#[derive(Clone, Debug)]
pub(crate) struct Law {
    profile: Option<Profile>,
    /// The files that it was read from, so that a change of them can be seen.
    pub(crate) files: Vec<PathBuf>,
}

impl Law {
    /// Takes a profile by its name or file.
    pub(crate) fn of(profile: Option<&str>) -> Result<Law, Failure> {
        let mut law = Law { profile: None, files: Vec::new() };
        law.profile = Some(law.profile(profile.unwrap_or(DEFAULT))?);
        Ok(law)
    }

    fn profile(&mut self, name: &str) -> Result<Profile, Failure> {
        if let Some(profile) = Profile::bundled(name) {
            return Ok(profile);
        }
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
            Err(Unreadable::Absent(why)) => return Err(Failure::wrong_use(format!("profile {name}: {why}"))),
            Err(Unreadable::Unfit(fault)) => return Err(Failure::wrong_use(format!("profile {name}: {fault}"))),
        };
        self.files.push(file.to_owned());
        Profile::read(&text).map_err(|faults| Failure::wrong_use(in_lines(name, &faults)))
    }

    /// Reads a contract and holds it against the standards. Only a contract that is not there is a failure: what is
    /// wrong with one is told.
    pub(crate) fn check(&self, file: &ContractFile, facts: Facts) -> Result<Checked, Failure> {
        let shown = file.shown(file.name());
        match file.read() {
            Ok(text) => Ok(self.hold(file, text, facts, &mut |name| file.open(name))),
            Err(Unreadable::Unfit(fault)) => Ok(Checked { file: shown, fault: Some(fault), ..Checked::default() }),
            Err(Unreadable::Absent(why)) => Err(Failure::wrong_use(format!("{shown} cannot be read: {why}"))),
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
        let sources = Sources::read(file.name(), &text, &LIMITS, &mut |name| {
            open(name).inspect_err(|why| {
                refused.insert(name.to_owned(), why.clone());
            })
        });
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
        let Some(profile) = &self.profile else { return };
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
        checked.findings.extend(verdict.findings.into_iter().map(|mut finding| {
            finding.file = file.shown(&finding.file).into();
            Told { finding, standing: Standing::Counts }
        }));
    }
}

fn unread(file: &ContractFile, missing: &Missing, refused: &BTreeMap<String, String>) -> Unread {
    let why = match refused.get(&missing.file) {
        Some(why) => why.clone(),
        None => format!("{}: {}", missing.fault.place, missing.fault.what),
    };
    Unread { from: file.shown(&missing.from), file: file.shown(&missing.file), why }
}

fn in_lines(name: &str, faults: &[Fault]) -> String {
    let line =
        |fault: &Fault| format!("{name}:{}:{}: {}; {}", fault.place.line, fault.place.column, fault.what, fault.mend);
    let lines: Vec<String> = faults.iter().map(line).collect();
    format!("the profile has faults\n{}", lines.join("\n"))
}
