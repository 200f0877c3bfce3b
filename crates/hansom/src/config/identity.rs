//! What may `[identity]` say?

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use hansom_control::PeopleTerms;
use hansom_domain::Clock;
use hansom_oauth::{ClaimDirectory, GoogleApi, GoogleDirectory, GoogleSetup, Provider, ServiceAccount, Way};
use hansom_store::MembershipSource;
use serde::Deserialize;

use super::secret_file;
use crate::failure::{Doing, Failure};

/// `[identity]`: the only provider of the platform, or what all of `[[identity.providers]]` have in common.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Identity {
    /// The only provider's issuer.
    issuer: Option<String>,
    /// Our id there.
    client_id: Option<String>,
    /// A file with our secret there.
    client_secret_file: Option<PathBuf>,
    /// The name on the sign-in button.
    name: Option<String>,
    /// Who besides Hansom says in which groups the only provider's people are; its ID tokens, if nothing is said.
    groups: Option<Vec<Source>>,
    /// Several providers.
    #[serde(default)]
    providers: Vec<Entry>,
    /// Google's directory.
    google: Option<Google>,
    /// Sign-in by a link in a mail, for developers from outside.
    pub(crate) mail_links: Option<MailLinks>,
    /// A session ends after so many minutes without a request.
    #[serde(default = "usual_idle_minutes")]
    idle_minutes: u16,
    /// A session ends after so many hours in any case.
    #[serde(default = "usual_absolute_hours")]
    absolute_hours: u16,
    /// Directories are asked again after so many seconds.
    #[serde(default = "usual_cache_seconds")]
    cache_seconds: u16,
    /// What a silent directory told last holds for so many minutes more.
    #[serde(default = "usual_stale_minutes")]
    stale_minutes: u16,
    /// Groups that an ID token told hold for so many hours after the sign-in.
    #[serde(default = "usual_claim_hours")]
    claim_hours: u16,
}

/// `[[identity.providers]]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// Its name in addresses: register `/sign-in/callback/ID` at the provider.
    id: String,
    issuer: String,
    client_id: String,
    client_secret_file: Option<PathBuf>,
    name: String,
    /// Nobody else than Hansom, if nothing is said.
    #[serde(default)]
    groups: Vec<Source>,
    /// The domain put after groups that are told by name or number.
    claim_domain: Option<String>,
    /// The Google Workspace domain that people must be of.
    hosted_domain: Option<String>,
    /// Whether it vouches for every address, also where it does not say so.
    #[serde(default)]
    vouches_for_emails: bool,
}

/// Who says in which groups people are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Source {
    /// The provider's ID tokens.
    Claim,
    /// Google's directory.
    Google,
}

/// `[identity.google]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Google {
    /// The key file of the service account.
    key_file: PathBuf,
    /// The administrator for whom it asks; none where it has a role of its own.
    administrator: Option<String>,
    /// Which API.
    #[serde(default)]
    api: Api,
    /// Where the Directory API is, if not at Google's own address.
    directory_url: Option<String>,
    /// Where Cloud Identity is, if not at Google's own address.
    cloud_identity_url: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Api {
    #[default]
    Directory,
    CloudIdentity,
}

/// `[identity.mail_links]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MailLinks {
    /// The version of the terms that people agree to.
    pub(crate) terms: String,
    /// Where the terms are.
    pub(crate) terms_url: String,
}

fn usual_idle_minutes() -> u16 {
    60
}

fn usual_absolute_hours() -> u16 {
    12
}

fn usual_cache_seconds() -> u16 {
    240
}

fn usual_stale_minutes() -> u16 {
    15
}

fn usual_claim_hours() -> u16 {
    12
}

impl Identity {
    /// Paths in it, from the folder of the configuration file.
    pub(crate) fn take_from(&mut self, folder: &Path) {
        let of_providers = self.providers.iter_mut().filter_map(|entry| entry.client_secret_file.as_mut());
        let of_google = self.google.as_mut().map(|google| &mut google.key_file);
        for path in self.client_secret_file.iter_mut().chain(of_providers).chain(of_google) {
            *path = folder.join(&*path);
        }
    }

