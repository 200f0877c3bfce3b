//! Register the address at which an application shows its public keys, so that it changes them by itself.

use hansom_domain::{Actor, ApplicationId, CredentialId, CredentialKind};
use hansom_store::NewCredential;
use serde_json::json;
use url::{Host, Url};

use crate::{Control, Error, Lasting};

/// Of an address so many characters are kept.
const LONGEST: usize = 500;

impl Control {
    /// Registers the address of a JWK set for an application of the actor's groups. What is at it is asked for when an
    /// application proves itself.
    pub async fn register_key_set(
        &self,
        actor: &Actor,
        application: &ApplicationId,
        address: &str,
        lasting: &Lasting,
    ) -> Result<CredentialId, Error> {
        self.application_to_equip(actor, application).await?;
        let address = self.key_set_address(address)?;
        let id = CredentialId::random(&self.chance);
        let now = self.clock.now();
        let mut change = self.begin(actor, "register_key_set", now).await?;
        let expires_at = self.make_room(&mut change, application, CredentialKind::JwksUrl, lasting).await?;
        let hint: String = address.host_str().unwrap_or_default().chars().take(100).collect();
        let credential = NewCredential {
            id: &id,
            application_id: application,
            kind: CredentialKind::JwksUrl,
            public_jwk: None,
            secret_hash: None,
            jwks_url: Some(address.as_str()),
            expires_at,
            hint: &hint,
            at: now,
            by: actor.name(),
        };
        change.insert_credential(&credential).await?;
        let detail = json!({ "credential": id, "kind": "jwks_url", "url": address.as_str(), "expires_at": expires_at });
        change.commit(&format!("application {application}"), &detail).await?;
        Ok(id)
    }

    /// Reads an address that keys may be asked at: `https://`, no password, no address inside. What its name resolves to is
    /// looked at when it is asked.
    pub fn key_set_address(&self, address: &str) -> Result<Url, Error> {
        let refused = |why: &str| Error::Invalid(format!("the address of the key set cannot be used: {why}"));
        let address = address.trim();
        if address.len() > LONGEST {
            return Err(refused("it is longer than 500 characters"));
        }
        let url = Url::parse(address)
            .map_err(|_| refused("it is no URL; write it like https://supplier.example/keys.json"))?;
        let literal = match url.host() {
            Some(Host::Ipv4(ip)) => Some(ip.into()),
            Some(Host::Ipv6(ip)) => Some(ip.into()),
            Some(Host::Domain(_)) => None,
            None => return Err(refused("it names no server")),
        };
        let closed = literal.and_then(|ip| self.settings.open_networks.refusal(ip));
        if let Some(kind) = closed {
            return Err(refused(&format!("it names {kind}")));
        }
        // Plain HTTP is for trying things out on one machine, and only where its operators have opened that.
        let is_here = literal.is_some_and(|ip: std::net::IpAddr| ip.is_loopback());
        if url.scheme() != "https" && !(url.scheme() == "http" && is_here) {
            return Err(refused("it must begin with https://"));
        }
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err(refused("it must have neither a user, a password nor a fragment"));
        }
        Ok(url)
    }
}
