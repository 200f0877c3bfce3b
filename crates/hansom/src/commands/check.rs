//! `hansom check`: what is wrong with a configuration?

use std::path::PathBuf;

use clap::Args;

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
        let config = Config::read_for(&self.config, self.role)?;
        config.certificates_hold(&self.config, world::clock().now())?;
        println!(
            "{} is good: role {}, hub {}, {} environments, administrators {}",
            self.config.display(),
            config.role.as_str(),
            config.hub.url,
            config.environments.len(),
            config.platform.administrators
        );
        Ok(())
    }
}
