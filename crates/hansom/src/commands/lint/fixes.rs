//! What can be mended mechanically, and how is it written back?

use std::collections::BTreeMap;

use hansom_standards::{
    Document, Finding, Fix,
    mending::mend as mended,
    report::{Checked, Standing, harmless},
};

use crate::{
    contract_file::{ContractFile, LIMITS},
    failure::{Doing, Failure},
    saying::write_whole,
};

/// A fix may lay open what another one mends; more rounds than this are a circle.
const MOST_ROUNDS: usize = 10;

/// Mends the contracts' files until nothing is left that can be mended, and says what was done.
pub(super) fn mend(
    contracts: &[ContractFile],
    check: impl Fn(&ContractFile) -> Result<Checked, Failure>,
) -> Result<(), Failure> {
    for contract in contracts {
        for _ in 0..MOST_ROUNDS {
            if !round(contract, &check(contract)?)? {
                break;
            }
        }
    }
    Ok(())
}

/// Mends what can be mended at once; false if that was nothing.
fn round(contract: &ContractFile, checked: &Checked) -> Result<bool, Failure> {
    let mut by_file: BTreeMap<&str, Vec<(&Finding, &Fix)>> = BTreeMap::new();
    for told in checked.findings.iter().filter(|told| told.standing == Standing::Counts) {
        if let Some(fix) = &told.finding.fix {
            by_file.entry(&told.finding.file).or_default().push((&told.finding, fix));
        }
    }
    let mut any = false;
    for (file, text) in &checked.texts {
        if let Some(fixes) = by_file.get(file.as_str()) {
            any |= one_file(contract, file, text, fixes)?;
        }
    }
    Ok(any)
}

fn one_file(contract: &ContractFile, file: &str, text: &str, fixes: &[(&Finding, &Fix)]) -> Result<bool, Failure> {
    let done = mended(text, fixes.iter().map(|(_, fix)| *fix));
    if done.text == text {
        return Ok(false);
    }
    if let Err(fault) = Document::read_leniently(&done.text, &LIMITS) {
        let what = format!("{file} was not mended: it could not be read afterwards ({fault})");
        return Err(Failure::broke(format!("{what}; this is a mistake of a rule, please report it")));
    }
    let path = contract.path(file.strip_prefix(&contract.shown("")).unwrap_or(file));
    write_whole(&path, &done.text).doing(format!("{file} could not be written"))?;
    for (finding, fix) in done.applied.iter().filter_map(|number| fixes.get(*number)) {
        let place = finding.span.start;
        let (file, rule, title) = (harmless(file), harmless(&finding.rule), harmless(&fix.title));
        eprintln!("mended {file}:{}:{}: {rule}: {title}", place.line, place.column);
    }
    Ok(true)
}
