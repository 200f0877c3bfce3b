//! `hansom logout`: the sign-in ends, here and at the hub.

use clap::Args;
use hansom_domain::COMMAND_LINE_CLIENT;

use crate::{
    failure::{Doing, Failure},
    hub_asking::HubAsking,
    saying,
    sign_ins::SignIns,
};

/// Sign out at a hub: what is kept here is forgotten, and the hub takes none of it any more.
#[derive(Args)]
#[command(after_help = "Example:\n  hansom logout --hub https://hub.hackney.example")]
pub(crate) struct Logout {
    /// The hub.
    #[arg(long, env = "HANSOM_HUB", default_value = "http://127.0.0.1:8000")]
    hub: String,
}

impl Logout {
    /// Forgets first, so that nothing is kept whatever the hub answers.
    pub(crate) fn run(self) -> Result<(), Failure> {
        let hub = HubAsking::new(&self.hub)?;
        let taken = SignIns::open()?.take(&hub)?;
        if taken.is_empty() {
            return saying::say(&format!("You were not signed in at {}.\n", hub.address()));
        }
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().doing("no runtime could be made")?;
        for token in &taken {
            let form =
                [("client_id", COMMAND_LINE_CLIENT), ("token", token.as_str()), ("token_type_hint", "refresh_token")];
            let answer = runtime.block_on(hub.post_form("/oauth/revoke", &form))?;
            if !answer.is_success() {
                return Err(answer
                    .failure(&format!("{} did not end the sign-in; end it on your account's page", hub.address())));
            }
        }
        saying::say(&format!("You are signed out at {}.\n", hub.address()))
    }
}
