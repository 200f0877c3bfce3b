//! What does the gateway know, from one moment to the next?
//!
//! A [`Snapshot`] is everything, compiled for look-ups; it never changes, and a request sees one from start to end. The next
//! one is made of it and a [`Delta`], shares all that is the same, and so costs what is different. A [`SnapshotDocument`] is
//! everything as data, in one piece.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError, Weak},
};

use hansom_domain::{
    AccessRules, ApiSlug, ApplicationId, Audience, CredentialId, CrossOrigin, EnvironmentName, GroupAddress, Limits,
    Major, OperationSet, PersonId, Quotas, Status, Timestamp, TokenId, UpstreamOptions,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    callers::{Application, Names, Person},
    delta::{Delta, PlacedVersion, PlatformDocument, Record, VersionPlace},
    keys::KeySet,
    matching::{CompiledTarget, Surroundings, Version},
    mock::{Mocks, Proof},
    shards::{Named, Shards},
    upstreams::{Registry, Upstreams},
};

/// The one format of snapshots that this build reads and writes.
pub const FORMAT: u32 = 2;

/// Everything the gateway knows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SnapshotDocument {
    /// The shape of the document: 2.
    pub format: u32,
    /// Counts up with every change.
    pub generation: u64,
    /// When it was made.
    pub made_at: Timestamp,
    /// The `iss` of access tokens.
    pub issuer: String,
    /// The hub's public address without a slash at its end.
    pub hub: String,
    /// Keys that access tokens may be signed with.
    pub keys: Vec<VerificationKey>,
    /// Where versions run.
    pub environments: Vec<EnvironmentDocument>,
    /// Programs that may call.
    pub applications: Vec<ApplicationDocument>,
    /// People who may call, with their groups of now.
    pub people: Vec<PersonDocument>,
    /// Access tokens revoked before their end.
    pub revoked_tokens: Vec<TokenId>,
}

/// The public half of a signing key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VerificationKey {
    /// The name that token headers call it by.
    pub kid: String,
    /// The only algorithm it is used with: `ES256`, `RS256` or `EdDSA`.
    pub algorithm: String,
    /// The key as a JSON Web Key.
    pub jwk: Value,
}

/// One environment with the versions that run in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EnvironmentDocument {
    /// Its name.
    pub name: EnvironmentName,
    /// Its public address without a slash at its end; the `aud` of its tokens.
    pub base_url: String,
    /// What runs there.
    pub versions: Vec<VersionDocument>,
}

/// A major version of an API in one environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VersionDocument {
    /// The API's name in paths.
    pub api: ApiSlug,
    /// The version's name in paths.
    pub major: Major,
    /// The number of the release that is served.
    pub release: i64,
    /// The contract's own version: `1.4.2`. Empty in snapshots that older builds kept.
    #[serde(default)]
    pub info_version: String,
    /// The API's name for people.
    pub title: String,
    /// Who answers for it.
    pub owner: GroupAddress,
    /// Where it stands in its life.
    pub status: Status,
    /// Who may know of it.
    pub audience: Audience,
    /// Until when a deprecated version answers.
    pub sunset: Option<Timestamp>,
    /// Since when it is deprecated.
    pub deprecated_at: Option<Timestamp>,
    /// What to use instead: a major version of the same API (`v2`), an API and version (`rents/v1`) or an address.
    pub successor: Option<String>,
    /// How much, how fast.
    pub limits: Limits,
    /// How many calls in a day and a month.
    #[serde(default)]
    pub quotas: Quotas,
    /// Which pages of other origins may call from a browser; none, and upstreams speak for themselves, where it is absent.
    #[serde(default)]
    pub cross_origin: Option<CrossOriginDocument>,
    /// Who may call what.
    pub access: AccessRules,
    /// Who answers.
    pub target: Target,
    /// What can be called.
    pub operations: Vec<OperationDocument>,
}

/// Who may call a version from a page of another origin, and what such a page sees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CrossOriginDocument {
    /// What the manifest says.
    pub allowed: CrossOrigin,
    /// Names of header fields that the contract's requests have.
    pub request_headers: Vec<String>,
    /// Names of header fields that the contract's answers have.
    pub answer_headers: Vec<String>,
}

