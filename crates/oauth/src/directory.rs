//! In which groups is a person?

use std::{collections::BTreeSet, pin::Pin};

use hansom_domain::{GroupAddress, PersonKey};
use serde_json::Value;

const MOST_GROUPS: usize = 2000;

/// A future in a box, so that a directory can be any of several.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Why a directory did not tell. Never to be read as "no groups".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DirectoryError {
    /// It did not answer, or refused.
    #[error("the directory did not answer: {0}")]
    Silent(String),
    /// Its answer is not what a directory says.
    #[error("the directory's answer cannot be used: {0}")]
    Nonsense(String),
    /// It tells in the moment of sign-in only.
    #[error("this directory tells groups at sign-in only")]
    AtSignInOnly,
}

/// Knows the groups of people, nested ones resolved.
pub trait Directory: Send + Sync {
    /// The groups of one person. `claims` are those of the ID token at sign-in, and null at a later refresh.
    fn groups_of<'a>(
        &'a self,
        key: &'a PersonKey,
        email: &'a str,
        claims: &'a Value,
    ) -> BoxFuture<'a, Result<Vec<GroupAddress>, DirectoryError>>;
}

/// Takes the `groups` claim of the provider's own ID tokens. For providers that put it there.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClaimDirectory;

impl Directory for ClaimDirectory {
    fn groups_of<'a>(
        &'a self,
        _key: &'a PersonKey,
        _email: &'a str,
        claims: &'a Value,
    ) -> BoxFuture<'a, Result<Vec<GroupAddress>, DirectoryError>> {
        Box::pin(std::future::ready(claimed(claims)))
    }
}

fn claimed(claims: &Value) -> Result<Vec<GroupAddress>, DirectoryError> {
    if claims.is_null() {
        return Err(DirectoryError::AtSignInOnly);
    }
    let nonsense = |why: &str| Err(DirectoryError::Nonsense(why.into()));
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
        // A name that is no address can stand in no manifest, so that leaving it out takes nothing away.
        if let Ok(group) = group.parse() {
            groups.insert(group);
        }
    }
    Ok(groups.into_iter().collect())
}
