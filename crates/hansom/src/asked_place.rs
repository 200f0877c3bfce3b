//! Which hub does a command mean, and what of it or behind it?

use clap::Args;
use hansom_domain::EnvironmentName;

use crate::{failure::Failure, hub_asking::HubAsking};

/// The hub, and what a token of it is for.
#[derive(Args)]
pub(crate) struct AskedPlace {
    /// The hub.
    #[arg(long, env = "HANSOM_HUB", default_value = "http://127.0.0.1:8000")]
    hub: String,
    /// What you want to call: the hub itself, or the base URL of an environment.
    #[arg(long)]
    resource: Option<String>,
    /// The environment that you want to call, by its name; the hub tells its base URL.
    #[arg(long, conflicts_with = "resource")]
    environment: Option<EnvironmentName>,
}

impl AskedPlace {
    /// The hub.
    pub(crate) fn hub(&self) -> Result<HubAsking, Failure> {
        HubAsking::new(&self.hub)
    }

    /// What a token is to be for, without a slash at its end; the hub itself where nothing else is named.
    pub(crate) async fn resource(&self, hub: &HubAsking) -> Result<String, Failure> {
        if let Some(environment) = &self.environment {
            return base_of(hub, environment).await;
        }
        let named = self.resource.as_deref().map(|named| named.trim_end_matches('/'));
        Ok(named.unwrap_or(hub.address()).to_owned())
    }
}

/// The base URL of an environment, as the hub's metadata tells it.
async fn base_of(hub: &HubAsking, environment: &EnvironmentName) -> Result<String, Failure> {
    let told = hub.get("/.well-known/oauth-authorization-server", None).await?;
    if !told.is_success() {
        return Err(told.failure(&format!("{} does not tell its environments", hub.address())));
    }
    let environments = told.body.get("hansom_environments").and_then(serde_json::Value::as_object);
    let environments = environments.cloned().unwrap_or_default();
    let base = environments.get(environment.as_str()).and_then(serde_json::Value::as_str);
    base.map(str::to_owned).ok_or_else(|| {
        let known: Vec<&str> = environments.keys().map(String::as_str).take(20).collect();
        let known = hansom_standards::report::harmless(&known.join(", ")).into_owned();
        Failure::refused(format!("{} has no environment {environment}; it has: {known}", hub.address()))
    })
}
