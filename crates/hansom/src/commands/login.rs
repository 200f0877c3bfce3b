//! `hansom login`: a person signs in at a hub, in a browser wherever they like (RFC 8628).

use std::time::Duration;

use clap::Args;
use hansom_domain::COMMAND_LINE_CLIENT;

use crate::{
    asked_place::AskedPlace,
    failure::{Doing, Failure},
    hub_asking::{HubAnswer, HubAsking},
    saying,
    sign_ins::SignIns,
};

const LONGEST_SECONDS: u64 = 3600;
const USUAL_PAUSE: u64 = 5;
/// What a server that says `slow_down` adds (RFC 8628 §3.5).
const SLOWER_BY: u64 = 5;
const LONGEST_PAUSE: u64 = 60;

/// Sign in at a hub. You open its page in any browser and confirm the code that is shown here.
#[derive(Args)]
#[command(after_help = "Examples:\n  hansom login --hub https://hub.hackney.example\n  \
    hansom login --hub https://hub.hackney.example --environment sandbox")]
pub(crate) struct Login {
    #[command(flatten)]
    place: AskedPlace,
    /// What the tokens may do: scopes at the hub, versions of APIs at an environment (`repairs/v1`), all that you may call there
    /// if none is named.
    #[arg(long, default_value = "hub:read hub:publish")]
    scope: String,
}

impl Login {
    /// Shows the code, waits for the person, keeps the sign-in.
    pub(crate) fn run(self) -> Result<(), Failure> {
        let hub = self.place.hub()?;
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().doing("no runtime could be made")?;
        let (resource, answer) = runtime.block_on(async {
            let resource = self.place.resource(&hub).await?;
            let answer = sign_in(&hub, &resource, &self.scope).await?;
            Ok::<_, Failure>((resource, answer))
        })?;
        SignIns::open()?.keep(&hub, &resource, &answer)?;
        saying::say(&format!("You are signed in at {} for {resource}.\n", hub.address()))
    }
}

async fn sign_in(hub: &HubAsking, resource: &str, scope: &str) -> Result<HubAnswer, Failure> {
    let form = [("client_id", COMMAND_LINE_CLIENT), ("resource", resource), ("scope", scope)];
    let begun = hub.post_form("/oauth/device_authorization", &form).await?;
    let (device, code, page) = (begun.text("device_code"), begun.text("user_code"), begun.text("verification_uri"));
    if !begun.is_success() || device.is_empty() || code.is_empty() {
        return Err(begun.failure(&format!("{} does not let you sign in here", hub.address())));
    }
    // Whoever answers for the hub may not send the person elsewhere.
    if !page.starts_with(&format!("{}/", hub.address())) {
        return Err(Failure::refused(format!("{} names another address to sign in at; that is no hub", hub.address())));
    }
    saying::tell(&harmless(&format!("open {page} in a browser and enter the code {code}")));
    let mut pause = begun.number("interval").unwrap_or(USUAL_PAUSE).clamp(1, LONGEST_PAUSE);
    let mut left = begun.number("expires_in").unwrap_or(LONGEST_SECONDS).min(LONGEST_SECONDS);
    let form = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("client_id", COMMAND_LINE_CLIENT),
        ("device_code", device),
    ];
    while left >= pause {
        tokio::time::sleep(Duration::from_secs(pause)).await;
        left -= pause;
        let answer = hub.post_form("/oauth/token", &form).await?;
        if answer.is_success() {
            return Ok(answer);
        }
        match answer.text("error") {
            "authorization_pending" => {}
            "slow_down" => pause = (pause + SLOWER_BY).min(LONGEST_PAUSE),
            _ => return Err(answer.failure("you are not signed in")),
        }
    }
    Err(Failure::refused("you are not signed in: nobody confirmed the code in time; begin again"))
}

fn harmless(text: &str) -> String {
    hansom_standards::report::harmless(text).into_owned()
}
