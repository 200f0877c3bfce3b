//! What is different from one snapshot to the next?

use std::fmt;

use hansom_domain::{ApiSlug, ApplicationId, EnvironmentName, Major, PersonId, Timestamp, TokenId};
use serde::{Deserialize, Serialize};

use crate::snapshot::{ApplicationDocument, PersonDocument, VerificationKey, VersionDocument};

/// What is different in one generation; all of it is taken at once or not at all.
#[derive(Clone, Debug, PartialEq)]
pub struct Delta {
    /// The generation that it leads to.
    pub generation: u64,
    /// When it was made.
    pub made_at: Timestamp,
    /// What to put in or take out, in this order.
    pub records: Vec<Record>,
}

/// One thing that is put in, in place of what had its name, or taken out.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// The platform's addresses. What is there is forgotten: everything is compiled among them.
    Platform(PlatformDocument),
    /// All keys that access tokens may be signed with.
    Keys(Vec<VerificationKey>),
    /// A version of an API in an environment.
    Version(Box<PlacedVersion>),
    /// It is there no more.
    NoVersion(VersionPlace),
    /// An application with its credentials and grants.
    Application(ApplicationDocument),
    /// It is there no more.
    NoApplication(ApplicationId),
    /// A person with their groups.
    Person(PersonDocument),
    /// They are there no more.
    NoPerson(PersonId),
    /// A token that was revoked before its end.
    Revoked(TokenId),
    /// It has ended, and needs no revocation any more.
    NotRevoked(TokenId),
}

/// The platform's addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformDocument {
    /// The `iss` of access tokens.
    pub issuer: String,
    /// The hub's public address without a slash at its end.
    pub hub: String,
    /// Where versions run, with the public addresses without a slash at their ends.
    pub environments: Vec<(EnvironmentName, String)>,
}

/// A version in its environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlacedVersion {
    /// Where it runs.
    pub environment: EnvironmentName,
    /// What it was made from, in the publisher's own words: a version that would be made from the same is the same.
    pub made_from: String,
    /// What it is.
    pub version: VersionDocument,
}

/// Which version, and where.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VersionPlace {
    /// Where it runs.
    pub environment: EnvironmentName,
    /// Of which API.
    pub api: ApiSlug,
    /// Which.
    pub major: Major,
}

impl PlacedVersion {
    /// Which version it is, and where.
    pub fn place(&self) -> VersionPlace {
        let (environment, api) = (self.environment.clone(), self.version.api.clone());
        VersionPlace { environment, api, major: self.version.major }
    }
}

impl fmt::Display for VersionPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} in {}", self.api, self.major, self.environment)
    }
}
