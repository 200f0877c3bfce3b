//! Who may call, in the form that a request asks?
//!
//! There may be fifty thousand applications: names that many of them say (of APIs, environments, operations, groups) are held
//! once and shared with what they name.

use std::{cmp::Ordering, sync::Arc};

use hansom_domain::{
    ApiSlug, ApplicationId, CredentialId, EnvironmentName, GroupAddress, Major, OperationSet, PersonId, Timestamp,
};

use crate::{
    shards::Named,
    snapshot::{ApplicationDocument, GrantDocument, PersonDocument},
};

/// An application ready for look-ups.
#[derive(Debug, PartialEq)]
pub(crate) struct Application {
    id: ApplicationId,
    credentials: Box<[Credential]>,
    /// In order, so that those for a version stand together.
    grants: Box<[Grant]>,
}

/// A credential with its end; without one it is in force for good.
#[derive(Debug, PartialEq)]
struct Credential {
    id: CredentialId,
    expires_at: Timestamp,
}

const NEVER: Timestamp = Timestamp::from_millis(i64::MAX);

/// A grant in force for operations of one version.
#[derive(Debug, PartialEq)]
struct Grant {
    api: ApiSlug,
    major: Major,
    environment: EnvironmentName,
    operations: Granted,
    expires_at: Option<Timestamp>,
}

#[derive(Debug, PartialEq)]
enum Granted {
    Every,
    /// Operation ids in order.
    These(Box<[Arc<str>]>),
}

/// What the grants of an application say of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// One is in force.
    Granted,
    /// One was.
    Expired,
    /// None ever was, as far as the snapshot knows.
    Missing,
}

/// Knows the names that are held already.
pub(crate) trait Names {
    /// The environment's and the API's name, and the operation's id, as the version that they belong to holds them.
    fn place(&self, grant: &GrantDocument) -> (EnvironmentName, ApiSlug);
    /// The operation's id as the version holds it.
    fn operation(&self, grant: &GrantDocument, id: &str) -> Arc<str>;
}

impl Named for Application {
    fn name(&self) -> &str {
        self.id.as_str()
    }
}

impl Application {
    pub(crate) fn compile(document: ApplicationDocument, names: &impl Names) -> Self {
        let mut grants: Vec<Grant> = document.grants.iter().map(|grant| Grant::compile(grant, names)).collect();
        grants.sort_by(|a, b| a.against(&b.api, b.major, &b.environment));
        let credentials = document.credentials.into_iter();
        let credentials = credentials.map(|of| Credential { id: of.id, expires_at: of.expires_at.unwrap_or(NEVER) });
        Self { id: document.id, credentials: credentials.collect(), grants: grants.into() }
    }

    pub(crate) fn id(&self) -> &ApplicationId {
        &self.id
    }

    /// Whether a credential is in force at a moment; `None` if the snapshot does not know it.
    pub(crate) fn has(&self, credential: &CredentialId, now: Timestamp) -> Option<bool> {
        let known = self.credentials.iter().find(|known| known.id == *credential)?;
        Some(now < known.expires_at)
    }

    /// What the grants say of an operation at a moment.
    pub(crate) fn standing(
        &self,
        (api, major, environment): (&ApiSlug, Major, &EnvironmentName),
        operation: &str,
        now: Timestamp,
    ) -> Standing {
        let first = self.grants.partition_point(|grant| grant.against(api, major, environment) == Ordering::Less);
        let of_version = self.grants.iter().skip(first);
        let of_version = of_version.take_while(|grant| grant.against(api, major, environment) == Ordering::Equal);
        let mut standing = Standing::Missing;
        for grant in of_version.filter(|grant| grant.operations.contains(operation)) {
            if grant.expires_at.is_none_or(|end| now < end) {
                return Standing::Granted;
            }
            standing = Standing::Expired;
        }
        standing
    }
}

impl Grant {
    fn compile(document: &GrantDocument, names: &impl Names) -> Self {
        let (environment, api) = names.place(document);
        let operations = match &document.operations {
            OperationSet::Every(_) => Granted::Every,
            OperationSet::These(ids) => {
                let mut ids: Vec<Arc<str>> = ids.iter().map(|id| names.operation(document, id)).collect();
                ids.sort();
                ids.dedup();
                Granted::These(ids.into())
            }
        };
        Self { api, major: document.major, environment, operations, expires_at: document.expires_at }
    }

    fn against(&self, api: &ApiSlug, major: Major, environment: &EnvironmentName) -> Ordering {
        let by_api = self.api.cmp(api);
        by_api.then_with(|| self.major.cmp(&major)).then_with(|| self.environment.cmp(environment))
    }
}

