//! What does `hansom.toml` say?

use std::{
    collections::BTreeMap,
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
    str::FromStr,
    sync::Arc,
};

use hansom_domain::{EnvironmentName, GroupAddress, Network, Timestamp};
use hansom_gateway::{TlsMaterial, TrustedProxies};
use hansom_standards::{Profile, profile::DEFAULT};
use serde::Deserialize;
use toml::Spanned;

use crate::{
    access_log,
    failure::{Doing, Failure},
    mail::Post,
    reach, world,
};

mod gateway;
mod identity;
mod keys;
mod look;
mod mail;
mod observation;
mod role;
mod terms;
mod tls;
mod tokens;

pub(crate) use gateway::Gateway;
use gateway::Header;
pub(crate) use identity::Identity;
pub(crate) use keys::Keys;
pub(crate) use look::Look;
pub(crate) use mail::{Encryption, Mail};
use observation::{Observation, Traces};
pub(crate) use role::Role;
pub(crate) use terms::{Applications, Grants};
pub(crate) use tls::TlsFiles;
pub(crate) use tokens::Tokens;

/// The section of the hub.
pub(crate) const HUB: &str = "hub";
/// The section of the operations listener.
pub(crate) const OPERATIONS: &str = "operations";

/// The file as written. Unknown keys are errors with their line.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Which part of the platform the process plays, where no flag says so.
    #[serde(default)]
    pub(crate) role: Role,
    /// The hub: pages, control API, tokens.
    pub(crate) hub: Listener,
    /// The operations listener; keep it off public networks.
    pub(crate) operations: Operations,
    /// The environments by name, each with its own listener and base URL.
    pub(crate) environments: BTreeMap<EnvironmentName, Environment>,
    /// What all environments' listeners have in common.
    #[serde(default)]
    pub(crate) gateway: Gateway,
    /// Who is told what the gateway does.
    #[serde(default)]
    pub(crate) observation: Observation,
    /// Where the state is.
    pub(crate) database: Database,
    /// What secrets are sealed with.
    pub(crate) keys: Keys,
    /// Where the node keeps its snapshot.
    pub(crate) state: State,
    /// Who signs people in and tells their groups; a gateway alone needs nobody.
    pub(crate) identity: Option<Identity>,
    /// The mail server; without it nothing is sent.
    pub(crate) mail: Option<Mail>,
    /// The platform itself.
    pub(crate) platform: Platform,
    /// The playbook.
    #[serde(default)]
    pub(crate) standards: Standards,
    /// How long applications and their credentials last.
    #[serde(default)]
    pub(crate) applications: Applications,
    /// How long grants last.
    #[serde(default)]
    pub(crate) grants: Grants,
    /// How long sign-ins of applications last, and whose tokens are exchanged.
    #[serde(default)]
    pub(crate) tokens: Tokens,
}

/// The hub's listener with its public address.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listener {
    /// `host:port` to listen on; a gateway alone needs none.
    pub(crate) listen: Option<SocketAddr>,
    /// How it is reached from outside.
    pub(crate) url: PublicUrl,
    /// Certificates; without them it speaks plain HTTP, for a proxy in front of it or for this machine.
    pub(crate) tls: Option<Spanned<TlsFiles>>,
    /// Whether strangers see the page that shows what is reused; signed-in people always do.
    #[serde(default)]
    pub(crate) public_reuse: bool,
    /// The networks of proxies before it, whose word about the client is taken.
    #[serde(default)]
    trusted_proxies: Vec<Network>,
    /// The header that they write the client into.
    #[serde(default)]
    forwarded_header: Header,
    /// How it looks, and who stands behind it.
    #[serde(default)]
    pub(crate) look: Look,
    /// Whether people who are not signed in may give feedback.
    #[serde(default)]
    pub(crate) strangers_give_feedback: bool,
}

impl Listener {
    /// Whose word about the client is taken.
    pub(crate) fn proxies(&self) -> TrustedProxies {
        self.forwarded_header.of(&self.trusted_proxies)
    }
}

/// `[environments.production]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Environment {
    /// `host:port` to listen on; a hub alone needs none.
    pub(crate) listen: Option<SocketAddr>,
    /// How it is reached from outside.
    pub(crate) url: PublicUrl,
    /// Certificates; without them the listener speaks plain HTTP, for a proxy in front of it or for this machine.
    pub(crate) tls: Option<Spanned<TlsFiles>>,
}

/// `[operations]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Operations {
    /// `host:port` to listen on.
    pub(crate) listen: SocketAddr,
    /// Certificates; without them it speaks plain HTTP.
    pub(crate) tls: Option<Spanned<TlsFiles>>,
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

