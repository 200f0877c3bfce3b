//! Which files does a contract consist of, and may they be read?

use std::{
    fmt,
    fs::File,
    io::{ErrorKind, Read},
    path::{Component, Path, PathBuf},
};

use hansom_standards::{Contract, Fault, Place, document::Limits};

use crate::failure::Failure;

/// A contract read on a machine of one's own may be larger than one that the platform takes.
const MOST_BYTES: usize = 32 * 1024 * 1024;
/// The name under which standard input is told.
const STANDARD_INPUT: &str = "stdin";

/// How large a contract may be with all its files.
pub(crate) const LIMITS: Limits =
    Limits { bytes: MOST_BYTES, depth: 200, nodes: 8_000_000, alias_expansions: 1_000_000 };

/// Where a contract lies.
#[derive(Clone, Debug)]
pub(crate) struct ContractFile {
    /// The folder that the names of its files are relative to. No file outside of it is read.
    base: PathBuf,
    /// What stands before a name where it is shown.
    prefix: String,
    /// The contract's own name.
    name: String,
    /// Whether its text comes from standard input.
    piped: bool,
}

/// Why a file was not read.
#[derive(Debug)]
pub(crate) enum Unreadable {
    /// There is none, or it may not be read.
    Absent(String),
    /// It holds what cannot be a contract.
    Unfit(Fault),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreadable::Absent(why) => f.write_str(why),
            Unreadable::Unfit(fault) => write!(f, "{}; {}", fault.what, fault.mend),
        }
    }
}

impl ContractFile {
    /// The contract of that path; `-` is standard input.
    pub(crate) fn of(path: &Path) -> Result<Self, Failure> {
        if path == Path::new("-") {
            return Ok(Self { base: ".".into(), prefix: String::new(), name: STANDARD_INPUT.into(), piped: true });
        }
        Self::under(path, std::env::current_dir().ok().as_deref())
    }

    /// The same, for somebody who works in another folder than this process.
    pub(crate) fn under(path: &Path, here: Option<&Path>) -> Result<Self, Failure> {
        let given: PathBuf = path.components().filter(|step| *step != Component::CurDir).collect();
        let wrong = |why: &str| Failure::wrong_use(format!("{} {why}", path.display()));
        if path.to_str().is_some_and(|path| path.starts_with("http://") || path.starts_with("https://")) {
            return Err(wrong("is an address, and nothing is fetched; download it, or pipe it in and name `-`"));
        }
        let name = given.file_name().ok_or_else(|| wrong("is no file; name a contract"))?;
        let name = name.to_str().ok_or_else(|| wrong("has a name that is no UTF-8; rename it"))?;
        let folder = given.parent().unwrap_or(Path::new(""));
        let here = here.and_then(|here| here.canonicalize().ok());
        let there = Path::new(".").join(folder).canonicalize().ok();
        // A contract below the current folder may refer to all that lies there; another to its own folder alone.
        let inside = here.zip(there).and_then(|(here, there)| {
            let steps = there.strip_prefix(&here).ok()?.to_str()?.replace('\\', "/");
            let name = if steps.is_empty() { name.to_owned() } else { format!("{steps}/{name}") };
            let shown = given.to_str()?.replace('\\', "/");
            Some((here, shown.strip_suffix(&name)?.to_owned(), name))
        });
        let (base, prefix, name) = inside.unwrap_or_else(|| {
            let prefix = if folder == Path::new("") { String::new() } else { format!("{}/", folder.display()) };
            (Path::new(".").join(folder), prefix.replace("//", "/"), name.to_owned())
        });
        Ok(Self { base, prefix, name, piped: false })
    }

    /// The name that the engine reads it under.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether its text comes from standard input.
    pub(crate) fn is_piped(&self) -> bool {
        self.piped
    }

    /// How one of its files is shown: as whoever asked would name it.
    pub(crate) fn shown(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// Where one of its files lies.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.base.join(name)
    }

    /// The contract's own text.
    pub(crate) fn read(&self) -> Result<String, Unreadable> {
        if self.piped { bounded(std::io::stdin().lock()) } else { read_bounded(&self.path(&self.name)) }
    }

    /// The contract, if all of it is in this file and it is safe to route by; else everything that is wrong with it.
    pub(crate) fn contract(&self) -> Result<Contract, Failure> {
        let shown = self.shown(&self.name);
        let text = self.read().map_err(|unreadable| match unreadable {
            Unreadable::Absent(why) => Failure::wrong_use(format!("{shown} cannot be read: {why}")),
            Unreadable::Unfit(fault) => Failure::refused(format!("{shown} is no contract: {fault}")),
        })?;
        Contract::read(&text).map_err(|faults| {
            let lines = faults.iter().map(|fault| {
                let (line, column) = (fault.place.line, fault.place.column);
                format!("{shown}:{line}:{column}: {}; {}", fault.what, fault.mend)
            });
            Failure::refused(lines.collect::<Vec<String>>().join("\n"))
        })
    }

    /// The text of a file that the contract refers to, if it lies below the contract's base, links followed.
    pub(crate) fn open(&self, name: &str) -> Result<String, String> {
        let path = self.path(name);
        let real = path.canonicalize().map_err(|error| in_words(&error))?;
        let base = self.base.canonicalize().map_err(|error| in_words(&error))?;
        if !real.starts_with(&base) {
            return Err("it lies outside of the contract's folder, and such files are not read".to_owned());
        }
        read_bounded(&real).map_err(|unreadable| match unreadable {
            Unreadable::Absent(why) => why,
            Unreadable::Unfit(fault) => fault.what,
        })
    }
}

/// Reads a file that is a text of at most so many bytes.
pub(crate) fn read_bounded(path: &Path) -> Result<String, Unreadable> {
    let absent = |error: &std::io::Error| Unreadable::Absent(in_words(error));
    let file = File::open(path).map_err(|error| absent(&error))?;
    if file.metadata().map_err(|error| absent(&error))?.is_dir() {
        return Err(Unreadable::Absent("it is a folder".to_owned()));
    }
    bounded(file)
}

fn bounded(from: impl Read) -> Result<String, Unreadable> {
    let mut bytes = Vec::new();
    let read = from.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|error| Unreadable::Absent(in_words(&error)))?;
    let unfit = |what: String, mend: &str| Err(Unreadable::Unfit(Fault::new(Place::START, what, mend)));
    if bytes.len() > MOST_BYTES {
        let what = format!("the file has more than {} MB, which is the most that is read", MOST_BYTES / 1_048_576);
        return unfit(what, "split it, or move large examples out of it");
    }
    // A text that is no UTF-8 may still be known for what it is.
    if bytes.starts_with(b"PK\x03\x04") {
        return unfit("this is a zip archive".to_owned(), "name the contract inside it");
    }
    String::from_utf8(bytes).or_else(|error| {
        let what = format!("this is no UTF-8 text: byte {} is no part of one", error.utf8_error().valid_up_to());
        unfit(what, "save it as UTF-8; if it is no text at all, name another file")
    })
}

fn in_words(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        ErrorKind::PermissionDenied => "it may not be read by you".to_owned(),
        _ => error.to_string(),
    }
}
