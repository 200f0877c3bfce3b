//! What does the gateway know, from one moment to the next?
//!
//! A [`SnapshotDocument`] is everything the gateway knows, as data: it travels and is kept on disk. A [`Snapshot`] is the
//! same compiled for look-ups; it never changes, and a request sees one from start to end.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use hansom_domain::{
    AccessRules, ApiSlug, ApplicationId, Audience, CredentialId, EnvironmentName, GroupAddress, Limits, Major,
    OperationSet, PersonId, Status, Timestamp, TokenId,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{keys::KeySet, matching::Version};

/// The one format of [`SnapshotDocument`] that this build reads and writes.
pub const FORMAT: u32 = 1;

/// Everything the gateway knows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SnapshotDocument {
    /// The shape of the document: 1.
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
    /// Who may call what.
    pub access: AccessRules,
    /// Who answers.
    pub target: Target,
    /// What can be called.
    pub operations: Vec<OperationDocument>,
}

/// Who answers the calls of a version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The gateway itself, from the examples of the contract.
    Mock,
    /// The API's own servers.
    Upstreams {
        /// Their addresses; `http://` only.
        urls: Vec<String>,
        /// How long one may take until the first byte of its answer.
        timeout_ms: u64,
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
    pub credentials: Vec<CredentialId>,
    /// The grants that are in force.
    pub grants: Vec<GrantDocument>,
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
}

/// Everything the gateway knows, compiled. It never changes.
#[derive(Debug)]
pub struct Snapshot {
    document: SnapshotDocument,
    pub(crate) keys: Arc<KeySet>,
    environments: HashMap<EnvironmentName, Environment>,
    applications: HashMap<ApplicationId, Application>,
    people: HashMap<PersonId, HashSet<GroupAddress>>,
    revoked: HashSet<TokenId>,
}

/// An environment ready for look-ups.
#[derive(Debug)]
pub(crate) struct Environment {
    pub(crate) base_url: String,
    versions: HashMap<String, HashMap<Major, Version>>,
}

/// An application ready for look-ups.
#[derive(Debug)]
pub(crate) struct Application {
    pub(crate) credentials: HashSet<CredentialId>,
    pub(crate) grants: Vec<GrantDocument>,
}

impl Snapshot {
    /// Compiles a document. What is broken is left out alone and told of; a broken version answers as if unknown.
    pub fn compile(document: SnapshotDocument) -> Compiled {
        let mut set_aside = vec![];
        let keys = Arc::new(KeySet::compile(&document, &mut set_aside));
        let environments = document
            .environments
            .iter()
            .map(|environment| {
                (environment.name.clone(), Environment::compile(environment, &document.hub, &mut set_aside))
            })
            .collect();
        let applications = document.applications.iter().map(|a| (a.id.clone(), Application::compile(a))).collect();
        let people = document.people.iter().map(|p| (p.id.clone(), p.groups.iter().cloned().collect())).collect();
        let revoked = document.revoked_tokens.iter().cloned().collect();
        Compiled { snapshot: Snapshot { document, keys, environments, applications, people, revoked }, set_aside }
    }

    /// The number of the snapshot.
    pub fn generation(&self) -> u64 {
        self.document.generation
    }

    /// The document it was compiled from, with what was set aside.
    pub fn document(&self) -> &SnapshotDocument {
        &self.document
    }

    pub(crate) fn hub(&self) -> &str {
        &self.document.hub
    }

    pub(crate) fn environment(&self, name: &EnvironmentName) -> Option<&Environment> {
        self.environments.get(name)
    }

    pub(crate) fn application(&self, id: &ApplicationId) -> Option<&Application> {
        self.applications.get(id)
    }

    pub(crate) fn groups_of(&self, id: &PersonId) -> Option<&HashSet<GroupAddress>> {
        self.people.get(id)
    }

    pub(crate) fn is_revoked(&self, token: &TokenId) -> bool {
        self.revoked.contains(token)
    }
}

impl Environment {
    fn compile(document: &EnvironmentDocument, hub: &str, set_aside: &mut Vec<SetAside>) -> Self {
        let mut versions: HashMap<String, HashMap<Major, Version>> = HashMap::new();
        for version in &document.versions {
            let what = || format!("{} {} in {}", version.api, version.major, document.name);
            match Version::compile(version, document, hub) {
                Ok(compiled) => {
                    let of_api = versions.entry(version.api.as_str().to_owned()).or_default();
                    if of_api.insert(version.major, compiled).is_some() {
                        // Neither of two can be told to be the right one, so neither serves.
                        of_api.remove(&version.major);
                        set_aside.push(SetAside { what: what(), why: "it is there twice".into() });
                    }
                }
                Err(why) => set_aside.push(SetAside { what: what(), why }),
            }
        }
        Self { base_url: document.base_url.clone(), versions }
    }

    pub(crate) fn versions_of(&self, api: &str) -> Option<&HashMap<Major, Version>> {
        self.versions.get(api)
    }
}

impl Application {
    fn compile(document: &ApplicationDocument) -> Self {
        Self { credentials: document.credentials.iter().cloned().collect(), grants: document.grants.clone() }
    }
}