    /// What is wrong with it.
    pub(crate) fn check(&self) -> Result<(), String> {
        let within = |name: &str, value: u16, least: u16, most: u16| {
            if (least..=most).contains(&value) { Ok(()) } else { Err(format!("{name} is from {least} to {most}")) }
        };
        within("idle_minutes", self.idle_minutes, 5, 480)?;
        within("absolute_hours", self.absolute_hours, 1, 24)?;
        within("cache_seconds", self.cache_seconds, 30, 270)?;
        within("stale_minutes", self.stale_minutes, 0, 60)?;
        within("claim_hours", self.claim_hours, 1, 24)?;
        let entries = self.entries()?;
        let mut seen = BTreeSet::new();
        for entry in &entries {
            if !self.providers.is_empty() {
                let is_plain = (1..=30).contains(&entry.id.len())
                    && entry.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
                if !is_plain || entry.id == "mail-link" {
                    return Err(format!("the id {:?} of a provider has to be 1 to 30 of a-z, 0-9 and -", entry.id));
                }
            }
            if !seen.insert(entry.id.as_str()) || !seen.insert(entry.issuer.as_str()) {
                return Err(format!("two providers have the id {:?} or the issuer {}", entry.id, entry.issuer));
            }
            entry.check(self.google.is_some())?;
        }
        let asked = entries.iter().any(|entry| entry.groups.contains(&Source::Google));
        if self.google.is_some() && !asked {
            return Err("there is [identity.google], but no provider has groups = [\"google\"]".into());
        }
        Ok(())
    }

    /// The providers in their order.
    fn entries(&self) -> Result<Vec<Entry>, String> {
        let alone = [self.issuer.is_some(), self.client_id.is_some(), self.name.is_some()];
        match (&self.issuer, &self.client_id, &self.name) {
            (Some(issuer), Some(client_id), Some(name)) if self.providers.is_empty() => Ok(vec![Entry {
                id: String::new(),
                issuer: issuer.clone(),
                client_id: client_id.clone(),
                client_secret_file: self.client_secret_file.clone(),
                name: name.clone(),
                groups: self.groups.clone().unwrap_or_else(|| vec![Source::Claim]),
                claim_domain: None,
                hosted_domain: None,
                vouches_for_emails: false,
            }]),
            _ if alone.contains(&true) && !self.providers.is_empty() => {
                Err("names one provider itself and others in [[identity.providers]]; put all into the list".into())
            }
            _ if self.providers.is_empty() => {
                Err("needs issuer, client_id and name of the provider, or [[identity.providers]]".into())
            }
            _ if self.providers.len() > 20 => Err("has more than 20 providers".into()),
            _ => Ok(self.providers.clone()),
        }
    }

    /// The ways in. Nobody is asked anything yet.
    pub(crate) fn ways(&self, clock: &Clock) -> Result<Vec<Way>, Failure> {
        let entries = self.entries().map_err(|why| Failure::refused(format!("[identity] {why}")))?;
        let google = self.google.as_ref().map(|google| google.directory(clock)).transpose()?;
        let mut ways = vec![];
        for entry in entries {
            let mut sources: Vec<(MembershipSource, Arc<dyn hansom_oauth::Directory>)> = vec![];
            for source in &entry.groups {
                match (source, &google) {
                    (Source::Claim, _) => {
                        let claim = ClaimDirectory { domain: entry.claim_domain.clone() };
                        sources.push((MembershipSource::Claim, Arc::new(claim)));
                    }
                    (Source::Google, Some(google)) => {
                        sources.push((MembershipSource::Directory, Arc::clone(google) as _));
                    }
                    (Source::Google, None) => return Err(Failure::refused("[identity.google] is missing")),
                }
            }
            let secret = entry.client_secret_file.as_deref().map(secret_file).transpose()?;
            let provider = Provider {
                id: entry.id,
                issuer: entry.issuer,
                client_id: entry.client_id,
                client_secret: secret,
                name: entry.name,
                hosted_domain: entry.hosted_domain,
                vouches_for_emails: entry.vouches_for_emails,
            };
            ways.push(Way { provider, sources });
        }
        Ok(ways)
    }

    /// How long sessions last, and what directories told.
    pub(crate) fn terms(&self) -> PeopleTerms {
        PeopleTerms {
            idle_seconds: i64::from(self.idle_minutes) * 60,
            absolute_seconds: i64::from(self.absolute_hours) * 3600,
            cache_seconds: self.cache_seconds.into(),
            stale_seconds: i64::from(self.stale_minutes) * 60,
            claim_seconds: i64::from(self.claim_hours) * 3600,
        }
    }
}

