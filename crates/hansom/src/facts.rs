//! What does the manifest beside a contract say that rules need to know?

use std::path::{Path, PathBuf};

use hansom_control::{Manifest, facts};
use hansom_standards::Facts;

use crate::{contract_file::ContractFile, failure::Failure};

/// A manifest is small; the platform takes no larger one.
const MOST_BYTES: u64 = 1_000_000;

/// The manifest that goes with a contract.
#[derive(Clone, Debug, Default)]
pub(crate) struct Beside {
    /// Where it lies, if there is one.
    pub(crate) file: Option<PathBuf>,
    /// What it says.
    pub(crate) facts: Facts,
    /// What is wrong with it; then it says nothing.
    pub(crate) faults: Vec<String>,
}

/// What a manifest says that was asked for by name.
pub(crate) fn of_manifest(file: &Path) -> Result<Beside, Failure> {
    match read(file) {
        Ok(manifest) => Ok(Beside { file: Some(file.to_owned()), facts: facts(&manifest), faults: Vec::new() }),
        Err(faults) => Err(Failure::wrong_use(faults.join("\n"))),
    }
}

/// What `api.yaml` beside a contract says, if there is one and it names the contract.
pub(crate) fn beside(contract: &ContractFile) -> Beside {
    let path = contract.path(contract.name());
    let file = path.with_file_name("api.yaml");
    if contract.is_piped() || file == path || !file.is_file() {
        return Beside::default();
    }
    match read(&file) {
        Ok(manifest) if path.file_name().is_some_and(|name| name == manifest.contract.as_str()) => {
            Beside { file: Some(file), facts: facts(&manifest), faults: Vec::new() }
        }
        Ok(_) => Beside::default(),
        Err(faults) => Beside { file: Some(file), facts: Facts::default(), faults },
    }
}

fn read(file: &Path) -> Result<Manifest, Vec<String>> {
    let shown = file.display();
    let text = match std::fs::metadata(file) {
        Ok(data) if data.len() > MOST_BYTES => return Err(vec![format!("{shown} is larger than 1 MB")]),
        Ok(_) => std::fs::read_to_string(file),
        Err(error) => Err(error),
    };
    let text = text.map_err(|error| vec![format!("{shown} cannot be read: {error}")])?;
    hansom_control::read_manifest(&text).map_err(|faults| {
        let line = |fault: &hansom_control::PublishFault| {
            format!("{shown}:{}:{}: {}; {}", fault.line, fault.column, fault.what, fault.mend)
        };
        faults.iter().map(line).collect()
    })
}
