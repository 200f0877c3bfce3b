//! `hansom serve`: run the platform from a configuration.

use std::{path::PathBuf, sync::Arc};

use clap::Args;
use hansom_oauth::{ClaimDirectory, Provider};

use crate::{
    config::Config,
    failure::{Doing, Failure},
    platform::{self, Parts, Platform},
    reach, world,
};

/// Run the platform: hub, control API, tokens, gateway and operations in one process.
#[derive(Args)]
#[command(after_help = "Example:\n  hansom serve --config hansom.toml")]
pub(crate) struct Serve {
    /// The configuration file.
    #[arg(long, default_value = "hansom.toml")]
    config: PathBuf,
    /// Log lines as JSON.
    #[arg(long)]
    log_json: bool,
}

impl Serve {
    /// Runs until told to stop.
    pub(crate) fn run(self) -> Result<(), Failure> {
        platform::log(self.log_json);
        let config = Config::read(&self.config)?;
        let runtime =
            tokio::runtime::Builder::new_multi_thread().enable_all().build().doing("no runtime could be made")?;
        runtime.block_on(async {
            let platform = Platform::start(parts(&config)?).await?;
            eprintln!("hansom: hub {}", config.hub.url);
            for (name, listener) in &config.environments {
                eprintln!("hansom: gateway {name} {}", listener.url);
            }
            platform.run().await
        })
    }
}

fn parts(config: &Config) -> Result<Parts, Failure> {
    let chance = world::chance();
    let environments = config.environments.iter().map(|(name, listener)| {
        let listeners = platform::bind_gateway(listener.listen, &format!("the gateway for {name}"))?;
        Ok((name.clone(), listeners, listener.url.as_str().to_owned()))
    });
    Ok(Parts {
        environments: environments.collect::<Result<_, Failure>>()?,
        hub: (platform::bind(config.hub.listen, "the hub")?, config.hub.url.as_str().to_owned()),
        operations: platform::bind(config.operations.listen, "the operations listener")?,
        database: config.database_url()?,
        master_key: platform::master_key(&config.keys.master_key_file, &chance)?,
        state: config.state.directory.clone(),
        provider: Provider {
            issuer: config.identity.issuer.clone(),
            client_id: config.identity.client_id.clone(),
            client_secret: config.client_secret()?,
            name: config.identity.name.clone(),
        },
        directory: Arc::new(ClaimDirectory),
        administrators: config.platform.administrators.clone(),
        open_networks: reach::open_networks(config),
        reach: reach::of(config)?,
        standards: config.standards()?,
        notice: None,
        clock: world::clock(),
        chance,
    })
}
