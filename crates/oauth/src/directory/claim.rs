//! In which groups is a person, by their own ID token?

use std::collections::BTreeSet;

use hansom_domain::{GroupAddress, PersonKey};
use serde_json::Value;

use super::{BoxFuture, Directory, DirectoryError, MOST_GROUPS};

/// Takes the `groups` claim of the provider's own ID tokens. For providers that are trusted with it alone.
#[derive(Clone, Debug, Default)]
pub struct ClaimDirectory {
    /// The domain that is put after names that are no addresses, for providers that tell groups by name or number.
    pub domain: Option<String>,
}

impl Directory for ClaimDirectory {
    fn groups_of<'a>(
        &'a self,
        _key: &'a PersonKey,
        _email: &'a str,
        claims: &'a Value,
    ) -> BoxFuture<'a, Result<Vec<GroupAddress>, DirectoryError>> {
        Box::pin(std::future::ready(self.claimed(claims)))
    }
}

impl ClaimDirectory {
    fn claimed(&self, claims: &Value) -> Result<Vec<GroupAddress>, DirectoryError> {
        if claims.is_null() {
            return Err(DirectoryError::AtSignInOnly);
        }
        let nonsense = |why: &str| Err(DirectoryError::Nonsense(why.into()));
        if is_overage(claims) {
            return nonsense(
                "the person is in more groups than the provider puts into an ID token, so it left them out; \
                 have it emit only groups that are assigned to the application",
            );
        }
        let Some(told) = claims.get("groups") else {
            return nonsense("the ID token has no claim `groups`; have the provider add it, as a list");
        };
        let Some(told) = told.as_array() else {
            return nonsense("the claim `groups` is not a list");
        };
        if told.len() > MOST_GROUPS {
            return nonsense("the claim `groups` names more than 2000 groups");
        }
        let mut groups = BTreeSet::new();
        for group in told {
            let Some(group) = group.as_str() else {
                return nonsense("the claim `groups` holds something that is not text");
            };
            let address = match &self.domain {
                Some(domain) if !group.contains('@') => format!("{group}@{domain}").parse(),
                _ => group.parse(),
            };
            // A name that is no address can stand in no manifest, so that leaving it out takes nothing away.
            if let Ok(group) = address {
                groups.insert(group);
            }
        }
        Ok(groups.into_iter().collect())
    }
}

/// Whether Entra says that there are more groups than it tells (`hasgroups`, or `groups` among `_claim_names`).
fn is_overage(claims: &Value) -> bool {
    let elsewhere = claims.get("_claim_names").is_some_and(|names| names.get("groups").is_some());
    let has = claims.get("hasgroups").is_some_and(|has| *has == Value::Bool(true) || *has == "true");
    elsewhere || has
}