/// Who answers the calls of a version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The gateway itself, from the examples of the contract.
    Mock,
    /// The API's own servers.
    Upstreams {
        /// Their addresses.
        urls: Vec<String>,
        /// How long one may take until the first byte of its answer.
        timeout_ms: u64,
        /// The rest of how they are treated. Snapshots of older builds say nothing of it.
        #[serde(default)]
        options: UpstreamOptions,
    },
}

/// One operation of a contract.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OperationDocument {
    /// Its `operationId`.
    pub id: String,
    /// Its method in upper case.
    pub method: String,
    /// Its path template below `/{api}/{major}`.
    pub path: String,
    /// Whether the contract declares an answer 101, so that a WebSocket may come of it.
    #[serde(default)]
    pub upgrades: bool,
    /// What the mock has to know.
    pub contract: Option<OperationContract>,
}

/// The part of a contract that a mock checks and answers from; references are resolved.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OperationContract {
    /// Parameters in path, query, headers and cookies.
    pub parameters: Vec<ParameterContract>,
    /// The request body.
    pub body: Option<BodyContract>,
    /// The answers, in the contract's order.
    pub answers: Vec<AnswerContract>,
}

/// One parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ParameterContract {
    /// Its name.
    pub name: String,
    /// `path`, `query`, `header` or `cookie`.
    pub location: String,
    /// Whether it must be there.
    pub required: bool,
    /// Its JSON Schema.
    pub schema: Value,
    /// Whether a list repeats the name instead of parting values by commas.
    pub explode: bool,
}

/// A request body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BodyContract {
    /// Whether it must be there.
    pub required: bool,
    /// Media types with their JSON Schema.
    pub media: Vec<(String, Option<Value>)>,
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnswerContract {
    /// `200`, `4XX` or `default`.
    pub status: String,
    /// Header fields with their example.
    pub headers: Vec<(String, Option<Value>)>,
    /// Bodies.
    pub media: Vec<MediaAnswer>,
}

/// The examples of an answer in one media type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MediaAnswer {
    /// Such as `application/json`.
    pub media_type: String,
    /// Examples by name.
    pub examples: Vec<(String, Value)>,
}

/// An application.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ApplicationDocument {
    /// Its `client_id`.
    pub id: ApplicationId,
    /// Its name.
    pub name: String,
    /// Who answers for it.
    pub owner: GroupAddress,
    /// The credentials that are in force.
    pub credentials: Vec<CredentialDocument>,
    /// The grants that are in force.
    pub grants: Vec<GrantDocument>,
}

/// A credential in force. One without an end is written as its id alone, as all were before they had ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "WrittenCredential", into = "WrittenCredential")]
pub struct CredentialDocument {
    /// Its id.
    pub id: CredentialId,
    /// Until when.
    pub expires_at: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum WrittenCredential {
    Endless(CredentialId),
    Ending { id: CredentialId, expires_at: Option<Timestamp> },
}

impl From<WrittenCredential> for CredentialDocument {
    fn from(written: WrittenCredential) -> Self {
        match written {
            WrittenCredential::Endless(id) => Self { id, expires_at: None },
            WrittenCredential::Ending { id, expires_at } => Self { id, expires_at },
        }
    }
}

impl From<CredentialDocument> for WrittenCredential {
    fn from(document: CredentialDocument) -> Self {
        match document {
            CredentialDocument { id, expires_at: None } => Self::Endless(id),
            CredentialDocument { id, expires_at } => Self::Ending { id, expires_at },
        }
    }
}

impl From<CredentialId> for CredentialDocument {
    fn from(id: CredentialId) -> Self {
        Self { id, expires_at: None }
    }
}

/// A grant in force.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GrantDocument {
    /// For which API.
    pub api: ApiSlug,
    /// For which version.
    pub major: Major,
    /// For which environment.
    pub environment: EnvironmentName,
    /// For which operations.
    pub operations: OperationSet,
    /// Until when.
    pub expires_at: Option<Timestamp>,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PersonDocument {
    /// The `sub` of their tokens.
    pub id: PersonId,
    /// Their groups, nested ones resolved.
    pub groups: Vec<GroupAddress>,
    /// Until when they are known, while the directory that tells them is silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups_known_until: Option<Timestamp>,
    /// Those of them that are known after that moment too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept_groups: Vec<GroupAddress>,
}

impl PersonDocument {
    /// A person whose groups are known.
    pub fn known(id: PersonId, groups: Vec<GroupAddress>) -> Self {
        Self { id, groups, groups_known_until: None, kept_groups: vec![] }
    }
}

/// A snapshot ready for requests, with what had to be left out of it.
#[derive(Debug)]
pub struct Compiled {
    /// What requests see.
    pub snapshot: Snapshot,
    /// What could not be compiled, one by one.
    pub set_aside: Vec<SetAside>,
}

/// One thing that was left out of a snapshot, so that the rest can serve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    /// What: `repairs v1 in sandbox`, or `key 2026-01`.
    pub what: String,
    /// Why, in a sentence.
    pub why: String,
    /// The version, if it is one; what served before it serves on.
    pub version: Option<VersionPlace>,
}

