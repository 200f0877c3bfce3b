//! In which groups is a person, by Google?
//!
//! A person is asked for by the subject of their ID token, which is their id in the directory too, and never by an address
//! that may be somebody else's by now. Groups within groups are resolved: by the Directory API upwards from group to group, by
//! Cloud Identity in one question.

mod account;
mod asking;

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use hansom_domain::{Clock, GroupAddress, PersonKey, Timestamp};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use url::Url;

use super::{BoxFuture, Directory, DirectoryError, MOST_GROUPS};
use crate::{Error, origin::is_secure};
use asking::{Asking, Failed};

pub use account::ServiceAccount;

/// More questions than that are not asked about one person.
const MOST_QUESTIONS: usize = 1000;
/// The most pages of one answer.
const MOST_PAGES: usize = 50;
/// Which groups a group is in is known for so long. Together with the pause between two refreshes it stays below five minutes.
const PARENTS_SECONDS: i64 = 30;
/// The most groups whose parents are known at once.
const MOST_PARENTS: usize = 20_000;

/// Which of Google's APIs is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GoogleApi {
    /// `admin.googleapis.com`: every edition of Workspace.
    #[default]
    Directory,
    /// `cloudidentity.googleapis.com`: editions that may search transitive groups.
    CloudIdentity,
}

/// What is needed to ask Google.
#[derive(Clone)]
pub struct GoogleSetup {
    /// Which API.
    pub api: GoogleApi,
    /// Who asks.
    pub account: ServiceAccount,
    /// The administrator for whom it asks by domain-wide delegation; none where it has a role of its own.
    pub administrator: Option<String>,
    /// Where the Directory API is, without a slash at its end.
    pub directory: String,
    /// Where Cloud Identity is.
    pub cloud_identity: String,
    /// The first pause before a question is asked again; it doubles.
    pub pause: Duration,
    /// One person's groups are told within that time, or not.
    pub patience: Duration,
}

impl GoogleSetup {
    /// Google's own addresses, for an account.
    pub fn new(account: ServiceAccount) -> Self {
        Self {
            api: GoogleApi::default(),
            account,
            administrator: None,
            directory: "https://admin.googleapis.com".into(),
            cloud_identity: "https://cloudidentity.googleapis.com".into(),
            pause: Duration::from_millis(500),
            patience: Duration::from_secs(30),
        }
    }
}

/// Asks Google.
pub struct GoogleDirectory {
    setup: GoogleSetup,
    asking: Asking,
    clock: Clock,
    parents: Mutex<HashMap<String, (Timestamp, Vec<Group>)>>,
}

impl fmt::Debug for GoogleDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GoogleDirectory").field("api", &self.setup.api).finish_non_exhaustive()
    }
}

/// A group as the Directory API tells it.
#[derive(Clone, Debug, Deserialize)]
struct Group {
    id: String,
    email: String,
}

#[derive(Deserialize)]
struct Groups {
    /// Always told, also where there are no groups; so an answer without it is none.
    kind: String,
    #[serde(default)]
    groups: Vec<Group>,
    #[serde(rename = "nextPageToken")]
    next: Option<String>,
}

#[derive(Deserialize)]
struct User {
    id: String,
    #[serde(rename = "primaryEmail")]
    email: String,
    #[serde(default)]
    suspended: bool,
}

#[derive(Deserialize)]
struct Memberships {
    #[serde(default)]
    memberships: Vec<Membership>,
    #[serde(rename = "nextPageToken")]
    next: Option<String>,
}

#[derive(Deserialize)]
struct Membership {
    #[serde(rename = "groupKey")]
    key: GroupKey,
}

#[derive(Deserialize)]
struct GroupKey {
    id: String,
}

/// How much may be asked about one person still.
struct Budget(usize);

impl Budget {
    fn spend(&mut self) -> Result<(), DirectoryError> {
        self.0 = self.0.checked_sub(1).ok_or_else(|| {
            DirectoryError::Nonsense(format!(
                "more than {MOST_QUESTIONS} questions would have to be asked about one person"
            ))
        })?;
        Ok(())
    }
}

