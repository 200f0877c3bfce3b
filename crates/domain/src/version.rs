//! Which major version is it, and where in its life?

use std::{fmt, str::FromStr};

use crate::invalid::{Invalid, closed_word, quoted, word_as_text};

/// A major version of an API, written `v1` in the path; 1 to 999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Major(u16);

impl Major {
    /// The number without its `v`; `None` outside 1 to 999.
    pub fn new(number: u16) -> Option<Self> {
        (1..=999).contains(&number).then_some(Self(number))
    }

    /// The number without its `v`.
    pub fn number(self) -> u16 {
        self.0
    }
}

impl FromStr for Major {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        text.strip_prefix('v')
            .filter(|digits| !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|digits| digits.parse().ok())
            .and_then(Self::new)
            .ok_or_else(|| Invalid::new(format!("{} is no version; write v1 to v999", quoted(text))))
    }
}

impl fmt::Display for Major {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}", self.0)
    }
}

word_as_text!(Major);

closed_word! {
    /// Where a version stands in its life.
    Status, "status" {
        /// Being tried out; may change without notice.
        Alpha = "alpha",
        /// Used by some, still improved from what they say.
        Beta = "beta",
        /// In full use.
        Live = "live",
        /// Still answers, and says until when.
        Deprecated = "deprecated",
        /// Answers 410.
        Retired = "retired",
    }
}

impl Status {
    /// Whether a version may go from here to `next`. Life runs forward; a deprecation may be taken back, a retirement not.
    pub fn may_become(self, next: Status) -> bool {
        use Status::{Alpha, Beta, Deprecated, Live, Retired};
        match self {
            Alpha => true,
            Beta => next != Alpha,
            Live => matches!(next, Live | Deprecated),
            Deprecated => matches!(next, Live | Deprecated | Retired),
            Retired => next == Retired,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_v_and_a_number_without_leading_zero() {
        assert_eq!("v1".parse::<Major>().unwrap().number(), 1);
        for bad in ["", "1", "v0", "v01", "v1x", "V1", "v1000", "v-1", "v+1", "v"] {
            assert!(bad.parse::<Major>().is_err(), "{bad:?} must be refused");
        }
    }

    #[test]
    fn a_live_version_is_deprecated_before_it_is_retired() {
        assert!(!Status::Live.may_become(Status::Retired));
        assert!(Status::Live.may_become(Status::Deprecated));
        assert!(Status::Deprecated.may_become(Status::Retired));
        assert!(!Status::Retired.may_become(Status::Live));
        assert!(!Status::Live.may_become(Status::Alpha));
    }
}
