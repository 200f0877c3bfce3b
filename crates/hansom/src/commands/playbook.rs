//! `hansom playbook build`: the playbook as files that need no server.

use std::{
    fs,
    path::{Component, Path, PathBuf},
};

use clap::{Args, Subcommand};
use hansom_hub::playbook::{SiteFile, site};

use crate::failure::{Doing, Failure};

/// The playbook: chapters, standards, editions and checklists.
#[derive(Args)]
#[command(after_help = "Example:\n  hansom playbook build public")]
pub(crate) struct Playbook {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Write the playbook as a site of files.
    Build(Build),
}

/// Write the playbook as a site of files that works from any folder and any web server, also opened from a disk. Each
/// page lies beside its twin in Markdown.
#[derive(Args)]
#[command(after_help = "Examples:\n  hansom playbook build public\n  hansom playbook build --force /srv/www/playbook")]
struct Build {
    /// The folder. It is made if it is not there.
    folder: PathBuf,
    /// Replace the folder and everything in it.
    #[arg(long)]
    force: bool,
}

impl Playbook {
    /// Does what was asked for.
    pub(crate) fn run(self) -> Result<(), Failure> {
        let Verb::Build(build) = self.verb;
        build.run()
    }
}

impl Build {
    /// Writes the folder, whole or not at all.
    fn run(self) -> Result<(), Failure> {
        let folder = self.place()?;
        let shown = self.folder.display();
        if is_in_the_way(&folder).doing(format!("{shown} could not be looked at"))? {
            self.refuse_to_replace(&folder)?;
        }
        let files = site().doing("the playbook could not be drawn")?;
        put(&folder, &files).doing(format!("{shown} could not be written; nothing was changed"))?;
        let pages = files.iter().filter(|file| file.path.ends_with(".html")).count();
        println!("{shown} holds the playbook: {pages} pages. Begin with {}", self.folder.join("index.html").display());
        Ok(())
    }

    /// The folder without links and dots in its path. Whatever is above it is made.
    fn place(&self) -> Result<PathBuf, Failure> {
        let shown = self.folder.display();
        if let Ok(folder) = self.folder.canonicalize() {
            return Ok(folder);
        }
        let Some(Component::Normal(name)) = self.folder.components().next_back() else {
            return Err(Failure::wrong_use(format!("{shown} names no folder that could be made")));
        };
        let above = self.folder.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(above).doing(format!("{} could not be made", above.display()))?;
        Ok(above.canonicalize().doing(format!("{} could not be found", above.display()))?.join(name))
    }

    fn refuse_to_replace(&self, folder: &Path) -> Result<(), Failure> {
        let shown = self.folder.display();
        if !folder.is_dir() {
            return Err(Failure::refused(format!("{shown} is a file; nothing was written. Name a folder.")));
        }
        if !self.force {
            return Err(Failure::refused(format!(
                "{shown} is not empty; nothing was written. Name another folder, or use --force to replace it and everything in it."
            )));
        }
        // Nobody who builds a site means to lose where they stand.
        let here = std::env::current_dir().doing("the current folder is not known")?;
        let home = std::env::home_dir();
        if here.starts_with(folder) || home.is_some_and(|home| home.starts_with(folder)) || folder.join(".git").exists()
        {
            return Err(Failure::refused(format!(
                "{shown} holds more than a site (where you are, your home or a repository); nothing was written. Name a folder below it."
            )));
        }
        Ok(())
    }
}

/// Whether there is something that would be lost.
fn is_in_the_way(folder: &Path) -> std::io::Result<bool> {
    if !folder.exists() {
        return Ok(false);
    }
    Ok(!folder.is_dir() || fs::read_dir(folder)?.next().is_some())
}

/// Writes the files beside the folder, then puts them in its place; what was there goes only after that.
fn put(folder: &Path, files: &[SiteFile]) -> std::io::Result<()> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let beside = |ending: &str| folder.with_file_name(format!(".{name}.{}.{ending}", std::process::id()));
    let (part, old) = (beside("part"), beside("old"));
    let written = write(&part, files).and_then(|()| {
        if folder.exists() {
            fs::rename(folder, &old)?;
        }
        fs::rename(&part, folder).inspect_err(|_| {
            // What was there goes back; if even that fails, the first error is the one to tell.
            let _ = fs::rename(&old, folder);
        })
    });
    if written.is_err() {
        let _ = fs::remove_dir_all(&part);
        return written;
    }
    if old.exists() { fs::remove_dir_all(&old) } else { Ok(()) }
}

fn write(folder: &Path, files: &[SiteFile]) -> std::io::Result<()> {
    for file in files {
        let path = folder.join(&file.path);
        if let Some(above) = path.parent() {
            fs::create_dir_all(above)?;
        }
        fs::write(path, &file.bytes)?;
    }
    Ok(())
}