impl Directory for GoogleDirectory {
    fn groups_of<'a>(
        &'a self,
        key: &'a PersonKey,
        _email: &'a str,
        _claims: &'a Value,
    ) -> BoxFuture<'a, Result<Vec<GroupAddress>, DirectoryError>> {
        Box::pin(async move {
            let told = tokio::time::timeout(self.setup.patience, self.resolve(&key.subject));
            told.await.unwrap_or_else(|_| Err(DirectoryError::Silent("it took too long to tell everything".into())))
        })
    }

    fn forget(&self) {
        self.parents.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl GoogleDirectory {
    /// A client of Google's directory. Nothing is asked yet.
    pub fn new(setup: GoogleSetup, clock: Clock) -> Result<Self, Error> {
        for address in [&setup.directory, &setup.cloud_identity, &setup.account.token_uri] {
            let is_good = Url::parse(address).is_ok_and(|url| is_secure(&url));
            if !is_good {
                return Err(Error::Setup(format!("{address} must be an https address; http is for this machine only")));
            }
        }
        let scopes = match setup.api {
            GoogleApi::Directory => {
                "https://www.googleapis.com/auth/admin.directory.user.readonly \
                 https://www.googleapis.com/auth/admin.directory.group.readonly"
            }
            GoogleApi::CloudIdentity => {
                "https://www.googleapis.com/auth/admin.directory.user.readonly \
                 https://www.googleapis.com/auth/cloud-identity.groups.readonly"
            }
        };
        let asking = Asking::new(&setup, scopes, clock.clone())?;
        Ok(Self { setup, asking, clock, parents: Mutex::default() })
    }

    async fn resolve(&self, subject: &str) -> Result<Vec<GroupAddress>, DirectoryError> {
        let mut budget = Budget(MOST_QUESTIONS);
        let address = self.address(&self.setup.directory, &["admin", "directory", "v1", "users", subject])?;
        budget.spend()?;
        let user: User = match self.asking.json(address).await {
            Ok(told) => read(told)?,
            // Who is not in the directory any more is in none of its groups.
            Err(Failed::NotFound) => return Ok(vec![]),
            Err(failed) => return Err(failed.into()),
        };
        if user.id != subject {
            return Err(DirectoryError::Nonsense("it told of somebody else than it was asked for".into()));
        }
        if user.suspended {
            return Ok(vec![]);
        }
        let names = match self.setup.api {
            GoogleApi::Directory => self.upwards(&user.id, &mut budget).await?,
            GoogleApi::CloudIdentity => self.searched(&user.email, &mut budget).await?,
        };
        if names.len() > MOST_GROUPS {
            return Err(too_many());
        }
        // An address that is none of ours can stand in no manifest.
        Ok(names.iter().filter_map(|name| name.parse().ok()).collect::<BTreeSet<GroupAddress>>().into_iter().collect())
    }

    /// All groups that somebody is in, by asking for the groups of each group in turn. Groups may be in each other in a circle.
    async fn upwards(&self, user: &str, budget: &mut Budget) -> Result<BTreeSet<String>, DirectoryError> {
        let (mut found, mut seen) = (BTreeSet::new(), HashSet::new());
        let mut waiting = self.groups_with(user, budget).await?;
        while let Some(group) = waiting.pop() {
            if !seen.insert(group.id.clone()) {
                continue;
            }
            if seen.len() > MOST_GROUPS {
                return Err(too_many());
            }
            waiting.extend(self.parents_of(&group.id, budget).await?);
            found.insert(group.email);
        }
        Ok(found)
    }

    async fn parents_of(&self, group: &str, budget: &mut Budget) -> Result<Vec<Group>, DirectoryError> {
        let now = self.clock.now();
        let known = self.parents.lock().unwrap_or_else(PoisonError::into_inner).get(group).cloned();
        if let Some((_, parents)) = known.filter(|(at, _)| now < at.plus_seconds(PARENTS_SECONDS)) {
            return Ok(parents);
        }
        let parents = self.groups_with(group, budget).await?;
        let mut held = self.parents.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= MOST_PARENTS {
            held.clear();
        }
        held.insert(group.to_owned(), (now, parents.clone()));
        Ok(parents)
    }

    /// The groups that a person or a group is in directly.
    async fn groups_with(&self, member: &str, budget: &mut Budget) -> Result<Vec<Group>, DirectoryError> {
        let (mut groups, mut page) = (vec![], None::<String>);
        for _ in 0..MOST_PAGES {
            let mut address = self.address(&self.setup.directory, &["admin", "directory", "v1", "groups"])?;
            address.query_pairs_mut().append_pair("userKey", member).append_pair("maxResults", "200");
            if let Some(page) = &page {
                address.query_pairs_mut().append_pair("pageToken", page);
            }
            budget.spend()?;
            let told: Groups = read(self.asking.json(address).await?)?;
            if told.kind != "admin#directory#groups" {
                return Err(DirectoryError::Nonsense(format!("it told {:?} in place of groups", told.kind)));
            }
            groups.extend(told.groups);
            page = told.next.filter(|next| !next.is_empty());
            if page.is_none() {
                return Ok(groups);
            }
        }
        Err(too_many())
    }

    /// All groups that an address is in, nested ones too, by one question with pages.
    async fn searched(&self, email: &str, budget: &mut Budget) -> Result<BTreeSet<String>, DirectoryError> {
        let quoted = email.replace('\\', "\\\\").replace('\'', "\\'");
        let query =
            format!("member_key_id == '{quoted}' && 'cloudidentity.googleapis.com/groups.discussion_forum' in labels");
        let (mut found, mut page) = (BTreeSet::new(), None::<String>);
        for _ in 0..MOST_PAGES {
            let path = ["v1", "groups", "-", "memberships:searchTransitiveGroups"];
            let mut address = self.address(&self.setup.cloud_identity, &path)?;
            address.query_pairs_mut().append_pair("query", &query).append_pair("pageSize", "200");
            if let Some(page) = &page {
                address.query_pairs_mut().append_pair("pageToken", page);
            }
            budget.spend()?;
            let told: Memberships = read(self.asking.json(address).await?)?;
            found.extend(told.memberships.into_iter().map(|membership| membership.key.id));
            page = told.next.filter(|next| !next.is_empty());
            if page.is_none() {
                return Ok(found);
            }
        }
        Err(too_many())
    }

    fn address(&self, base: &str, path: &[&str]) -> Result<Url, DirectoryError> {
        let unfit = || DirectoryError::Nonsense(format!("{base} is no address to ask at"));
        let mut url = Url::parse(base).map_err(|_| unfit())?;
        url.path_segments_mut().map_err(|()| unfit())?.pop_if_empty().extend(path);
        Ok(url)
    }
}

fn too_many() -> DirectoryError {
    DirectoryError::Nonsense(format!("it tells of more than {MOST_GROUPS} groups"))
}

fn read<T: DeserializeOwned>(told: Value) -> Result<T, DirectoryError> {
    serde_json::from_value(told).map_err(|error| DirectoryError::Nonsense(error.to_string()))
}
