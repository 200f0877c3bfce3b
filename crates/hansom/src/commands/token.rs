//! `hansom token`: a fresh access token of a person who signed in.

use clap::Args;

use super::login::resource_of;
use crate::{
    failure::{Doing, Failure},
    hub_asking::HubAsking,
    saying,
    sign_ins::SignIns,
};

/// Print a fresh access token of yours, after `hansom login`.
#[derive(Args)]
#[command(
    after_help = "Example:\n  curl -H \"Authorization: Bearer $(hansom token --resource https://api.hackney.example)\" \
    https://api.hackney.example/repairs/v1/repairs"
)]
pub(crate) struct Token {
    /// The hub that you signed in at.
    #[arg(long, env = "HANSOM_HUB", default_value = "http://127.0.0.1:8000")]
    hub: String,
    /// What you want to call: the hub itself, or the base URL of an environment that you signed in for.
    #[arg(long)]
    resource: Option<String>,
}

impl Token {
    /// Prints the token alone.
    pub(crate) fn run(self) -> Result<(), Failure> {
        let hub = HubAsking::new(&self.hub)?;
        let resource = resource_of(&hub, self.resource.as_deref());
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().doing("no runtime could be made")?;
        let token = runtime.block_on(async { SignIns::open()?.access_token(&hub, &resource).await })?;
        saying::say(&format!("{token}\n"))
    }
}
