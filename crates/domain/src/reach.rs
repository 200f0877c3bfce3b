//! Which versions of APIs may a token reach?

use std::{collections::BTreeSet, fmt, str::FromStr};

use crate::{ApiSlug, Invalid, Major, invalid::quoted};

/// The scope of a token that reaches nothing: a word that is no version.
const NOTHING: &str = "nothing";

/// A version of an API as it stands in scopes and in paths: `repairs/v1`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct VersionName {
    /// The API.
    pub api: ApiSlug,
    /// Which of its versions.
    pub major: Major,
}

impl FromStr for VersionName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let parsed = text.split_once('/').and_then(|(api, major)| Some((api.parse().ok()?, major.parse().ok()?)));
        let (api, major) = parsed
            .ok_or_else(|| Invalid::new(format!("{} is no version of an API; write repairs/v1", quoted(text))))?;
        Ok(Self { api, major })
    }
}

impl fmt::Display for VersionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.api, self.major)
    }
}

/// What a token reaches in its environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Whatever its bearer may call.
    Everything,
    /// Of that, these versions and nothing else.
    Versions(BTreeSet<VersionName>),
}

impl Reach {
    /// What a scope says; an empty one is everything. Words that are no version of an API add nothing.
    pub fn of_scope(scope: &str) -> Self {
        let mut words = scope.split_ascii_whitespace().peekable();
        match words.peek() {
            None => Self::Everything,
            Some(_) => Self::Versions(words.filter_map(|word| word.parse().ok()).collect()),
        }
    }

    /// Whether a version is within it.
    pub fn includes(&self, api: &ApiSlug, major: Major) -> bool {
        match self {
            Self::Everything => true,
            Self::Versions(versions) => versions.iter().any(|known| known.api == *api && known.major == major),
        }
    }

    /// Whether all of the other is within it.
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Everything, _) => true,
            (Self::Versions(_), Self::Everything) => false,
            (Self::Versions(own), Self::Versions(others)) => own.is_superset(others),
        }
    }

    /// What is within both.
    #[must_use]
    pub fn within(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Everything, reach) | (reach, Self::Everything) => reach.clone(),
            (Self::Versions(one), Self::Versions(another)) => {
                Self::Versions(one.intersection(another).cloned().collect())
            }
        }
    }

    /// Whether it reaches nothing at all.
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Versions(versions) if versions.is_empty())
    }
}

impl fmt::Display for Reach {
    /// As a scope.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Versions(versions) = self else { return Ok(()) };
        // An empty scope would be everything.
        if versions.is_empty() {
            return f.write_str(NOTHING);
        }
        let words: Vec<String> = versions.iter().map(ToString::to_string).collect();
        f.write_str(&words.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_scope_is_everything_and_words_that_are_no_version_are_nothing() {
        let (repairs, v1): (ApiSlug, Major) = ("repairs".parse().expect("a slug"), "v1".parse().expect("a version"));
        for (scope, includes) in [
            ("", true),
            (" ", true),
            ("repairs/v1", true),
            ("rents/v2  repairs/v1", true),
            ("repairs/v2", false),
            ("repairs", false),
            ("openid", false),
            ("repairs/v1/", false),
            ("repairs/v01", false),
            ("REPAIRS/v1", false),
            ("*", false),
        ] {
            assert_eq!(Reach::of_scope(scope).includes(&repairs, v1), includes, "{scope:?}");
        }
        assert!(Reach::of_scope("openid").is_nothing() && !Reach::of_scope("").is_nothing());
        let nothing = Reach::of_scope("openid");
        assert_eq!(Reach::of_scope(&nothing.to_string()), nothing, "nothing never becomes everything");
        assert_eq!(Reach::of_scope("rents/v1 repairs/v1").to_string(), "rents/v1 repairs/v1");
    }

    #[test]
    fn nothing_grows_by_what_it_is_held_against() {
        let (all, both, one) = (Reach::of_scope(""), Reach::of_scope("a-b/v1 rents/v1"), Reach::of_scope("rents/v1"));
        assert!(all.covers(&both) && both.covers(&one) && one.covers(&one));
        assert!(!both.covers(&all) && !one.covers(&both));
        assert_eq!((all.within(&one), one.within(&all), both.within(&one)), (one.clone(), one.clone(), one.clone()));
        assert!(one.within(&Reach::of_scope("rents/v2")).is_nothing());
    }
}
