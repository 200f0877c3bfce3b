//! `hansom new`: start an API that can be published as it is.

use std::path::PathBuf;

use clap::Args;
use hansom_domain::{ApiSlug, GroupAddress};
use hansom_scaffold::Start;

use crate::{
    failure::{Doing, Failure},
    world,
};

/// Start a new API: a folder with a manifest and a contract whose sandbox answers as soon as they are published.
#[derive(Args)]
#[command(after_help = "Example:\n  hansom new street-lights --owner street-services@hackney.example")]
pub(crate) struct New {
    /// The API's name in paths, such as street-lights; the folder gets the same name.
    name: ApiSlug,
    /// The group that owns it.
    #[arg(long)]
    owner: GroupAddress,
    /// The folder to make the API's own folder in.
    #[arg(long, default_value = ".")]
    into: PathBuf,
}

impl New {
    /// Writes the folder, whole or not at all.
    pub(crate) fn run(self) -> Result<(), Failure> {
        let folder = self.into.join(self.name.as_str());
        if folder.exists() {
            return Err(Failure::refused(format!("{} is there already; nothing was written", folder.display())));
        }
        let beside = self.into.join(format!(".{}.part", self.name));
        let id = uuid::Builder::from_random_bytes(world::chance().bytes()).into_uuid().to_string();
        let start = Start { name: self.name.as_str(), owner: self.owner.as_str(), id: &id };
        let written = write(&beside, &start).and_then(|()| std::fs::rename(&beside, &folder));
        if written.is_err() {
            // Nothing half-written is left; if even that fails, the first error is the one to tell.
            let _ = std::fs::remove_dir_all(&beside);
        }
        written.doing(format!("{} could not be written", folder.display()))?;
        println!(
            "{} is made. Publish it with:\n  hansom publish --manifest {}/api.yaml",
            folder.display(),
            folder.display()
        );
        Ok(())
    }
}

fn write(folder: &PathBuf, start: &Start<'_>) -> std::io::Result<()> {
    std::fs::create_dir(folder)?;
    for (name, text) in start.files() {
        std::fs::write(folder.join(name), text)?;
    }
    Ok(())
}
