//! `hansom login`: a person signs in at a hub, in a browser wherever they like (RFC 8628).

use std::time::Duration;

use clap::Args;
use hansom_domain::COMMAND_LINE_CLIENT;

use crate::{
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
    hansom login --hub https://hub.hackney.example --resource https://api.hackney.example")]
pub(crate) struct Login {
    /// The hub.
    #[arg(long, env = "HANSOM_HUB", default_value = "http://127.0.0.1:8000")]
    hub: String,
    /// What you want to call: the hub itself, or the base URL of an environment.
    #[arg(long)]
    resource: Option<String>,
    /// What the tokens may do at the hub.
    #[arg(long, default_value = "hub:read hub:publish")]
    scope: String,
}

impl Login {
    /// Shows the code, waits for the person, keeps the sign-in.
    pub(crate) fn run(self) -> Result<(), Failure> {
        let hub = HubAsking::new(&self.hub)?;
        let resource = resource_of(&hub, self.resource.as_deref());
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().doing("no runtime could be made")?;
        let answer = runtime.block_on(sign_in(&hub, &resource, &self.scope))?;
        SignIns::open()?.keep(&hub, &resource, &answer)?;
        saying::say(&format!("You are signed in at {} for {resource}.\n", hub.address()))
    }
}

/// The resource that is meant, without a slash at its end; the hub itself where none is named.
pub(crate) fn resource_of(hub: &HubAsking, named: Option<&str>) -> String {
    named.map_or_else(|| hub.address().to_owned(), |named| named.trim_end_matches('/').to_owned())
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
