//! How much does a standard weigh, in words?

use std::sync::LazyLock;

use hansom_standards::{Level, Profile, Rule, profile};

/// A level as a page shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    /// `must`
    pub(crate) word: &'static str,
    /// The class of its tag.
    pub(crate) class: &'static str,
}

static BUNDLED: LazyLock<Vec<Profile>> = LazyLock::new(|| Profile::names().filter_map(Profile::bundled).collect());

/// The profiles that come with Hansom, the default first.
pub(crate) fn profiles() -> &'static [Profile] {
    &BUNDLED
}

/// A profile that comes with Hansom.
pub(crate) fn profile(name: &str) -> Option<&'static Profile> {
    profiles().iter().find(|profile| &*profile.name == name)
}

/// The profile that holds where nobody chose another.
pub(crate) fn default_profile() -> Option<&'static Profile> {
    profile(profile::DEFAULT)
}

/// The level of a standard by the default profile.
pub(crate) fn by_default(rule: &Rule) -> Shown {
    shown(default_profile().and_then(|profile| profile.chosen(rule.id)).map(|chosen| chosen.level))
}

/// A level in words; none is that of a standard that does not hold.
pub(crate) fn shown(level: Option<Level>) -> Shown {
    match level {
        Some(Level::Error) => Shown { word: "must", class: "app-level--must" },
        Some(Level::Warning) => Shown { word: "should", class: "app-level--should" },
        Some(Level::Information | Level::Hint) => Shown { word: "may", class: "app-level--may" },
        None => Shown { word: "off", class: "app-level--off" },
    }
}
