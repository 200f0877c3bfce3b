//! Which version does an address name, and may this visitor see it?

use std::{
    collections::HashSet,
    sync::{Arc, OnceLock},
};

use hansom_control::{PublishedContract, Target};
use hansom_domain::{AccessRule, ApiSlug, EnvironmentName, Major, ProblemCode, Status};
use hansom_standards::contract::Operation;
use hansom_store::{ApiRow, VersionRow};

use crate::{Hub, answer::Refusal, session::Visitor, urls};

/// A version that the visitor may see.
pub(crate) struct Seen {
    pub(crate) api: ApiRow,
    pub(crate) version: VersionRow,
    /// Every version of the API, newest first.
    pub(crate) versions: Vec<VersionRow>,
    pub(crate) published: Arc<PublishedContract>,
    /// The names of the contract's schemas, once somebody asked for them.
    schemas: OnceLock<HashSet<String>>,
}

/// Where a version is served.
pub(crate) struct Served {
    pub(crate) environment: EnvironmentName,
    pub(crate) mock: bool,
    pub(crate) address: String,
}

/// The same words for what is not there and for what the visitor may not know of.
fn missing() -> Refusal {
    Refusal::new(
        ProblemCode::ApiNotFound,
        "There is no such API or version, or it is one that only signed-in people may see. Check the address, or sign in.",
    )
}

/// The version that an API is known by: the newest that is not retired.
pub(crate) fn newest(versions: &[VersionRow]) -> Option<&VersionRow> {
    let in_use = versions.iter().find(|it| it.status != Status::Retired);
    in_use.or(versions.first())
}

impl Seen {
    /// Finds the version `major` of an API, or its newest.
    pub(crate) async fn find(visitor: &Visitor, slug: &str, major: Option<&str>) -> Result<Self, Refusal> {
        let control = &visitor.hub.control;
        let slug: ApiSlug = slug.parse().map_err(|_| missing())?;
        let api = control.reads().api(&slug).await?.ok_or_else(missing)?;
        if !control.may_see(visitor.actor(), api.audience, &api.owner) {
            return Err(missing());
        }
        let versions = control.reads().versions_of(&slug).await?;
        let version = match major {
            None => newest(&versions),
            Some(text) => {
                let major: Major = text.parse().map_err(|_| missing())?;
                versions.iter().find(|version| version.major == major)
            }
        };
        let version = version.ok_or_else(missing)?.clone();
        let published = control.contract_of(&version).await?;
        Ok(Self { api, version, versions, published, schemas: OnceLock::new() })
    }

    /// An operation by its id.
    pub(crate) fn operation(&self, id: &str) -> Result<&Operation, Refusal> {
        let operations = &self.published.contract.operations;
        operations.iter().find(|it| it.id == id).ok_or_else(|| {
            Refusal::new(
                ProblemCode::OperationNotFound,
                format!(
                    "{} {} has no such operation. Its page lists those that it has.",
                    self.version.title, self.version.major
                ),
            )
        })
    }

    /// The address of a component schema, if the contract has it.
    pub(crate) fn schema_address(&self, name: &str) -> Option<String> {
        let names = || self.published.contract.schemas().map(|(known, _)| known.to_owned()).collect();
        let is_there = self.schemas.get_or_init(names).contains(name);
        is_there.then(|| urls::schema(&self.version.slug, self.version.major, name))
    }

    /// Where it is served, in the order of the manifest.
    pub(crate) fn served(&self, hub: &Hub) -> Vec<Served> {
        let environments = self.published.manifest.environments.iter();
        environments
            .filter_map(|(name, target)| {
                let base = hub.base(name)?;
                Some(Served {
                    environment: name.clone(),
                    mock: matches!(target, Target::Mock),
                    address: urls::served(base, &self.version.slug, self.version.major),
                })
            })
            .collect()
    }

    /// `Repairs v1`.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.version.title, self.version.major)
    }

    /// Whether applications can be granted anything.
    pub(crate) fn takes_requests(&self) -> bool {
        let rules = self.published.manifest.access.all();
        !matches!(self.version.status, Status::Deprecated | Status::Retired)
            && rules.iter().any(|rule| rule.granted_applications)
    }
}

/// Who may call what a rule speaks of, in words.
pub(crate) fn who_may_call(rule: Option<&AccessRule>) -> String {
    let Some(rule) = rule else {
        return "Nobody".into();
    };
    if rule.anyone {
        return "Anyone, without a token".into();
    }
    let mut who: Vec<String> = vec![];
    if !rule.groups.is_empty() {
        let groups = rule.groups.iter().map(ToString::to_string);
        who.push(format!("People in {}", groups.collect::<Vec<_>>().join(" or ")));
    }
    if rule.granted_applications {
        who.push(if who.is_empty() { "Applications with a grant".into() } else { "applications with a grant".into() });
    }
    who.join("; ")
}
