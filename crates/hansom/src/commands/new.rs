//! `hansom new`: start a service from a template.

use std::{
    io::{BufRead, IsTerminal, Write},
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};
use hansom_scaffold::{Answers, Asked, Files, Kind, RECORD_FILE, Record, Template};

use crate::{
    failure::{Doing, Failure},
    repository,
    saying::{say, tell},
    world,
};

/// What `hansom new` starts with where nobody says otherwise.
const DEFAULT_TEMPLATE: &str = "rust-axum";
/// Longest answer that is read from a terminal.
const LONGEST_ANSWER: u64 = 1000;

/// Start a service from a template: it builds, its tests pass, it meets the standards, and it can be published as it is.
#[derive(Args)]
#[command(after_help = "Examples:\n  hansom new parking --owner parking@council.example --resource permits\n  \
    hansom new parking --owner parking@council.example --template typescript-fastify\n  \
    hansom new --list\n\n\
    `hansom update` brings a service up to the newest version of its template.")]
pub(crate) struct New {
    /// The API's name in paths, such as parking; the folder gets the same name.
    #[arg(required_unless_present = "list")]
    name: Option<String>,
    /// The group that owns it; asked for, if it is not said.
    #[arg(long, value_name = "GROUP")]
    owner: Option<String>,
    /// Which template; --list shows them.
    #[arg(long, default_value = DEFAULT_TEMPLATE)]
    template: String,
    /// What the API is called in sentences; from the name, if it is not said.
    #[arg(long)]
    title: Option<String>,
    /// Whether it holds one domain's data for everybody, or serves one service.
    #[arg(long, value_enum, default_value_t = KindWord::Platform)]
    kind: KindWord,
    /// What it holds, in the plural, such as permits, or people/person; several times for several. The name, if it is not said.
    #[arg(long = "resource", value_name = "PLURAL")]
    resources: Vec<String>,
    /// The folder to make the service's own folder in.
    #[arg(long, default_value = ".")]
    into: PathBuf,
    /// Make no git repository of it.
    #[arg(long)]
    no_git: bool,
    /// List the templates.
    #[arg(long)]
    list: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum KindWord {
    Platform,
    Service,
}

impl New {
    /// Writes the folder, whole or not at all.
    pub(crate) fn run(self) -> Result<(), Failure> {
        if self.list {
            return list();
        }
        let template = Template::named(&self.template).ok_or_else(|| unknown(&self.template))?;
        let (into, no_git) = (self.into.clone(), self.no_git);
        let answers = self.answers()?;
        let folder = into.join(answers.name());
        if folder.symlink_metadata().is_ok() {
            return Err(Failure::refused(format!("{} is there already; nothing was written", folder.display())));
        }
        let mut files = template.render(&answers).map_err(|error| Failure::refused(error.to_string()))?;
        let record = Record { template: template.name().to_owned(), version: template.version(), answers };
        let written = record.write().doing("the record cannot be written")?;
        files.insert(RECORD_FILE.to_owned(), written);
        let what = format!("{} version {}", record.template, record.version);
        tell(&format!("Writing {} files from the template {what}", files.len()));
        let repository = make(&into, &folder, &files, (!no_git).then_some(what.as_str()))?;
        tell(repository);
        said_last(&folder, &files)
    }

    fn answers(self) -> Result<Answers, Failure> {
        let owner = match self.owner {
            Some(owner) => owner,
            None => ask("Which group owns it (an address, such as parking@council.example)?", "--owner GROUP")?,
        };
        let asked = Asked {
            name: self.name.unwrap_or_default(),
            title: self.title,
            owner,
            kind: match self.kind {
                KindWord::Platform => Kind::Platform,
                KindWord::Service => Kind::Service,
            },
            resources: self.resources,
            id: uuid::Builder::from_random_bytes(world::chance().bytes()).into_uuid().to_string(),
        };
        let slug = asked.name.parse::<hansom_domain::ApiSlug>();
        let answers = Answers::check(asked).map_err(|faults| {
            let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
            Failure::wrong_use(format!("nothing was written\n{}", lines.join("\n")))
        })?;
        // Names that every language takes may still be ones that the platform has kept for itself.
        slug.map_err(|fault| Failure::wrong_use(format!("nothing was written\n{fault}")))?;
        Ok(answers)
    }
}

fn list() -> Result<(), Failure> {
    let lines: Vec<String> =
        Template::all().iter().map(|template| format!("{:<20} {}", template.name(), template.title())).collect();
    say(&(lines.join("\n") + "\n"))
}

fn unknown(name: &str) -> Failure {
    let names: Vec<String> = Template::all().iter().map(|template| template.name().to_owned()).collect();
    Failure::wrong_use(format!("there is no template {name}; choose one of {}", names.join(", ")))
}

/// Asks whoever sits at the terminal; elsewhere the flag has to be given.
fn ask(question: &str, flag: &str) -> Result<String, Failure> {
    let input = std::io::stdin();
    if !input.is_terminal() {
        return Err(Failure::wrong_use(format!("say {flag}; there is no terminal to ask at")));
    }
    eprint!("{question} ");
    std::io::stderr().flush().doing("the terminal cannot be written to")?;
    let mut answer = String::new();
    std::io::Read::take(input.lock(), LONGEST_ANSWER).read_line(&mut answer).doing("the terminal cannot be read")?;
    Ok(answer.trim().to_owned())
}

/// Everything is made beside its place and moved there when it is whole.
fn make(into: &Path, folder: &Path, files: &Files, commit: Option<&str>) -> Result<&'static str, Failure> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let beside = into.join(format!(".{name}.{}", world::chance().hex(4)));
    let made = write(&beside, files).doing(format!("{} could not be written", folder.display())).and_then(|()| {
        let said = match commit {
            Some(what) => repository::begin(&beside, into, &format!("Start from the template {what}"))?,
            None => "No git repository was made; `hansom update` needs one",
        };
        std::fs::rename(&beside, folder).doing(format!("{} could not be written", folder.display()))?;
        Ok(said)
    });
    if made.is_err() {
        // Nothing half-written is left; if even that fails, the first error is the one to tell.
        let _ = std::fs::remove_dir_all(&beside);
    }
    made
}

fn write(folder: &Path, files: &Files) -> std::io::Result<()> {
    std::fs::create_dir(folder)?;
    for (path, text) in files {
        crate::project::write_file(folder, path, text)?;
    }
    Ok(())
}

fn said_last(folder: &Path, files: &Files) -> Result<(), Failure> {
    let shown = folder.display();
    let mut lines = vec![format!("{shown} is made.")];
    if files.contains_key("test") {
        lines.push(format!("Test it, and run it:\n  cd {shown} && ./test && ./run"));
    }
    lines.push(format!("Publish it with:\n  hansom publish --manifest {shown}/api.yaml"));
    say(&(lines.join("\n") + "\n"))
}
