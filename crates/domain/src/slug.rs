//! How is an API called in a path?

use std::{fmt, str::FromStr, sync::Arc};

use crate::invalid::{Invalid, quoted, word_as_text};

/// The name of an API in paths: `repairs`, `council-tax`. Lower-case words joined by single hyphens, 2 to 40 characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ApiSlug(Arc<str>);

/// Names that would read as an address of the platform itself.
const RESERVED: &[&str] = &[
    "admin",
    "api",
    "apis",
    "authz",
    "hansom",
    "health",
    "hub",
    "live",
    "metrics",
    "oauth",
    "ready",
    "static",
    "well-known",
];

impl ApiSlug {
    /// The slug as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ApiSlug {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let words_fit = text
            .split('-')
            .all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
        let starts_with_letter = text.as_bytes().first().is_some_and(u8::is_ascii_lowercase);
        if !words_fit || !starts_with_letter || !(2..=40).contains(&text.len()) {
            return Err(Invalid::new(format!(
                "{} is no API name; use 2 to 40 lower-case letters and digits, words joined by single hyphens, a letter first",
                quoted(text)
            )));
        }
        if RESERVED.contains(&text) {
            return Err(Invalid::new(format!(
                "{} is reserved for the platform; choose another API name",
                quoted(text)
            )));
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for ApiSlug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

word_as_text!(ApiSlug);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_lower_case_words_with_single_hyphens() {
        for good in ["repairs", "council-tax", "a1", "bulky-waste-2"] {
            assert_eq!(good.parse::<ApiSlug>().unwrap().as_str(), good);
        }
        for bad in [
            "",
            "a",
            "Repairs",
            "-a",
            "a-",
            "a--b",
            "a_b",
            "1a",
            "a/b",
            "..",
            "é1",
            "admin",
            "api",
            "authz",
            &"a".repeat(41),
        ] {
            assert!(bad.parse::<ApiSlug>().is_err(), "{bad:?} must be refused");
        }
    }
}
