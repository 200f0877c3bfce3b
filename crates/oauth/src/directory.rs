//! In which groups is a person?

mod claim;
mod google;

use std::pin::Pin;

use hansom_domain::{GroupAddress, PersonKey};
use serde_json::Value;

pub use claim::ClaimDirectory;
pub use google::{GoogleApi, GoogleDirectory, GoogleSetup, ServiceAccount};

/// Nobody is in more groups.
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

    /// Forgets what was told before, since somebody wants to know it anew.
    fn forget(&self) {}
}
