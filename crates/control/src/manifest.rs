//! What does a manifest say?

use hansom_domain::{
    AccessRule, AccessRules, ApiSlug, Audience, CrossOrigin, EnvironmentName, GroupAddress, HealthCheck, Kind, Limits,
    OperationSet, Quotas, Status, UpstreamOptions,
};
use hansom_standards::{Document, Fault, Node, Place};

pub use ending::{Ending, Successor};
pub use grants::Granting;

use crate::{
    PublishFault,
    guides::{MOST_GUIDES, is_guide_name, stem},
};

mod cross_origin;
mod ending;
mod grants;
mod limits;

/// The manifest: what OpenAPI cannot say of an API.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The API's name in paths.
    pub api: ApiSlug,
    /// Its name for people; else the contract's title.
    pub title: Option<String>,
    /// The group that owns it.
    pub owner: GroupAddress,
    /// Its kind.
    pub kind: Kind,
    /// Who may know of it.
    pub audience: Audience,
    /// Where the version stands in its life.
    pub status: Status,
    /// When it ends, and what comes after it.
    pub ending: Ending,
    /// Whether its answers hold personal data.
    pub personal_data: bool,
    /// The contract's file name, beside the manifest.
    pub contract: String,
    /// The files of its guides, below the manifest's folder, and where they are named.
    pub guides: Vec<(String, Place)>,
    /// Where it runs, and what answers there.
    pub environments: Vec<(EnvironmentName, Target)>,
    /// Who may call which operation.
    pub access: AccessRules,
    /// How much, how fast.
    pub limits: Limits,
    /// How many calls in a day and a month.
    pub quotas: Quotas,
    /// Which pages of other origins may call; none, and upstreams speak for themselves, where it is absent.
    pub cross_origin: Option<CrossOrigin>,
    /// How grants are given.
    pub grants: Granting,
    /// Where each operation of each access rule is named, for faults that only the contract shows.
    pub(crate) named_operations: Vec<(String, Place)>,
    /// Where the environments are named.
    pub(crate) environment_places: Vec<Place>,
}

/// What answers in an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The contract's examples.
    Mock,
    /// Servers.
    Upstreams {
        /// Their base URLs.
        urls: Vec<String>,
        /// How long the first byte of an answer may take.
        timeout_ms: u64,
        /// The rest of how they are treated.
        options: UpstreamOptions,
    },
}

const KEYS: &[&str] = &[
    "api",
    "title",
    "owner",
    "kind",
    "audience",
    "status",
    "sunset",
    "successor",
    "personal_data",
    "contract",
    "guides",
    "environments",
    "access",
    "limits",
    "quotas",
    "cors",
    "grants",
];

const TARGET_KEYS: &[&str] = &[
    "mock",
    "upstreams",
    "timeout",
    "connect_timeout",
    "idle_timeout",
    "total_timeout",
    "in_flight",
    "http2",
    "client_certificate",
    "health",
];

const LONGEST_TIMEOUT_MS: u64 = 300_000;

/// Reads a manifest; tells every fault, not only the first.
pub fn read_manifest(text: &str) -> Result<Manifest, Vec<PublishFault>> {
    if text.len() > 1_000_000 {
        return Err(vec![fault(
            Place { line: 1, column: 1 },
            "the manifest is larger than 1 MB",
            "send the file api.yaml",
        )]);
    }
    let document = Document::parse(text).map_err(|found| vec![of_standards("api.yaml", &found)])?;
    let mut reader = Reader { faults: vec![] };
    let manifest = reader.manifest(document.root());
    match manifest {
        Some(manifest) if reader.faults.is_empty() => Ok(manifest),
        _ => Err(reader.faults),
    }
}

pub(crate) fn fault(place: Place, what: impl Into<String>, mend: impl Into<String>) -> PublishFault {
    PublishFault {
        file: "api.yaml".into(),
        line: place.line,
        column: place.column,
        what: what.into(),
        mend: mend.into(),
        rule: None,
    }
}

/// A fault that the standards engine found in `file`.
pub(crate) fn of_standards(file: &str, found: &Fault) -> PublishFault {
    PublishFault {
        file: file.into(),
        line: found.place.line,
        column: found.place.column,
        what: found.what.clone(),
        mend: found.mend.clone(),
        rule: None,
    }
}

struct Reader {
    faults: Vec<PublishFault>,
}

impl Reader {
    fn complain(&mut self, place: Place, what: impl Into<String>, mend: impl Into<String>) {
        if self.faults.len() < 100 {
            self.faults.push(fault(place, what, mend));
        }
    }