/// How much there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Versions, in all environments.
    pub versions: usize,
    /// Applications.
    pub applications: usize,
    /// People.
    pub people: usize,
}

/// Everything the gateway knows, compiled. It never changes; a copy shares everything.
#[derive(Clone, Debug)]
pub struct Snapshot {
    generation: u64,
    made_at: Timestamp,
    platform: Arc<PlatformDocument>,
    pub(crate) keys: Arc<KeySet>,
    environments: Vec<Environment>,
    applications: Shards<Arc<Application>>,
    people: Shards<Arc<Person>>,
    revoked: Shards<TokenId>,
    mocks: Arc<Mocks>,
    unbound: Unbound,
}

/// What was compiled and not yet joined with what is known of upstreams. Snapshots that come of each other share it, so that a
/// swap costs the change and not the whole.
#[derive(Clone, Debug, Default)]
struct Unbound(Arc<Mutex<Vec<Weak<Version>>>>);

impl Unbound {
    fn put(&self, version: &Arc<Version>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(version));
    }

    fn take(&self) -> Vec<Weak<Version>> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// An environment ready for look-ups.
#[derive(Clone, Debug)]
pub(crate) struct Environment {
    name: EnvironmentName,
    pub(crate) base_url: String,
    apis: Shards<Arc<Api>>,
    /// How many versions are in them.
    versions: usize,
}

/// The versions of an API in one environment, the oldest first.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    slug: ApiSlug,
    versions: Vec<(Arc<Version>, Arc<str>)>,
}

impl Named for Api {
    fn name(&self) -> &str {
        self.slug.as_str()
    }
}

impl Named for TokenId {
    fn name(&self) -> &str {
        self.as_str()
    }
}

impl Snapshot {
    /// Compiles a document. What is broken is left out alone and told of; a broken version answers as if unknown.
    pub fn compile(document: SnapshotDocument) -> Compiled {
        let (delta, twice) = document.into_delta();
        let mut compiled = Self::first(delta);
        compiled.set_aside.extend(twice);
        compiled
    }

    /// Knows nothing yet.
    fn begin() -> Self {
        Self {
            generation: 0,
            made_at: Timestamp::from_millis(0),
            platform: Arc::default(),
            keys: Arc::default(),
            environments: vec![],
            applications: Shards::default(),
            people: Shards::default(),
            revoked: Shards::default(),
            mocks: Arc::default(),
            unbound: Unbound::default(),
        }
    }

    /// The first snapshot, of what is different from nothing.
    pub fn first(delta: Delta) -> Compiled {
        Self::begin().apply(delta)
    }

    /// The next snapshot: this one and what is different. Of a version that cannot be compiled the last good one stays.
    pub fn apply(&self, delta: Delta) -> Compiled {
        let mut draft = Draft::over(self.clone(), Proof::Wanted);
        for record in delta.records {
            draft.put(record);
        }
        draft.finish(delta.generation, delta.made_at)
    }

    /// Joins what was compiled with what is known of upstreams already. To be done before it serves.
    pub(crate) fn bind(&self, upstreams: &Registry) {
        for version in self.unbound.take().iter().filter_map(Weak::upgrade) {
            if let CompiledTarget::Upstreams(of_version) = &version.target {
                of_version.bind(upstreams);
            }
        }
    }