impl Entry {
    fn check(&self, has_google: bool) -> Result<(), String> {
        let url = url::Url::parse(&self.issuer).map_err(|_| format!("the issuer {} is no address", self.issuer))?;
        let here = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        if url.scheme() != "https" && !(url.scheme() == "http" && here) {
            return Err(format!("the issuer {} must begin with https://", self.issuer));
        }
        let is_shared = ["/common/", "/organizations/", "/consumers/"].iter().any(|part| self.issuer.contains(part));
        if self.issuer.contains(['{', '}']) || (url.host_str() == Some("login.microsoftonline.com") && is_shared) {
            return Err(format!(
                "the issuer {} stands for every tenant; write your own: https://login.microsoftonline.com/TENANT-ID/v2.0",
                self.issuer
            ));
        }
        if self.groups.contains(&Source::Google)
            && (!has_google || !(here || self.issuer == "https://accounts.google.com"))
        {
            return Err(
                "groups = [\"google\"] is for the issuer https://accounts.google.com, with [identity.google]".into()
            );
        }
        if self.claim_domain.is_some() && !self.groups.contains(&Source::Claim) {
            return Err("claim_domain is for providers with groups = [\"claim\"]".into());
        }
        Ok(())
    }
}

impl Google {
    fn directory(&self, clock: &Clock) -> Result<Arc<GoogleDirectory>, Failure> {
        let file = &self.key_file;
        let text = std::fs::read_to_string(file).doing(format!("{} cannot be read", file.display()))?;
        let account = ServiceAccount::read(&text)
            .map_err(|why| Failure::refused(format!("[identity.google] key_file {}: {why}", file.display())))?;
        let mut setup = GoogleSetup::new(account);
        setup.administrator.clone_from(&self.administrator);
        setup.api = match self.api {
            Api::Directory => GoogleApi::Directory,
            Api::CloudIdentity => GoogleApi::CloudIdentity,
        };
        if let Some(address) = &self.directory_url {
            setup.directory.clone_from(address);
        }
        if let Some(address) = &self.cloud_identity_url {
            setup.cloud_identity.clone_from(address);
        }
        let directory = GoogleDirectory::new(setup, clock.clone());
        directory.map(Arc::new).doing("[identity.google]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<(), String> {
        toml::from_str::<Identity>(text).unwrap().check()
    }

    const ONE: &str = "issuer = \"https://accounts.google.com\"\nclient_id = \"hub\"\nname = \"Google\"\n";

    fn listed(id: &str, issuer: &str, more: &str) -> String {
        format!("[[providers]]\nid = \"{id}\"\nissuer = \"{issuer}\"\nclient_id = \"hub\"\nname = \"One\"\n{more}\n")
    }

    #[test]
    fn one_provider_or_a_list_of_them_but_not_both() {
        assert_eq!(check(ONE), Ok(()));
        let (google, entra) = ("https://accounts.google.com", "https://login.microsoftonline.com/t/v2.0");
        assert_eq!(check(&format!("{}{}", listed("google", google, ""), listed("entra", entra, ""))), Ok(()));
        assert!(check("").is_err());
        assert!(check(&format!("{ONE}{}", listed("entra", entra, ""))).is_err());
        assert!(check(&format!("{}{}", listed("one", google, ""), listed("one", entra, ""))).is_err());
        assert!(check(&format!("{}{}", listed("one", google, ""), listed("two", google, ""))).is_err());
        assert!(check(&listed("../x", google, "")).is_err());
    }

    #[test]
    fn what_would_let_strangers_in_or_ask_in_the_clear_is_refused() {
        for issuer in [
            "http://accounts.google.com",
            "https://login.microsoftonline.com/common/v2.0",
            "https://login.microsoftonline.com/{tenantid}/v2.0",
            "accounts.google.com",
        ] {
            assert!(check(&listed("one", issuer, "")).is_err(), "{issuer}");
        }
        assert!(check(&listed("one", "https://kc.example/realms/a", "groups = [\"google\"]")).is_err());
        for bound in ["stale_minutes = 61", "cache_seconds = 271", "idle_minutes = 1", "absolute_hours = 25"] {
            assert!(check(&format!("{ONE}{bound}")).is_err(), "{bound}");
        }
    }
}