/// `[state]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct State {
    /// A folder of this node alone.
    pub(crate) directory: PathBuf,
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
        config.state.directory = folder.join(&config.state.directory);
        config.hub.look.take_from(folder);
        if let Some(profile) = config.standards.profile.as_mut().filter(|name| Profile::bundled(name).is_none()) {
            *profile = folder.join(&*profile).display().to_string();
        }
        let gateway = &mut config.gateway;
        let of_gateway =
            [&mut gateway.upstream_authorities, &mut gateway.upstream_certificate, &mut gateway.upstream_key];
        let access_log = gateway.access_log.as_mut().filter(|target| target.as_os_str() != access_log::STANDARD_OUTPUT);
        let of_keys = [&mut config.keys.master_key_file, &mut config.keys.wrapped_key_file];
        let others = [&mut config.database.url_file].into_iter().chain(of_keys);
        let of_traces = config.observation.traces.as_mut().and_then(|traces| traces.headers_file.as_mut());
        for path in others.chain(of_gateway).flatten().chain(access_log).chain(of_traces) {
            *path = folder.join(&*path);
        }
        if let Some(mail) = &mut config.mail {
            mail.take_from(folder);
        }
        if let Some(identity) = &mut config.identity {
            identity.take_from(folder);
        }
        let of_house = [&mut config.hub.tls, &mut config.operations.tls].into_iter().flatten();
        let of_environments = config.environments.values_mut().filter_map(|environment| environment.tls.as_mut());
        for tls in of_environments.chain(of_house) {
            tls.get_mut().take_from(folder);
        }
        Ok(config)
    }

    /// Checks it for the role that a flag names, else for that of the file itself. What the role does not need may be left
    /// out, and is not looked at: one file serves all nodes.
    pub(crate) fn read_for(file: &Path, flag: Option<Role>) -> Result<Self, Failure> {
        let mut config = Self::read(file)?;
        config.role = flag.unwrap_or(config.role);
        config.check(file)?;
        Ok(config)
    }

    /// Reads every certificate and key, and says where a fault is. Nobody's clock is asked here: a certificate that has expired
    /// is no reason for a restart to make it worse.
    pub(crate) fn materials(&self, file: &Path) -> Result<Vec<Material<'_>>, Failure> {
        let mut materials = vec![];
        for (section, tls) in self.tls() {
            let material = tls.get_ref().read().and_then(|material| {
                material.certificates().map_err(|fault| fault.to_string())?;
                Ok(material)
            });
            let at = |why: String| Failure::refused(format!("{}: {why}", place_of(file, &section, tls)));
            materials.push(Material { material: material.map_err(at)?, section, files: tls });
        }
        Ok(materials)
    }

    /// The sections of this role that have certificates.
    fn tls(&self) -> Vec<(String, &Spanned<TlsFiles>)> {
        let apis = self.environments.iter().filter(|_| self.role.serves_apis());
        let apis = apis.map(|(name, of)| (format!("environments.{name}"), of.tls.as_ref()));
        let hub = Some((HUB.to_owned(), self.hub.tls.as_ref())).filter(|_| self.role.serves_hub());
        let all = apis.chain(hub).chain([(OPERATIONS.to_owned(), self.operations.tls.as_ref())]);
        all.filter_map(|(section, tls)| Some((section, tls?))).collect()
    }

    /// Whether all certificates hold now.
    pub(crate) fn certificates_hold(&self, file: &Path, now: Timestamp) -> Result<(), Failure> {
        let seconds = now.millis() / 1000;
        for Material { section, files, material } in self.materials(file)? {
            let refuse = |why: String| Err(Failure::refused(format!("{}: {why}", place_of(file, &section, files))));
            for (certificate, facts) in material.certificates().unwrap_or_default() {
                if facts.until <= seconds {
                    return refuse(format!("{certificate} expired on {}; get a new one", day(facts.until)));
                }
                if facts.from > seconds {
                    return refuse(format!("{certificate} holds only from {} on", day(facts.from)));
                }
            }
            for (lists, facts) in material.revocation_lists().unwrap_or_default() {
                if facts.until <= seconds {
                    let (issuer, until) = (facts.issuer, day(facts.until));
                    return refuse(format!("{lists}: the list of {issuer} ended on {until}; fetch the next one"));
                }
            }
        }
        Ok(())
    }

    fn check(&self, file: &Path) -> Result<(), Failure> {
        let refuse = |why: String| Err(Failure::refused(format!("{}: {why}", file.display())));
        if self.environments.is_empty() {
            return refuse("[environments] is empty; add [environments.production]".into());
        }
        let mut seen: BTreeMap<SocketAddr, String> = BTreeMap::new();
        for (address, section) in self.listens() {
            let Some(address) = address else {
                return refuse(format!("{section} needs listen where the role is {}", self.role.as_str()));
            };
            if let Some(other) = seen.insert(address, section.clone()).filter(|_| address.port() != 0) {
                return refuse(format!("{section} and {other} both listen on {address}; give each its own"));
            }
        }
        match (&self.database.url, &self.database.url_file) {
            (Some(_), None) | (None, Some(_)) => {}
            _ => return refuse("[database] needs either url or url_file".into()),
        }
        if self.role.serves_hub() && self.identity.is_none() {
            return refuse(format!("[identity] is needed where the role is {}", self.role.as_str()));
        }
        self.tokens.check().or_else(|why| refuse(format!("[tokens] {why}")))?;
        self.gateway.check().or_else(|why| refuse(format!("[gateway] {why}")))?;
        self.observation
            .traces
            .as_ref()
            .map_or(Ok(()), Traces::check)
            .or_else(|why| refuse(format!("[observation] {why}")))?;
        self.keys.check().or_else(|why| refuse(format!("[keys] {why}")))?;
        self.grants.check().or_else(|why| refuse(format!("[grants] {why}")))?;
        self.mail.as_ref().map_or(Ok(()), Mail::check).or_else(|why| refuse(format!("[mail] {why}")))?;
        self.look().map(|_| ()).or_else(|why| refuse(format!("[hub.look] {why}")))?;
        self.post().map(|_| ())?;
        self.materials(file)?;
        self.database_url().map(|_| ())?;
        self.standards().map(|_| ())?;
        reach::of(self).map(|_| ())?;
        self.check_identity().or_else(refuse)
    }

    /// All that the process listens on, and the sections that say so.
    fn listens(&self) -> Vec<(Option<SocketAddr>, String)> {
        let role = self.role;
        let apis = self.environments.iter().filter(|_| role.serves_apis());
        let mut listens: Vec<_> = apis.map(|(name, of)| (of.listen, format!("[environments.{name}]"))).collect();
        if role.serves_hub() {
            listens.push((self.hub.listen, "[hub]".to_owned()));
        }
        listens.push((Some(self.operations.listen), "[operations]".to_owned()));
        listens
    }

    /// How long keys, credentials and grants last.
    pub(crate) fn terms(&self) -> hansom_control::Terms {
        hansom_control::Terms {
            keys: self.keys.terms(),
            credentials: self.applications.credentials(),
            grants: self.grants.terms(),
            applications: self.applications.terms(),
            people: self.identity.as_ref().map(Identity::terms).unwrap_or_default(),
        }
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

    /// Who keeps the playbook, and by which profile contracts are judged; a gateway alone judges none.
    pub(crate) fn standards(&self) -> Result<hansom_control::Standards, Failure> {
        let named = self.standards.profile.as_deref().filter(|_| self.role.serves_hub());
        Ok(hansom_control::Standards {
            group: self.standards.group.clone().unwrap_or_else(|| self.platform.administrators.clone()),
            profile: Arc::new(profile(named.unwrap_or(DEFAULT))?),
        })
    }

    /// The way for mails, if there is one; a gateway alone writes none.
    pub(crate) fn post(&self) -> Result<Option<Post>, Failure> {
        self.mail.as_ref().filter(|_| self.role.serves_hub()).map(Post::of).transpose()
    }

    /// How the hub looks; a gateway alone has none.
    pub(crate) fn look(&self) -> Result<hansom_hub::Look, String> {
        if self.role.serves_hub() { self.hub.look.read() } else { Ok(hansom_hub::Look::default()) }
    }

    fn check_identity(&self) -> Result<(), String> {
        let Some(identity) = self.identity.as_ref().filter(|_| self.role.serves_hub()) else { return Ok(()) };
        identity.check().map_err(|why| format!("[identity] {why}"))?;
        if identity.mail_links.is_some() && self.mail.is_none() {
            return Err("[identity.mail_links] needs [mail], or no link is ever sent".into());
        }
        identity.ways(&world::clock()).map(|_| ()).map_err(|why| why.to_string())
    }
}

/// A section's certificates, read.
pub(crate) struct Material<'c> {
    /// As in the file, without its brackets.
    pub(crate) section: String,
    /// Where they are.
    pub(crate) files: &'c Spanned<TlsFiles>,
    /// What stands in them.
    pub(crate) material: TlsMaterial,
}

/// `hansom.toml:12:1: [environments.production] tls`
fn place_of(file: &Path, section: &str, tls: &Spanned<TlsFiles>) -> String {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let (line, column) = place(&text, tls.span().start);
    format!("{}:{line}:{column}: [{section}] tls", file.display())
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

pub(crate) fn secret_file(file: &Path) -> Result<String, Failure> {
    let text = std::fs::read_to_string(file).doing(format!("{} cannot be read", file.display()))?;
    Ok(text.trim().to_owned())
}

/// A day like `2026-11-25`.
fn day(seconds: i64) -> String {
    chrono::DateTime::from_timestamp(seconds, 0).map_or_else(String::new, |time| time.format("%Y-%m-%d").to_string())
}

/// Line and column, from 1, of a byte offset.
fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}
