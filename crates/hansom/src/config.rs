//! What does `hansom.toml` say?

use std::{
    collections::BTreeMap,
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
};

use hansom_domain::{EnvironmentName, GroupAddress, Network};
use hansom_standards::{Profile, profile::DEFAULT};
use serde::Deserialize;

use crate::{
    failure::{Doing, Failure},
    reach,
};

/// The file as written. Unknown keys are errors with their line.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The hub: pages, control API, tokens.
    pub(crate) hub: Listener,
    /// The operations listener; keep it off public networks.
    pub(crate) operations: Operations,
    /// The environments by name, each with its own listener and base URL.
    pub(crate) environments: BTreeMap<EnvironmentName, Listener>,
    /// Where the state is.
    pub(crate) database: Database,
    /// What secrets are sealed with.
    pub(crate) keys: Keys,
    /// Where the node keeps its snapshot.
    pub(crate) state: State,
    /// The OpenID provider that people sign in with.
    pub(crate) identity: Identity,
    /// The platform itself.
    pub(crate) platform: Platform,
    /// The playbook.
    #[serde(default)]
    pub(crate) standards: Standards,
    /// The gateway.
    #[serde(default)]
    pub(crate) gateway: Gateway,
}

/// A listener with its public address.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listener {
    /// `host:port` to listen on.
    pub(crate) listen: SocketAddr,
    /// How it is reached from outside.
    pub(crate) url: PublicUrl,
}

/// `[operations]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Operations {
    /// `host:port` to listen on.
    pub(crate) listen: SocketAddr,
}

/// `[database]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Database {
    /// `sqlite://file` or `postgres://user@host/name`.
    pub(crate) url: Option<String>,
    /// A file with that address in it, where it holds a password.
    pub(crate) url_file: Option<PathBuf>,
}

/// `[keys]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Keys {
    /// The master key, 64 hexadecimal characters; made at the first start.
    pub(crate) master_key_file: PathBuf,
}

/// `[state]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct State {
    /// A folder of this node alone.
    pub(crate) directory: PathBuf,
}

/// `[identity]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Identity {
    /// The provider's issuer.
    pub(crate) issuer: String,
    /// Our id there.
    pub(crate) client_id: String,
    /// A file with our secret there.
    pub(crate) client_secret_file: Option<PathBuf>,
    /// The name on the sign-in button.
    pub(crate) name: String,
}

/// `[platform]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Platform {
    /// The group whose members run the platform.
    pub(crate) administrators: GroupAddress,
    /// Whether manifests may name upstreams on this machine.
    #[serde(default)]
    pub(crate) loopback_upstreams: bool,
}

/// `[standards]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Standards {
    /// The group whose members keep the playbook; the administrators, if nobody else is named.
    pub(crate) group: Option<GroupAddress>,
    /// The profile that contracts are judged by until an edition is published in the hub: one that comes with Hansom, or a
    /// file of the organisation's own.
    pub(crate) profile: Option<String>,
}

/// `[gateway]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Gateway {
    /// Networks besides the public internet in which upstreams may be: `["10.0.0.0/8"]`.
    #[serde(default)]
    pub(crate) private_upstreams: Vec<Network>,
    /// A file with certificates of authorities that vouch for upstreams, besides those that this machine trusts.
    pub(crate) upstream_authorities: Option<PathBuf>,
    /// A file with the certificate that upstreams are shown if they ask for one, and those that vouch for it.
    pub(crate) upstream_certificate: Option<PathBuf>,
    /// A file with the key of that certificate.
    pub(crate) upstream_key: Option<PathBuf>,
}

/// A public address: scheme, host and maybe a port. Plain HTTP only on this machine, since cookies and tokens go there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublicUrl(String);

impl PublicUrl {
    /// The address without a slash at its end.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PublicUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let url =
            url::Url::parse(text).map_err(|_| "it is no URL; write it like https://api.hackney.example".to_owned())?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        if !bare || url.host_str().is_none() {
            return Err("it must be scheme, host and maybe a port, and nothing more".into());
        }
        let here = matches!(url.host(), Some(url::Host::Ipv4(ip)) if ip.is_loopback())
            || matches!(url.host(), Some(url::Host::Ipv6(ip)) if ip.is_loopback())
            || url.host_str() == Some("localhost");
        match url.scheme() {
            "https" => {}
            "http" if here => {}
            _ => {
                return Err("it must begin with https:// (http:// is for this machine alone)".into());
            }
        }
        Ok(Self(url.as_str().trim_end_matches('/').into()))
    }
}