    fn manifest(&mut self, root: Node<'_>) -> Option<Manifest> {
        self.known_keys(root, KEYS)?;
        let api = self.word(root, "api");
        let owner = self.word(root, "owner");
        let kind = self.word(root, "kind");
        let audience = self.word(root, "audience");
        let status = self.word(root, "status");
        let ending = self.ending(root, status);
        let title = self.optional_text(root, "title", 100);
        let contract = self.contract_name(root);
        let guides = self.guides(root);
        let personal_data = self.flag(root, "personal_data");
        let environments = self.environments(root);
        let (access, mut named_operations) = self.access(root, audience.unwrap_or(Audience::Internal));
        let limits = self.limits(root, &mut named_operations);
        let quotas = self.quotas(root);
        let cross_origin = self.cross_origin(root);
        let grants = self.granting(root);
        let (environments, environment_places): (Vec<_>, Vec<_>) =
            environments?.into_iter().map(|(name, target, place)| ((name, target), place)).unzip();
        Some(Manifest {
            api: api?,
            title,
            owner: owner?,
            kind: kind?,
            audience: audience?,
            status: status?,
            ending,
            personal_data,
            contract: contract?,
            guides,
            environments,
            access: access?,
            limits,
            quotas,
            cross_origin,
            grants,
            named_operations,
            environment_places,
        })
    }

    /// Complains of every key that is not known; `None` where the node is no map.
    fn known_keys(&mut self, node: Node<'_>, known: &[&str]) -> Option<()> {
        if node.entries().next().is_none() {
            self.complain(
                node.place(),
                "a map with keys is expected here",
                format!("write the keys {}", known.join(", ")),
            );
            return None;
        }
        for (key, _) in node.entries() {
            if !known.contains(&key.text) {
                let shown: String = key.text.chars().filter(|c| !c.is_control()).take(60).collect();
                self.complain(
                    key.place(),
                    format!("`{shown}` is no key that is known here"),
                    format!("use one of: {}", known.join(", ")),
                );
            }
        }
        Some(())
    }