    /// The number of the snapshot.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// When it was made.
    pub fn made_at(&self) -> Timestamp {
        self.made_at
    }

    /// The platform's addresses, as they were told.
    pub fn platform(&self) -> &PlatformDocument {
        &self.platform
    }

    /// The keys that verify access tokens, as they were told.
    pub fn keys(&self) -> &[VerificationKey] {
        self.keys.documents()
    }

    /// How much there is.
    pub fn counts(&self) -> Counts {
        let versions = self.environments.iter().fold(0, |sum: usize, of| sum.saturating_add(of.versions));
        Counts { versions, applications: self.applications.len(), people: self.people.len() }
    }

    /// Every version, with what it was made from.
    pub fn versions(&self) -> impl Iterator<Item = (VersionPlace, &str)> {
        self.environments.iter().flat_map(|environment| {
            environment.apis.iter().flat_map(|api| {
                api.versions.iter().map(|(version, made_from)| {
                    let (environment, api) = (environment.name.clone(), api.slug.clone());
                    (VersionPlace { environment, api, major: version.major }, made_from.as_ref())
                })
            })
        })
    }

    /// The upstreams of every version that has some.
    pub(crate) fn upstreams(&self) -> impl Iterator<Item = (&EnvironmentName, &Version, &Upstreams)> {
        self.environments.iter().flat_map(|environment| {
            let versions = environment.apis.iter().flat_map(|api| &api.versions);
            versions.filter_map(|(version, _)| match &version.target {
                CompiledTarget::Upstreams(upstreams) => Some((&environment.name, &**version, &**upstreams)),
                CompiledTarget::Mock => None,
            })
        })
    }

    /// What a version was made from, if it is there.
    pub fn made_from(&self, place: &VersionPlace) -> Option<&str> {
        let api = self.environment(&place.environment)?.versions_of(place.api.as_str())?;
        api.versions.iter().find(|(version, _)| version.major == place.major).map(|(_, from)| from.as_ref())
    }

    /// Whether the application is there with just these credentials and grants.
    pub fn has_application(&self, document: &ApplicationDocument) -> bool {
        self.application(&document.id).is_some_and(|known| **known == Application::compile(document.clone(), self))
    }

    /// Whether the person is there with just these groups.
    pub fn has_person(&self, document: &PersonDocument) -> bool {
        self.people.get(document.id.as_str()).is_some_and(|known| **known == Person::compile(document.clone()))
    }

    /// Every application's id.
    pub fn application_ids(&self) -> impl Iterator<Item = &ApplicationId> {
        self.applications.iter().map(|application| application.id())
    }

    /// Every person's id.
    pub fn person_ids(&self) -> impl Iterator<Item = &PersonId> {
        self.people.iter().map(|person| person.id())
    }

    /// Every revoked token's id.
    pub fn revoked_tokens(&self) -> impl Iterator<Item = &TokenId> {
        self.revoked.iter()
    }

    pub(crate) fn hub(&self) -> &str {
        &self.platform.hub
    }

    pub(crate) fn environment(&self, name: &EnvironmentName) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.name == *name)
    }

    pub(crate) fn application(&self, id: &ApplicationId) -> Option<&Arc<Application>> {
        self.applications.get(id.as_str())
    }

    /// A person's groups, as far as they are known at a moment.
    pub(crate) fn groups_of(&self, id: &PersonId, now: Timestamp) -> Option<&[GroupAddress]> {
        self.people.get(id.as_str()).map(|person| person.groups(now))
    }

    /// Whether a person may be in other groups than those that are known.
    pub(crate) fn is_uncertain(&self, id: &PersonId, now: Timestamp) -> bool {
        self.people.get(id.as_str()).is_some_and(|person| person.is_uncertain(now))
    }

    pub(crate) fn is_revoked(&self, token: &TokenId) -> bool {
        self.revoked.get(token.as_str()).is_some()
    }
}

