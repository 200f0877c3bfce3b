//! `hansom keys`: look after the keys that the platform signs with.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use hansom_control::{Begins, Control, KeyState, ListedKey, Settings, Vault};
use hansom_domain::{Actor, Timestamp};

use crate::{
    config::{Config, Role},
    failure::{Doing, Failure},
    master_key, reach, world,
};

/// Look after the keys that the platform signs access tokens with. The commands work on the database of the configuration;
/// nodes that run with it follow within seconds.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  hansom keys list\n  hansom keys rotate\n  hansom keys retire Zk3… --now --reason \"The laptop was stolen.\""
)]
pub(crate) struct Keys {
    #[command(subcommand)]
    verb: Verb,
    /// The configuration file.
    #[arg(long, default_value = "hansom.toml", global = true)]
    config: PathBuf,
}

#[derive(Subcommand)]
enum Verb {
    /// List the keys with where they stand in their lives.
    List,
    /// Make the key that signs next. It is shown to whoever verifies before it signs.
    Rotate {
        /// Sign with it at once.
        #[arg(long)]
        now: bool,
    },
    /// End a key.
    Retire {
        /// Its name, as `hansom keys list` tells it.
        kid: String,
        /// At once, and with it every token that it signed. For a key that somebody else may have.
        #[arg(long)]
        now: bool,
        /// Why, for the audit trail.
        #[arg(long, default_value = "Retired by the command line.")]
        reason: String,
    },
    /// Seal everything with a new master key. Start every node with the new one afterwards.
    Reseal {
        /// The file of the new master key; made if there is none.
        #[arg(long)]
        new_master_key_file: PathBuf,
    },
}

impl Keys {
    /// Does it.
    pub(crate) fn run(self) -> Result<(), Failure> {
        let config = Config::read_for(&self.config, None)?;
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().doing("no runtime could be made")?;
        runtime.block_on(async {
            let control = open(&config).await?;
            self.verb.run(&control).await
        })
    }
}

async fn open(config: &Config) -> Result<Control, Failure> {
    let (clock, chance) = (world::clock(), world::chance());
    let opened = hansom_store::open(&config.database_url()?, clock.now()).await;
    let opened = opened.doing("the database could not be opened")?;
    let settings = Settings {
        administrators: config.platform.administrators.clone(),
        environments: config.environments.keys().cloned().collect(),
        open_networks: reach::open_networks(config),
        standards: config.standards()?,
        terms: config.terms(),
    };
    let vault = Vault::new(*master_key::of(config, &chance)?);
    let control = Control::new(opened.reads, opened.writes, vault, clock, chance, settings);
    control.ensure_signing_key().await.map_err(failed)?;
    Ok(control)
}

fn failed(error: hansom_control::Error) -> Failure {
    Failure::refused(error.private().unwrap_or_else(|| error.detail()))
}

impl Verb {
    async fn run(self, control: &Control) -> Result<(), Failure> {
        match self {
            Self::List => {
                for key in control.list_signing_keys(&Actor::Platform).await.map_err(failed)? {
                    println!("{}", line(&key));
                }
            }
            Self::Rotate { now } => {
                let begins = if now { Begins::Now } else { Begins::Announced };
                rotate(control, begins).await?;
            }
            Self::Retire { kid, now: true, reason } => {
                let signs = control.withdraw_signing_key(&Actor::Platform, &kid, &reason).await.map_err(failed)?;
                println!("{kid} is withdrawn: nothing that it signed counts any more; {signs} signs");
            }
            Self::Retire { kid, now: false, .. } => retire(control, &kid).await?,
            Self::Reseal { new_master_key_file } => {
                let new = master_key::of_file(&new_master_key_file, Role::All, control.chance())?;
                let count = control.reseal(&Actor::Platform, &Vault::new(*new)).await.map_err(failed)?;
                println!("{count} signing keys and the pepper of secrets are sealed with the new master key");
                println!("start every node with {} now", new_master_key_file.display());
            }
        }
        Ok(())
    }
}

async fn rotate(control: &Control, begins: Begins) -> Result<(), Failure> {
    let (kid, signs_from) = control.rotate_signing_key(&Actor::Platform, begins).await.map_err(failed)?;
    match begins {
        Begins::Now => println!("{kid} signs"),
        Begins::Announced => println!("{kid} is announced, and signs from {}", written(signs_from)),
    }
    Ok(())
}

async fn retire(control: &Control, kid: &str) -> Result<(), Failure> {
    let (next, signs_from) = control.retire_signing_key(&Actor::Platform, kid).await.map_err(failed)?;
    println!("{kid} signs until {}, when {next} begins", written(signs_from));
    Ok(())
}

fn line(key: &ListedKey) -> String {
    let mut line =
        format!("{}  {:<9}  {}  signs from {}", key.kid, key.state.as_str(), key.algorithm, written(key.signs_from));
    if let Some(retired) = key.retired_at {
        line.push_str(&format!(" until {}", written(retired)));
    }
    if let Some(gone) = key.gone_at {
        let word = if key.state == KeyState::Withdrawn { "withdrawn" } else { "verifies until" };
        line.push_str(&format!(", {word} {}", written(gone)));
    }
    line
}

fn written(moment: Timestamp) -> String {
    chrono::DateTime::from_timestamp_millis(moment.millis())
        .map_or_else(String::new, |time| time.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}
