//! Which of two versions is newer, and by how much?

use std::fmt;

use serde::Serialize;

/// A semantic version (semver.org). What comes before a release (`-rc.1`) and the build (`+7`) do not count here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    major: u64,
    minor: u64,
    patch: u64,
}

impl Version {
    /// Reads `1.2.3`, also with a `v` before it; none if it is not semantic.
    pub fn parse(text: &str) -> Option<Version> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let (text, build) = text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
        let (text, before) = text.split_once('-').map_or((text, None), |(text, before)| (text, Some(before)));
        let identifiers = |part: &str| part.split('.').all(|one| !one.is_empty() && one.bytes().all(is_identifier));
        let unpadded = |part: &str| part.split('.').all(|one| !is_padded_number(one));
        if build.is_some_and(|build| !identifiers(build))
            || before.is_some_and(|before| !identifiers(before) || !unpadded(before))
        {
            return None;
        }
        let mut numbers = text.split('.').map(number);
        let version = Version { major: numbers.next()??, minor: numbers.next()??, patch: numbers.next()?? };
        numbers.next().is_none().then_some(version)
    }

    /// Whether the step to another version leaves room for an addition.
    pub(super) fn may_add(self, after: Version) -> bool {
        (after.major, after.minor) > (self.major, self.minor) || self.major == 0 && after.major == 0 && after > self
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

fn number(text: &str) -> Option<u64> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) || is_padded_number(text) {
        return None;
    }
    text.parse().ok()
}

fn is_padded_number(text: &str) -> bool {
    text.len() > 1 && text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_identifier(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

/// Which number of a version has to go up, or did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Bump {
    /// None.
    None,
    /// The last: other words.
    Patch,
    /// The middle one: additions.
    Minor,
    /// The first: something breaks callers.
    Major,
}

impl Bump {
    /// The step from one version to another. Before 1.0.0 the minor number has the part of the major one, and the patch
    /// that of the minor one.
    pub fn between(old: Version, new: Version) -> Bump {
        if new <= old {
            return Bump::None;
        }
        match (new.major > old.major, new.minor > old.minor) {
            (true, _) => Bump::Major,
            (false, true) if old.major == 0 => Bump::Major,
            (false, true) => Bump::Minor,
            _ if old.major == 0 => Bump::Minor,
            _ => Bump::Patch,
        }
    }

    /// The word for it in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Bump::None => "none",
            Bump::Patch => "patch",
            Bump::Minor => "minor",
            Bump::Major => "major",
        }
    }
}

impl fmt::Display for Bump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