    fn needed<'d>(&mut self, node: Node<'d>, key: &str) -> Option<Node<'d>> {
        let found = node.get(key);
        if found.is_none() {
            self.complain(node.place(), format!("the key `{key}` is missing"), "add it");
        }
        found
    }

    fn parsed<T: std::str::FromStr<Err = hansom_domain::Invalid>>(&mut self, node: Node<'_>, key: &str) -> Option<T> {
        let Some(text) = node.as_str() else {
            self.complain(node.place(), format!("`{key}` is no text"), "write a text, in quotes if need be");
            return None;
        };
        match text.parse() {
            Ok(word) => Some(word),
            Err(invalid) => {
                let sentence = invalid.to_string();
                let (what, mend) = sentence.split_once("; ").unwrap_or((&sentence, "write another one"));
                self.complain(node.place(), format!("{key}: {what}"), mend);
                None
            }
        }
    }

    fn word<T: std::str::FromStr<Err = hansom_domain::Invalid>>(&mut self, node: Node<'_>, key: &str) -> Option<T> {
        let found = self.needed(node, key)?;
        self.parsed(found, key)
    }

    fn optional_text(&mut self, root: Node<'_>, key: &str, most: usize) -> Option<String> {
        let node = root.get(key)?;
        match node.as_str().map(str::trim).filter(|text| !text.is_empty() && text.chars().count() <= most) {
            Some(text) => Some(text.into()),
            None => {
                self.complain(
                    node.place(),
                    format!("`{key}` is no text of 1 to {most} characters"),
                    "write a short text",
                );
                None
            }
        }
    }

    fn flag(&mut self, node: Node<'_>, key: &str) -> bool {
        let Some(found) = node.get(key) else {
            return false;
        };
        found.as_bool().unwrap_or_else(|| {
            self.complain(found.place(), format!("`{key}` is neither true nor false"), "write true or false");
            false
        })
    }

    fn contract_name(&mut self, root: Node<'_>) -> Option<String> {
        let node = self.needed(root, "contract")?;
        let name = node.as_str().unwrap_or_default();
        let plain = !name.is_empty()
            && name.len() <= 100
            && !name.starts_with('.')
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
        if !plain {
            self.complain(
                node.place(),
                "`contract` is no file name beside the manifest",
                "write a name such as openapi.yaml, without folders",
            );
            return None;
        }
        Some(name.into())
    }

    /// The names of the guides; each has its own in addresses.
    fn guides(&mut self, root: Node<'_>) -> Vec<(String, Place)> {
        let Some(node) = root.get("guides") else { return vec![] };
        let items: Vec<_> = node.items().collect();
        if items.is_empty() || items.len() > MOST_GUIDES {
            let what = format!("`guides` is no list of 1 to {MOST_GUIDES} files");
            self.complain(node.place(), what, "write a list such as [guides/getting-started.md]");
            return vec![];
        }
        let mut guides: Vec<(String, Place)> = vec![];
        for item in items {
            let file = item.as_str().unwrap_or_default();
            if !is_guide_name(file) {
                let mend = "write a file below the manifest's folder, such as guides/getting-started.md";
                self.complain(item.place(), "this is no name of a guide", mend);
            } else if guides.iter().any(|(known, _)| stem(known).eq_ignore_ascii_case(stem(file))) {
                let what = format!("another guide is called {}, too", stem(file));
                self.complain(item.place(), what, "name the file otherwise: its name is the guide's address");
            } else {
                guides.push((file.to_owned(), item.place()));
            }
        }
        guides
    }

    fn environments(&mut self, root: Node<'_>) -> Option<Vec<(EnvironmentName, Target, Place)>> {
        let node = self.needed(root, "environments")?;
        if node.entries().next().is_none() {
            self.complain(
                node.place(),
                "no environment is named",
                "name at least one, such as sandbox: { mock: true }",
            );
            return None;
        }
        let mut environments = vec![];
        for (key, value) in node.entries() {
            match key.text.parse::<EnvironmentName>() {
                Ok(name) => {
                    if let Some(target) = self.target(value) {
                        environments.push((name, target, key.place()));
                    }
                }
                Err(invalid) => self.complain(key.place(), invalid.to_string(), "name an environment of the platform"),
            }
        }
        Some(environments)
    }

    fn target(&mut self, node: Node<'_>) -> Option<Target> {
        self.known_keys(node, TARGET_KEYS)?;
        let mock = self.flag(node, "mock");
        let upstreams = node.get("upstreams");
        match (mock, upstreams) {
            (true, None) => Some(Target::Mock),
            (false, Some(list)) => {
                let urls: Vec<String> = list.items().filter_map(|item| self.upstream(item)).collect();
                if urls.is_empty() || urls.len() > 32 {
                    self.complain(
                        list.place(),
                        "`upstreams` is no list of 1 to 32 addresses",
                        "write a list such as [\"http://127.0.0.1:9101\"]",
                    );
                    return None;
                }
                let timeout_ms = self.duration(node, "timeout", 10_000, LONGEST_TIMEOUT_MS);
                Some(Target::Upstreams { urls, timeout_ms, options: self.options(node) })
            }
            _ => {
                self.complain(
                    node.place(),
                    "an environment has either mock: true or upstreams",
                    "write one of the two",
                );
                None
            }
        }
    }

    fn upstream(&mut self, node: Node<'_>) -> Option<String> {
        let text = node.as_str().unwrap_or_default();
        let url = url::Url::parse(text).ok().filter(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.host().is_some()
                && url.username().is_empty()
                && url.password().is_none()
                && url.query().is_none()
                && url.fragment().is_none()
        });
        if url.is_none() || text.len() > 500 {
            self.complain(
                node.place(),
                "this is no upstream address",
                "write http:// or https://, a host and maybe a port and path, without user or query",
            );
            return None;
        }
        Some(text.trim_end_matches('/').into())
    }

    fn options(&mut self, node: Node<'_>) -> UpstreamOptions {
        let usual = UpstreamOptions::default();
        UpstreamOptions {
            connect_timeout_ms: self.duration(node, "connect_timeout", usual.connect_timeout_ms, 60_000),
            idle_timeout_ms: self.duration(node, "idle_timeout", usual.idle_timeout_ms, 3_600_000),
            total_timeout_ms: self.duration(node, "total_timeout", usual.total_timeout_ms, 86_400_000),
            most_in_flight: self.count(node, "in_flight", usual.most_in_flight, 100_000),
            http2: self.flag(node, "http2"),
            client_certificate: self.flag(node, "client_certificate"),
            health: node.get("health").and_then(|health| self.health(health)),
        }
    }

    /// `/health`, or the path with how often and how strictly.
    fn health(&mut self, node: Node<'_>) -> Option<HealthCheck> {
        let place = if node.as_str().is_some() {
            node
        } else {
            self.known_keys(node, &["path", "interval", "timeout", "healthy", "unhealthy"])?;
            self.needed(node, "path")?
        };
        let path = place.as_str().unwrap_or_default();
        let is_plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
        if !path.starts_with('/') || !is_plain || path.len() > 500 {
            self.complain(
                place.place(),
                "`health` names no path",
                "write the path that an upstream answers with 200 as long as it is well, such as /health",
            );
            return None;
        }
        let usual = HealthCheck::at(path);
        if node.as_str().is_some() {
            return Some(usual);
        }
        Some(HealthCheck {
            interval_ms: self.duration(node, "interval", usual.interval_ms, 300_000).max(100),
            timeout_ms: self.duration(node, "timeout", usual.timeout_ms, 60_000),
            healthy_after: self.count(node, "healthy", usual.healthy_after, 100),
            unhealthy_after: self.count(node, "unhealthy", usual.unhealthy_after, 100),
            path: usual.path,
        })
    }

    fn count(&mut self, node: Node<'_>, key: &str, usual: u32, most: u32) -> u32 {
        let Some(found) = node.get(key) else {
            return usual;
        };
        let count = found.as_i64().and_then(|count| u32::try_from(count).ok()).filter(|n| (1..=most).contains(n));
        count.unwrap_or_else(|| {
            self.complain(
                found.place(),
                format!("`{key}` is no whole number from 1 to {most}"),
                format!("write one, such as {usual}"),
            );
            usual
        })
    }

    /// In milliseconds.
    fn duration(&mut self, node: Node<'_>, key: &str, usual: u64, longest: u64) -> u64 {
        let Some(found) = node.get(key) else {
            return usual;
        };
        let units = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];
        let millis = found.as_str().and_then(|text| {
            let (number, unit) =
                units.iter().find_map(|(name, unit)| text.strip_suffix(name).map(|number| (number, *unit)))?;
            let number: u64 = number.bytes().all(|byte| byte.is_ascii_digit()).then(|| number.parse().ok())??;
            number.checked_mul(unit).filter(|millis| (1..=longest).contains(millis))
        });
        millis.unwrap_or_else(|| {
            self.complain(
                found.place(),
                format!("`{key}` is no duration"),
                format!("write 1ms to {}s, such as 5s or 800ms", longest / 1_000),
            );
            usual
        })
    }

    fn access(&mut self, root: Node<'_>, audience: Audience) -> (Option<AccessRules>, Vec<(String, Place)>) {
        let mut named = vec![];
        let Some(node) = self.needed(root, "access") else {
            return (None, named);
        };
        let mut rules = vec![];
        for item in node.items().take(500) {
            let Some(rule) = self.rule(item, &mut named) else {
                continue;
            };
            match AccessRules::new(vec![rule.clone()], audience) {
                Ok(_) => rules.push(rule),
                Err(invalid) => {
                    let sentence = invalid.to_string();
                    let (what, mend) = sentence.split_once("; ").unwrap_or((&sentence, "write it otherwise"));
                    self.complain(item.place(), what, mend);
                }
            }
        }
        if rules.is_empty() && self.faults.is_empty() {
            self.complain(
                node.place(),
                "`access` lists no rule, so nobody could call anything",
                "add a rule with operations and who may call them",
            );
        }
        (AccessRules::new(rules, audience).ok(), named)
    }

    fn rule(&mut self, node: Node<'_>, named: &mut Vec<(String, Place)>) -> Option<AccessRule> {
        self.known_keys(node, &["operations", "groups", "applications", "anyone"])?;
        let operations = self.needed(node, "operations")?;
        let mut ids = vec![];
        for item in operations.items() {
            match item.as_str() {
                Some(id) => {
                    if id != "*" {
                        named.push((id.into(), item.place()));
                    }
                    ids.push(id.to_owned());
                }
                None => self.complain(
                    item.place(),
                    "an operation id is expected here",
                    "write the operationId of the contract",
                ),
            }
        }
        let operations = match OperationSet::from_list(ids) {
            Ok(set) => set,
            Err(invalid) => {
                self.complain(operations.place(), invalid.to_string(), "write [getThing, listThings] or [\"*\"]");
                return None;
            }
        };
        let groups = node.get("groups").map_or_else(Vec::new, |groups| {
            groups.items().filter_map(|group| self.parsed::<GroupAddress>(group, "groups")).collect()
        });
        Some(AccessRule {
            operations,
            groups,
            granted_applications: self.granted(node),
            anyone: self.flag(node, "anyone"),
        })
    }

    fn granted(&mut self, node: Node<'_>) -> bool {
        let Some(found) = node.get("applications") else {
            return false;
        };
        if found.as_str() != Some("granted") {
            self.complain(
                found.place(),
                "`applications` takes the one word granted",
                "write applications: granted, or leave it out",
            );
            return false;
        }
        true
    }
}