impl<'de> Deserialize<'de> for PublicUrl {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Config {
    /// Reads and checks a configuration file; paths in it are taken from the file's own folder.
    pub(crate) fn read(file: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(file).doing(format!("{} cannot be read", file.display()))?;
        let mut config: Config = toml::from_str(&text).map_err(|error| {
            let at = error.span().map(|span| place(&text, span.start));
            let (line, column) = at.unwrap_or((1, 1));
            Failure::refused(format!("{}:{line}:{column}: {}", file.display(), error.message()))
        })?;
        let folder = file.parent().unwrap_or(Path::new("."));
        for path in [&mut config.keys.master_key_file, &mut config.state.directory] {
            *path = folder.join(&*path);
        }
        if let Some(profile) = config.standards.profile.as_mut().filter(|name| Profile::bundled(name).is_none()) {
            *profile = folder.join(&*profile).display().to_string();
        }
        let gateway = &mut config.gateway;
        let of_gateway =
            [&mut gateway.upstream_authorities, &mut gateway.upstream_certificate, &mut gateway.upstream_key];
        let others = [&mut config.database.url_file, &mut config.identity.client_secret_file];
        for path in others.into_iter().chain(of_gateway).flatten() {
            *path = folder.join(&*path);
        }
        config.check(file)?;
        Ok(config)
    }

    fn check(&self, file: &Path) -> Result<(), Failure> {
        let refuse = |why: String| Err(Failure::refused(format!("{}: {why}", file.display())));
        if self.environments.is_empty() {
            return refuse("[environments] is empty; add [environments.production]".into());
        }
        let mut seen: BTreeMap<SocketAddr, String> = BTreeMap::new();
        let listeners =
            self.environments.iter().map(|(name, listener)| (listener.listen, format!("[environments.{name}]")));
        let others = [(self.hub.listen, "[hub]".to_owned()), (self.operations.listen, "[operations]".to_owned())];
        for (address, section) in listeners.chain(others) {
            if let Some(other) = seen.insert(address, section.clone()).filter(|_| address.port() != 0) {
                return refuse(format!("{section} and {other} both listen on {address}; give each its own"));
            }
        }
        match (&self.database.url, &self.database.url_file) {
            (Some(_), None) | (None, Some(_)) => {}
            _ => return refuse("[database] needs either url or url_file".into()),
        }
        self.database_url().map(|_| ())?;
        self.standards().map(|_| ())?;
        reach::of(self).map(|_| ())?;
        self.client_secret().map(|_| ())
    }

    /// The database's address.
    pub(crate) fn database_url(&self) -> Result<String, Failure> {
        let url = match (&self.database.url, &self.database.url_file) {
            (Some(url), _) => url.clone(),
            (None, Some(file)) => secret_file(file)?,
            (None, None) => String::new(),
        };
        let known = ["sqlite://", "postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
        if known { Ok(url) } else { Err(Failure::refused("[database] url must begin with sqlite:// or postgres://")) }
    }

    /// Who keeps the playbook, and by which profile contracts are judged.
    pub(crate) fn standards(&self) -> Result<hansom_control::Standards, Failure> {
        Ok(hansom_control::Standards {
            group: self.standards.group.clone().unwrap_or_else(|| self.platform.administrators.clone()),
            profile: Arc::new(profile(self.standards.profile.as_deref().unwrap_or(DEFAULT))?),
        })
    }

    /// Our secret at the OpenID provider.
    pub(crate) fn client_secret(&self) -> Result<Option<String>, Failure> {
        self.identity.client_secret_file.as_deref().map(secret_file).transpose()
    }
}

/// A profile that comes with Hansom, or one from a file.
pub(crate) fn profile(name_or_file: &str) -> Result<Profile, Failure> {
    if let Some(profile) = Profile::bundled(name_or_file) {
        return Ok(profile);
    }
    let file = Path::new(name_or_file);
    if !file.is_file() {
        let known: Vec<_> = Profile::names().collect();
        return Err(Failure::wrong_use(format!(
            "there is no profile {name_or_file}: it is neither a file nor one of {}",
            known.join(", ")
        )));
    }
    let text = std::fs::read_to_string(file).doing(format!("{} cannot be read", file.display()))?;
    Profile::read(&text).map_err(|faults| {
        let lines: Vec<_> = faults
            .iter()
            .map(|fault| {
                let place = fault.place;
                format!("{}:{}:{}: {}; {}", file.display(), place.line, place.column, fault.what, fault.mend)
            })
            .collect();
        Failure::refused(lines.join("\n"))
    })
}

fn secret_file(file: &Path) -> Result<String, Failure> {
    let text = std::fs::read_to_string(file).doing(format!("{} cannot be read", file.display()))?;
    Ok(text.trim().to_owned())
}

/// Line and column, from 1, of a byte offset.
fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}
