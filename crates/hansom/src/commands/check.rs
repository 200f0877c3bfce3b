//! `hansom check`: what is wrong with a configuration?

use std::path::{Path, PathBuf};

use clap::Args;
use hansom_domain::Timestamp;

use crate::{
    config::{Config, Role},
    failure::Failure,
    world,
};

/// Say what is wrong with a configuration, with line and reason. Nothing is started and nothing is changed.
#[derive(Args)]
#[command(after_help = "Example:\n  hansom check --config hansom.toml")]
pub(crate) struct Check {
    /// The configuration file.
    #[arg(long, default_value = "hansom.toml")]
    config: PathBuf,
    /// Check it for a process of this role, in place of the one that the file names.
    #[arg(long)]
    role: Option<Role>,
}

impl Check {
    /// Reads the file; prints one line if it is good.
    pub(crate) fn run(self) -> Result<(), Failure> {
        println!("{}", said(&self.config, self.role, world::clock().now())?);
        Ok(())
    }
}

/// What there is to say of a configuration that a process of a role could start from.
pub(crate) fn said(file: &Path, role: Option<Role>, now: Timestamp) -> Result<String, Failure> {
    let config = Config::read_for(file, role)?;
    config.certificates_hold(file, now)?;
    Ok(format!(
        "{} is good: role {}, hub {}, {} environments, administrators {}",
        file.display(),
        config.role.as_str(),
        config.hub.url,
        config.environments.len(),
        config.platform.administrators
    ))
}
