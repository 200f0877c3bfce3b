//! `hansom update`: bring a service up to the newest version of its template.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use hansom_scaffold::{Change, Files, Outcome, RECORD_FILE, Record, Template, merge};
use serde_json::json;

use crate::{
    failure::{Doing, Failure},
    project, repository,
    saying::say,
};

/// Bring a service up to the newest version of its template: what the template changed is merged with what you changed.
#[derive(Args)]
#[command(after_help = "Examples:\n  hansom update --dry-run\n  hansom update --dir ../parking && git diff\n\n\
    Where you and the template changed the same lines, both stand in the file between marks like git's.\n\
    Exit code: 0 nothing to resolve, 1 conflicts or refused, 2 wrong use, 3 it broke.")]
pub(crate) struct Update {
    /// The service's folder.
    #[arg(long, default_value = ".")]
    dir: PathBuf,
    /// Print the changes as a patch, change nothing.
    #[arg(long)]
    dry_run: bool,
    /// How the changes are told.
    #[arg(long, value_enum, default_value_t = Format::Pretty)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Pretty,
    Json,
}

impl Update {
    /// Merges, writes and tells.
    pub(crate) fn run(self) -> Result<(), Failure> {
        let text = read(&self.dir, RECORD_FILE)?.ok_or_else(|| {
            Failure::wrong_use(format!(
                "{} has no {RECORD_FILE}: it was not made by hansom new, or the record was lost",
                self.dir.display()
            ))
        })?;
        let mut record = Record::read(&text).map_err(|error| Failure::refused(error.to_string()))?;
        let newest = newest(&record)?;
        if !self.dry_run {
            repository::must_be_clean(&self.dir)?;
        }
        let (from, to) = (record.version, newest.version());
        let changes = if from == to { vec![] } else { changes(&self.dir, &record, &newest)? };
        if !self.dry_run && from != to {
            record.version = to;
            let written = record.write().doing("the record cannot be written")?;
            apply(&self.dir, &changes, (&text, &written))?;
        }
        self.told(&changes, (&record.template, from, to))
    }

    fn told(&self, changes: &[Change], (template, from, to): (&str, u32, u32)) -> Result<(), Failure> {
        let conflicts = changes.iter().filter(|change| matches!(change.outcome, Outcome::Conflicting(_))).count();
        if self.format == Format::Json {
            let listed: Vec<_> =
                changes.iter().map(|change| json!({ "file": change.path, "outcome": word(&change.outcome) })).collect();
            let told = json!({ "template": template, "from": from, "to": to, "dryRun": self.dry_run,
                "conflicts": conflicts, "changes": listed });
            say(&format!("{told:#}\n"))?;
        } else if from == to {
            say(&format!("{template} version {to} is the newest; there is nothing to do\n"))?;
        } else {
            let head = format!("{template} version {from} → {to}");
            let lines = changes.iter().map(|change| format!("  {:<12} {}", word(&change.outcome), change.path));
            let mut lines: Vec<String> = std::iter::once(head).chain(lines).collect();
            if self.dry_run {
                lines.extend(changes.iter().map(Change::patch).filter(|patch| !patch.is_empty()));
            }
            say(&(lines.join("\n") + "\n"))?;
        }
        if conflicts == 0 {
            return Ok(());
        }
        let files = if conflicts == 1 { "one file".to_owned() } else { format!("{conflicts} files") };
        let then = if self.dry_run { "nothing was changed" } else { "resolve the marks, run the tests, and commit" };
        Err(Failure::refused(format!("{files} changed by you and by the template in the same lines; {then}")))
    }
}

fn newest(record: &Record) -> Result<Template, Failure> {
    let newest = Template::named(&record.template).ok_or_else(|| {
        Failure::refused(format!("this hansom has no template {}; the one that made the service has", record.template))
    })?;
    if record.version > newest.version() {
        return Err(Failure::refused(format!(
            "the service is at version {} of {}, and this hansom knows {} at most; use a newer hansom",
            record.version,
            record.template,
            newest.version()
        )));
    }
    Ok(newest)
}

fn changes(folder: &Path, record: &Record, newest: &Template) -> Result<Vec<Change>, Failure> {
    let base = Template::named_at(&record.template, record.version).ok_or_else(|| {
        Failure::refused(format!("there never was a version {} of {}", record.version, record.template))
    })?;
    let rendered = |template: &Template| template.render(&record.answers).doing("the template cannot be rendered");
    let (base, theirs): (Files, Files) = (rendered(&base)?, rendered(newest)?);
    let mut ours = BTreeMap::new();
    for path in base.keys().chain(theirs.keys()) {
        if let Some(text) = read(folder, path)? {
            ours.insert(path.clone(), text);
        }
    }
    Ok(merge(&base, &ours, &theirs))
}

/// Writes every change and the record, or, if one of them fails, puts back what was there.
fn apply(folder: &Path, changes: &[Change], (old_record, new_record): (&str, &str)) -> Result<(), Failure> {
    let mut begun: Vec<(&str, Option<&str>)> = vec![];
    for change in changes {
        begun.push((&change.path, change.before.as_deref()));
        let done = match &change.outcome {
            Outcome::Removed => project::remove_file(folder, &change.path),
            outcome => outcome.text().map_or(Ok(()), |text| project::write_file(folder, &change.path, text)),
        };
        done.or_else(|error| back(folder, &begun, &error))?;
    }
    begun.push((RECORD_FILE, Some(old_record)));
    project::write_file(folder, RECORD_FILE, new_record).or_else(|error| back(folder, &begun, &error))
}

fn back(folder: &Path, begun: &[(&str, Option<&str>)], why: &std::io::Error) -> Result<(), Failure> {
    for (path, before) in begun {
        // The tree was clean: what cannot be put back here, git still has.
        let _ = match before {
            Some(text) => project::write_file(folder, path, text),
            None => project::remove_file(folder, path),
        };
    }
    Err(Failure::broke(format!("nothing was changed: {why}")))
}

fn read(folder: &Path, path: &str) -> Result<Option<String>, Failure> {
    project::read_file(folder, path).map_err(|error| Failure::refused(format!("nothing was changed: {error}")))
}

fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Added(_) => "added",
        Outcome::Updated(_) => "updated",
        Outcome::Conflicting(_) => "conflict",
        Outcome::Removed => "removed",
        Outcome::KeptThoughDropped => "kept",
        Outcome::StaysAway => "stays away",
    }
}
