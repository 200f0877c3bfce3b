//! `hansom lint`: does a contract keep the standards?

mod baseline;
mod fixes;
mod watch;

use std::{
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use hansom_standards::{
    Level,
    report::{self, Checked, Look, Threshold},
};

use crate::{
    contract_file::ContractFile,
    facts::{self, Beside},
    failure::{Doing, Failure},
    law::Law,
    saying::{look, say_piecewise, write_piecewise},
};

/// Hold contracts against the standards: which rules they break, where, why it matters and what to do.
#[derive(Args)]
#[command(after_help = "Examples:\n  hansom lint openapi.yaml\n  \
    hansom lint --format sarif --output lint.sarif apis/*/openapi.yaml\n  \
    hansom lint --write-baseline baseline.json old.yaml && hansom lint --baseline baseline.json old.yaml\n\n\
    Exit code: 0 nothing at or above --fail-on, 1 something or a contract that cannot be read, 2 wrong use, 3 it broke.")]
pub(crate) struct Lint {
    /// The contracts; `-` reads one from standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The profile: one that comes with Hansom, or a file of your own. Without it uk-council.
    #[arg(long, value_name = "NAME|FILE")]
    profile: Option<String>,
    /// A ruleset in Spectral's format: a file, or `spectral:oas`. Without --profile it holds alone. May be given again.
    #[arg(long, value_name = "FILE")]
    ruleset: Vec<String>,
    /// Run functions that rulesets bring in JavaScript: without files and network, with bounded time and memory.
    #[arg(long)]
    allow_javascript: bool,
    /// The manifest of the API; without it `api.yaml` beside the contract, if that names the contract.
    #[arg(long, value_name = "FILE", conflicts_with = "no_manifest")]
    manifest: Option<PathBuf>,
    /// Look at the contract alone.
    #[arg(long)]
    no_manifest: bool,
    /// How the findings are told.
    #[arg(long, value_enum, default_value_t = Format::Pretty)]
    format: Format,
    /// Which findings make the exit code 1: those of this level and above.
    #[arg(long, value_enum, default_value_t = FailOn::Error, value_name = "LEVEL")]
    fail_on: FailOn,
    /// Mend what can be mended mechanically, then lint again.
    #[arg(long, conflicts_with = "watch")]
    fix: bool,
    /// Findings that this file knows are not counted.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write a file that knows every finding of today.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["baseline", "watch"])]
    write_baseline: Option<PathBuf>,
    /// Lint again whenever a file changes, until Ctrl-C.
    #[arg(long)]
    watch: bool,
    /// Show every finding, however many a rule has.
    #[arg(long)]
    all: bool,
    /// Write to a file instead of standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Pretty,
    Json,
    Sarif,
    Junit,
    Github,
    Markdown,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Error,
    Warning,
    Information,
    Hint,
    Never,
}

impl FailOn {
    fn threshold(self) -> Threshold {
        Threshold(match self {
            FailOn::Error => Some(Level::Error),
            FailOn::Warning => Some(Level::Warning),
            FailOn::Information => Some(Level::Information),
            FailOn::Hint => Some(Level::Hint),
            FailOn::Never => None,
        })
    }
}

impl Lint {
    /// Lints, once or until it is stopped.
    pub(crate) fn run(self) -> Result<(), Failure> {
        let contracts = self.contracts()?;
        if self.watch {
            return watch::until_stopped(&self, &contracts);
        }
        let law = self.law()?;
        if self.fix {
            fixes::mend(&contracts, |contract| self.check(&law, contract))?;
        }
        let mut checked = self.check_all(&law, &contracts)?;
        if let Some(file) = &self.write_baseline {
            baseline::write(file, &mut checked)?;
        }
        self.tell(&checked)
    }

    /// The contracts in the order in which they were named, each once.
    fn contracts(&self) -> Result<Vec<ContractFile>, Failure> {
        let piped = self.files.iter().filter(|file| file.as_os_str() == "-").count();
        if piped > 1 || (piped == 1 && (self.fix || self.watch)) {
            let what = "standard input can be linted once, and neither mended nor watched";
            return Err(Failure::wrong_use(format!("{what}; name a file")));
        }
        let mut files: Vec<&PathBuf> = Vec::new();
        for file in &self.files {
            if !files.contains(&file) {
                files.push(file);
            }
        }
        files.into_iter().map(|file| ContractFile::of(file)).collect()
    }

    fn law(&self) -> Result<Law, Failure> {
        Ok(Law::of(self.profile.as_deref(), &self.ruleset)?.allowing_javascript(self.allow_javascript))
    }

    fn check(&self, law: &Law, contract: &ContractFile) -> Result<Checked, Failure> {
        law.check(contract, self.beside(contract)?.facts)
    }

    /// The manifest that goes with a contract.
    fn beside(&self, contract: &ContractFile) -> Result<Beside, Failure> {
        match &self.manifest {
            Some(file) => facts::of_manifest(file),
            None if self.no_manifest => Ok(Beside::default()),
            None => Ok(facts::beside(contract)),
        }
    }

    fn check_all(&self, law: &Law, contracts: &[ContractFile]) -> Result<Vec<Checked>, Failure> {
        let mut known = self.baseline.as_deref().map(baseline::read).transpose()?;
        let mut all = Vec::with_capacity(contracts.len());
        for (number, contract) in contracts.iter().enumerate() {
            progress(number, contracts);
            for fault in self.beside(contract)?.faults {
                eprintln!("hansom: the manifest is left out of account: {}", report::harmless(&fault));
            }
            let mut checked = self.check(law, contract)?;
            if let Some(known) = &mut known {
                known.settle(&mut checked);
            }
            all.push(checked);
        }
        progress(contracts.len(), contracts);
        Ok(all)
    }

    /// Tells what came of it; a failure is what makes the exit code.
    fn tell(&self, checked: &[Checked]) -> Result<(), Failure> {
        let threshold = self.fail_on.threshold();
        let write = |out: &mut dyn Write| self.write(checked, threshold, out);
        match &self.output {
            Some(file) => write_piecewise(file, write).doing(format!("{} could not be written", file.display()))?,
            None => say_piecewise(write)?,
        }
        if checked.iter().any(|checked| threshold.fails_by(checked)) { Err(Failure::found()) } else { Ok(()) }
    }

    fn write(&self, checked: &[Checked], threshold: Threshold, out: &mut dyn Write) -> io::Result<()> {
        let text = match self.format {
            Format::Pretty => {
                let look = if self.output.is_some() { Look::default() } else { look() };
                report::pretty(checked, Look { all: self.all, ..look })
            }
            Format::Json => return report::json(checked, out),
            Format::Sarif => report::sarif(checked),
            Format::Junit => report::junit(checked, threshold),
            Format::Github => report::github(checked),
            Format::Markdown => report::markdown(checked),
        };
        out.write_all(text.as_bytes())
    }

    /// The files, other than the contracts' own, whose change changes the answer.
    fn grounds(&self, law: &Law, contracts: &[ContractFile]) -> Vec<PathBuf> {
        let beside = contracts.iter().filter_map(|contract| self.beside(contract).ok()?.file);
        let named = [&self.manifest, &self.baseline].into_iter().flatten().map(PathBuf::as_path);
        named.map(Path::to_owned).chain(beside).chain(law.files.iter().cloned()).collect()
    }
}

/// Where many contracts are linted and somebody waits in front of a terminal: which one it is at.
fn progress(number: usize, contracts: &[ContractFile]) {
    if contracts.len() < 5 || !std::io::stderr().is_terminal() {
        return;
    }
    match contracts.get(number) {
        Some(contract) => {
            let shown = contract.shown(contract.name());
            eprint!("\r\x1b[K{} of {}: {}", number + 1, contracts.len(), report::harmless(&shown));
        }
        None => eprint!("\r\x1b[K"),
    }
}
