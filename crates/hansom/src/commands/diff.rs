//! `hansom diff`: what changed between two contracts, and which version does it need?

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use hansom_standards::{
    Fault, Level, Sources,
    contract::edition,
    difference::{self, Day, Difference, Levels, Notices, Question, Reading, changelog},
    report::Look,
};

use crate::{
    contract_file::{ContractFile, LIMITS, Unreadable},
    failure::{Doing, Failure},
    saying::{look, say, write_whole},
};

/// Say what changed between two contracts, whether it breaks callers, and which version it needs.
#[derive(Args)]
#[command(after_help = "Examples:\n  hansom diff old.yaml openapi.yaml\n  \
    hansom diff --format markdown --output CHANGELOG.md old.yaml new.yaml\n  \
    git show HEAD~1:openapi.yaml | hansom diff - openapi.yaml\n\n\
    Exit code: 0 nothing at or above --fail-on, 1 something or a contract that cannot be read, 2 wrong use, 3 it broke.")]
pub(crate) struct Diff {
    /// The old contract; `-` reads it from standard input.
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The new contract; `-` reads it from standard input.
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// How the changes are told.
    #[arg(long, value_enum, default_value_t = Format::Pretty)]
    format: Format,
    /// Which changes make the exit code 1: those of this level and above.
    #[arg(long, value_enum, default_value_t = FailOn::Breaking, value_name = "LEVEL")]
    fail_on: FailOn,
    /// Days of notice before something deprecated may end.
    #[arg(long, value_name = "DAYS", default_value_t = 0)]
    notice: u32,
    /// Weigh changes as oasdiff does, with its checks alone.
    #[arg(long)]
    as_oasdiff: bool,
    /// Weigh changes as this file says: a line for each id, with err, warn, info or none behind it.
    #[arg(long, value_name = "FILE")]
    levels: Option<PathBuf>,
    /// Show every change, however many an operation has.
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
    Markdown,
    Html,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// What breaks callers.
    Breaking,
    /// What may break callers, and what no check understands.
    Warning,
    /// A version that did not go up by enough.
    Version,
    Never,
}

impl Diff {
    /// Compares the two contracts and tells what came of it.
    pub(crate) fn run(self) -> Result<(), Failure> {
        if self.old == self.new {
            return Err(Failure::wrong_use("the old and the new contract are the same file; name two"));
        }
        let (old, new) = (ContractFile::of(&self.old)?, ContractFile::of(&self.new)?);
        let (before, after) = (read(&old)?, read(&new)?);
        let reading = if self.as_oasdiff { Reading::Published } else { Reading::Hansom };
        let notices = Notices { stable: self.notice, beta: self.notice };
        let levels = self.levels.as_deref().map(levels).transpose()?.unwrap_or_default();
        let difference =
            difference::compare(&before, &after, &Question { reading, notices, levels, ..Question::on(today()) });
        let names = (old.shown(old.name()), new.shown(new.name()));
        self.tell(&difference, changelog::Names { old: &names.0, new: &names.1 })
    }

    fn tell(&self, difference: &Difference, names: changelog::Names<'_>) -> Result<(), Failure> {
        let text = match self.format {
            Format::Pretty => {
                let look = if self.output.is_some() { Look::default() } else { look() };
                changelog::pretty(difference, names, Look { all: self.all, ..look })
            }
            Format::Json => changelog::json(difference, names),
            Format::Markdown => changelog::markdown(difference, names),
            Format::Html => changelog::html(difference, names),
        };
        match &self.output {
            Some(file) => write_whole(file, &text).doing(format!("{} could not be written", file.display()))?,
            None => say(&text)?,
        }
        if self.fails(difference) { Err(Failure::found()) } else { Ok(()) }
    }

    fn fails(&self, difference: &Difference) -> bool {
        match self.fail_on {
            FailOn::Breaking => difference.is_breaking(),
            FailOn::Warning => {
                difference.changes.iter().any(|change| change.level <= Level::Warning)
                    || !difference.unhandled.is_empty()
            }
            FailOn::Version => difference.needed.is_enough() == Some(false),
            FailOn::Never => false,
        }
    }
}

fn read(file: &ContractFile) -> Result<Sources, Failure> {
    let shown = file.shown(file.name());
    let text = file.read().map_err(|unreadable| match unreadable {
        Unreadable::Absent(why) => Failure::wrong_use(format!("{shown} cannot be read: {why}")),
        Unreadable::Unfit(fault) => Failure::refused(format!("{shown} is no contract: {fault}")),
    })?;
    let sources = Sources::read(file.name(), &text, &LIMITS, &mut |name| file.open(name));
    let sources = sources.map_err(|fault| refused(&shown, &fault))?;
    edition(sources.document()).map_err(|fault| refused(&shown, &fault))?;
    for missing in sources.missing() {
        eprintln!("hansom: {} is left out: {}", file.shown(&missing.file), missing.fault.what);
    }
    Ok(sources)
}

fn levels(file: &Path) -> Result<Levels, Failure> {
    let shown = file.display();
    let text = std::fs::read_to_string(file);
    let text = text.map_err(|error| Failure::wrong_use(format!("{shown} cannot be read: {error}")))?;
    Levels::parse(&text)
        .map_err(|fault| Failure::wrong_use(format!("{shown}:{}: {}; {}", fault.place.line, fault.what, fault.mend)))
}

fn refused(shown: &str, fault: &Fault) -> Failure {
    let (line, column) = (fault.place.line, fault.place.column);
    Failure::refused(format!("{shown}:{line}:{column}: {}; {}", fault.what, fault.mend))
}

fn today() -> Day {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Day::of_seconds(i64::try_from(since.as_secs()).unwrap_or_default())
}
