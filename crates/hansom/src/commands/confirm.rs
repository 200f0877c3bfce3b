//! `hansom confirm`: let a change go live that the platform on this machine holds.

use std::path::PathBuf;

use clap::Args;

use crate::{
    config::Config,
    failure::{Doing, Failure},
    publisher,
};

/// Let a change go live that the platform holds: one that would take most of the APIs, applications or people away, or on
/// which the process ended three times within a minute. It is for this machine alone; each node holds for itself.
#[derive(Args)]
#[command(after_help = "Example:\n  hansom confirm --config hansom.toml")]
pub(crate) struct Confirm {
    /// The configuration file of the platform that runs.
    #[arg(long, default_value = "hansom.toml")]
    config: PathBuf,
    /// Only this generation, as the log and /ready name it; else whatever is held now.
    #[arg(long)]
    generation: Option<u64>,
    /// Say what is held, and confirm nothing.
    #[arg(long)]
    dry_run: bool,
}

impl Confirm {
    /// Confirms what is held.
    pub(crate) fn run(self) -> Result<(), Failure> {
        let folder = Config::read(&self.config)?.state.directory;
        let Some((generation, why)) = publisher::noted(&folder) else {
            return Err(Failure::refused(format!("nothing is held in {}", folder.display())));
        };
        if let Some(wanted) = self.generation.filter(|wanted| *wanted != generation) {
            return Err(Failure::refused(format!("generation {generation} is held, not {wanted}: {why}")));
        }
        if self.dry_run {
            println!("generation {generation} is held: {why}");
            return Ok(());
        }
        publisher::confirm(&folder, generation).doing(format!("{} cannot be written", folder.display()))?;
        println!("generation {generation} is confirmed: {why}");
        Ok(())
    }
}
