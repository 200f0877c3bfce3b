//! `hansom token`: a fresh access token of a person who signed in.

use clap::Args;

use crate::{
    asked_place::AskedPlace,
    failure::{Doing, Failure},
    saying,
    sign_ins::SignIns,
};

/// Print a fresh access token of yours, after `hansom login`.
#[derive(Args)]
#[command(after_help = "Example:\n  curl -H \"Authorization: Bearer $(hansom token --environment production)\" \
    https://api.hackney.example/repairs/v1/repairs")]
pub(crate) struct Token {
    #[command(flatten)]
    place: AskedPlace,
}

impl Token {
    /// Prints the token alone.
    pub(crate) fn run(self) -> Result<(), Failure> {
        let hub = self.place.hub()?;
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().doing("no runtime could be made")?;
        let token = runtime.block_on(async {
            let resource = self.place.resource(&hub).await?;
            SignIns::open()?.access_token(&hub, &resource).await
        })?;
        saying::say(&format!("{token}\n"))
    }
}