impl Names for Snapshot {
    fn place(&self, grant: &GrantDocument) -> (EnvironmentName, ApiSlug) {
        let environment = self.environment(&grant.environment);
        let api = environment.and_then(|environment| environment.versions_of(grant.api.as_str()));
        (
            environment.map_or(&grant.environment, |environment| &environment.name).clone(),
            api.map_or(&grant.api, |api| &api.slug).clone(),
        )
    }

    fn operation(&self, grant: &GrantDocument, id: &str) -> Arc<str> {
        let api = self.environment(&grant.environment).and_then(|known| known.versions_of(grant.api.as_str()));
        let version = api.and_then(|api| api.find(grant.major));
        version.and_then(|version| version.operation_id(id)).map_or_else(|| id.into(), Arc::clone)
    }
}

impl Environment {
    pub(crate) fn versions_of(&self, api: &str) -> Option<&Api> {
        self.apis.get(api).map(Arc::as_ref)
    }
}

impl Api {
    pub(crate) fn api(&self) -> &ApiSlug {
        &self.slug
    }

    pub(crate) fn find(&self, major: Major) -> Option<&Version> {
        self.versions.iter().find(|(version, _)| version.major == major).map(|(version, _)| version.as_ref())
    }

    /// The versions that there are, in order.
    pub(crate) fn majors(&self) -> impl Iterator<Item = Major> {
        self.versions.iter().map(|(version, _)| version.major)
    }
}

/// A snapshot in the making.
pub(crate) struct Draft {
    snapshot: Snapshot,
    proof: Proof,
    set_aside: Vec<SetAside>,
    /// Groups that were named so far; many people are in the same ones.
    groups: HashSet<GroupAddress>,
}

impl Draft {
    pub(crate) fn begin(proof: Proof) -> Self {
        Self::over(Snapshot::begin(), proof)
    }

    pub(crate) fn over(snapshot: Snapshot, proof: Proof) -> Self {
        Self { snapshot, proof, set_aside: vec![], groups: HashSet::new() }
    }

    /// Puts one thing in, or takes one out.
    pub(crate) fn put(&mut self, record: Record) {
        match record {
            Record::Platform(platform) => self.platform(platform),
            Record::Keys(keys) => {
                let keys = KeySet::compile(&self.snapshot.platform.issuer, keys, &mut self.set_aside);
                self.snapshot.keys = Arc::new(keys);
            }
            Record::Version(placed) => self.version(&placed),
            Record::NoVersion(place) => self.no_version(&place),
            Record::Application(document) => {
                let application = Application::compile(document, &self.snapshot);
                self.snapshot.applications.put(Arc::new(application));
            }
            Record::NoApplication(id) => {
                self.snapshot.applications.remove(id.as_str());
            }
            Record::Person(mut document) => {
                for group in document.groups.iter_mut().chain(&mut document.kept_groups) {
                    match self.groups.get(group) {
                        Some(known) => *group = known.clone(),
                        None => {
                            self.groups.insert(group.clone());
                        }
                    }
                }
                self.snapshot.people.put(Arc::new(Person::compile(document)));
            }
            Record::NoPerson(id) => {
                self.snapshot.people.remove(id.as_str());
            }
            Record::Revoked(token) => self.snapshot.revoked.put(token),
            Record::NotRevoked(token) => {
                self.snapshot.revoked.remove(token.as_str());
            }
        }
    }

    /// A copy of what there is so far.
    pub(crate) fn snapshot(&self, generation: u64, made_at: Timestamp) -> Snapshot {
        Snapshot { generation, made_at, ..self.snapshot.clone() }
    }

    pub(crate) fn finish(self, generation: u64, made_at: Timestamp) -> Compiled {
        let Self { snapshot, set_aside, .. } = self;
        Compiled { snapshot: Snapshot { generation, made_at, ..snapshot }, set_aside }
    }

    /// Everything is compiled among the platform's addresses, so it begins anew with other ones.
    fn platform(&mut self, platform: PlatformDocument) {
        let mocks = Arc::clone(&self.snapshot.mocks);
        let environments = platform.environments.iter().map(|(name, base_url)| Environment {
            name: name.clone(),
            base_url: base_url.clone(),
            apis: Shards::default(),
            versions: 0,
        });
        let environments = environments.collect();
        self.set_aside.clear();
        self.snapshot = Snapshot { environments, platform: Arc::new(platform), mocks, ..Snapshot::begin() };
    }