impl Granted {
    fn contains(&self, operation: &str) -> bool {
        match self {
            Self::Every => true,
            Self::These(ids) => ids.binary_search_by(|id| id.as_ref().cmp(operation)).is_ok(),
        }
    }
}

/// A person ready for look-ups.
#[derive(Debug, PartialEq)]
pub(crate) struct Person {
    id: PersonId,
    /// Their groups of now.
    groups: Box<[GroupAddress]>,
    /// What holds when the directory has been silent for too long.
    silence: Option<Box<Silence>>,
}

/// A directory that says nothing any more.
#[derive(Debug, PartialEq)]
struct Silence {
    /// From then on nobody knows what it would say.
    from: Timestamp,
    /// Groups that are known without it.
    groups: Box<[GroupAddress]>,
}

impl Named for Person {
    fn name(&self) -> &str {
        self.id.as_str()
    }
}

impl Person {
    pub(crate) fn compile(document: PersonDocument) -> Self {
        let ordered = |mut groups: Vec<GroupAddress>| {
            groups.sort();
            groups.dedup();
            groups.into()
        };
        let kept = document.kept_groups;
        let silence = document.groups_known_until.map(|from| Box::new(Silence { from, groups: ordered(kept) }));
        Self { id: document.id, groups: ordered(document.groups), silence }
    }

    /// The groups that are known at a moment.
    pub(crate) fn groups(&self, now: Timestamp) -> &[GroupAddress] {
        match &self.silence {
            Some(silence) if now >= silence.from => &silence.groups,
            _ => &self.groups,
        }
    }

    /// Whether there may be other groups than those that are known.
    pub(crate) fn is_uncertain(&self, now: Timestamp) -> bool {
        self.silence.as_ref().is_some_and(|silence| now >= silence.from)
    }

    pub(crate) fn id(&self) -> &PersonId {
        &self.id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct NoNames;

    impl Names for NoNames {
        fn place(&self, grant: &GrantDocument) -> (EnvironmentName, ApiSlug) {
            (grant.environment.clone(), grant.api.clone())
        }
        fn operation(&self, _: &GrantDocument, id: &str) -> Arc<str> {
            id.into()
        }
    }

    fn grant(api: &str, major: &str, environment: &str, ids: &[&str], ends: Option<i64>) -> GrantDocument {
        GrantDocument {
            api: api.parse().unwrap(),
            major: major.parse().unwrap(),
            environment: environment.parse().unwrap(),
            operations: OperationSet::from_list(ids.iter().map(ToString::to_string).collect()).unwrap(),
            expires_at: ends.map(Timestamp::from_seconds),
        }
    }

    #[test]
    fn a_grant_is_for_its_version_its_environment_its_operations_and_until_its_end() {
        let document = ApplicationDocument {
            id: "shop".parse().unwrap(),
            name: "Shop".into(),
            owner: "shop@hackney.example".parse().unwrap(),
            credentials: vec![],
            grants: vec![
                grant("rents", "v2", "production", &["b", "a", "c"], None),
                grant("rents", "v1", "production", &["old"], Some(100)),
                grant("rents", "v1", "production", &["a"], Some(100)),
                grant("rents", "v1", "production", &["a"], Some(200)),
                grant("repairs", "v1", "sandbox", &["*"], None),
            ],
        };
        let application = Application::compile(document, &NoNames);
        let check = |(api, major, environment): (&str, &str, &str), operation, expected| {
            let (api, environment) = (api.parse().unwrap(), environment.parse().unwrap());
            let place = (&api, major.parse().unwrap(), &environment);
            let standing = application.standing(place, operation, Timestamp::from_seconds(150));
            assert_eq!(standing, expected, "{place:?} {operation}");
        };
        for operation in ["a", "b", "c"] {
            check(("rents", "v2", "production"), operation, Standing::Granted);
        }
        check(("rents", "v2", "production"), "ab", Standing::Missing);
        check(("rents", "v2", "sandbox"), "a", Standing::Missing);
        check(("rents", "v3", "production"), "a", Standing::Missing);
        check(("rents", "v1", "production"), "old", Standing::Expired);
        check(("rents", "v1", "production"), "a", Standing::Granted);
        check(("repairs", "v1", "sandbox"), "anything", Standing::Granted);
        check(("repairs", "v1", "production"), "anything", Standing::Missing);
        check(("council-tax", "v1", "production"), "a", Standing::Missing);
    }
}
