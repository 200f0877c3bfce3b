//! `hansom check`: what is wrong with a configuration?

use std::path::PathBuf;

use clap::Args;

use crate::{config::Config, failure::Failure, world};

/// Say what is wrong with a configuration, with line and reason. Nothing is started and nothing is changed.
#[derive(Args)]
#[command(after_help = "Example:\n  hansom check --config hansom.toml")]
pub(crate) struct Check {
    /// The configuration file.
    #[arg(long, default_value = "hansom.toml")]
    config: PathBuf,
}

impl Check {
    /// Reads the file; prints one line if it is good.
    pub(crate) fn run(self) -> Result<(), Failure> {
        let config = Config::read(&self.config)?;
        config.certificates_hold(&self.config, world::clock().now())?;
        println!(
            "{} is good: hub {}, {} environments, administrators {}",
            self.config.display(),
            config.hub.url,
            config.environments.len(),
            config.platform.administrators
        );
        Ok(())
    }
}