    fn version(&mut self, placed: &PlacedVersion) {
        let Snapshot { environments, platform, mocks, unbound, .. } = &mut self.snapshot;
        let known = environments.iter_mut().find(|known| known.name == placed.environment);
        let compiled = match &known {
            Some(environment) => {
                let (base_url, hub, proof) = (environment.base_url.as_str(), platform.hub.as_str(), self.proof);
                Version::compile(
                    &placed.version,
                    Surroundings { environment: &environment.name, base_url, hub, proof, mocks },
                )
            }
            None => Err("the platform has no such environment".to_owned()),
        };
        match (compiled, known) {
            (Ok(version), Some(environment)) => {
                let version = Arc::new(version);
                unbound.put(&version);
                environment.put(version, &placed.made_from);
            }
            (Err(why), _) => {
                self.set_aside.push(SetAside { what: placed.place().to_string(), why, version: Some(placed.place()) });
            }
            (Ok(_), None) => {}
        }
    }

    fn no_version(&mut self, place: &VersionPlace) {
        let known = self.snapshot.environments.iter_mut().find(|known| known.name == place.environment);
        if let Some(environment) = known {
            environment.remove(place);
        }
    }
}

impl Environment {
    fn put(&mut self, version: Arc<Version>, made_from: &str) {
        let mut api = match self.apis.get(version.api.as_str()) {
            Some(api) => Api::clone(api),
            None => Api { slug: version.api.clone(), versions: Vec::with_capacity(1) },
        };
        let before = api.versions.len();
        api.versions.retain(|(known, _)| known.major != version.major);
        let after = api.versions.partition_point(|(known, _)| known.major < version.major);
        // The list is as long as it was, or one longer, so the place is in it.
        api.versions.insert(after.min(api.versions.len()), (version, made_from.into()));
        self.counts(before, api.versions.len());
        self.apis.put(Arc::new(api));
    }

    fn remove(&mut self, place: &VersionPlace) {
        let Some(mut api) = self.apis.get(place.api.as_str()).map(|api| Api::clone(api)) else {
            return;
        };
        let before = api.versions.len();
        api.versions.retain(|(known, _)| known.major != place.major);
        self.counts(before, api.versions.len());
        if api.versions.is_empty() {
            self.apis.remove(place.api.as_str());
        } else {
            self.apis.put(Arc::new(api));
        }
    }

    fn counts(&mut self, before: usize, after: usize) {
        self.versions = self.versions.saturating_sub(before).saturating_add(after);
    }
}

impl SnapshotDocument {
    /// The document as what is different from nothing, without the versions that stand in it twice: neither of two can be
    /// told to be the right one.
    pub fn into_delta(self) -> (Delta, Vec<SetAside>) {
        let mut seen: HashMap<VersionPlace, usize> = HashMap::new();
        let environments = self.environments.iter().map(|known| (known.name.clone(), known.base_url.clone())).collect();
        let platform = PlatformDocument { issuer: self.issuer, hub: self.hub, environments };
        let mut records = vec![Record::Platform(platform), Record::Keys(self.keys)];
        for environment in self.environments {
            for version in environment.versions {
                let environment = environment.name.clone();
                let placed = PlacedVersion { environment, made_from: String::new(), version };
                let count = seen.entry(placed.place()).or_default();
                *count = count.saturating_add(1);
                records.push(Record::Version(Box::new(placed)));
            }
        }
        seen.retain(|_, times| *times > 1);
        records.retain(|record| !matches!(record, Record::Version(placed) if seen.contains_key(&placed.place())));
        records.extend(self.applications.into_iter().map(Record::Application));
        records.extend(self.people.into_iter().map(Record::Person));
        records.extend(self.revoked_tokens.into_iter().map(Record::Revoked));
        let twice = seen.into_keys().map(|place| SetAside {
            what: place.to_string(),
            why: "it is there twice".into(),
            version: Some(place),
        });
        (Delta { generation: self.generation, made_at: self.made_at, records }, twice.collect())
    }
}
