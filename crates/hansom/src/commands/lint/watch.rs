//! When has a file changed, so that it is time to lint again?

use std::{
    collections::BTreeMap,
    io::IsTerminal,
    path::PathBuf,
    time::{Duration, SystemTime},
};

use hansom_standards::report::Checked;

use super::Lint;
use crate::{contract_file::ContractFile, failure::Failure, saying::say};

/// How often it is looked. Asking works on every file system, also where nobody tells of changes.
const EACH: Duration = Duration::from_millis(300);

/// When each file was written, and how large it is; nothing of one that is not there.
type Stamps = BTreeMap<PathBuf, Option<(SystemTime, u64)>>;

/// Lints, and again after each change. Ctrl-C ends the program.
pub(super) fn until_stopped(lint: &Lint, contracts: &[ContractFile]) -> Result<(), Failure> {
    loop {
        if std::io::stdout().is_terminal() {
            say("\x1b[2J\x1b[3J\x1b[H")?;
        }
        let named: Vec<PathBuf> = contracts.iter().map(|contract| contract.path(contract.name())).collect();
        // Stamped before it is read, so that a change in between is seen.
        let mut stamps = stamped(named);
        match once(lint, contracts) {
            Ok(others) => stamps.extend(stamped(others)),
            // A file that is gone for a moment, or a profile being written, is not the end.
            Err(failure) => drop(failure.report()),
        }
        say("watching for changes; Ctrl-C ends\n")?;
        while stamped(stamps.keys().cloned()) == stamps {
            std::thread::sleep(EACH);
        }
    }
}

/// Lints and tells; gives every other file that the answer rests on.
fn once(lint: &Lint, contracts: &[ContractFile]) -> Result<Vec<PathBuf>, Failure> {
    let law = lint.law()?;
    let checked = lint.check_all(&law, contracts)?;
    let mut files = lint.grounds(&law, contracts);
    for (contract, checked) in contracts.iter().zip(&checked) {
        files.extend(parts(contract, checked));
    }
    match lint.tell(&checked) {
        // Findings are told already, and only whoever ends by them needs an exit code.
        Ok(()) => {}
        Err(failure) if failure.is_said() => {}
        Err(failure) => return Err(failure),
    }
    Ok(files)
}

/// The files that a contract refers to, also those that were not there.
fn parts(contract: &ContractFile, checked: &Checked) -> Vec<PathBuf> {
    let texts = checked.texts.iter().skip(1).map(|(name, _)| name);
    let names = texts.chain(checked.unread.iter().map(|unread| &unread.file));
    names.map(|name| contract.path(name.strip_prefix(&contract.shown("")).unwrap_or(name))).collect()
}

fn stamped(files: impl IntoIterator<Item = PathBuf>) -> Stamps {
    let stamp = |file: &PathBuf| {
        let data = std::fs::metadata(file).ok()?;
        Some((data.modified().ok()?, data.len()))
    };
    files.into_iter().map(|file| (file.clone(), stamp(&file))).collect()
}
